//! The settings in effect, as `accountd config show` has them, and the schema of the file.

use serde_json::{Value, json};

use super::*;

/// How settings are shown, each with its source.
fn shown(text: &str, variables: &[(&str, &str)]) -> Vec<(String, Value, String)> {
    let file = file(text);
    let loaded = Config::load_all(Some(file.path()), super::variables(variables), Mode::Serve);
    let name = file.path().display().to_string();
    let Loaded { settings, .. } = loaded.unwrap();
    let shown = settings.shown().map(|(key, value, origin)| {
        (key.to_owned(), value, origin.to_string().replace(&name, "file"))
    });
    shown.collect()
}

#[test]
fn each_setting_has_its_source() {
    let text =
        "limits.batch = 3\nlimits.body_bytes = 7\n[[projects]]\nid = 'shop'\nsession.per_user = 2";
    let variables = [
        ("ACCOUNTD_LIMITS__BATCH", "4"),
        ("ACCOUNTD_LIMITS__RATES", "false"),
        ("ACCOUNTD_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
    ];

    let shown = shown(text, &variables);

    let find = |key: &str| {
        let found = shown.iter().find(|(other, ..)| other == key);
        let (_, value, origin) = found.unwrap_or_else(|| panic!("{key} is not in {shown:#?}"));
        (value.clone(), origin.as_str())
    };
    assert_eq!(find("limits.batch"), (json!(4), "ACCOUNTD_LIMITS__BATCH"));
    assert_eq!(find("limits.rates"), (json!(false), "ACCOUNTD_LIMITS__RATES"));
    assert_eq!(find("limits.body_bytes"), (json!(7), "file"));
    assert_eq!(find("limits.request_seconds"), (json!(10), "default"));
    let proxies = json!(["10.0.0.0/8", "::1"]);
    assert_eq!(find("trusted_proxies"), (proxies, "ACCOUNTD_TRUSTED_PROXIES"));
    assert_eq!(find("projects[0].id"), (json!("shop"), "file"));
    assert_eq!(find("projects[0].session.per_user"), (json!(2), "file"));
    assert_eq!(find("projects[0].session.ttl_seconds"), (json!(2_592_000), "default"));
    assert_eq!(find("projects[0].sign_up"), (json!("open"), "default"));
}

/// SE: no secret of any setting is shown.
#[test]
fn secrets_are_shown_as_stars() {
    let text = "
        master_secret = 's3cret-master'
        master_secret_previous = ['s3cret-one', 's3cret-two']
        database.url = 'postgres://ada:s3cret@db/accounts?password=s3cret'
        database.replicas = ['postgres://ada:s3cret@db2/accounts?password=s3cret', 's3cret']
        redis.url = 'redis://:s3cret@redis'
        mail.url = 'smtps://ada:s3cret@mail.example.com'
        sms.url = 'https://sms.example.com/s3cret'
        metrics.token = 's3cret-token-s3cret'
        providers.apple = { client_id = 'app', client_secret = 's3cret', private_key = 's3cret' }
        [[projects]]
        id = 'default'
        webhooks = [{ id = 'crm', url = 'https://crm.example.com/s3cret?s3cret', events = ['users.*.create'] }]
    ";

    let shown = shown(text, &[]);

    let all = format!("{shown:?}");
    assert!(!all.contains("s3cret"), "{all}");
    for key in ["master_secret", "metrics.token", "providers.apple.private_key"] {
        assert!(shown.iter().any(|(other, value, _)| other == key && value == "***"), "{key}");
    }
}

#[test]
fn what_changes_is_named_and_what_needs_a_restart_is_known() {
    let settings = |text: &str| {
        let file = file(text);
        Config::load_all(Some(file.path()), [], Mode::Serve).unwrap().settings
    };
    let before =
        settings("limits.batch = 3\nlisten = '127.0.0.1:1'\nplatforms = ['a.test', 'b.test']");
    let after = settings(
        "limits.batch = 4\nlisten = '127.0.0.1:2'\nplatforms = ['a.test']\nmail.from = 'a@b.test'",
    );

    assert_eq!(before.changed(&before), [""; 0]);
    let changed = after.changed(&before);
    assert_eq!(changed, ["limits.batch", "listen", "mail.from", "platforms"]);
    let later = [
        "listen",
        "database.url",
        "jwt.ttl_seconds",
        "metrics.listen",
        "otlp.headers_file",
        "password.queue",
    ];
    assert!(later.iter().all(|key| reload::needs_restart(key)));
    let now = ["limits.batch", "metrics.token", "projects[0].password.dictionary", "listening"];
    assert!(!now.iter().any(|key| reload::needs_restart(key)));
}

/// All problems are reported at once: those of a file, those of variables, and what is missing.
#[test]
fn all_problems_are_reported_at_once() {
    let file = file(
        "
        listen = 'nowhere'
        colour = 'red'
        limits = { batch = 'many', unknown = 1, rates = false }
        public_url = 7
        [[projects]]
        id = 'shop'
        session = { per_user = 'many', unknown = 1 }
        [[projects]]
        id = 'other'
        sign_up = 'sometimes'
        ",
    );
    let environment = variables(&[("ACCOUNTD_JWT__TTL_SECONDS", "long")]);

    let loaded = Config::load_all(Some(file.path()), environment, Mode::Serve).unwrap();
    let mut problems = loaded.problems;
    problems.append_others(loaded.config.check().unwrap_err());

    let problems = problems.to_string().replace(&file.path().display().to_string(), "file");
    for problem in [
        "file: unknown key `colour`",
        "file: limits.batch: ",
        "file: limits: unknown key `unknown`",
        "file: listen: ",
        "file: projects[0].session.per_user: ",
        "file: projects[0].session: unknown key `unknown`",
        "file: projects[1].sign_up: ",
        "file: public_url: ",
        "ACCOUNTD_JWT__TTL_SECONDS: jwt.ttl_seconds: ",
        "master_secret is missing: ",
        "mail.url is missing: ",
    ] {
        let count = problems.lines().filter(|line| line.starts_with(problem)).count();
        assert_eq!(count, 1, "{problem} in {problems}");
    }
    assert_eq!(problems.lines().count(), 11, "{problems}");
    // What is valid counts all the same.
    assert!(!loaded.config.limits.rates);
}

/// A file that is no TOML is the only problem: what it sets is not reported as missing.
#[test]
fn a_file_that_is_no_toml_is_one_problem() {
    let file = file("public_url = 'https://accounts.example.com'\nmaster_secret = x\n");

    let loaded = Config::load_all(Some(file.path()), variables(&[]), Mode::Serve);

    let problem = loaded.err().unwrap().to_string();
    assert!(problem.contains("TOML parse error at line 2"), "{problem}");
    assert_eq!(problem.matches("missing").count(), 0, "{problem}");
}

/// The schema knows each key of the manual, with its description; a table has no others.
#[test]
fn the_schema_describes_every_setting() {
    let schema = schema::schema();
    let find = |path: &[&str]| {
        path.iter().fold(&schema, |at, name| {
            let at = if at["type"] == "array" { &at["items"] } else { at };
            let known = &at["properties"][name];
            if known.is_null() { &at["additionalProperties"] } else { known }
        })
    };
    for entry in manual::entries() {
        let path = entry.section.split('.').chain(entry.key.split('.'));
        let path: Vec<_> = path.filter(|part| !part.is_empty()).collect();
        let found = find(&path);
        assert!(found["description"].as_str().is_some_and(|it| it.len() > 10), "{path:?}: {found}");
        assert!(found["type"].is_string() || found["anyOf"].is_array(), "{path:?}: {found}");
    }
    assert_eq!(find(&["limits", "batch"])["default"], 10);
    assert_eq!(find(&["limits"])["additionalProperties"], false);
    assert_eq!(find(&["database", "url"])["type"], "string");
    assert_eq!(find(&["providers", "any", "id_tokens"])["type"], "boolean");
    assert_eq!(find(&["projects", "auth", "passkey"])["type"], "boolean");
    let webhook = &find(&["projects", "webhooks"])["items"];
    assert_eq!(webhook["properties"]["allow_link_local"]["type"], "boolean");
}
