//! The last way to sign in can't be removed.

use serde_json::{Value, json};

use super::{add, anonymous};
use crate::support::{Authenticator, Browser, Caller, Provider, ProviderUser, TestApp, none};

const LAST: &str = "user_last_sign_in_method 400";

/// A project `p` with these settings.
fn project(settings: &str) -> String {
    format!(
        "[[projects]]\nid = \"p\"\nplatforms = [\"app.example.com\"]\npasskeys.rp_id = \"example.com\"\n{settings}"
    )
}

/// A caller of the project `p`.
fn guest(app: &TestApp) -> Caller {
    app.guest().with("x-appwrite-project", "p")
}

/// Signs up with a code by e-mail: the address is verified, and there is no password.
async fn verified(guest: Caller) -> Caller {
    let variables = json!({"userId": "unique()", "email": "ada@example.com"});
    let token = guest.run("accountCreateEmailToken", variables).await.field();
    let code = guest.newest("ada@example.com").await["code"].clone();
    let variables = json!({"userId": token["userId"], "secret": code});
    let session = guest.run("accountCreateSession", variables).await.field();
    guest.with_session(session["secret"].as_str().unwrap())
}

/// The only identity of `user`, as an argument.
async fn identity(user: &Caller) -> Value {
    let page = user.run("accountListIdentities", none()).await.field();
    json!({"identityId": page["identities"][0]["_id"]})
}

/// OA-12: a verified address is no way in where the project has each method by mail turned off, or the server can't mail.
#[tokio::test]
async fn disabled_methods_sign_nobody_in() {
    let mut app = TestApp::with(&project("")).await;
    let (session, passkey) = {
        let user = verified(guest(&app)).await;
        let passkey = add(&user, &mut Authenticator::synced()).await;
        (user.session().to_owned(), json!({"passkeyId": passkey["_id"]}))
    };
    let off = "auth = { email_code = false, magic_link = false, password = false }";
    for (settings, expected) in [
        (project(off), LAST),
        (format!("mail.url = \"none:\"\n{}", project("")), LAST),
        (project("auth = { email_code = false, magic_link = false }"), "ok"),
    ] {
        app = app.restarted_with(&settings).await;
        let user = guest(&app).with_session(&session);
        let answer = user.run("accountDeletePasskey", passkey.clone()).await;
        assert_eq!(answer.error(), expected, "{settings}");
    }
}

/// OA-12: a user can't unlink the only provider account without another way in; a server can.
#[tokio::test]
async fn the_last_identity_stays() {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    provider.be(ProviderUser::new("ada", "ada@example.com", false));
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    let user = browser.user();
    let linked = identity(&user).await;

    assert_eq!(user.run("accountDeleteIdentity", linked.clone()).await.error(), LAST);
    assert_eq!(identity(&user).await, linked);
    add(&user, &mut Authenticator::synced()).await;
    assert_eq!(user.run("accountDeleteIdentity", linked).await.error(), "ok");

    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    let linked = identity(&browser.user()).await;
    assert_eq!(app.server().run("usersDeleteIdentity", linked).await.error(), "ok");
    let anonymous = anonymous(&app).await;
    let unknown = anonymous.run("accountDeleteIdentity", json!({"identityId": "x"})).await;
    assert_eq!(unknown.error(), "user_identity_not_found 404");
}
