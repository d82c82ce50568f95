//! `accountd jwt`: keys are rotated and dropped while a server serves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::ConnectionTrait;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{MASTER_SECRET, Server, accountd, connect, stores};

const SIGN_UP: &str = r#"mutation { accountCreate(userId: "ada", email: "ada@example.com",
    password: "correct horse battery") { _id } accountCreateEmailPasswordSession(email: "ada@example.com",
    password: "correct horse battery") { secret } }"#;

/// A command beside the server, with its settings.
fn run(folder: &TempDir, arguments: &[&str]) -> (bool, String) {
    let database = format!("sqlite://{}/accountd.db", folder.path().display());
    let settings =
        [("ACCOUNTD_DATABASE__URL", database.as_str()), ("ACCOUNTD_MASTER_SECRET", MASTER_SECRET)];
    let output = accountd(folder.path(), arguments, &settings).output().unwrap();
    let text = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn print(folder: &TempDir, arguments: &[&str]) -> String {
    let (is_done, text) = run(folder, arguments);
    assert!(is_done, "{text}");
    text
}

/// Signs Ada up, and answers the secret of her session.
fn sign_up(server: &Server) -> String {
    let made = server.post("", SIGN_UP);
    made["data"]["accountCreateEmailPasswordSession"]["secret"].as_str().unwrap().to_owned()
}

fn new_jwt(server: &Server, session: &str) -> String {
    let made = server.field(session, "mutation { accountCreateJWT { jwt } }");
    made["jwt"].as_str().unwrap().to_owned()
}

fn key_id(jwt: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(jwt.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

fn is_accepted(server: &Server, jwt: &str) -> bool {
    let answer = server.post_as(&format!("X-Appwrite-JWT: {jwt}"), "{ accountGet { _id } }");
    answer["data"]["accountGet"]["_id"] == "ada"
}

/// The key of new tokens, once it is another one than `old`.
fn next_key(server: &Server, session: &str, old: &str) -> String {
    let started = Instant::now();
    loop {
        let id = key_id(&new_jwt(server, session));
        if id != old {
            return id;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "no other key within a minute");
        thread::sleep(Duration::from_millis(200));
    }
}

/// SJ-8: two rotations while tokens are made and verified, without a restart: none is refused. A dropped key's are.
#[test]
fn keys_are_rotated_and_dropped_while_a_server_serves() {
    let folder = TempDir::new().unwrap();
    let server = Server::serve(folder.path(), &[("ACCOUNTD_LIMITS__RATES", "false")]);
    let session = &sign_up(&server);
    let first = new_jwt(&server, session);
    let list = print(&folder, &["jwt", "list"]);
    assert!(list.contains(&key_id(&first)) && list.contains("current"), "{list}");

    let done = Arc::new(AtomicBool::new(false));
    let verified = thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut verified = 0;
            while !done.load(Ordering::SeqCst) {
                let jwt = new_jwt(&server, session);
                assert!(is_accepted(&server, &jwt) && is_accepted(&server, &first));
                verified += 2;
            }
            verified
        });
        let mut old = key_id(&first);
        for _ in 0..2 {
            let printed = print(&folder, &["jwt", "rotate", "--now"]);
            let new = next_key(&server, session, &old);
            assert!(printed.starts_with(&new), "{printed}");
            old = new;
        }
        done.store(true, Ordering::SeqCst);
        load.join().unwrap()
    });

    assert!(verified > 10, "{verified}");
    let list = print(&folder, &["jwt", "list"]);
    assert_eq!(list.matches("retiring").count(), 2, "{list}");
    let dropped = print(&folder, &["jwt", "drop", &key_id(&first)]);
    assert!(dropped.contains("dropped"), "{dropped}");
    let started = Instant::now();
    while is_accepted(&server, &first) {
        assert!(started.elapsed() < Duration::from_secs(60), "accepted after a minute");
        thread::sleep(Duration::from_millis(200));
    }
    let last = new_jwt(&server, session);
    assert!(is_accepted(&server, &last));

    // A dropped key that signs has a successor at once.
    print(&folder, &["jwt", "drop", &key_id(&last)]);
    next_key(&server, session, &key_id(&last));
}

/// A database whose clock differs from this machine's, by functions that stand before PostgreSQL's own.
const OTHER_CLOCK: &str = "
CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
  $$ SELECT pg_catalog.clock_timestamp() + interval 'HOURS hours' $$;
CREATE FUNCTION now() RETURNS timestamptz STABLE LANGUAGE sql AS
  $$ SELECT pg_catalog.now() + interval 'HOURS hours' $$;
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
END $$";

/// SJ-8: servers and the command line use the clock of PostgreSQL, an hour ahead of theirs or behind it: a key that signs at
/// once does so everywhere, and the one before it is not taken for one that was retired long ago.
#[test]
fn a_command_line_with_another_clock_refuses_no_token() {
    for hours in ["1", "-1"] {
        let folder = TempDir::new().unwrap();
        let stores = stores(folder.path());
        let Some((_, url)) = stores.first() else { return };
        let shift = OTHER_CLOCK.replace("HOURS", hours);
        Runtime::new().unwrap().block_on(async {
            let db = connect(url).await;
            db.execute_unprepared(&shift).await.unwrap();
            db.close().await.unwrap();
        });
        let stores = stores.iter().map(|(name, value)| (*name, value.as_str()));
        let settings: Vec<_> = [
            ("ACCOUNTD_PUBLIC_URL", "https://accounts.example.com"),
            ("ACCOUNTD_MAIL__URL", "none:"),
            ("ACCOUNTD_MASTER_SECRET", MASTER_SECRET),
            ("ACCOUNTD_LIMITS__RATES", "false"),
        ]
        .into_iter()
        .chain(stores)
        .collect();
        let one = Server::start_as(folder.path(), &["serve"], &settings);
        let session = sign_up(&one);
        let first = new_jwt(&one, &session);
        let two = Server::start_as(folder.path(), &["serve"], &settings);

        let rotated =
            accountd(folder.path(), &["jwt", "rotate", "--now"], &settings).output().unwrap();

        assert!(rotated.status.success(), "{rotated:?}");
        for server in [&one, &two] {
            let new = next_key(server, &session, &key_id(&first));
            assert!(rotated.stdout.starts_with(new.as_bytes()), "{rotated:?}");
            assert!(is_accepted(server, &first) && is_accepted(server, &new_jwt(&one, &session)));
        }
    }
}

#[test]
fn a_key_is_published_before_it_signs() {
    let folder = TempDir::new().unwrap();
    print(&folder, &["migrate"]);
    let rotated = print(&folder, &["jwt", "rotate"]);
    let next = rotated.split(' ').next().unwrap();

    let (is_done, error) = run(&folder, &["jwt", "rotate"]);

    assert!(!is_done && error.contains("is next, and signs from"), "{error}");
    let list = print(&folder, &["jwt", "list", "--project", "default"]);
    assert!(list.lines().any(|line| line.starts_with(next) && line.ends_with("next")), "{list}");
    let before = rotated.split(" from ").nth(1).unwrap();
    let soon = print(&folder, &["jwt", "rotate", "--now"]);
    let soon = soon.strip_prefix(&format!("{next} signs from ")).unwrap();
    assert!(soon < before, "{soon}");
    for (arguments, problem) in [
        (&["jwt", "drop", "none"][..], "there is no key none"),
        (&["jwt", "drop", "-7QbZ_9"], "there is no key -7QbZ_9"),
        (&["jwt", "drop", "--7QbZ_9"], "there is no key --7QbZ_9"),
        (&["jwt", "rotate", "--project", "shop"], "there is no project `shop`"),
    ] {
        let (is_done, error) = run(&folder, arguments);
        assert!(!is_done && error.contains(problem), "{error}");
    }
}
