//! The data of a server that is killed, and what its successor does with it.

use std::path::Path;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use tempfile::TempDir;

use crate::support::{Behaviour, FakeServer, Server, connect, rounds, try_post};

const ADA: &str = "ada@example.com";
const URL: &str = "http://localhost:3000/";

/// DL-1: whenever the server is killed (200 times in the slow job), a change is there if and only if its row of the log
/// is, and none that was acknowledged is missing.
#[test]
fn a_kill_leaves_changes_and_their_log_together() {
    let folder = TempDir::new().unwrap();
    let mut server = Server::start_on_stores(folder.path(), &[]);
    let session = server.field("", "mutation { accountCreateAnonymousSession { secret } }");
    let session = session["secret"].as_str().unwrap().to_owned();
    let mut acknowledged = 0;
    let rounds = rounds(12, 200) as u64;
    for round in 0..rounds {
        let address = server.address.clone();
        let secret = session.clone();
        let writer = std::thread::spawn(move || {
            let mut last = acknowledged;
            // Each change carries the number of the one before, plus one; the server dies in the midst of them.
            loop {
                let next = last + 1;
                let mutation =
                    format!(r#"mutation {{ accountUpdateName(name: "{next}") {{ name }} }}"#);
                let answer = try_post(&address, &secret, &mutation).unwrap_or_default();
                if answer["data"]["accountUpdateName"]["name"] != next.to_string().as_str() {
                    return last;
                }
                last = next;
            }
        });
        std::thread::sleep(Duration::from_millis(30 + 17 * (round % 24)));
        drop(server);
        acknowledged = writer.join().unwrap();

        server = Server::start_on_stores(folder.path(), &[]);
        let answer = server.post(&session, "{ accountGet { name } accountListLogs { total } }");
        let name: u64 = answer["data"]["accountGet"]["name"].as_str().unwrap().parse().unwrap_or(0);
        // The sign-in has written two rows; every change since has one.
        assert_eq!(answer["data"]["accountListLogs"]["total"], name + 2);
        assert!(name == acknowledged || name == acknowledged + 1, "{name} after {acknowledged}");
        acknowledged = name;
    }
    // A slow machine may change nothing in a round.
    assert!(acknowledged > 0);
}

/// OT-3: whenever the server is killed (200 times in the slow job) while a secret is redeemed, the password is new, the
/// secret used up and the log written, or none of the three.
#[test]
fn a_kill_redeems_a_secret_whole_or_not_at_all() {
    let folder = TempDir::new().unwrap();
    let settings = [("ACCOUNTD_LIMITS__RATES", "false"), ("ACCOUNTD_PASSWORD__MEMORY_KIB", "1024")];
    let mut server = Server::start_on_stores(folder.path(), &settings);
    server.field("", &format!("mutation {{ accountCreate(userId: \"ada\", email: \"{ADA}\", password: \"the very first one\") {{ _id }} }}"));
    let sign_in = |server: &Server, password: &str| {
        server.post("", &format!("mutation {{ accountCreateEmailSession(email: \"{ADA}\", password: \"{password}\") {{ secret }} }}"))
    };
    let mut changes = 0;
    for round in 0..rounds(10, 200) as u64 {
        server.field(
            "",
            &format!(
                "mutation {{ accountCreateRecovery(email: \"{ADA}\", url: \"{URL}\") {{ _id }} }}"
            ),
        );
        let secret = server.newest(ADA)["secret"].clone();
        let password = format!("password of round {round}");
        let redeem = format!(
            "mutation {{ accountUpdateRecovery(userId: \"ada\", secret: {secret}, password: \"{password}\") {{ _id }} }}"
        );
        let (address, document) = (server.address.clone(), redeem.clone());
        let call = std::thread::spawn(move || try_post(&address, "", &document));
        std::thread::sleep(Duration::from_millis(round % 25 * 3));
        drop(server);
        let acknowledged =
            call.join().unwrap().is_some_and(|answer| answer.get("errors").is_none());

        server = Server::start_on_stores(folder.path(), &settings);
        let session = sign_in(&server, &password);
        let is_new = session.get("errors").is_none();
        changes += u64::from(is_new);
        assert!(is_new || !acknowledged);
        let again = server.post("", &redeem);
        assert_eq!(again.get("errors").is_none(), !is_new, "{again}");
        changes += u64::from(!is_new);
        let session = sign_in(&server, &password)["data"]["accountCreateEmailSession"].take();
        let session = session["secret"].as_str().unwrap();
        let logs = server
            .post(session, "{ accountListLogs(queries: [\"limit(5000)\"]) { logs { event } } }");
        let logged = logs.to_string().matches("recovery.update").count() as u64;
        assert_eq!(logged, changes);
    }
}

/// OT-6: after four wrong tries and a kill a code has one try left.
#[test]
fn a_kill_gives_no_fresh_tries() {
    let folder = TempDir::new().unwrap();
    let settings = [("ACCOUNTD_LIMITS__RATES", "false")];
    let server = Server::start_on_stores(folder.path(), &settings);
    server.field(
        "",
        &format!(
            "mutation {{ accountCreateEmailToken(userId: \"ada\", email: \"{ADA}\") {{ _id }} }}"
        ),
    );
    let code = server.newest(ADA)["code"].as_str().unwrap().to_owned();
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let redeem = |server: &Server, code: &str| {
        let document = format!(
            "mutation {{ accountCreateSession(userId: \"ada\", secret: \"{code}\") {{ _id }} }}"
        );
        server.post("", &document)["errors"][0]["extensions"]["type"].clone()
    };
    for _ in 0..4 {
        assert_eq!(redeem(&server, &wrong), "user_invalid_token");
    }
    drop(server);

    let server = Server::start_on_stores(folder.path(), &settings);

    assert_eq!(redeem(&server, &wrong), "user_invalid_token");
    assert_eq!(redeem(&server, &code), "user_invalid_token");
}

/// RL-11: after ten calls of ten and a kill the eleventh is refused.
#[test]
fn a_kill_gives_no_fresh_quota() {
    let folder = TempDir::new().unwrap();
    let settings = [("ACCOUNTD_LIMITS__FACTOR", "1")];
    let server = Server::start_on_stores(folder.path(), &settings);
    let session = server.field("", "mutation { accountCreateAnonymousSession { secret } }");
    let session = session["secret"].as_str().unwrap();
    let extend = |server: &Server| {
        server.post(session, "mutation { accountUpdateSession(sessionId: \"current\") { _id } }")
    };
    for _ in 0..10 {
        assert!(extend(&server).get("errors").is_none());
    }
    drop(server);

    let server = Server::start_on_stores(folder.path(), &settings);

    let refused = extend(&server);
    assert_eq!(refused["errors"][0]["extensions"]["type"], "general_rate_limit_exceeded");
}

/// NW-6: a server that is killed while its mail server hangs loses no message, and sends none more than twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_no_message() {
    let folder = TempDir::new().unwrap();
    let fake_server = FakeServer::smtp().await;
    let mail = format!("smtp://127.0.0.1:{}", fake_server.port);
    let path = folder.path().to_owned();
    let start = move || {
        let settings = [
            ("ACCOUNTD_MAIL__URL", mail.as_str()),
            ("ACCOUNTD_MAIL__FROM", "accounts@example.com"),
            ("ACCOUNTD_LIMITS__RATES", "false"),
        ];
        Server::start_with(&path, &settings)
    };
    fake_server.be(Behaviour::Hangs);
    let server = start();
    for n in 0..5 {
        let document = format!(
            "mutation {{ accountCreateEmailToken(userId: \"unique()\", email: \"user{n}@example.com\") {{ _id }} }}"
        );
        assert!(server.post("", &document).get("errors").is_none());
    }
    while fake_server.held() < 5 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(server);
    fake_server.be(Behaviour::Takes);
    end_leases(folder.path()).await;

    let _server = start();

    for _ in 0..900 {
        if fake_server.received().len() >= 5 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut recipients: Vec<_> = fake_server
        .received()
        .iter()
        .map(|mail| mail.split("RCPT TO:<").nth(1).unwrap().split('>').next().unwrap().to_owned())
        .collect();
    recipients.sort();
    assert_eq!(recipients, [0, 1, 2, 3, 4].map(|n| format!("user{n}@example.com")));
}

/// Makes due what a dead server has claimed, as forty seconds do.
async fn end_leases(folder: &Path) {
    let url = format!("sqlite://{}/data/accountd.db", folder.display());
    let db = connect(url).await;
    let ended = db.execute_unprepared("UPDATE messages SET due_at = due_at - 40000").await.unwrap();
    assert_eq!(ended.rows_affected(), 5);
    db.close().await.unwrap();
}
