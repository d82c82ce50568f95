//! Webhooks, as settings say them.

use super::*;

/// The settings of a project `p` with these webhooks.
fn project(webhooks: &str) -> String {
    format!("[[projects]]\nid = 'p'\nwebhooks = [{webhooks}]")
}

const CRM: &str = "{ id = 'crm', url = 'https://crm.example.com/', events = ['users.*.create'] }";

#[test]
fn a_webhook_gets_its_events() {
    let config = from_file(&project(CRM)).unwrap();
    let wanted = |event| config.projects[0].webhooks_for(event).count();

    assert_eq!(wanted(WebhookEvent::UserCreate), 1);
    assert_eq!(wanted(WebhookEvent::SessionCreate), 0);
    assert_eq!(config_with(&project(CRM)).check(), Ok(()));
    // A URL may contain a secret.
    assert!(!format!("{config:?}").contains("crm.example.com"));
}

/// NW-7: events are sent encrypted, or stay on this machine; and never to a metadata service, unless that is wanted.
#[test]
fn urls_are_safe() {
    let with = |url: &str, more: &str| {
        let webhook = format!("{{ id = 'crm', url = '{url}', events = ['*']{more} }}");
        config_with(&project(&webhook)).check().err().map(|problems| problems.to_string())
    };

    for url in ["https://crm.example.com/a?b", "http://localhost:3000/", "https://10.0.0.1/"] {
        assert_eq!(with(url, ""), None, "{url}");
    }
    for url in ["http://crm.example.com/", "ftp://crm.example.com/", "http://10.0.0.1/"] {
        let problem =
            "projects.p.webhooks.crm.url: neither https://host nor http:// with a loopback host";
        assert_eq!(with(url, "").unwrap(), problem, "{url}");
    }
    for url in ["https://169.254.169.254/", "https://0xa9fea9fe/", "https://[fe80::1]/"] {
        let problem = "projects.p.webhooks.crm.url: a link-local address: if it is right, set allow_link_local";
        assert_eq!(with(url, "").unwrap(), problem, "{url}");
        assert_eq!(with(url, ", allow_link_local = true"), None, "{url}");
    }
}

#[test]
fn what_is_wrong_is_reported() {
    let twice = format!("{CRM}, {}", CRM.replace("'crm'", "'CRM'"));
    let problem = config_with(&project(&twice)).check().unwrap_err().to_string();
    assert_eq!(problem, "projects.p.webhooks.CRM: there are two with this id");

    let unnamed = CRM.replace("'crm'", "'a b'");
    let problem = config_with(&project(&unnamed)).check().unwrap_err().to_string();
    assert_eq!(problem, "projects.p.webhooks.a b: the id is not written like a project's");

    let none = CRM.replace("['users.*.create']", "[]");
    let problem = config_with(&project(&none)).check().unwrap_err().to_string();
    assert_eq!(problem, "projects.p.webhooks.crm.events: at least one");

    let unknown = from_file(&project(&CRM.replace("create'", "creat'"))).unwrap_err().to_string();
    assert!(
        unknown.contains("`users.*.creat` matches no event; there are users.*.create"),
        "{unknown}"
    );
}
