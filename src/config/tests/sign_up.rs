//! Settings of who may sign up and how.

use super::*;
use crate::config::project::{EmailDomain, SignUp};

/// The settings of a project `p` with these.
fn project(settings: &str) -> String {
    format!("[[projects]]\nid = 'p'\nplatforms = ['app.example.com']\n{settings}")
}

fn error_of(settings: &str) -> String {
    let error = from_file(&project(settings)).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 1, "{error}");
    error.split_once(": ").unwrap().1.to_owned()
}

#[test]
fn sign_up_is_open_closed_or_for_some_domains() {
    let sign_up =
        |settings: &str| from_file(&project(settings)).unwrap().projects[0].sign_up.clone();
    let domains = SignUp::Domains(vec![
        EmailDomain::Exact("example.com".to_owned()),
        EmailDomain::Subdomains("xn--bcher-kva.example".to_owned()),
    ]);

    assert_eq!(sign_up(""), SignUp::Open);
    assert_eq!(sign_up("sign_up = 'open'"), SignUp::Open);
    assert_eq!(sign_up("sign_up = 'closed'"), SignUp::Closed);
    for settings in [
        "sign_up = { domains = ['example.com', '*.bücher.example'] }",
        "sign_up.domains = [' EXAMPLE.com', '*.xn--bcher-kva.example']",
        "[projects.sign_up]\ndomains = ['example.com', '*.Bücher.example']",
    ] {
        assert_eq!(sign_up(settings), domains, "{settings}");
    }
}

#[test]
fn odd_policies_are_refused_in_a_line_with_their_path() {
    let errors = [
        "sign_up = 'shut'",
        "sign_up = true",
        "sign_up = []",
        "sign_up = {}",
        "sign_up = { domain = ['example.com'] }",
        "sign_up = { domains = 'example.com' }",
        "sign_up = { domains = ['example.com', '@example.com'] }",
        "auth.passwords = false",
        "auth.password = 'never'",
        "auth = false",
    ]
    .map(error_of);

    insta::assert_snapshot!(errors.join("\n"), @r#"
    projects[0].sign_up: not "open", "closed" or { domains = ["…"] }
    projects[0].sign_up: not "open", "closed" or { domains = ["…"] }
    projects[0].sign_up: not "open", "closed" or { domains = ["…"] }
    projects[0].sign_up.domains: missing
    projects[0].sign_up: unknown key `domain`, expected `domains`
    projects[0].sign_up.domains: not a sequence
    projects[0].sign_up.domains[1]: `@example.com` is no domain of e-mail addresses, such as example.com or *.example.com
    projects[0].auth: unknown key `passwords`, expected one of `password`, `magic_link`, `email_code`, `phone`, `anonymous`, `oauth`, `passkey`
    projects[0].auth.password: not a boolean
    projects[0].auth: not a table
    "#);
    let empty = config_with(&project("sign_up = { domains = [] }")).check().unwrap_err();
    insta::assert_snapshot!(empty, @r#"projects.p.sign_up.domains: at least one; use sign_up = "closed" to admit no one"#);
}

#[test]
fn ways_that_lead_nowhere_are_warned_of() {
    let warnings = |settings: &str| config_with(settings).warnings().join("\n");
    let others = "auth = { password = false, anonymous = false";
    let google = "providers.google = { kind = 'google', client_id = 'a', client_secret = 'b' }\n";
    let nobody = "projects.p.auth: nobody can sign in";

    assert_eq!(warnings(&project("sign_up = 'closed'\nauth.password = false")), "");
    // No mail, no text messages, no providers.
    assert!(warnings(&project(&format!("{others} }}"))).starts_with(nobody));
    assert_eq!(warnings(&format!("{google}{}", project(&format!("{others} }}")))), "");
    let without_oauth = format!("{google}{}", project(&format!("{others}, oauth = false }}")));
    insta::assert_snapshot!(warnings(&without_oauth), @r"
    projects.p.auth: nobody can sign in: each way is off, or needs what the server doesn't have (mail.url, sms.url, providers, passkeys.rp_id)
    providers: no one can sign in with google, because auth.oauth is false in every project
    ");
}
