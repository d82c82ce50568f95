//! Secrets of a running server: where they are, and what a crash makes of them.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::Server;
use crate::support::try_post;

const ADA: &str = "ada@example.com";
const URL: &str = "http://localhost:3000/";

/// The value of a document's only root field.
fn field(answer: &Value) -> Value {
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].as_object().unwrap().values().next().unwrap().clone()
}

/// What the newest message to an address says.
fn newest(server: &Server, to: &str) -> Value {
    field(&server.post(
        "",
        &format!("{{ devInbox(to: \"{to}\", waitMs: 5000) {{ userId secret code link }} }}"),
    ))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Runs through everything that has a secret, and answers all secrets.
fn use_everything(server: &Server) -> Vec<String> {
    let mut secrets = vec!["first secret password".to_owned(), "second secret password".to_owned()];
    let run = |session: &str, document: &str| field(&server.post(session, document));
    run(
        "",
        &format!(
            "mutation {{ accountCreate(userId: \"ada\", email: \"{ADA}\", password: \"{}\") {{ _id }} }}",
            secrets[0]
        ),
    );
    let sign_in = format!(
        "mutation {{ accountCreateEmailSession(email: \"{ADA}\", password: \"{}\") {{ secret }} }}",
        secrets[0]
    );
    let session = text(&run("", &sign_in)["secret"]);
    let inner =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &session).unwrap();
    let inner: Value = serde_json::from_slice(&inner).unwrap();
    secrets.extend([session.clone(), text(&inner["secret"])]);
    secrets.push(text(&run(&session, "mutation { accountCreateJWT { jwt } }")["jwt"]));
    run(
        &session,
        &format!(
            "mutation {{ accountUpdatePhone(phone: \"+12065550100\", password: \"{}\") {{ _id }} }}",
            secrets[0]
        ),
    );

    run(&session, &format!("mutation {{ accountCreateVerification(url: \"{URL}\") {{ _id }} }}"));
    let mail = newest(server, ADA);
    secrets.push(text(&mail["secret"]));
    run(
        "",
        &format!(
            "mutation {{ accountUpdateVerification(userId: \"ada\", secret: {}) {{ _id }} }}",
            mail["secret"]
        ),
    );
    run(&session, "mutation { accountCreatePhoneVerification { _id } }");
    let message = newest(server, "+12065550100");
    run(
        "",
        &format!(
            "mutation {{ accountUpdatePhoneVerification(userId: \"ada\", secret: {}) {{ _id }} }}",
            message["code"]
        ),
    );
    run(
        "",
        &format!(
            "mutation {{ accountCreateMagicURLSession(userId: \"unique()\", email: \"{ADA}\", url: \"{URL}\") {{ _id }} }}"
        ),
    );
    let mail = newest(server, ADA);
    secrets.push(text(&mail["secret"]));
    run(
        "",
        &format!(
            "mutation {{ accountUpdateMagicURLSession(userId: \"ada\", secret: {}) {{ _id }} }}",
            mail["secret"]
        ),
    );
    run(
        "",
        &format!(
            "mutation {{ accountCreateRecovery(email: \"{ADA}\", url: \"{URL}\") {{ _id }} }}"
        ),
    );
    let mail = newest(server, ADA);
    secrets.push(text(&mail["secret"]));
    run(
        "",
        &format!(
            "mutation {{ accountUpdateRecovery(userId: \"ada\", secret: {}, password: \"{}\") {{ _id }} }}",
            mail["secret"], secrets[1]
        ),
    );
    // Some that fail, and one that is never redeemed.
    server.post("", &format!("mutation {{ accountCreateEmailSession(email: \"{ADA}\", password: \"third secret password\") {{ _id }} }}"));
    secrets.push("third secret password".to_owned());
    run(
        "",
        &format!(
            "mutation {{ accountCreateRecovery(email: \"{ADA}\", url: \"{URL}\") {{ _id }} }}"
        ),
    );
    secrets.push(text(&newest(server, ADA)["secret"]));
    secrets
}

/// All files below a folder, with what is in them.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

/// OT-5: after using everything, no secret is in the database, its log, the limits or the server's log.
#[test]
fn no_secret_is_left_behind() {
    let folder = TempDir::new().unwrap();
    let server = Server::start_with(folder.path(), &[("RUST_LOG", "debug")]);

    let secrets = use_everything(&server);

    drop(server);
    assert!(secrets.len() >= 9, "{}", secrets.len());
    let files = files(folder.path());
    assert!(files.iter().any(|(name, _)| name.ends_with("accountd.db")));
    assert!(files.iter().any(|(name, bytes)| name.ends_with("log.txt") && bytes.len() > 100));
    for secret in secrets {
        for (name, bytes) in &files {
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{name} holds {secret}");
        }
    }
}

/// OT-3: whenever the server is killed while a secret is redeemed, the password is new, the secret spent and the log
/// written, or none of the three.
#[test]
fn a_kill_redeems_a_secret_whole_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let settings = [("ACCOUNTD_LIMITS__RATES", "false"), ("ACCOUNTD_PASSWORD__MEMORY_KIB", "1024")];
    let mut server = Server::start_with(folder.path(), &settings);
    field(&server.post("", &format!("mutation {{ accountCreate(userId: \"ada\", email: \"{ADA}\", password: \"the very first one\") {{ _id }} }}")));
    let sign_in = |server: &Server, password: &str| {
        server.post("", &format!("mutation {{ accountCreateEmailSession(email: \"{ADA}\", password: \"{password}\") {{ secret }} }}"))
    };
    let mut changes = 0;
    for round in 0..10_u64 {
        field(&server.post(
            "",
            &format!(
                "mutation {{ accountCreateRecovery(email: \"{ADA}\", url: \"{URL}\") {{ _id }} }}"
            ),
        ));
        let secret = newest(&server, ADA)["secret"].clone();
        let password = format!("password of round {round}");
        let redeem = format!(
            "mutation {{ accountUpdateRecovery(userId: \"ada\", secret: {secret}, password: \"{password}\") {{ _id }} }}"
        );
        let (address, document) = (server.address.clone(), redeem.clone());
        let call = std::thread::spawn(move || try_post(&address, "", &document));
        std::thread::sleep(Duration::from_millis(round * 3));
        drop(server);
        let acknowledged =
            call.join().unwrap().is_some_and(|answer| answer.get("errors").is_none());

        server = Server::start_with(folder.path(), &settings);
        let session = sign_in(&server, &password);
        let is_new = session.get("errors").is_none();
        changes += u64::from(is_new);
        assert!(is_new || !acknowledged);
        let again = server.post("", &redeem);
        assert_eq!(again.get("errors").is_none(), !is_new, "{again}");
        changes += u64::from(!is_new);
        let session = text(&field(&sign_in(&server, &password))["secret"]);
        let logs = server
            .post(&session, "{ accountListLogs(queries: [\"limit(5000)\"]) { logs { event } } }");
        let logged = logs.to_string().matches("recovery.update").count() as u64;
        assert_eq!(logged, changes);
    }
}
