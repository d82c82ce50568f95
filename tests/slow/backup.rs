//! Backups that are made while a server serves, and what is left of one that is restored.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{MASTER_SECRET, Server, accountd, connect, stores, try_post};

const ADA: &str = "ada@example.com";
const SIGN_IN: &str = "mutation { accountCreateEmailSession(email: \"ada@example.com\", password: \"correct horse battery\") { secret } }";

/// The folder of a database, with nothing in it yet.
struct DataFolder(TempDir);

impl DataFolder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn database(&self) -> PathBuf {
        self.path("data/accountd.db")
    }

    /// Starts a server, which keeps its sessions and secrets wherever its database goes.
    fn start(&self) -> Server {
        self.start_with(&[])
    }

    fn start_with(&self, settings: &[(&str, &str)]) -> Server {
        let common = [
            ("ACCOUNTD_MASTER_SECRET", MASTER_SECRET),
            ("ACCOUNTD_LIMITS__RATES", "false"),
            ("ACCOUNTD_PASSWORD__MEMORY_KIB", "8"),
        ];
        Server::start_with(self.0.path(), &[&common[..], settings].concat())
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let url = format!("sqlite://{}", self.database().display());
        let environment = [("ACCOUNTD_DATABASE__URL", url.as_str())];
        accountd(self.0.path(), arguments, &environment).output().unwrap()
    }

    fn backup(&self, name: &str) -> PathBuf {
        printed(&self.run(&["backup", name]));
        self.path(name)
    }

    fn restore(&self, file: &Path, more: &[&str]) -> Output {
        self.run(&[&["restore", file.to_str().unwrap()], more].concat())
    }

    /// The files where the database belongs.
    fn files(&self) -> Vec<String> {
        let Ok(files) = fs::read_dir(self.path("data")) else { return Vec::new() };
        let mut names: Vec<_> =
            files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// The output of a command that succeeds.
fn printed(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && error.is_empty(), "{error}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The one line that a command which fails leaves.
fn error_of(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn sign_up(server: &Server) {
    server.field("", &format!("mutation {{ accountCreate(userId: \"ada\", email: \"{ADA}\", password: \"correct horse battery\") {{ _id }} }}"));
}

fn kind(answer: &Value) -> &Value {
    &answer["errors"][0]["extensions"]["type"]
}

/// DU-8: a backup under load has every change that was acknowledged before it began, each with its row of the log; a
/// restore ends the sessions, JWTs and secrets in it, and its users sign in.
#[test]
fn a_backup_under_load_restores_every_acknowledged_change() {
    let folder = DataFolder::new();
    let server = folder.start();
    sign_up(&server);
    let session = text(&server.field("", SIGN_IN)["secret"]);
    let jwt = text(&server.field(&session, "mutation { accountCreateJWT { jwt } }")["jwt"]);
    server.field("", &format!("mutation {{ accountCreateRecovery(email: \"{ADA}\", url: \"http://localhost/\") {{ _id }} }}"));
    let secret = text(&server.newest(ADA)["secret"]);
    let (acknowledged, is_over) = (AtomicU64::new(0), AtomicBool::new(false));

    let before = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                let next = acknowledged.load(Ordering::SeqCst) + 1;
                server.field(
                    &session,
                    &format!("mutation {{ accountUpdateName(name: \"{next}\") {{ name }} }}"),
                );
                acknowledged.store(next, Ordering::SeqCst);
            }
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                server.field("", "mutation { accountCreateAnonymousSession { _id } }");
            }
        });
        while acknowledged.load(Ordering::SeqCst) < 20 {
            std::thread::yield_now();
        }
        let before: Vec<_> = (0..3)
            .map(|n| {
                let before = acknowledged.load(Ordering::SeqCst);
                (before, folder.backup(&format!("{n}.backup")))
            })
            .collect();
        is_over.store(true, Ordering::SeqCst);
        before
    });
    drop(server);

    for (before, backup) in before {
        let restored = DataFolder::new();
        let report = printed(&restored.restore(&backup, &[]));
        assert!(report.contains("one-time secrets ended: 1\n"), "{report}");
        let server = restored.start();
        for credential in
            [format!("X-Appwrite-Session: {session}"), format!("X-Appwrite-JWT: {jwt}")]
        {
            let answer = server.post_as(&credential, "{ accountGet { name } }");
            assert_eq!(answer["errors"][0]["extensions"]["code"], 401, "{answer}");
        }
        let redeem = format!(
            "mutation {{ accountUpdateRecovery(userId: \"ada\", secret: \"{secret}\", password: \"of a thief\") {{ _id }} }}"
        );
        assert_eq!(kind(&server.post("", &redeem)), "user_invalid_token");
        let session = text(&server.field("", SIGN_IN)["secret"]);
        let answer = server.post(&session, "{ accountGet { name } accountListLogs { total } }");
        let name: u64 = text(&answer["data"]["accountGet"]["name"]).parse().unwrap();
        assert!(name >= before, "{name} after {before}");
        // Sign-up, sign-in, JWT-less recovery and the sign-in just now have a row each, and every change one.
        assert_eq!(answer["data"]["accountListLogs"]["total"], name + 4);
    }
}

/// DU-8: nothing is restored over a database, over what another has left, or under a running server.
#[test]
fn a_restore_wants_an_empty_place() {
    let folder = DataFolder::new();
    let server = folder.start();
    sign_up(&server);
    let backup = folder.backup("ada.backup");

    assert!(error_of(&folder.restore(&backup, &[])).contains("another accountd"));
    drop(server);
    assert!(error_of(&folder.restore(&backup, &[])).contains("is in place"));
    let left = DataFolder::new();
    fs::create_dir(left.path("data")).unwrap();
    fs::write(left.path("data/accountd.db-wal"), "x").unwrap();
    assert!(error_of(&left.restore(&backup, &[])).contains("accountd.db-wal is in place"));
    assert_eq!(left.files(), ["accountd.db-wal", "accountd.db.lock"]);
    let again = error_of(&folder.run(&["backup", "ada.backup"]));
    assert!(again.contains("exists already"), "{again}");
}

/// DU-8: a file that is no sound backup is refused in one line, and nothing is left of it.
#[test]
fn a_damaged_or_foreign_file_is_refused() {
    let folder = DataFolder::new();
    let server = folder.start();
    sign_up(&server);
    sign_in(&server);
    let whole = fs::read(folder.backup("whole")).unwrap();
    drop(server);
    let mut torn = whole.clone();
    let middle = torn.len() / 2;
    torn[middle..middle + 4096].fill(0xa5);
    fs::write(folder.path("orphans"), &whole).unwrap();
    change(&folder.path("orphans"), "DELETE FROM users");
    let mut misled = whole.clone();
    let index = page_of_index(&folder.path("whole"));
    let at = index.start + whole[index].windows(3).position(|bytes| bytes == b"ada").unwrap();
    misled[at] = b'A';
    fs::write(folder.path("misled"), misled).unwrap();
    let foreign = folder.path("foreign");
    change(&foreign, "CREATE TABLE users (id TEXT)");
    fs::write(
        folder.path("text"),
        "not a database, but long enough for the head of one ".repeat(9),
    )
    .unwrap();
    fs::write(folder.path("empty"), "").unwrap();
    fs::write(folder.path("truncated"), &whole[..whole.len() / 2]).unwrap();
    fs::write(folder.path("torn"), torn).unwrap();

    for name in ["text", "empty", "truncated", "torn", "orphans", "misled", "foreign", "missing"] {
        let target = DataFolder::new();
        let error = error_of(&target.restore(&folder.path(name), &[]));
        assert!(error.contains(name), "{error}");
        assert_eq!(target.files(), ["accountd.db.lock"], "{name}");
    }
    let target = DataFolder::new();
    assert!(printed(&target.restore(&folder.path("whole"), &[])).contains("restored "));
    assert!(target.files().contains(&"accountd.db".to_owned()));
}

/// Changes a database as no server does, which would keep foreign keys.
fn change(file: &Path, statement: &str) {
    Runtime::new().unwrap().block_on(async {
        let url = format!("sqlite://{}?mode=rwc", file.display());
        let db = connect(url).await;
        let script = format!("PRAGMA foreign_keys = OFF; {statement}");
        db.execute_unprepared(&script).await.unwrap();
        db.close().await.unwrap();
    });
}

/// Where in the file the index of users by their address lies.
fn page_of_index(file: &Path) -> std::ops::Range<usize> {
    const QUERY: &str = "SELECT rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'users' AND sql LIKE '%email%'";
    let page = Runtime::new().unwrap().block_on(async {
        let db = connect(format!("sqlite://{}", file.display())).await;
        let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, QUERY)).await.unwrap();
        usize::try_from(row.unwrap().try_get::<i64>("", "rootpage").unwrap()).unwrap()
    });
    (page - 1) * 4096..page * 4096
}

/// DU-8: a disk that is full leaves one line and no file.
#[test]
fn a_backup_that_finds_no_room_leaves_nothing() {
    let folder = DataFolder::new();
    let server = folder.start();
    sign_up(&server);
    let url = format!("sqlite://{}", folder.database().display());

    // The limit is on the size of a file, and such a write fails as on a full disk.
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$0\" backup full.backup"]);
    shell.arg(env!("CARGO_BIN_EXE_accountd")).current_dir(folder.path(""));
    let output = shell.env("ACCOUNTD_DATABASE__URL", url).output().unwrap();

    assert!(error_of(&output).contains("full.backup"));
    for name in ["full.backup", "full.backup.part"] {
        assert!(!folder.path(name).exists(), "{name}");
    }
    sign_in(&server);
}

fn sign_in(server: &Server) {
    assert!(server.post("", SIGN_IN).get("errors").is_none());
}

/// DU-8: messages that wait in a backup are never sent: they have been, or what they carry has ended.
#[test]
fn unsent_messages_of_a_backup_are_dropped() {
    let folder = DataFolder::new();
    let nowhere =
        [("ACCOUNTD_MAIL__URL", "smtp://127.0.0.1:1"), ("ACCOUNTD_MAIL__FROM", "a@example.com")];
    let server = folder.start_with(&nowhere);
    sign_up(&server);
    server.field(
        "",
        &format!(
            "mutation {{ accountCreateEmailToken(userId: \"ada\", email: \"{ADA}\") {{ _id }} }}"
        ),
    );
    let backup = folder.backup("queued.backup");
    drop(server);
    let restored = DataFolder::new();

    let report = printed(&restored.restore(&backup, &[]));

    assert!(report.contains("unsent messages dropped: 1\n"), "{report}");
    assert!(report.contains("one-time secrets ended: 1\n"), "{report}");
}

/// DU-8: sessions are kept on request, and the restore says what that means; secrets end all the same.
#[test]
fn sessions_are_kept_on_request() {
    let folder = DataFolder::new();
    let server = folder.start();
    let guest = server.field("", "mutation { accountCreateAnonymousSession { secret } }");
    let guest = text(&guest["secret"]);
    let backup = folder.backup("guest.backup");
    drop(server);
    let (ended, kept) = (DataFolder::new(), DataFolder::new());

    let report = printed(&ended.restore(&backup, &[]));
    assert!(report.contains("anonymous users who can't sign in again: 1\n"), "{report}");
    let report = printed(&kept.restore(&backup, &["--keep-sessions"]));
    assert!(report.contains("sessions kept: users who signed out"), "{report}");

    assert!(ended.start().post(&guest, "{ accountGet { _id } }").get("errors").is_some());
    assert!(kept.start().post(&guest, "{ accountGet { _id } }").get("errors").is_none());
}

/// DU-8, C-42: the old database names the users who were changed after the backup, and what happened to them.
#[test]
fn the_old_database_names_who_was_changed_since() {
    let folder = DataFolder::new();
    let server = folder.start();
    sign_up(&server);
    let session = text(&server.field("", SIGN_IN)["secret"]);
    let backup = folder.backup("before.backup");
    server.field(&session, "mutation { accountUpdateName(name: \"Ada\") { _id } }");
    server.field(&session, "mutation { accountUpdateStatus { _id } }");
    server.field("", "mutation { accountCreate(userId: \"bob\", email: \"bob@example.com\", password: \"correct horse battery\") { _id } }");
    drop(server);
    fs::rename(folder.path("data"), folder.path("old")).unwrap();
    let old = folder.path("old/accountd.db");

    let report = printed(&folder.restore(&backup, &["--since", old.to_str().unwrap()]));

    assert!(report.contains("whose changes are lost: 2\n"), "{report}");
    assert!(report.contains("  default/bob: user.create, last at "), "{report}");
    let ada = report.lines().find(|line| line.contains("default/ada: ")).unwrap();
    assert!(ada.contains("user.update.name") && ada.contains("user.update.status"), "{report}");
    assert!(!ada.contains("session."), "{report}");
    // As of the backup she isn't blocked; that she was is for the operator to do again.
    sign_in(&folder.start());
}

/// DU-8: what PostgreSQL's own tools back up is named without its password, and `restore --in-place` ends what they restore.
#[test]
fn postgres_has_its_own_tools() {
    let folder = TempDir::new().unwrap();
    let url = "postgres://ada:hush@db.example.com/accounts?password=hush";
    let run = |arguments: &[&str], url: &str| {
        accountd(folder.path(), arguments, &[("ACCOUNTD_DATABASE__URL", url)]).output().unwrap()
    };
    for (arguments, tool) in [(&["backup", "x"], "pg_dump"), (&["restore", "x"], "pg_restore")] {
        let error = error_of(&run(arguments, url));
        assert!(error.contains(tool) && error.contains("ada@db.example.com/accounts"));
        assert!(!error.contains("hush"), "{error}");
    }
    let Some((_, url)) = stores(folder.path()).into_iter().next() else { return };
    let server = Server::start_on_stores(folder.path(), &[]);
    let guest = server.field("", "mutation { accountCreateAnonymousSession { secret } }");
    drop(server);
    // What a dump does: the same rows in tables that are new.
    restore_from_a_dump(&url);
    let listen = [
        ("ACCOUNTD_DATABASE__URL", url.as_str()),
        ("ACCOUNTD_DATABASE__ALLOW_DATA_LOSS", "true"),
        ("ACCOUNTD_LISTEN", "127.0.0.1:0"),
    ];
    let output = accountd(folder.path(), &["dev"], &listen).output().unwrap();
    assert!(error_of(&output).contains("was restored from a dump"));

    let report = printed(&run(&["restore", "--in-place"], &url));

    assert!(report.contains("sessions ended, with their JWTs: 1\n"), "{report}");
    let server = Server::start_on_stores(folder.path(), &[]);
    let answer =
        try_post(&server.address, guest["secret"].as_str().unwrap(), "{ accountGet { _id } }");
    assert_eq!(answer.unwrap()["errors"][0]["extensions"]["code"], 401);
}

fn restore_from_a_dump(url: &str) {
    Runtime::new().unwrap().block_on(async {
        let db = connect(url).await;
        let script = "CREATE TABLE restored (LIKE generations INCLUDING ALL);
            INSERT INTO restored SELECT * FROM generations;
            DROP TABLE generations;
            ALTER TABLE restored RENAME TO generations";
        db.execute_unprepared(script).await.unwrap();
    });
}
