//! How settings are merged layer by layer, and the errors of a bad layer.

use super::*;

#[test]
fn the_manual_gives_every_default() {
    let config = Config::load(None, [], Mode::Serve).unwrap();

    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database.url.expose().as_str(), "sqlite:///var/lib/accountd/accountd.db");
    assert!(!config.graphql.introspection && !config.graphql.graphiql);
    assert!(config.limits.rates);
    assert_eq!(config.limits.body_bytes, 262_144);
    assert_eq!(config.limits.document.introspection_depth, 16);
    assert_eq!(config.limits.keep_alive_seconds, 75);
    assert_eq!(config.jwt.ttl_seconds, 900);
    assert!(config.master_secret.is_none() && config.mail.url.is_none());
}

#[test]
fn a_project_has_the_defaults_of_the_manual() {
    let manual = Config::load(None, [], Mode::Serve).unwrap();
    let short = from_file("[[projects]]\nid = 'default'").unwrap();

    assert_eq!(format!("{:?}", manual.projects), format!("{:?}", short.projects));
}

/// The manual shows keys without a default as comments; each of them is one that a file may use.
#[test]
fn what_the_manual_comments_out_is_read_too() {
    let mut text = String::new();
    for line in include_str!("../../config.default.toml").lines() {
        let is_key = line
            .strip_prefix("# ")
            .filter(|rest| rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')));
        text.push_str(is_key.unwrap_or(line));
        text.push('\n');
    }
    let config = from_file(&text).unwrap();

    assert!(config.public_url.is_some() && config.master_secret_file.is_some());
    assert!(config.redis.url.is_some() && config.mail.from.is_some());
    assert!(config.mail.hello.is_some() && config.projects[0].mail.from.is_some());
    assert!(config.geoip.database.is_some() && config.password.concurrent.is_some());
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = file("listen = '127.0.0.1:1'\n[limits]\nbatch = 3\nbody_bytes = 7");
    let environment = variables(&[
        ("ACCOUNTD_LIMITS__BATCH", "4"),
        ("ACCOUNTD_LIMITS__DOCUMENT__DEPTH", "5"),
        ("ACCOUNTD_LIMITS__RATES", "false"),
        ("ACCOUNTD_DATABASE__URL", "postgres://db/accounts"),
        ("ACCOUNTD_CONFIG", "is no setting"),
        ("PATH", "neither"),
    ]);
    let config = Config::load(Some(file.path()), environment, Mode::Serve).unwrap();

    assert_eq!(config.listen.port(), 1);
    assert_eq!((config.limits.batch, config.limits.body_bytes), (4, 7));
    assert_eq!((config.limits.document.depth, config.limits.document.aliases), (5, 30));
    assert!(!config.limits.rates);
    assert_eq!(config.database.url.scheme(), "postgres");
}

#[test]
fn proxies_are_a_list_in_the_file_and_separated_by_commas_in_the_environment() {
    let listed = from_file("trusted_proxies = ['10.0.0.0/8', '::1']").unwrap();
    let environment = variables(&[("ACCOUNTD_TRUSTED_PROXIES", "10.0.0.0/8, ::1")]);
    let joined = Config::load(None, environment, Mode::Serve).unwrap();
    let none = variables(&[("ACCOUNTD_TRUSTED_PROXIES", "")]);

    assert_eq!(listed.trusted_proxies.len(), 2);
    assert_eq!(listed.trusted_proxies, joined.trusted_proxies);
    assert!(Config::load(None, none, Mode::Serve).unwrap().trusted_proxies.is_empty());
    insta::assert_snapshot!(
        error_of_variable("ACCOUNTD_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        @"ACCOUNTD_TRUSTED_PROXIES: trusted_proxies: `proxy` is neither an address nor a network");
}

#[test]
fn projects_of_the_file_replace_the_default_one() {
    let config = from_file("[[projects]]\nid = 'a'\n[[projects]]\nid = 'b'").unwrap();
    let ids: Vec<_> = config.projects.iter().map(|project| project.id.as_str()).collect();

    assert_eq!(ids, ["a", "b"]);
}

#[test]
fn dev_needs_no_setting() {
    let config = Config::load(None, [], Mode::Dev).unwrap();

    assert_eq!(config.check(), Ok(()));
    assert!(config.is_dev() && config.graphql.introspection && config.graphql.graphiql);
    assert!(!config.projects[0].password.dictionary);
    let file = config.database.file().unwrap();
    assert_eq!(file, std::env::current_dir().unwrap().join("data/accountd.db"));
}

#[test]
fn the_file_wins_over_the_defaults_of_dev() {
    let file = file("graphql.graphiql = false\nmail.url = 'none:'");
    let config = Config::load(Some(file.path()), [], Mode::Dev).unwrap();

    assert!(!config.graphql.graphiql && config.graphql.introspection);
    assert_eq!(config.mail.url.unwrap().scheme(), "none");
}

#[test]
fn an_unknown_key_is_refused_wherever_it_stands() {
    for text in [
        "unknown = 1",
        "[unknown]",
        "redis.unknown = 1",
        "database.unknown = 1",
        "mail.unknown = 1",
        "sms.unknown = 1",
        "geoip.unknown = 1",
        "graphql.unknown = 1",
        "limits.unknown = 1",
        "limits.document.unknown = 1",
        "password.unknown = 1",
        "jwt.unknown = 1",
        "providers.a.unknown = 1",
        "[[projects]]\nid = 'a'\nunknown = 1",
        "[[projects]]\nid = 'a'\nsession.unknown = 1",
        "[[projects]]\nid = 'a'\nmail.unknown = 1",
        "[[projects]]\nid = 'a'\npassword.unknown = 1",
        "[[projects]]\nid = 'a'\nsecurity.unknown = 1",
        "[[projects]]\nid = 'a'\nauth.unknown = true",
        "[[projects]]\nid = 'a'\nsign_up.unknown = []",
        "[[projects]]\nid = 'a'\napi_keys = [{ unknown = 1 }]",
    ] {
        let error = error_of_file(text);
        assert!(error.contains("unknown key `unknown`"), "{text}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn a_bad_setting_is_reported_in_one_line_with_its_place() {
    let texts = [
        "redis.hosts = 2",
        "listen = 'here'",
        "listen = 5",
        "limits.batch = 'many'",
        "limits.batch = -1",
        "public_url = 'example.com'",
        "database.url = 'secret word'",
        "redis = 5",
        "trusted_proxies = 5",
        "mail.from = 'nobody'",
        "mail.from = 'bücher@example.com'",
        "mail.hello = 'vm'",
        "[[projects]]\nid = 'a'\nmail.from = 'nobody'",
        "projects = []\nlisten =",
        "master_secret = \"secret word",
        "[[projects]]\nname = 'a'",
        "[[projects]]\nid = 'a'\napi_keys = [{ hash = 'ab', scopes = [] }]",
        "[[projects]]\nid = 'a'\n[[projects.api_keys]]\nhash = 'HASH'\nscopes = ['all']",
    ];
    let hash = "0".repeat(64);
    let errors = texts.map(|text| error_of_file(&text.replace("HASH", &hash)));

    assert!(errors.iter().all(|line| !line.contains("secret word") && line.lines().count() == 1));
    insta::assert_snapshot!(errors.join("\n"), @r#"
    redis: unknown key `hosts`, expected one of `url`, `instances`, `patience_ms`
    listen: invalid socket address syntax
    listen: invalid socket address syntax
    limits.batch: not an integer
    limits.batch: not an unsigned 64 bit or less integer
    public_url: not a URL: relative URL without a base
    database.url: not a URL: relative URL without a base
    redis: not a table
    trusted_proxies: not a list
    mail.from: not an email address
    mail.from: what stands before the @ is not ASCII, which many mail servers refuse
    mail.hello: neither a full host name such as mail.example.com nor an address such as [203.0.113.7]
    projects[0].mail.from: not an email address
    TOML parse error at line 2, column 9: string values must be quoted, expected literal string
    TOML parse error at line 1, column 29: invalid basic string, expected `"`
    projects[0].id: missing
    projects[0].api_keys[0].hash: not the 64 hexadecimal digits that `accountd key new` prints
    projects[0].api_keys[0].scopes[0]: there is no scope `all`, only client.forward, limits.exempt, revocations.read, sessions.read, sessions.write, tokens.introspect, users.hashes, users.read, users.write
    "#);
}

#[test]
fn a_bad_variable_is_reported_in_one_line_with_its_name() {
    let errors = [
        error_of_variable("ACCOUNTD_DATABASE__ULR", "postgres://db/accounts"),
        error_of_variable("ACCOUNTD_REDIS__HOSTS", "2"),
        error_of_variable("ACCOUNTD_REDIS", "redis://host"),
        error_of_variable("ACCOUNTD_LIMITS__BATCH", "many"),
        error_of_variable("ACCOUNTD_PROJECTS__0__ID", "a"),
        error_of_variable("ACCOUNTD_MAIL__URL", ""),
    ];

    insta::assert_snapshot!(errors.join("\n"), @r"
    ACCOUNTD_DATABASE__ULR: database: unknown key `ulr`, expected one of `url`, `allow_data_loss`, `account_cache_bytes`, `replicas`, `replica_lag_seconds`
    ACCOUNTD_REDIS__HOSTS: redis: unknown key `hosts`, expected one of `url`, `instances`, `patience_ms`
    ACCOUNTD_REDIS: redis: not a table
    ACCOUNTD_LIMITS__BATCH: limits.batch: not an integer
    ACCOUNTD_PROJECTS__0__ID: projects: not a sequence
    ACCOUNTD_MAIL__URL: mail.url: not a URL: relative URL without a base
    ");
}

/// C-18: variables that Kubernetes makes for a service called accountd, and others without two underscores, stop nothing.
#[test]
fn variables_of_others_are_left_alone() {
    let kubernetes = [
        ("ACCOUNTD_PORT", "tcp://10.0.0.7:8080"),
        ("ACCOUNTD_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
        ("ACCOUNTD_PORT_8080_TCP_ADDR", "10.0.0.7"),
        ("ACCOUNTD_PORT_8080_TCP_PORT", "8080"),
        ("ACCOUNTD_PORT_8080_TCP_PROTO", "tcp"),
        ("ACCOUNTD_REDIS_SERVICE_HOST", "10.0.0.8"),
        ("ACCOUNTD_SERVICE_HOST", "10.0.0.7"),
        ("ACCOUNTD_SERVICE_PORT", "8080"),
        ("ACCOUNTD_SERVICE_PORT_HTTP", "8080"),
    ];
    let others =
        [("ACCOUNTD_LISTN", "127.0.0.1:1"), ("ACCOUNTD_", "1"), ("ACCOUNTD_MAIL_URL", "none:")];
    let ours = [("ACCOUNTD_LISTEN", "127.0.0.1:7"), ("ACCOUNTD_MAIL__URL", "none:")];
    let load = |variables: &[(&str, &str)]| {
        Config::load(None, super::variables(variables), Mode::Serve).unwrap()
    };

    let config = load(&[&kubernetes[..], &others, &ours].concat());

    assert_eq!(config.listen.port(), 7);
    let warning = config.warnings().pop().unwrap();
    for (name, value) in kubernetes.iter().chain(&others) {
        assert!(warning.contains(&format!("{name}, ")) || warning.contains(&format!("{name}. ")));
        assert!(value.len() < 5 || !warning.contains(value), "{warning}");
    }
    assert!(!warning.contains("ACCOUNTD_LISTEN") && !warning.contains("ACCOUNTD_MAIL__URL"));
    assert!(!load(&ours).warnings().iter().any(|warning| warning.starts_with("ignored")));
}

#[test]
fn every_bad_layer_is_reported_at_once() {
    let file = file("listn = 1");
    let environment = variables(&[("ACCOUNTD_JWT__B", "1"), ("ACCOUNTD_JWT__A", "1")]);
    let error = Config::load(Some(file.path()), environment, Mode::Serve).unwrap_err().to_string();
    let lines: Vec<_> = error.lines().collect();

    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with(&file.path().display().to_string()));
    assert!(lines[1].starts_with("ACCOUNTD_JWT__A: "));
    assert!(lines[2].starts_with("ACCOUNTD_JWT__B: "));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Config::load(Some(Path::new("missing.toml")), [], Mode::Serve).unwrap_err();

    insta::assert_snapshot!(format!("{error:#}"), @"missing.toml: No such file or directory (os error 2)");
}

/// C-48: the project `default` gets its platforms without a file; projects of a file have their own.
#[test]
fn platforms_of_the_default_project_can_be_a_variable() {
    let load = |text: &str| {
        let platforms = variables(&[("ACCOUNTD_PLATFORMS", "app.example.com, *.example.org,")]);
        Config::load(Some(file(text).path()), platforms, Mode::Serve).unwrap()
    };
    let added = ["app.example.com", "*.example.org"];
    let own = "[[projects]]\nid = 'default'\nplatforms = ['a.test', 'app.example.com']";

    assert_eq!(load("").projects[0].platforms, added);
    assert_eq!(load(own).projects[0].platforms, ["a.test", "app.example.com", "*.example.org"]);
    assert!(load(own).warnings().is_empty());
    let other = load("[[projects]]\nid = 'shop'");
    let error = other.check().unwrap_err().to_string();
    assert!(error.contains("platforms: there is no project `default`"), "{error}");
    insta::assert_snapshot!(other.warnings().join("\n"), @"projects.shop.platforms is empty: browsers let no page of another host call the server, and links in mails can lead nowhere; set it to the hosts of your apps");
}
