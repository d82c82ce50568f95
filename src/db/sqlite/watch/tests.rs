//! Whatever changes rows of an account, it is forgotten before anybody is answered.

use std::sync::Arc;

use entity::{ProjectId, UserId, UserKey};
use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use tokio::spawn;
use tokio::task::yield_now;

use crate::db::accounts::tests::account;
use crate::db::sqlite::Sqlite;
use crate::db::sqlite::file::{self, Access};
use crate::db::{Accounts, Db, Store};
use crate::error::Error;

/// A database with the users `ada` and `bob`, who have a session each.
async fn users() -> (TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("accountd.db").display());
    let db = Db::open(&url).await.unwrap().keep_accounts(1 << 20).await.unwrap();
    for name in ["ada", "bob"] {
        run(&db, &insert_user(name)).await;
        run(&db, &insert_session(name, name)).await;
    }
    (folder, db)
}

fn insert_user(id: &str) -> String {
    format!(
        "INSERT INTO users (project_id, id, created_at, updated_at, accessed_at, name, email_verified, phone_verified, \
         enabled, prefs, prefs_revision) VALUES ('default', '{id}', 0, 0, 0, '', 0, 0, 1, '{{}}', 0)"
    )
}

fn insert_session(id: &str, user: &str) -> String {
    format!(
        "INSERT INTO sessions (id, project_id, user_id, created_at, updated_at, expires_at, secret_hash, provider, \
         provider_uid, ip, user_agent, country_code) \
         VALUES ('{id}', 'default', '{user}', 0, 0, 0, '{id}', 'email', '', '', '', '--')"
    )
}

async fn run(db: &Db, sql: &str) {
    db.writer().execute_unprepared(sql).await.unwrap();
}

fn sqlite(db: &Db) -> &Sqlite {
    match db.read() {
        Store::Sqlite(sqlite) => sqlite,
        Store::Postgres(_) => unreachable!(),
    }
}

fn key(id: &str) -> UserKey {
    (ProjectId::new("default"), UserId::new(id))
}

/// Keeps the accounts of `ada` and `bob`.
fn keep(db: &Db) -> Accounts {
    let accounts = db.accounts.clone().unwrap();
    for id in ["ada", "bob"] {
        let version = accounts.version(&key(id)).unwrap();
        accounts.keep(key(id), version, account(id, 2));
    }
    accounts
}

/// Which of `ada` and `bob` are kept.
fn kept(accounts: &Accounts) -> [bool; 2] {
    ["ada", "bob"].map(|id| accounts.find(&key(id)).is_some())
}

/// SJ-4: the statement itself names its users, wherever it is written: code that writes can't forget to.
#[tokio::test]
async fn each_statement_forgets_its_users() {
    let session = insert_session("new", "ada");
    for (statement, expected) in [
        ("UPDATE users SET enabled = 0 WHERE id = 'ada'", [false, true]),
        ("UPDATE users SET name = 'Nobody'", [false, false]),
        ("UPDATE users SET id = 'eve' WHERE id = 'ada'", [false, true]),
        ("UPDATE sessions SET user_id = 'bob' WHERE user_id = 'ada'", [false, false]),
        ("UPDATE sessions SET expires_at = 0 WHERE id = 'ada'", [false, true]),
        (&session, [false, true]),
        ("DELETE FROM sessions WHERE id = 'ada'", [false, true]),
        // Without a condition SQLite would empty the table at once.
        ("DELETE FROM sessions", [false, false]),
        ("DELETE FROM users", [false, false]),
        // The sessions of a user go by themselves.
        ("DELETE FROM users WHERE id = 'ada'", [false, true]),
        ("INSERT OR REPLACE INTO users SELECT * FROM users WHERE id = 'ada'", [false, true]),
        // Removes the session of `ada`, which has that secret.
        ("UPDATE OR REPLACE sessions SET secret_hash = 'ada' WHERE id = 'bob'", [false, false]),
        ("UPDATE users SET enabled = 0 WHERE id = 'eve'", [true, true]),
        ("DELETE FROM tokens", [true, true]),
    ] {
        let (_folder, db) = users().await;

        let accounts = keep(&db);
        db.write(async |tx| Ok(tx.execute_unprepared(statement).await?)).await.unwrap();
        assert_eq!(kept(&accounts), expected, "{statement}");

        let (_folder, db) = users().await;
        let accounts = keep(&db);
        run(&db, statement).await;
        assert_eq!(kept(&accounts), expected, "{statement}");
    }
}

/// SJ-4: a user whose rows a change has touched is kept by nobody until the change is committed.
#[tokio::test]
async fn nothing_is_kept_during_a_change() {
    let (_folder, db) = users().await;
    let accounts = keep(&db);

    db.write(async |tx| {
        assert_eq!(kept(&accounts), [true, true]);
        tx.execute_unprepared("UPDATE users SET enabled = 0 WHERE id = 'ada'").await?;
        assert_eq!(kept(&accounts), [false, true]);
        // Read again, as it was.
        keep(&db);
        assert_eq!(kept(&accounts), [false, true]);
        Ok(())
    })
    .await
    .unwrap();

    assert_eq!(kept(&accounts), [false, true]);
    keep(&db);
    assert_eq!(kept(&accounts), [true, true]);
}

/// SJ-4: the commit empties the cache for the whole group, also for changes whose clients have disconnected.
#[tokio::test]
async fn the_committer_forgets_for_all() {
    let (_folder, db) = users().await;
    let accounts = keep(&db);
    let mut first = sqlite(&db).begin().await.unwrap();
    first.execute_text("UPDATE users SET enabled = 0 WHERE id = 'ada'").unwrap();
    let mut hung_up = Box::pin(first.commit());
    // It leaves its turn to the next one, who waits, and queues behind.
    let second = {
        let db = db.clone();
        spawn(async move {
            db.write(async |tx| {
                Ok(tx.execute_unprepared("UPDATE users SET name = 'Bob' WHERE id = 'bob'").await?)
            })
            .await
        })
    };
    yield_now().await;
    assert!(futures_util::poll!(&mut hung_up).is_pending());
    drop(hung_up);

    second.await.unwrap().unwrap();

    assert_eq!(kept(&accounts), [false, false]);
}

/// What is undone may be kept again, and what comes after it is still seen.
#[tokio::test]
async fn a_change_that_fails_is_no_obstacle() {
    let (_folder, db) = users().await;
    let accounts = keep(&db);

    let failed: Result<(), Error> = db
        .write(async |tx| {
            tx.execute_unprepared("UPDATE users SET enabled = 0 WHERE id = 'bob'").await?;
            Err(Error::GeneralServerBusy)
        })
        .await;
    assert!(failed.is_err());
    keep(&db);
    assert_eq!(kept(&accounts), [true, true]);
    run(&db, "UPDATE users SET enabled = 0 WHERE id = 'ada'").await;

    assert!(accounts.find(&key("ada")).is_none());
}

/// A connection that was opened in the place of one that failed is watched like the first.
#[tokio::test]
async fn the_next_connection_is_watched() {
    let (_folder, db) = users().await;
    let mut change = sqlite(&db).begin().await.unwrap();
    // Its transaction has ended by itself.
    change.execute_text("ROLLBACK").unwrap();
    drop(change);
    run(&db, "SELECT 1").await;
    let accounts = keep(&db);

    run(&db, "UPDATE users SET enabled = 0 WHERE id = 'ada'").await;

    assert_eq!(kept(&accounts), [false, true]);
}

/// SJ-4: what another program writes is seen at the next look, also by the next change. What the server writes is no reason.
#[tokio::test]
async fn other_programs_are_noticed() {
    let (folder, db) = users().await;
    let other = file::open(&folder.path().join("accountd.db"), Access::Write).await.unwrap();
    let accounts = keep(&db);
    run(&db, "DELETE FROM tokens").await;
    assert!(sqlite(&db).look());
    assert_eq!(kept(&accounts), [true, true]);

    other.execute_unprepared("UPDATE users SET enabled = 0 WHERE id = 'ada'").await.unwrap();
    assert!(sqlite(&db).look());
    assert_eq!(kept(&accounts), [false, false]);

    keep(&db);
    other.execute_unprepared("UPDATE users SET enabled = 1 WHERE id = 'ada'").await.unwrap();
    run(&db, "UPDATE users SET name = 'Bob' WHERE id = 'bob'").await;
    db.write(async |_| Ok(())).await.unwrap();
    assert_eq!(kept(&accounts), [false, false]);
}

/// While somebody has the turn to write, a look waits for nobody, and nothing is certain.
#[tokio::test]
async fn a_look_waits_for_nobody() {
    let (_folder, db) = users().await;
    let change = sqlite(&db).begin().await.unwrap();

    assert!(!sqlite(&db).look());

    drop(change);
    assert!(sqlite(&db).look());
    // Nothing but the cache has the account.
    let accounts = keep(&db);
    assert_eq!(accounts.find(&key("ada")).map(|kept| Arc::strong_count(&kept)), Some(2));
}
