//! Which settings will do, and in which words the others are refused.

use super::*;

#[test]
fn dev_listens_on_loopback_only() {
    let environment = variables(&[("ACCOUNTD_LISTEN", "0.0.0.0:0")]);
    let config = Config::load(None, environment, Mode::Dev).unwrap();

    insta::assert_snapshot!(config.check().unwrap_err(), @"listen: dev listens on loopback, not 0.0.0.0:0; to let in everyone on the network, start it with `accountd dev --listen 0.0.0.0:0`");
}

#[test]
fn serve_reports_everything_that_is_missing_at_once() {
    let config = Config::load(None, [], Mode::Serve).unwrap();

    insta::assert_snapshot!(config.check().unwrap_err(), @r"
    public_url is missing: set it to where clients reach the server, such as https://accounts.example.com
    master_secret is missing: set it, or master_secret_file, to at least 32 random bytes
    mail.url is missing: set it to smtp://…, smtps://…, folder:/path or, to send nothing, none:
    ");
}

#[test]
fn serve_starts_with_complete_settings() {
    assert_eq!(config_with("").check(), Ok(()));
    assert_eq!(config_with("mail.from = 'accounts@example.com'").check(), Ok(()));
    assert_eq!(config_with("mail.hello = 'mail.example.com'").check(), Ok(()));
}

/// C-32: without a sender of all mails, each project needs one of its own.
#[test]
fn every_project_has_a_sender() {
    let (a, b) =
        ("[[projects]]\nid = 'a'\nmail.from = 'A <a@example.com>'", "[[projects]]\nid = 'b'");
    let mail = "mail = { url = 'smtp://host', from = 'all@example.com' }";
    let with = |text: &str| {
        let file =
            file(&format!("public_url = 'https://a.example'\nmaster_secret = '{SECRET}'\n{text}"));
        Config::load(Some(file.path()), [], Mode::Serve).unwrap()
    };

    assert_eq!(with(&format!("{mail}\n{a}\n{b}")).check(), Ok(()));
    assert_eq!(with(&format!("mail.url = 'smtp://host'\n{a}")).check(), Ok(()));
    let problems = with(&format!("mail.url = 'smtp://host'\n{a}\n{b}")).check().unwrap_err();
    assert_eq!(problems.to_string(), "mail.from is missing: set it to the sender of all mails");
}

#[test]
fn invalid_settings_are_reported_in_a_line_each() {
    let problems = problems_of(
        "
        database.url = 'sqlite:accountd.db'
        redis = { url = 'http://redis', instances = 0 }
        sms.url = 'http://sms.example.com'
        geoip.database = 'missing.mmdb'
        limits = { body_bytes = 0, batch = 0 }
        password = { parallelism = 9, concurrent = 0 }
        jwt.ttl_seconds = 901
        [[projects]]
        id = 'A'
        platforms = ['Example.com', 'https://example.com', '*.example.com', 'localhost:3000']
        session = { ttl_seconds = 2, absolute_ttl_seconds = 1, per_user = 0 }
        password.min_length = 7
        [[projects]]
        id = 'a'
        [[projects]]
        id = '_'
        ",
    );

    insta::assert_snapshot!(problems, @r"
    database.url: neither sqlite:///absolute/path.db nor postgres://host/name
    redis.url: neither redis://host nor rediss://host
    redis.instances: at least 1
    sms.url: none of https://host, http:// with a loopback host, twilio://…, inbox: and none:
    geoip.database: no file at missing.mmdb
    limits.body_bytes: at least 1
    limits.batch: at least 1
    password.parallelism: 9 is not 1 to 8
    password.concurrent: at least 1
    jwt.ttl_seconds: not 1 to 900
    projects.A.platforms: `Example.com` is neither a host in lower case nor an app's scheme with a colon
    projects.A.platforms: `https://example.com` is neither a host in lower case nor an app's scheme with a colon
    projects.A.platforms: `localhost:3000` is neither a host in lower case nor an app's scheme with a colon
    projects.A.session.ttl_seconds: not 1 to absolute_ttl_seconds
    projects.A.password.min_length: not 8 to 64 characters
    projects.A.session.per_user: at least 1
    projects: `A` and `a` must differ by more than case, since they would share a cookie's name
    projects: `_` is not a project's id
    ");
}

#[test]
fn replicas_are_of_postgres_and_keep_up() {
    let postgres = "database.url = 'postgres://host/db'";
    let good =
        "database.replicas = ['postgres://u:p@one/db', 'postgresql://two/db?sslmode=require']";
    let one = "database.replicas = 'postgres://one/db'";

    assert_eq!(config_with(&format!("{postgres}\n{good}")).check(), Ok(()));
    assert_eq!(config_with(&format!("{postgres}\n{one}")).database.replicas.len(), 1);
    for (settings, problem) in [
        (one, "database.replicas: an SQLite database has none"),
        (
            "database.url = 'postgres://host/db'\ndatabase.replicas = ['https://one']",
            "database.replicas: not all are postgres://host/name",
        ),
        ("database.replica_lag_seconds = 2", "database.replica_lag_seconds: not 3 to 3600"),
    ] {
        assert_eq!(config_with(settings).check().unwrap_err().to_string(), problem);
    }
}

#[test]
fn a_public_url_is_safe_and_plain() {
    let is_refused = |url| {
        let environment = variables(&[("ACCOUNTD_PUBLIC_URL", url)]);
        Config::load(None, environment, Mode::Dev).unwrap().check().is_err()
    };

    for url in
        ["https://a.example", "https://a.example/auth/", "http://localhost:1", "http://[::1]"]
    {
        assert!(!is_refused(url), "{url}");
    }
    for url in
        ["http://a.example", "ftp://a.example", "https://u:p@a.example", "https://a/?b", "a:b"]
    {
        assert!(is_refused(url), "{url}");
    }
}

#[test]
fn urls_of_services_are_known_by_their_schemes() {
    for (key, urls) in [
        ("database.url", "sqlite:///a/b.db postgres://host/db postgresql://u:p@host/db"),
        ("mail.url", "smtp://host:25 smtps://u:p@host folder:/a folder:./a inbox: none:"),
        ("sms.url", "https://host http://127.0.0.1:9 twilio://a:t@number inbox: none:"),
        ("redis.url", "redis://host rediss://u:p@host:1/2"),
    ] {
        for url in urls.split(' ') {
            assert_eq!(with_url(key, url).check(), Ok(()), "{key} {url}");
        }
    }
}

#[test]
fn other_urls_of_services_are_refused() {
    for (key, urls) in [
        (
            "database.url",
            "sqlite::memory: sqlite://a.db sqlite:///a/ mysql://host/db postgres: postgres://host/db?sslmode=perhaps",
        ),
        ("mail.url", "smtp: https://host folder: folder://host/a inbox://host none:1"),
        ("sms.url", "http://example.com twilio: smtp://host none:1"),
        (
            "redis.url",
            "redis: https://host redis://host/x rediss://host:1/x rediss://host/#insecure",
        ),
    ] {
        for url in urls.split(' ') {
            let error = with_url(key, url).check().unwrap_err().to_string();
            assert!(error.starts_with(key) && error.lines().count() == 1, "{url}: {error}");
        }
    }
}

/// Complete settings but for the URL of one service.
fn with_url(key: &str, url: &str) -> Config {
    let config = config_with("mail.from = 'a@example.com'");
    let url = SecretUrl::try_from(url.to_owned()).unwrap();
    match key {
        "database.url" => {
            Config { database: database::Database { url, ..config.database.clone() }, ..config }
        }
        "redis.url" => Config { redis: redis::Redis { url: Some(url), ..config.redis }, ..config },
        "mail.url" => Config { mail: mail::Mail { url: Some(url), ..config.mail }, ..config },
        _ => Config { sms: sms::Sms { url, ..config.sms }, ..config },
    }
}

/// PW-1: production hashes at no less than the floor; dev may hash as cheaply as argon2 can.
#[test]
fn cheap_hashes_are_refused_in_production_only() {
    let cheap = "password = { memory_kib = 8, iterations = 1 }";
    let file = file(cheap);
    let dev = Config::load(Some(file.path()), [], Mode::Dev).unwrap();

    assert_eq!(dev.check(), Ok(()));
    insta::assert_snapshot!(problems_of(cheap), @r"
    password.memory_kib: 8 is not 19456 to 262144
    password.iterations: 1 is not 2 to 10
    ");
}

#[test]
fn the_file_of_a_database_is_decoded() {
    let config = config_with("database.url = 'sqlite:///a%20b/c.db'");

    assert_eq!(config.database.file(), Some(PathBuf::from("/a b/c.db")));
    assert_eq!(config_with("database.url = 'postgres://host/c'").database.file(), None);
}

#[test]
fn a_log_is_kept_for_a_day_at_least() {
    let with = |retention: &str| {
        config_with(&format!("[[projects]]\nid = 'a'\nsecurity_log.retention = {retention}"))
    };

    for retention in ["'1d'", "86400", "'24h'", "'3650d'"] {
        assert_eq!(with(retention).check(), Ok(()), "{retention}");
    }
    for retention in ["'23h'", "0", "-1", "'0d'", "'1w'", "''", "'99999999d'"] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(with(retention).check().unwrap_err(), @r#"projects.a.security_log.retention: not a day or more, such as "365d""#);
        }
    }
}
