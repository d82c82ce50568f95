//! Whom servers are trusted by: one store for all calls, that of the machine or of `SSL_CERT_FILE` and `SSL_CERT_DIR`.

use std::path::Path;

use tempfile::TempDir;

use crate::support::{FakeServer, MASTER_SECRET, Secured, accountd, private_certificate};

/// The doctor's report about a server's settings, with a variable that names authorities, or with none.
async fn examine(folder: &Path, settings: &str, variable: Option<(&str, &Path)>) -> String {
    std::fs::write(folder.join("accountd.toml"), settings).unwrap();
    let arguments = [
        "--config",
        "accountd.toml",
        "doctor",
        "--mail",
        "ada@example.com",
        "--sms",
        "+12065550100",
    ];
    let environment = [
        ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
        ("ACCOUNTD_MASTER_SECRET", MASTER_SECRET),
        ("ACCOUNTD_MAIL__FROM", "accounts@example.com"),
    ];
    let mut command = accountd(folder, &arguments, &environment);
    command.env_remove("SSL_CERT_FILE").env_remove("SSL_CERT_DIR").envs(variable);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

/// The settings that lead to a server of a kind.
fn settings(kind: Secured, port: u16) -> String {
    let at = format!("127.0.0.1:{port}");
    match kind {
        Secured::Smtps => format!("mail.url = \"smtps://{at}\""),
        Secured::StartTls => format!("mail.url = \"smtp://{at}?tls=required\""),
        Secured::Https => format!("mail.url = \"none:\"\nsms.url = \"https://{at}/sms\""),
        Secured::Redis => format!("mail.url = \"none:\"\nredis.url = \"rediss://{at}\""),
        Secured::Postgres => {
            format!(
                "mail.url = \"none:\"\ndatabase.url = \"postgres://a:b@{at}/c?sslmode=verify-full\""
            )
        }
    }
}

/// C-31: an authority in `SSL_CERT_FILE` or `SSL_CERT_DIR` counts for mail servers as it does for webhooks, PostgreSQL and Redis, and
/// without it nothing is sent to any of them.
#[tokio::test]
async fn a_private_authority_counts_for_all_servers() {
    let (tls, authority) = private_certificate();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &authority).unwrap();
    let store = folder.path().join("authorities");
    std::fs::create_dir(&store).unwrap();
    std::fs::write(store.join("authority.pem"), &authority).unwrap();
    for kind in
        [Secured::Smtps, Secured::StartTls, Secured::Https, Secured::Redis, Secured::Postgres]
    {
        let fake_server = FakeServer::secured(kind, tls.clone()).await;
        let settings = settings(kind, fake_server.port);

        let report = examine(folder.path(), &settings, None).await;
        assert_eq!(
            (fake_server.trusted(), fake_server.received().len()),
            (0, 0),
            "{kind:?}\n{report}"
        );
        assert!(report.contains("invalid peer certificate: UnknownIssuer"), "{kind:?}\n{report}");

        for variable in [("SSL_CERT_FILE", &*file), ("SSL_CERT_DIR", &*store)] {
            let before = (fake_server.trusted(), fake_server.received().len());
            let report = examine(folder.path(), &settings, Some(variable)).await;
            assert!(fake_server.trusted() > before.0, "{kind:?} {variable:?}\n{report}");
            assert!(!report.contains("certificate"), "{kind:?} {variable:?}\n{report}");
            let is_taken = matches!(kind, Secured::Smtps | Secured::StartTls | Secured::Https);
            let taken = before.1 + usize::from(is_taken);
            assert_eq!(fake_server.received().len(), taken, "{kind:?} {variable:?}\n{report}");
        }
    }
}
