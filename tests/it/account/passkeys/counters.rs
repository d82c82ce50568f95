//! Counters and the flags of synced keys.

use tokio::task::JoinSet;

use super::{INVALID, add, begin, finish, sign_in, sign_in_with};
use crate::support::{Authenticator, TestApp};

/// OA-11: the counter of a key that stays on its device has to grow: one that stands or falls may have been copied.
#[tokio::test]
async fn a_bound_key_counts_up() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::bound();
    add(&user, &mut device).await;
    let guest = app.guest();
    for (count, expected) in [
        (5, "ok"),
        (5, INVALID),
        (4, INVALID),
        (0, INVALID),
        (6, "ok"),
        (u32::MAX, "ok"),
        (u32::MAX, INVALID),
    ] {
        let answer = sign_in_with(&guest, &mut device, |it| it.sign_count = count).await;
        assert_eq!(answer.error(), expected, "{count}");
    }
}

/// A key that doesn't count is accepted, until it counts.
#[tokio::test]
async fn a_bound_key_need_not_count() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::bound();
    add(&user, &mut device).await;
    let guest = app.guest();
    for (count, expected) in [(0, "ok"), (0, "ok"), (1, "ok"), (0, INVALID)] {
        let answer = sign_in_with(&guest, &mut device, |it| it.sign_count = count).await;
        assert_eq!(answer.error(), expected, "{count}");
    }
}

/// A synced key is on several devices, each of which may count, or not.
#[tokio::test]
async fn a_synced_key_counts_as_it_likes() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let guest = app.guest();
    for count in [0, 0, 7, 7, 3, 90, 1, 0] {
        let answer = sign_in_with(&guest, &mut device, |it| it.sign_count = count).await;
        assert_eq!(answer.error(), "ok", "{count}");
    }
}

/// Whether a key may be synced is fixed when it is made; whether it is synced now may change.
#[tokio::test]
async fn eligibility_for_backup_does_not_change() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let guest = app.guest();
    let mut device = Authenticator::bound();
    add(&user, &mut device).await;
    let later = sign_in_with(&guest, &mut device, |it| it.flags |= 0x08).await;
    assert_eq!(later.error(), INVALID);
    assert_eq!(sign_in(&guest, &mut device).await.error(), "ok");

    let mut device = Authenticator::synced();
    let passkey = add(&user, &mut device).await;
    let alone = sign_in_with(&guest, &mut device, |it| it.flags &= !0x10).await;
    assert_eq!(alone.error(), "ok");

    let variables = serde_json::json!({"passkeyId": passkey["_id"]});
    let passkey = user.run("accountGetPasskey", variables).await.field();
    assert_eq!((&passkey["synced"], &passkey["backedUp"]), (&true.into(), &false.into()));
}

/// OA-11: of sign-ins at once that show the same counter, one is accepted.
#[tokio::test(flavor = "multi_thread")]
async fn one_counter_is_accepted_once_at_the_same_time() {
    let app = TestApp::new().await;
    let servers = app.three().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::bound();
    add(&user, &mut device).await;
    for round in 1..=5 {
        let mut calls = JoinSet::new();
        for number in 0..20 {
            let guest = servers[number % 3].guest();
            let challenge = begin(&guest).await;
            let credential = device.get_with(&challenge["publicKey"], |it| it.sign_count = round);
            calls.spawn(async move { finish(&guest, &challenge, &credential).await.error() });
        }

        let errors = calls.join_all().await;

        assert_eq!(errors.iter().filter(|&error| error == "ok").count(), 1, "{errors:?}");
        assert_eq!(errors.iter().filter(|&error| error == INVALID).count(), 19, "{errors:?}");
    }
}
