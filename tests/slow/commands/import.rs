//! Imports and exports.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{DataFolder, error_of, printed, words};
use crate::support::{accountd, connect};

/// Rows of as many users, half of them with a hash.
fn rows(count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let mut row = json!({
            "id": format!("user-{n}"), "email": format!("user{n}@example.com"), "name": format!("User {n}"),
            "emailVerification": true, "labels": ["imported"], "prefs": {"n": n}, "createdAt": "2020-02-29T10:00:00Z",
        });
        if n % 2 == 0 {
            row["hash"] = json!({"type": "md5", "password": "5f4dcc3b5aa765d61d8327deb882cf99"});
        }
        writeln!(text, "{row}").unwrap();
    }
    text
}

/// Ten thousand users are imported while the server runs; a second run changes nothing; the export has them all, and
/// can be imported elsewhere.
#[test]
fn ten_thousand_users_are_imported_once() {
    let data = DataFolder::new();
    let server = data.start();
    data.write("users.jsonl", &rows(10_000));

    let checked = data.json("user import users.jsonl --dry-run");
    assert_eq!(checked, json!({"created": 10_000, "unchanged": 0, "problems": []}));
    assert_eq!(data.json("user list --limit 1")["total"], 0);
    let imported = data.printed("user import users.jsonl");
    assert_eq!(imported, "users created: 10000, already there: 0\n");
    let again = data.json("user import users.jsonl");
    assert_eq!(again, json!({"created": 0, "unchanged": 10_000, "problems": []}));

    let user = data.json("user show user9998@example.com");
    assert_eq!((&user["emailVerification"], &user["labels"]), (&json!(true), &json!(["imported"])));
    assert_eq!((&user["prefs"]["data"], &user["hash"]), (&json!("{\"n\":9998}"), &json!("md5")));
    assert!(user["_createdAt"].as_str().unwrap().starts_with("2020-02-29T10:00:00"));
    let log = data.json("user log user-9998");
    assert_eq!((&log["total"], &log["logs"][0]["mode"]), (&json!(1), &json!("admin")));
    let sign_in = "mutation { accountCreateEmailPasswordSession(email: \"user9998@example.com\", password: \"password\") { userId } }";
    assert_eq!(server.field("", sign_in)["userId"], "user-9998");
    assert_ne!(data.json("user show user-9998")["hash"], "md5");
    // As docs/import.md finds hashes of other systems.
    let export = data.printed("user export --with-hashes");
    let is_foreign = |id: &str| {
        let line = export.lines().find(|line| line.contains(&format!("\"{id}\""))).unwrap();
        let row: Value = serde_json::from_str(line).unwrap();
        !row["passwordHash"].as_str().unwrap_or("$argon2").starts_with("$argon2")
    };
    let ids = ["user-9998", "user-9996", "user-9997"];
    assert_eq!(ids.map(is_foreign), [false, true, false]);

    data.printed("user export --with-hashes --output all.jsonl");
    let exported = fs::read_to_string(data.path("all.jsonl")).unwrap();
    assert_eq!(exported.lines().count(), 10_000);
    assert!(!data.printed("user export").contains("$md5$"));
    server.stop();
    let elsewhere = DataFolder::new();
    elsewhere.start().stop();
    elsewhere.write("all.jsonl", &exported);
    assert_eq!(elsewhere.json("user import all.jsonl")["created"], 10_000);
    assert_eq!(elsewhere.printed("user export --with-hashes"), exported);
}

/// Every line that can't be used is reported by its number, and the others are imported.
#[test]
fn lines_that_cannot_be_used_are_reported() {
    let data = DataFolder::new();
    let server = data.start();
    data.printed("user create --id taken --email taken@example.com");
    let rows = [
        json!({"id": "ada", "email": "ada@example.com"}).to_string(),
        String::new(),
        "{".to_owned(),
        json!({"id": "a b"}).to_string(),
        json!({"email": "nobody"}).to_string(),
        json!({"email": "ADA@example.com"}).to_string(),
        json!({"email": "taken@example.com"}).to_string(),
        json!({"id": "x", "email": "taken@example.com"}).to_string(),
        json!({"email": "d@example.com", "password": "secret"}).to_string(),
        json!({"email": "e@example.com", "hash": {"type": "bcrypt", "password": "$2b$x"}})
            .to_string(),
        json!({"email": "f@example.com", "hash": {"type": "rot13", "password": "x"}}).to_string(),
        json!({"email": "g@example.com", "colour": "red"}).to_string(),
        json!({"name": "Nobody"}).to_string(),
        json!({"id": "c", "createdAt": "2999-01-01T00:00:00Z"}).to_string(),
        json!({"id": "h", "prefs": []}).to_string(),
    ];
    data.write("users.jsonl", &rows.join("\n"));

    for words in ["user import users.jsonl --dry-run --json", "user import users.jsonl --json"] {
        let output = data.run(words);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let lines: Vec<_> = report["problems"].as_array().unwrap().iter().collect();
        let numbers: Vec<_> = lines.iter().map(|it| it["line"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15], "{report}");
        assert!(lines[3]["problem"] == "email: line 1 has the same", "{report}");
        // Line 7 is the user who exists.
        assert_eq!((&report["created"], &report["unchanged"]), (&json!(1), &json!(1)), "{report}");
        assert!(!report.to_string().contains("secret"), "{report}");
    }
    let output = data.run("user import users.jsonl");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.ends_with("\nusers created: 0, already there: 2\n"), "{printed}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error, "accountd: 12 lines can't be used\n");
    for line in [
        "line 3: not JSON: EOF while parsing an object",
        "line 8: email: line 7 has the same",
        "line 12: colour: no member of a row",
        "line 13: id: missing, and so are email and phone",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{printed}");
    }
    assert!(printed.contains("line 11: hash.type: unknown: `rot13`, expected one of"), "{printed}");
    drop(server);
}

/// A line that can't be used takes no id, address or number from a later one, whether that is sent with it or not.
#[test]
fn rejected_lines_keep_nothing_from_others() {
    let data = DataFolder::new();
    let server = data.start();
    data.printed("user create --id u0");
    let lines = [
        r#"{"id":"u0","email":"fresh@example.com","phone":"+16175551212"}"#,
        r#"{"id":"fresh","email":"fresh@example.com"}"#,
        r#"{"id":"q1","email":"q@example.com","labels":["a-b"]}"#,
        r#"{"id":"q2","email":"q@example.com"}"#,
        // Its id is new, and its address is not: the id stays free.
        r#"{"id":"q3","email":"Q@example.com"}"#,
        r#"{"id":"q3"}"#,
        r#"{"id":"q3","name":"Q"}"#,
    ];
    let late = r#"{"id":"late","phone":"+16175551212"}"#;
    data.write("users.jsonl", &format!("{}\n{}{late}\n{late}", lines.join("\n"), rows(600)));

    for words in ["user import users.jsonl --dry-run --json", "user import users.jsonl --json"] {
        let report: Value = serde_json::from_slice(&data.run(words).stdout).unwrap();
        let problem = |line: u32, problem: &str| json!({"line": line, "problem": problem});
        let [first, .., last] = report["problems"].as_array().unwrap().as_slice() else { panic!() };
        assert_eq!(*first, problem(1, "id: belongs to the user u0"));
        assert_eq!(report["problems"][1]["line"], 3);
        assert_eq!(report["problems"][2], problem(5, "email: line 4 has the same"));
        assert_eq!(report["problems"][3], problem(7, "id: line 6 has the same"));
        assert_eq!(*last, problem(609, "id: line 608 has the same"));
        assert_eq!(
            (&report["created"], &report["unchanged"]),
            (&json!(604), &json!(0)),
            "{report}"
        );
        assert_eq!(report["problems"].as_array().unwrap().len(), 5, "{report}");
    }
    drop(server);
}

/// An import that Ctrl+C ends says which users are there, and with which line it goes on.
#[test]
fn an_interrupted_import_says_how_to_go_on() {
    let data = DataFolder::new();
    let server = data.start();
    let words = ["user", "import", "-", "--dev"];
    let mut import = accountd(data.folder.path(), &words, &data.settings());
    let mut child = import.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();

    // It waits for the next lines when it gets the signal.
    let rows = rows(1_500);
    let (first, _) = rows.match_indices('\n').nth(499).unwrap();
    let (first, rest) = rows.split_at(first + 1);
    input.write_all(first.as_bytes()).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while data.json("user list --limit 1")["total"] != 500 {
        assert!(Instant::now() < deadline, "no user was imported");
        std::thread::sleep(Duration::from_millis(5));
    }
    // The command hears of it.
    std::thread::sleep(Duration::from_millis(1_000));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let _ = input.write_all(rest.as_bytes());
    drop(input);

    let error = error_of(&child.wait_with_output().unwrap());
    let expected = "accountd: of the lines before 501, 500 were imported, 0 were already there and 0 can't be used: go on with \
                    --from-line 501: interrupted\n";
    assert_eq!(error, expected);
    drop(server);
}

/// An import that is killed is run again, and nothing is imported twice.
#[test]
fn a_killed_import_is_run_again() {
    let data = DataFolder::new();
    let server = data.start();
    data.write("users.jsonl", &rows(10_000));

    let words = ["user", "import", "users.jsonl", "--dev"];
    let mut import = accountd(data.folder.path(), &words, &data.settings());
    let mut child = import.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while data.json("user list --limit 1")["total"].as_u64().unwrap() < 500 {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let again = data.json("user import users.jsonl");

    let count = |name: &str| again[name].as_u64().unwrap();
    assert_eq!(count("created") + count("unchanged"), 10_000, "{again}");
    assert!(count("unchanged") >= 500, "{again}");
    assert_eq!(again["problems"], json!([]));
    let rest = data.json("user import users.jsonl --from-line 9991");
    assert_eq!(rest, json!({"created": 0, "unchanged": 10, "problems": []}));
    assert_eq!(data.printed("user export").lines().count(), 10_000);
    drop(server);
}

/// Keeps all others from writing into the database, until the connection is closed.
async fn lock(data: &DataFolder) -> DatabaseConnection {
    let settings = data.settings();
    let url = settings.iter().find(|(name, _)| *name == "ACCOUNTD_DATABASE__URL");
    let (url, statement) = match url {
        Some((_, url)) => ((*url).to_owned(), "BEGIN; LOCK TABLE users IN EXCLUSIVE MODE"),
        None => {
            (format!("sqlite://{}", data.path("data/accountd.db").display()), "BEGIN IMMEDIATE")
        }
    };
    let db = connect(url).await;
    db.execute_unprepared(statement).await.unwrap();
    db
}

/// While another writer holds the database, an import waits, longer than other commands do, and misses nothing.
#[test]
fn an_import_waits_for_another_writer() {
    let data = DataFolder::new();
    let server = data.start();
    data.write("users.jsonl", &rows(1_200));
    let runtime = Runtime::new().unwrap();

    let other = runtime.block_on(lock(&data));
    let words = ["user", "import", "users.jsonl", "--dev"];
    let mut import = accountd(data.folder.path(), &words, &data.settings());
    let mut child = import.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut warning = String::new();
    // After the time at which other commands give up.
    errors.read_line(&mut warning).unwrap();
    assert_eq!(warning, "the server is busy: trying again for up to 60 seconds\n");
    runtime.block_on(other.close()).unwrap();
    let output = child.wait_with_output().unwrap();

    assert!(output.status.success(), "{output:?}");
    assert_eq!(errors.read_line(&mut warning).unwrap(), 0, "{warning}");
    let report = String::from_utf8(output.stdout).unwrap();
    assert_eq!(report, "users created: 1200, already there: 0\n");
    assert_eq!(data.printed("user export").lines().count(), 1_200);
    drop(server);
}

/// Rows at standard input, and every kind of hash that other systems have.
#[test]
fn hashes_of_other_systems_are_accepted() {
    let data = DataFolder::new();
    data.start().stop();
    let sha512 = "4243da0a694e8a2f727c8060fe0507c8fa01ca68146c76d2c190805b638c20c6bf6ba04e21f11ae138785d0bff63c416e6f87badbffad37f6dee50094cc38c70";
    let scrypt = "3fdef49701bc4cfaacd551fe017283513284b4731e6945c263246ef948d3cf63b5d269c31fd697246085111a428245e24a4ddc6b64c687bc60a8910dbafc1d5b";
    let firebase =
        "UlM7JiXRcQhzAGlaonpSqNSLIz475WMddOgLjej5De9vxTy48K6WtqlEzrRFeK4t0COfMhWCb8wuMHgxOFCHFQ==";
    let signer_key =
        "XyEKE9RcTDeLEsL/RjwPDBv/RqDl8fb3gpYEOQaPihbxf1ZAtSOHCjuAAa7Q3oHpCYhXSN9tizHgVOwn6krflQ==";
    let rows = [
        (
            "argon2",
            json!({"password": "$argon2i$v=19$m=20,t=3,p=2$YXBwd3JpdGU$A/54i238ed09ZR4NwlACU5XnkjNBZU9QeOEuhjLiexI"}),
        ),
        (
            "bcrypt",
            json!({"password": "$2a$04$n4Uy0eSnMfvnESYL.bLwuuj0U/ETSsoTpRT9GVk5bektyVVa5xnIi"}),
        ),
        ("md5", json!({"password": "144fa7eaa4904e8ee120651997f70dcc"})),
        ("phpass", json!({"password": "$P$Br387rwferoKN7uwHZqNMu98q3U8RO."})),
        ("sha", json!({"password": sha512, "passwordVersion": "sha512"})),
        (
            "scrypt",
            json!({
                "password": scrypt, "passwordSalt": "appwrite", "passwordCpu": 16384, "passwordMemory": 13,
                "passwordParallel": 2, "passwordLength": 64,
            }),
        ),
        (
            "scryptModified",
            json!({
                "password": firebase, "passwordSalt": "UxLMreBr6tYyjQ==", "passwordSaltSeparator": "Bw==",
                "passwordSignerKey": signer_key,
            }),
        ),
    ];
    let lines: Vec<String> = rows
        .into_iter()
        .map(|(kind, mut hash)| {
            hash["type"] = json!(kind);
            json!({"id": kind, "hash": hash}).to_string()
        })
        .collect();

    let import = data.run_with(&["user", "import", "-"], &lines.join("\n"));

    let report = printed(&import);
    assert_eq!(report, "users created: 7, already there: 0\n");
    assert_eq!(words(&data.printed("user show phpass"), "password")[1], "phpass,");
}
