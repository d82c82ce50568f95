//! Many answers to one challenge at once: exactly one counts.

use std::collections::{HashMap, HashSet};

use entity::passkey;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tokio::task::JoinSet;

use super::{SPENT, add, anonymous, begin, begin_adding, finish, finish_adding};
use crate::support::{Authenticator, TestApp, none, rounds};

fn tally(errors: Vec<String>) -> HashMap<String, usize> {
    let mut tally = HashMap::new();
    for error in errors {
        // On a machine under load a call may find no connection in time, and changes nothing.
        let busy = error == "general_server_busy 503";
        let error = if busy { SPENT.to_owned() } else { error };
        *tally.entry(error).or_default() += 1;
    }
    tally
}

/// Runs the calls on as many threads as there are, and returns their errors.
async fn at_once(
    calls: impl Iterator<Item = impl Future<Output = String> + Send + 'static>,
) -> Vec<String> {
    calls.collect::<JoinSet<_>>().join_all().await
}

fn one_of(count: usize) -> HashMap<String, usize> {
    HashMap::from([("ok".to_owned(), 1), (SPENT.to_owned(), count - 1)])
}

/// OA-7: 1,000 at once, by three servers where the database can be shared.
#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_signs_in_once() {
    let app = TestApp::new().await;
    let servers = app.three().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let count = rounds(200, 1_000);
    let challenge = begin(&app.guest()).await;
    let credential = device.get(&challenge["publicKey"]);
    let calls = (0..count).map(|number| {
        let (guest, challenge) = (servers[number % 3].guest(), challenge.clone());
        let credential = credential.clone();
        async move { finish(&guest, &challenge, &credential).await.error() }
    });

    let errors = at_once(calls).await;

    assert_eq!(tally(errors), one_of(count));
    let sessions = user.run("accountListSessions", none()).await.field();
    assert_eq!(sessions["total"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_adds_one_passkey() {
    let app = TestApp::new().await;
    let servers = app.three().await;
    let user = anonymous(&app).await;
    let mut device = Authenticator::synced();
    let challenge = begin_adding(&user).await;
    let credential = device.create(&challenge["publicKey"]);
    let calls = (0..50).map(|number| {
        let server = servers[number % 3].guest().with_key("ak_exempt");
        let caller = server.with_session(user.session());
        let (challenge, credential) = (challenge.clone(), credential.clone());
        async move { finish_adding(&caller, &challenge, credential).await.error() }
    });

    let errors = at_once(calls).await;

    assert_eq!(tally(errors), one_of(50));
    assert_eq!(user.run("accountListPasskeys", none()).await.field()["total"], 1);
}

/// OA-7: a user has one handle, whether the first challenge is pending, used up or answered when the next one is created.
#[tokio::test]
async fn a_used_challenge_keeps_the_handle() {
    let app = TestApp::new().await;
    let user = anonymous(&app).await;
    let mut device = Authenticator::synced();
    let one = begin_adding(&user).await;
    let wrong = device.create_with(&one["publicKey"], |it| it.origin = "https://evil.test".into());
    assert_eq!(finish_adding(&user, &one, wrong).await.error(), super::INVALID);

    let two = begin_adding(&user).await;

    assert_eq!(two["publicKey"]["user"]["id"], one["publicKey"]["user"]["id"]);
}

/// OA-7: first passkeys that are added at once have one handle.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_one_handle() {
    let app = TestApp::new().await;
    let servers = app.three().await;
    for _ in 0..5 {
        let user = anonymous(&app).await;
        let calls = (0..9).map(|number| {
            let server = servers[number % 3].guest().with_key("ak_exempt");
            let caller = server.with_session(user.session());
            async move {
                let mut device = Authenticator::synced();
                let challenge = begin_adding(&caller).await;
                let credential = device.create(&challenge["publicKey"]);
                finish_adding(&caller, &challenge, credential).await.error()
            }
        });

        let errors = at_once(calls).await;

        assert_eq!(errors, ["ok"; 9]);
        let id = user.run("accountGet", none()).await.field()["_id"].clone();
        let handles: HashSet<String> = passkey::Entity::find()
            .filter(passkey::Column::UserId.eq(id.as_str().unwrap()))
            .all(app.app.db.read())
            .await
            .unwrap()
            .into_iter()
            .map(|passkey| passkey.user_handle)
            .collect();
        assert_eq!(handles.len(), 1);
    }
}

/// OA-12: of two last passkeys that are deleted at once, one stays.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_way_in_stays_at_the_same_time() {
    let app = TestApp::new().await;
    let servers = app.three().await;
    for _ in 0..5 {
        let user = anonymous(&app).await;
        let mut device = Authenticator::synced();
        let ids = [
            add(&user, &mut device).await["_id"].clone(),
            add(&user, &mut device).await["_id"].clone(),
        ];
        let calls = ids.into_iter().zip(&servers).map(|(id, server)| {
            let caller = server.guest().with_session(user.session());
            let variables = json!({"passkeyId": id});
            async move { caller.run("accountDeletePasskey", variables).await.error() }
        });

        let mut errors = at_once(calls).await;

        errors.sort();
        assert_eq!(errors, ["ok", "user_last_sign_in_method 400"]);
    }
}
