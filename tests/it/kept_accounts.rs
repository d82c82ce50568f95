//! Accounts that the server keeps in memory: whatever changes them is seen by the next call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use accountd::account::cleanup;
use accountd::error::Error;
use axum::body::Body;
use axum::http::Request;
use entity::{ProjectId, session, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::{Caller, PASSWORD, TestApp, none, poll_times, rounds};

mod others;

const ADA: &str = "ada@example.com";

async fn error(caller: &Caller) -> String {
    caller.run("accountGet", none()).await.error()
}

/// How many accounts were kept, and how many were read.
async fn hits_and_misses(app: &TestApp) -> [u64; 2] {
    let request = Request::get("/metrics").body(Body::empty()).unwrap();
    let metrics = app.guest().request(request).await.text;
    ["hits", "misses"].map(|name| {
        let prefix = format!("accountd_cache_{name}_total{{cache=\"accounts\"}} ");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&prefix));
        line.unwrap().parse().unwrap()
    })
}

/// Ends sessions, by what another session of the user, or somebody with its address, may do.
#[derive(Clone, Copy, Debug)]
enum End {
    SignOut,
    SignOutElsewhere,
    SignOutEverywhere,
    NewPassword,
    Recovery,
    Block,
    Clock,
}

impl End {
    async fn of(self, app: &TestApp, ended: &Caller, other: &Caller) {
        let id = ended.session_id().await;
        let password = json!({"password": PASSWORD, "oldPassword": PASSWORD});
        match self {
            Self::SignOut => ended.run("accountDeleteSession", json!({"sessionId": "current"})),
            Self::SignOutElsewhere => other.run("accountDeleteSession", json!({"sessionId": id})),
            Self::SignOutEverywhere => other.run("accountDeleteSessions", none()),
            Self::NewPassword => other.run("accountUpdatePassword", password),
            Self::Block => other.run("accountUpdateStatus", none()),
            Self::Recovery => {
                let recovery = json!({"email": ADA, "url": "https://app.example.com/"});
                app.guest().run("accountCreateRecovery", recovery).await.data();
                let mail = app.newest(ADA).await;
                let password = json!({
                    "userId": mail["userId"], "secret": mail["secret"], "password": PASSWORD,
                });
                app.guest().run("accountUpdateRecovery", password).await.data();
                return;
            }
            Self::Clock => {
                app.advance(Duration::from_hours(24 * 400));
                return;
            }
        }
        .await
        .data();
    }
}

/// SJ-4: a kept account is not kept beyond a change: whatever ends a session or blocks the user counts for the next call, by the
/// secret and by a JWT.
#[tokio::test]
async fn an_end_of_any_kind_is_seen_by_the_next_call() {
    for end in [
        End::SignOut,
        End::SignOutElsewhere,
        End::SignOutEverywhere,
        End::NewPassword,
        End::Recovery,
        End::Block,
        End::Clock,
    ] {
        let app = TestApp::with("limits.rates = false").await;
        let ended = app.user(ADA).await;
        let other = app.sign_in(ADA).await;
        let jwt = app.guest().with_jwt(&ended.jwt().await);
        for _ in 0..2 {
            assert_eq!([error(&ended).await, error(&jwt).await], ["ok", "ok"]);
        }

        end.of(&app, &ended, &other).await;

        let expected = match end {
            End::Block => ["user_blocked 403"; 2],
            _ => ["general_unauthorized_scope 401", "user_jwt_invalid 401"],
        };
        assert_eq!([error(&ended).await, error(&jwt).await], expected, "{end:?}");
        let session = ended.session().to_owned();
        drop((ended, other, jwt));
        let app = app.restarted().await;
        let ended = app.guest().with_session(&session);
        assert_eq!(error(&ended).await, expected[0], "{end:?}");
    }
}

/// AV-9: an expired session that was kept is deleted when it is presented, and stays expired.
#[tokio::test]
async fn an_expired_session_is_deleted_though_it_was_kept() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    assert_eq!(error(&ada).await, "ok");

    app.advance(Duration::from_hours(24 * 400));

    assert_eq!(error(&ada).await, "general_unauthorized_scope 401");
    assert!(session::Entity::find().all(app.app.db.read()).await.unwrap().is_empty());
}

/// OA-5: a user who was deleted by the cleanup is gone for the next call.
#[tokio::test]
async fn the_cleanup_is_seen() {
    let app = TestApp::with("limits.rates = false").await;
    let opened = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    let anonymous = app.guest().with_session(opened["secret"].as_str().unwrap());
    assert_eq!(error(&anonymous).await, "ok");

    app.advance(Duration::from_hours(24 * 400));
    cleanup::purge(&app.app, app.app.clock.now()).await;

    assert!(user::Entity::find().all(app.app.db.read()).await.unwrap().is_empty());
    assert_eq!(error(&anonymous).await, "general_unauthorized_scope 401");
}

/// A caller reads its own change in the next call.
#[tokio::test]
async fn changes_are_seen_by_the_next_call() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    for n in 0..3 {
        let name = n.to_string();
        ada.run("accountUpdateName", json!({ "name": name })).await.data();
        assert_eq!(ada.query("{ accountGet { name } }").await.field()["name"], name);
        ada.run("accountUpdatePrefs", json!({"prefs": {"n": n}})).await.data();
        let prefs = ada.run("accountGetPrefs", none()).await.field();
        assert_eq!(prefs["data"], json!({"n": n}).to_string());
    }
}

/// The second call reads nothing; where other servers may write, each call reads.
#[tokio::test]
async fn the_second_call_finds_the_account_kept() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let [hits, misses] = hits_and_misses(&app).await;

    for _ in 0..3 {
        assert_eq!(error(&ada).await, "ok");
    }

    let expected = if app.app.db.is_shared() { [hits, misses] } else { [hits + 2, misses + 1] };
    assert_eq!(hits_and_misses(&app).await, expected);
}

/// With no memory for accounts each call reads, and all is as ever.
#[tokio::test]
async fn no_account_is_kept_without_memory() {
    let app = TestApp::with("limits.rates = false\ndatabase.account_cache_bytes = 0").await;
    let ada = app.user(ADA).await;

    for _ in 0..3 {
        assert_eq!(error(&ada).await, "ok");
    }

    assert_eq!(hits_and_misses(&app).await[0], 0);
}

/// SJ-4: what another program writes into the file is seen, though the server isn't notified.
#[tokio::test]
async fn a_block_by_hand_is_seen() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    assert_eq!(error(&ada).await, "ok");

    let by_hand = "UPDATE users SET enabled = false";
    app.outside().await.execute_unprepared(by_hand).await.unwrap();
    // The server looks ten times a second, and at each change.
    sleep(Duration::from_secs(1)).await;

    assert_eq!(error(&ada).await, "user_blocked 403");
}

/// SJ-4: 1,000 times (10,000 in the slow job) a session ends and comes back under callers who present it all the time: the call
/// after the commit is answered by what is committed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reader_keeps_a_session_that_has_ended() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let session = session::Entity::find().one(app.app.db.read()).await.unwrap().unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (ada, is_over) = (ada.clone(), Arc::clone(&is_over));
        readers.spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                error(&ada).await;
                tokio::task::yield_now().await;
            }
        });
    }

    for round in 0..rounds(1_000, 10_000) {
        let end = session::Entity::delete_by_id(session.id.clone());
        app.app.db.write(async |tx| Ok(end.exec(tx).await?)).await.unwrap();
        assert_eq!(error(&ada).await, "general_unauthorized_scope 401", "{round}");
        let again = session::Entity::insert(session.clone().into_active_model().reset_all());
        let db = &app.app.db;
        db.write(async |tx| Ok(again.exec_without_returning(tx).await?)).await.unwrap();
        assert_eq!(error(&ada).await, "ok", "{round}");
    }

    is_over.store(true, Ordering::Relaxed);
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
}

/// SJ-4: 1,000 changes (10,000 in the slow job) of four users are committed together, given up, or left by their clients at any
/// point: each user's next call is answered by what is in the file.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_group_of_changes_leaves_an_account_behind() {
    let app = TestApp::with("limits.rates = false").await;
    if app.app.db.is_shared() {
        // No account is kept there, and what a client has left may be committed at any time.
        return;
    }
    let mut users = JoinSet::new();
    for n in 0..4 {
        let app = app.clone();
        users.spawn(async move {
            let email = format!("user{n}@example.com");
            let user = app.user(&email).await;
            for round in 0..rounds(250, 2_500) {
                change_name(&app, &user, &email, round).await;
            }
        });
    }
    while let Some(user) = users.join_next().await {
        user.unwrap();
    }
}

/// Changes a user's name, or tries to, and checks that the user reads what another connection reads.
async fn change_name(app: &TestApp, user: &Caller, email: &str, round: usize) {
    let db = &app.app.db;
    let name = round.to_string();
    let stored = async || {
        let row = user::Entity::find_by_email(&ProjectId::new("default"), email);
        row.one(db.read()).await.unwrap().unwrap().name
    };
    let before = stored().await;
    let change = db.write(async |tx| {
        let rename = user::Entity::update_many()
            .col_expr(user::Column::Name, Expr::value(name.as_str()))
            .filter(user::Column::Email.eq(email));
        rename.exec(tx).await?;
        if round % 3 == 1 { Err(Error::GeneralServerBusy) } else { Ok(()) }
    });
    let expected = match round % 3 {
        0 => {
            change.await.unwrap();
            name.clone()
        }
        1 => {
            change.await.unwrap_err();
            before
        }
        _ => {
            poll_times(change, u32::try_from(round % 7).unwrap() + 1).await;
            // Behind whatever was begun to be committed.
            db.write(async |_| Ok(())).await.unwrap();
            stored().await
        }
    };
    let seen = user.query("{ accountGet { name } }").await.field();
    assert_eq!(seen["name"], expected, "{email} {round}");
    assert_eq!(stored().await, expected, "{email} {round}");
}

/// SJ-4: so it is with a block that many statements outside of the operations write.
#[tokio::test]
async fn statements_outside_of_operations_are_seen() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    for (enabled, expected) in [(false, "user_blocked 403"), (true, "ok")] {
        assert_eq!(error(&ada).await, if enabled { "user_blocked 403" } else { "ok" });

        user::Entity::update_many()
            .col_expr(user::Column::Enabled, Expr::value(enabled))
            .filter(user::Column::Email.eq(ADA))
            .exec(app.app.db.writer())
            .await
            .unwrap();

        assert_eq!(error(&ada).await, expected);
    }
}
