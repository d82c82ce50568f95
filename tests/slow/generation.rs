//! Databases that were put in place by hand, and how a server notices.

use std::fs;
use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use accountd::App;
use sea_orm::ConnectionTrait;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{MASTER_SECRET, Server, TestApp, accountd, connect};

const SECRET: [(&str, &str); 1] = [("ACCOUNTD_MASTER_SECRET", MASTER_SECRET)];

fn start(folder: &Path) -> Server {
    Server::start_with(folder, &SECRET)
}

fn database(folder: &TempDir) -> PathBuf {
    folder.path().join("data/accountd.db")
}

fn note(folder: &TempDir) -> PathBuf {
    folder.path().join("data/accountd.db.generation")
}

fn url(database: &Path) -> String {
    format!("sqlite://{}", database.display())
}

fn run(folder: &TempDir, arguments: &[&str]) -> std::process::Output {
    let environment = [("ACCOUNTD_DATABASE__URL", url(&database(folder)))];
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
    accountd(folder.path(), arguments, &environment).output().unwrap()
}

/// The one line with which a server refuses to start.
fn refused(folder: &TempDir) -> String {
    let settings = [&SECRET[..], &[("ACCOUNTD_LISTEN", "127.0.0.1:0")]].concat();
    error_with(folder, &settings)
}

/// The same with settings of the test's own. A server that isn't refused is killed.
fn error_with(folder: &TempDir, settings: &[(&str, &str)]) -> String {
    let mut child = accountd(folder.path(), &["dev"], settings).spawn().unwrap();
    for _ in 0..1_200 {
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), text.lines().count()), (Some(1), 1), "{text}");
    text
}

fn guest(server: &Server) -> String {
    let session = server.field("", "mutation { accountCreateAnonymousSession { secret } }");
    session["secret"].as_str().unwrap().to_owned()
}

fn is_signed_in(server: &Server, session: &str) -> bool {
    server.post(session, "{ accountGet { _id } }").get("errors").is_none()
}

fn sign_out(server: &Server, session: &str) {
    server.field(session, "mutation { accountDeleteSession(sessionId: \"current\") { status } }");
}

/// Starts with the flag, and expects that the session ends with it; the next start needs no flag.
fn accept(folder: &TempDir, session: &str) {
    let server = Server::start_as(folder.path(), &["dev", "--accept-restored"], &SECRET);
    assert!(!is_signed_in(&server, session));
    let anew = guest(&server);
    server.stop();
    let log = fs::read_to_string(folder.path().join("log.txt")).unwrap();
    assert!(log.contains("was put in place by hand"), "{log}");
    assert!(log.contains("sessions ended, with their JWTs: 1"), "{log}");
    // Once: a flag that was left in a unit file ends nothing more.
    let server = Server::start_as(folder.path(), &["dev", "--accept-restored"], &SECRET);
    assert!(is_signed_in(&server, &anew));
}

/// DU-8: a backup that is copied into place is refused, also where nothing was served before, until it is accepted;
/// then who had signed out isn't signed in.
#[test]
fn a_backup_put_in_place_by_hand_is_refused_until_accepted() {
    let folder = TempDir::new().unwrap();
    let server = start(folder.path());
    let session = guest(&server);
    assert!(run(&folder, &["backup", "a.backup"]).status.success());
    sign_out(&server, &session);
    server.stop();
    let elsewhere = TempDir::new().unwrap();
    fs::create_dir(elsewhere.path().join("data")).unwrap();

    for place in [&folder, &elsewhere] {
        fs::copy(folder.path().join("a.backup"), database(place)).unwrap();
        let error = refused(place);
        assert!(error.contains("it is a backup of 20"), "{error}");
        assert!(error.contains("--accept-restored"), "{error}");
        assert!(error.contains("revokes its API keys"), "{error}");
        assert!(refused(place).contains("it is a backup"));
        accept(place, &session);
    }
}

/// DU-8: a plain copy is noticed as well: of a stopped server's file, and of a running server's after its orderly stop.
#[test]
fn a_plain_copy_put_back_is_refused_until_accepted() {
    for is_running in [false, true] {
        let folder = TempDir::new().unwrap();
        let copy = folder.path().join("copy");
        let mut server = start(folder.path());
        let session = guest(&server);
        if is_running {
            // The log of changes beside it belongs to a copy of a running server's file.
            vacuum(&database(&folder), &copy);
        } else {
            server.stop();
            fs::copy(database(&folder), &copy).unwrap();
            server = start(folder.path());
        }
        sign_out(&server, &session);
        server.stop();

        fs::copy(&copy, database(&folder)).unwrap();

        let error = refused(&folder);
        assert!(error.contains("it is in generation"), "{error}");
        accept(&folder, &session);
    }
}

/// DU-8: a copy of a running server's file is noticed after a crash, too, once the server has begun another generation.
#[tokio::test]
async fn a_copy_is_out_of_date_while_the_server_runs() {
    let app = TestApp::new().await;
    let config = app.app.config.clone();
    let Some(database) = config.database.file() else { return };
    let session = app.user("ada@example.com").await;
    let copy = database.with_extension("copy");
    let vacuum = format!("VACUUM INTO '{}'", copy.display());
    app.app.db.read().execute_unprepared(&vacuum).await.unwrap();

    app.app.advance_generation().await.unwrap();

    app.app.db.close().await;
    let folder = app.folder();
    drop((session, app));
    fs::copy(&copy, &database).unwrap();
    let error = App::start(config).await.err().unwrap().to_string();
    assert!(error.contains("it is in generation 1, and the one served here last is another: 2"));
    drop(folder);
}

/// Copies a database by SQLite's own means.
fn vacuum(from: &Path, to: &Path) {
    Runtime::new().unwrap().block_on(async {
        let db = connect(url(from)).await;
        db.execute_unprepared(&format!("VACUUM INTO '{}'", to.display())).await.unwrap();
    });
}

/// DU-8: wherever in its start a server is killed, the next one starts.
#[test]
fn a_crash_is_no_false_alarm() {
    let folder = TempDir::new().unwrap();
    // The first ones find no database yet.
    for step in 0..24 {
        let settings = [&SECRET[..], &[("ACCOUNTD_LISTEN", "127.0.0.1:0")]].concat();
        let mut child = accountd(folder.path(), &["dev"], &settings).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(step * 10));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    start(folder.path()).stop();

    // Between the commit and the note, each time.
    for _ in 0..3 {
        let noted = fs::read(note(&folder)).unwrap();
        drop(start(folder.path()));
        fs::write(note(&folder), noted).unwrap();
        drop(start(folder.path()));
    }
}

/// A database from before generations, one with nothing in it, and one that moves with its note start without a word.
#[test]
fn other_databases_start_without_complaint() {
    let folder = TempDir::new().unwrap();
    let server = start(folder.path());
    let session = guest(&server);
    server.stop();
    Runtime::new().unwrap().block_on(async {
        let db = connect(url(&database(&folder))).await;
        db.execute_unprepared("DROP TABLE generations").await.unwrap();
        db.execute_unprepared(
            "DELETE FROM seaql_migrations WHERE version LIKE '%_create_generations'",
        )
        .await
        .unwrap();
        db.close().await.unwrap();
    });
    assert!(refused(&folder).contains("it is in generation 0"));
    fs::remove_file(note(&folder)).unwrap();
    let server = start(folder.path());
    assert!(is_signed_in(&server, &session));
    server.stop();

    let other = TempDir::new().unwrap();
    fs::rename(folder.path().join("data"), other.path().join("data")).unwrap();
    let server = start(other.path());
    assert!(is_signed_in(&server, &session));
    server.stop();
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", database(&other).display()));
    }
    start(other.path());
}

/// A backup beside the log of changes of the database before it would be mixed with that.
#[test]
fn a_backup_beside_the_log_of_another_is_refused() {
    let folder = TempDir::new().unwrap();
    let server = start(folder.path());
    guest(&server);
    assert!(run(&folder, &["backup", "a.backup"]).status.success());
    guest(&server);
    drop(server);
    let log = folder.path().join("data/accountd.db-wal");
    assert!(log.metadata().unwrap().len() > 0);
    fs::copy(folder.path().join("a.backup"), database(&folder)).unwrap();

    assert!(refused(&folder).contains("accountd.db-wal of another database"));
    let output = run(&folder, &["restore", "--in-place"]);
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("accountd.db-wal of another database")
    );
    fs::remove_file(&log).unwrap();
    fs::remove_file(folder.path().join("data/accountd.db-shm")).unwrap();
    assert!(run(&folder, &["restore", "--in-place"]).status.success());
    start(folder.path());
}

/// DU-7: the same database is refused to a second server under each of its names.
#[test]
fn a_second_server_is_refused_under_another_name() {
    let folder = TempDir::new().unwrap();
    let _first = start(folder.path());
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("other")).unwrap();
    fs::hard_link(database(&folder), path("data/hard.db")).unwrap();
    fs::hard_link(database(&folder), path("other/hard.db")).unwrap();
    symlink(database(&folder), path("other/soft.db")).unwrap();

    for name in ["data/hard.db", "other/hard.db", "other/soft.db"] {
        let url = url(&path(name));
        let settings = [
            ("ACCOUNTD_DATABASE__URL", url.as_str()),
            ("ACCOUNTD_LISTEN", "127.0.0.1:0"),
            SECRET[0],
        ];
        let error = error_with(&folder, &settings);
        assert!(error.contains("another accountd"), "{name}: {error}");
    }
}

/// C-51: whatever a server creates is its owner's alone, and the doctor names what isn't; it says the generation, too.
#[test]
fn the_files_are_private() {
    let folder = TempDir::new().unwrap();
    let server = start(folder.path());
    guest(&server);
    assert!(run(&folder, &["backup", "data/a.backup"]).status.success());
    for file in fs::read_dir(folder.path().join("data")).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
    let report = || String::from_utf8(run(&folder, &["doctor"]).stdout).unwrap();

    assert!(report().contains("ok   generation: 1, since 20"), "{}", report());
    assert!(report().contains("ok   database files: "), "{}", report());
    fs::set_permissions(database(&folder), Permissions::from_mode(0o644)).unwrap();
    assert!(
        report().contains("bad  database files: ") && report().contains("(mode 0644): use 0600")
    );
    server.stop();
    fs::copy(folder.path().join("data/a.backup"), database(&folder)).unwrap();
    assert!(report().contains("bad  generation: put in place by hand: it is a backup of 20"));
    let noted: Value = serde_json::from_slice(&fs::read(note(&folder)).unwrap()).unwrap();
    assert_eq!(noted["number"], 2);
}
