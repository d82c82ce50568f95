//! Each command of `accountd user`.

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use super::{DataFolder, error_of, exists, printed, words};
use crate::support::Server;

const SIGN_IN: &str = "mutation { accountCreateEmailPasswordSession(email: \"ada@example.com\", password: \"correct horse battery\") { secret } }";

/// Runs every command once. While a server runs, its clients see each change at once.
fn manage(data: &DataFolder, server: Option<&Server>) {
    let create = "user create --id ada --email Ada@Example.com --name Ada --password";
    let created = data.run_with(&create.split(' ').collect::<Vec<_>>(), "correct horse battery\n");
    assert_eq!(printed(&created), "created ada (ada@example.com)\n");
    let again = error_of(&data.run_with(&create.split(' ').collect::<Vec<_>>(), "correct horse\n"));
    assert!(again.contains("user_already_exists"), "{again}");
    let session =
        server.map(|server| server.field("", SIGN_IN)["secret"].as_str().unwrap().to_owned());
    let name = |server: &Server| {
        server.post(session.as_deref().unwrap_or_default(), "{ accountGet { name email } }")
    };

    // Looking.
    let list = data.printed("user list");
    assert_eq!(words(&list, "ID")[..3], ["ID", "EMAIL", "PHONE"]);
    assert_eq!(words(&list, "ada")[..5], ["ada", "ada@example.com", "-", "Ada", "active"]);
    assert!(list.ends_with("\n1 of 1 user\n"), "{list}");
    assert_eq!(data.json("user list --search ada@")["users"][0]["_id"], "ada");
    assert_eq!(data.json("user list --search bob")["total"], 0);
    assert_eq!(data.json("user show ada@example.com")["name"], "Ada");
    assert_eq!(words(&data.printed("user show ada"), "status"), ["status", "active"]);
    assert_eq!(data.json("user show ada")["mfaFactors"]["totp"], false);
    assert_eq!(
        data.printed("user reset-factors ada").trim(),
        "removed the second factors and passkeys of ada"
    );
    let sessions = data.json("user sessions ada");
    assert_eq!(sessions["total"], u8::from(server.is_some()));
    assert!(!sessions.to_string().contains(session.as_deref().unwrap_or("no session")));

    // Changing.
    let set_email = data.printed("user set-email ada lovelace@example.com --verified");
    assert_eq!(set_email, "ada has the address lovelace@example.com, verified\n");
    assert_eq!(
        data.printed("user label ada vip beta"),
        "ada (lovelace@example.com) has the labels vip,beta\n"
    );
    assert_eq!(data.json("user list --label vip")["total"], 1);
    assert_eq!(data.json("user label ada --none")["labels"], json!([]));
    if let Some(server) = server {
        assert_eq!(name(server)["data"]["accountGet"]["email"], "lovelace@example.com");
    }
    let password = data.run_with(&["user", "set-password", "ada"], "an even better one\n");
    assert_eq!(printed(&password), "ada (lovelace@example.com) has a new password\n");
    assert!(
        error_of(&data.run_with(&["user", "set-password", "ada"], "\n")).contains("no password")
    );
    assert_eq!(data.printed("user block ada"), "blocked ada (lovelace@example.com)\n");
    assert_eq!(data.json("user list --blocked")["users"][0]["_id"], "ada");
    if let Some(server) = server {
        assert!(name(server)["data"]["accountGet"].is_null());
    }
    assert_eq!(data.printed("user unblock ada"), "unblocked ada (lovelace@example.com)\n");
    assert_eq!(data.printed("user end-sessions ada"), "ended 0 sessions of ada\n");
    assert_eq!(data.json("user sessions ada")["sessions"], json!([]));

    // The log says who it was.
    let log = data.json("user log ada --limit 100");
    let logs = log["logs"].as_array().unwrap();
    let by_operator = logs.iter().filter(|log| log["mode"] == "admin").count();
    assert!(by_operator >= 7, "{log}");
    assert_eq!(logs.last().unwrap()["event"], "user.create");
    assert_eq!(logs.last().unwrap()["mode"], "admin");

    // Deleting.
    assert!(data.error_of("user delete ada").contains("--yes"));
    assert_eq!(data.printed("user delete ada --yes"), "deleted ada (lovelace@example.com)\n");
    assert!(data.error_of("user show ada").contains("user_not_found"));
    assert!(data.error_of("user show ada@example.com").contains("no user has the email"));
    assert_eq!(data.printed("user list").lines().last(), Some("0 of 0 users"));
}

/// Name, address and number of a user are set, verified and removed.
#[test]
fn names_and_contacts_are_set_and_removed() {
    let data = DataFolder::new();
    let server = data.start();
    data.printed("user create --id ada --email ada@example.com");

    let set_name = data.run_with(&["user", "set-name", "ada", "Ada Lovelace"], "");
    assert_eq!(printed(&set_name), "ada has the name Ada Lovelace\n");
    let half = data.error_of("user verify ada --email --phone");
    assert!(half.contains("ada has no number: nothing was changed"), "{half}");
    assert_eq!(data.json("user show ada")["emailVerification"], false);
    assert_eq!(
        data.printed("user set-phone ada +16175551212"),
        "ada has the number +16175551212, not verified\n"
    );
    let shown = data.printed("user show ada");
    assert!(shown.contains("ada@example.com (not verified)"), "{shown}");
    assert!(shown.contains("+16175551212 (not verified)"), "{shown}");
    assert_eq!(words(&shown, "signed"), ["signed", "in", "never"]);
    assert_eq!(
        data.printed("user verify ada --email --phone"),
        "ada: ada@example.com is verified\nada: +16175551212 is verified\n"
    );
    assert_eq!(data.json("user show ada")["phoneVerification"], true);
    assert_eq!(
        data.printed("user verify ada --phone --undo"),
        "ada: +16175551212 is not verified\n"
    );
    assert_eq!(data.printed("user set-phone ada --remove"), "ada has no number\n");
    assert_eq!(data.printed("user set-email ada --remove"), "ada has no address\n");
    assert_eq!(data.printed("user set-name ada --remove"), "ada has no name\n");
    let empty = error_of(&data.run_with(&["user", "set-email", "ada", ""], ""));
    assert!(empty.contains("--remove"), "{empty}");
    assert!(data.error_of("user verify ada --email").contains("ada has no address"));
    for words in ["user set-name ada", "user verify ada", "user set-email ada a@b.de --remove"] {
        assert_eq!(data.run(words).status.code(), Some(2), "{words}");
    }
    let details = data.json("user log ada")["logs"].clone();
    let details: Vec<_> =
        details.as_array().unwrap().iter().map(|log| log["detail"].clone()).collect();
    for detail in ["user.update.name", "user.update.phone", "user.update.email"] {
        assert!(details.contains(&json!(detail)), "{details:?}");
    }
    let log = data.printed("user log ada --limit 1");
    let last = format!("1 of {} events; next: --offset 1", details.len());
    assert_eq!(log.lines().last(), Some(last.as_str()));
    drop(server);
}

/// Hashes of passwords are printed only if they are asked for.
#[test]
fn hashes_are_printed_only_on_demand() {
    let data = DataFolder::new();
    let server = data.start();
    let create = ["user", "create", "--id", "ada", "--password", "--json"];
    let created = printed(&data.run_with(&create, "correct horse battery\n"));
    let set = ["user", "set-password", "ada", "--json"];
    let set = printed(&data.run_with(&set, "correct horse battery\n"));
    let silent = ["user list --json", "user show ada --json", "user label ada vip --json"];
    let silent = silent.map(|words| data.printed(words));

    for text in [&[created, set][..], &silent].concat() {
        assert!(!text.contains("memoryCost") && text.contains("\"password\":\"\""), "{text}");
        assert!(text.contains("\"type\":\"argon2\""), "{text}");
    }
    for words in ["user list --with-hashes", "user show ada --with-hashes"] {
        let user = data.json(words);
        let user = user.pointer("/users/0").unwrap_or(&user);
        assert!(user["password"].as_str().unwrap().starts_with("$argon2"), "{words}: {user}");
        assert!(data.error_of(words).contains("needs --json"), "{words}");
    }
    assert_eq!(data.printed("user set-password ada --remove"), "ada has no password\n");
    assert_eq!(words(&data.printed("user show ada"), "password")[1], "-");
    drop(server);
}

/// A command that changes nothing reports that, and an error names the mistake.
#[test]
fn mistakes_are_named() {
    let data = DataFolder::new();
    let server = data.start();
    data.printed("user create --id ada --email ada@example.com");
    data.printed("user create --id bob");

    assert!(data.error_of("user create --name Ada").contains("--email"));
    assert_eq!(data.printed("user unblock bob"), "bob was not blocked\n");
    assert_eq!(data.printed("user block bob"), "blocked bob\n");
    assert_eq!(data.printed("user block bob"), "bob was blocked already\n");
    assert_eq!(data.json("user log bob")["total"], 2);
    let unknown = data.error_of("user end-sessions ada --session nope");
    assert!(unknown.contains("ada has no session nope"), "{unknown}");
    assert_eq!(data.run("user list --limit 0").status.code(), Some(2));
    data.write("users.jsonl", "");
    let is_there = data.error_of("user export --output users.jsonl");
    assert!(is_there.contains("users.jsonl exists already"), "{is_there}");
    assert_eq!(data.json("user list --never-signed-in")["total"], 2);
    let page = data.printed("user list --limit 1");
    assert!(page.ends_with("\n1 of 2 users; next: --after bob\n"), "{page}");
    let rest = data.printed("user list --limit 1 --after bob");
    assert_eq!(words(&rest, "ada")[1], "ada@example.com");
    drop(server);
}

#[test]
fn every_command_works_while_the_server_runs_and_without() {
    let data = DataFolder::new();
    let server = data.start();
    manage(&data, Some(&server));
    server.stop();

    manage(&data, None);

    // What was done without a server is there when it runs again.
    data.printed("user create --id bob --email bob@example.com");
    let server = data.start();
    assert_eq!(words(&data.printed("user list"), "bob")[1], "bob@example.com");
    drop(server);
}

/// The answer to `accountGet` of a user who is signed in.
fn account(server: &Server, session: &str) -> Value {
    server.post(session, "{ accountGet { _id } }")["data"]["accountGet"].clone()
}

/// SJ-4: the server keeps the caller's account in memory. A command still takes effect at the next call.
#[test]
fn a_session_in_use_ends_with_the_command() {
    let data = DataFolder::new();
    let server = data.start();
    for (command, input) in [
        ("user block ada", ""),
        ("user end-sessions ada", ""),
        ("user set-password ada", "an even better one\n"),
        ("user delete ada --yes", ""),
    ] {
        let session = sign_in(&data, &server);

        let command: Vec<_> = command.split(' ').collect();
        printed(&data.run_with(&command, input));

        assert!(account(&server, &session).is_null(), "{command:?}");
        // Unless it was the command.
        data.run("user delete ada --yes");
    }
    drop(server);
}

/// SJ-4: another program that writes to the file, such as `sqlite3`, is noticed within a tenth of a second.
#[test]
fn a_block_by_another_program_is_noticed() {
    let data = DataFolder::new();
    let server = data.start();
    let file = data.path("data/accountd.db");
    if !exists(&file) {
        // PostgreSQL: nothing is kept.
        return;
    }
    let session = sign_in(&data, &server);

    let block = "import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1])\n\
                 db.execute('UPDATE users SET enabled = 0')\ndb.commit()";
    let program = Command::new("/usr/bin/python3").args(["-c", block]).arg(&file).output().unwrap();
    assert!(program.status.success(), "{program:?}");
    sleep(Duration::from_secs(1));

    assert!(account(&server, &session).is_null());
    assert_eq!(words(&data.printed("user show ada"), "status"), ["status", "blocked"]);
    drop(server);
}

/// Creates `ada`, who signs in and calls twice: the server keeps the account.
fn sign_in(data: &DataFolder, server: &Server) -> String {
    let create = "user create --id ada --email ada@example.com --password";
    let create: Vec<_> = create.split(' ').collect();
    printed(&data.run_with(&create, "correct horse battery\n"));
    let session = server.field("", SIGN_IN)["secret"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        assert_eq!(account(server, &session)["_id"], "ada");
    }
    session
}

/// DL-1: a password is never an argument, and no output or log has it.
#[test]
fn a_password_is_no_argument() {
    let data = DataFolder::new();
    let server = data.start();

    let refused = data.run("user create --id ada --email ada@example.com --password secret-word");
    assert_eq!(refused.status.code(), Some(2));
    let create = ["user", "create", "--id", "ada", "--password", "--json"];
    let created = printed(&data.run_with(&create, "correct horse battery\n"));

    assert!(!created.contains("correct horse"), "{created}");
    drop(server);
    let log = std::fs::read_to_string(data.path("log.txt")).unwrap();
    assert!(!log.contains("correct horse"), "{log}");
}

/// A command that can't work fails with one line, and creates no database.
#[test]
fn a_command_without_data_makes_none() {
    let data = DataFolder::new();
    let file = data.write("accountd.toml", "database.url = 'sqlite:///nowhere/accountd.db'");
    let output =
        |words: &[&str]| crate::support::accountd(data.folder.path(), words, &[]).output().unwrap();

    let refused = error_of(&output(&["--config", file.to_str().unwrap(), "user", "list"]));
    assert!(refused.contains("there is no database at /nowhere/accountd.db"), "{refused}");
    let unknown = error_of(&output(&["user", "list", "--project", "shop"]));
    assert!(unknown.contains("there is no project `shop`, only default"), "{unknown}");
    let import = error_of(&output(&["--config", file.to_str().unwrap(), "user", "import", "-"]));
    assert!(import.contains("run `accountd migrate`"), "{import}");
    let elsewhere = error_of(&output(&["user", "list", "--dev"]));
    assert!(elsewhere.contains("there is no ./data"), "{elsewhere}");
    assert!(!data.path("data").exists());
}
