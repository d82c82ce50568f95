//! Tests of who gets a provider account.

use entity::user;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{Browser, Caller, PASSWORD, Provider, ProviderUser, TestApp, error_of, none};

async fn id(caller: &Caller) -> String {
    caller.run("accountGet", none()).await.field()["_id"].as_str().unwrap().to_owned()
}

async fn start() -> (Provider, TestApp) {
    let provider = Provider::start().await;
    let app = TestApp::with(&provider.settings()).await;
    (provider, app)
}

/// A browser that an anonymous user is signed in with, and the session.
async fn anonymous(app: &TestApp) -> (Browser, Value) {
    let opened = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    (Browser::new(app.guest()).signed_in(opened["secret"].as_str().unwrap()), opened)
}

async fn verify(app: &TestApp, user: &Caller, email: &str) {
    user.run("accountCreateVerification", json!({"url": "https://app.example.com/"})).await.data();
    let mail = app.newest(email).await;
    let variables = json!({"userId": mail["userId"], "secret": mail["secret"]});
    user.run("accountUpdateVerification", variables).await.data();
}

/// A signed-in user links the account, and gets a new session in place of the old one.
#[tokio::test]
async fn a_signed_in_user_links_an_account() {
    let (provider, app) = start().await;
    let bob = app.user("bob@example.com").await;
    let bob_id = id(&bob).await;
    let mut browser = Browser::new(app.guest()).signed_in(bob.session());

    browser.sign_in(&provider, "fake").await;

    assert_eq!(id(&browser.user()).await, bob_id);
    assert_eq!(bob.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    let account = browser.user().run("accountGet", none()).await.field();
    assert_eq!(
        (&account["email"], &account["emailVerification"]),
        (&json!("bob@example.com"), &json!(false))
    );
    let mut later = Browser::new(app.guest());
    later.sign_in(&provider, "fake").await;
    assert_eq!(id(&later.user()).await, bob_id);
    let eve = app.user("eve@example.com").await;
    let mut eves = Browser::new(app.guest()).signed_in(eve.session());
    let end = eves.sign_in(&provider, "fake").await;
    assert_eq!(error_of(&end), "user_already_exists 409");
    assert_eq!(eve.run("accountListIdentities", none()).await.field()["total"], 0);
}

/// SJ-6: a JWT links no account: the session that linking opens would outlive it.
#[tokio::test]
async fn a_jwt_links_no_account() {
    let (_provider, app) = start().await;
    let bob = app.jwt_user("bob@example.com").await;
    let mut browser = Browser::new(bob.clone());

    let answer = browser.get("/v1/account/sessions/oauth2/fake").await;

    assert_eq!(answer.request_error(), "401 general_unauthorized_scope");
    assert_eq!(bob.run("accountListIdentities", none()).await.field()["total"], 0);
}

/// OA-5: an anonymous user who signs in with a provider keeps the id, gets name and address, and a new session.
#[tokio::test]
async fn an_anonymous_user_keeps_the_id() {
    let (provider, app) = start().await;
    let (mut browser, opened) = anonymous(&app).await;
    let secret = browser.session();

    browser.sign_in(&provider, "fake").await;

    let account = browser.user().run("accountGet", none()).await.field();
    assert_eq!(account["_id"], opened["userId"]);
    assert_eq!(
        (&account["email"], &account["emailVerification"]),
        (&json!("ada@example.com"), &json!(true))
    );
    assert_ne!(browser.session(), secret);
    let old = app.guest().with_session(&secret).run("accountGet", none()).await;
    assert_eq!(old.error(), "general_unauthorized_scope 401");
}

/// SJ-9, OA-5: where the app gets a token, the sessions of the anonymous user end as well, and the log has the address.
#[tokio::test]
async fn an_anonymous_user_who_gets_a_token_leaves_the_old_session() {
    let (provider, app) = start().await;
    let (mut browser, opened) = anonymous(&app).await;
    let secret = browser.session();

    let token = browser.fetch_token(&provider, "fake").await;

    assert_eq!(token["userId"], opened["userId"]);
    let old = app.guest().with_session(&secret).run("accountGet", none()).await;
    assert_eq!(old.error(), "general_unauthorized_scope 401");
    let session = app.guest().run("accountCreateSession", token).await.field();
    let user = app.guest().with_session(session["secret"].as_str().unwrap());
    assert_eq!(user.run("accountGet", none()).await.field()["email"], "ada@example.com");
    let log = user.run("accountListLogs", none()).await.field().to_string();
    assert!(log.contains("\"user.update\""), "{log}");
}

/// OA-3: a foreign page that sends the browser to a provider links nothing to the visitor.
#[tokio::test]
async fn a_foreign_page_links_nothing() {
    let (provider, app) = start().await;
    for (name, value) in [("sec-fetch-site", "cross-site"), ("referer", "https://evil.test/")] {
        provider.be(ProviderUser::new(name, "stranger@example.com", false));
        let bob = app.user(&format!("{name}@example.com")).await;
        let caller = app.guest().with(name, value);
        let mut browser = Browser::new(caller).signed_in(bob.session());

        browser.sign_in(&provider, "fake").await;

        assert_eq!(bob.run("accountListIdentities", none()).await.field()["total"], 0, "{name}");
    }
    let bob = app.user("page@example.com").await;
    provider.be(ProviderUser::new("own", "own@example.com", false));
    let caller = app.guest().with("sec-fetch-site", "cross-site");
    let caller = caller.with("referer", "https://app.example.com/");
    let mut browser = Browser::new(caller).signed_in(bob.session());
    browser.sign_in(&provider, "fake").await;
    assert_eq!(browser.user().run("accountListIdentities", none()).await.field()["total"], 1);
}

/// A sign-out while the user is at the provider ends the linking, too.
#[tokio::test]
async fn a_session_that_ended_meanwhile_links_nothing() {
    let (provider, app) = start().await;
    let bob = app.user("bob@example.com").await;
    let mut browser = Browser::new(app.guest()).signed_in(bob.session());
    let there = browser.authorize("sessions", "fake").await;
    bob.run("accountDeleteSessions", none()).await.data();

    let answer = browser.get(provider.agree(&there).as_str()).await;

    let end = answer.header("location").parse().unwrap();
    assert_eq!(error_of(&end), "general_unauthorized_scope 401");
    let identities = entity::identity::Entity::find().all(app.app.db.read()).await.unwrap();
    assert_eq!(identities.len(), 0);
}

/// OA-2: an address that the provider didn't verify leads to nobody's account, and verifies none.
#[tokio::test]
async fn an_unverified_address_links_nothing() {
    let (provider, app) = start().await;
    let ada = app.user("ada@example.com").await;
    let ada_id = id(&ada).await;
    for verify_first in [false, true] {
        if verify_first {
            verify(&app, &ada, "ada@example.com").await;
        }
        for claim in [json!(false), json!("false"), json!(null), json!("yes"), json!(0)] {
            let mut provider_user =
                ProviderUser::new(&format!("{verify_first} {claim}"), "ada@example.com", true);
            provider_user.0["email_verified"] = claim.clone();
            provider.be(provider_user);
            let mut browser = Browser::new(app.guest());

            let end = browser.sign_in(&provider, "fake").await;

            if error_of(&end).is_empty() {
                let account = browser.user().run("accountGet", none()).await.field();
                assert_ne!(account["_id"], ada_id.as_str(), "{claim}");
                assert_eq!(
                    (&account["email"], &account["emailVerification"]),
                    (&json!(""), &json!(false))
                );
            } else {
                assert_eq!(error_of(&end), "user_oauth2_provider_error 424", "{claim}");
            }
        }
        let account = ada.run("accountGet", none()).await.field();
        assert_eq!(account["emailVerification"], verify_first);
        assert_eq!(ada.run("accountListIdentities", none()).await.field()["total"], 0);
    }
    provider.be(ProviderUser::new("new", "new@example.com", false));
    let mut browser = Browser::new(app.guest());
    browser.sign_in(&provider, "fake").await;
    let account = browser.user().run("accountGet", none()).await.field();
    assert_eq!((&account["email"], &account["emailVerification"]), (&json!(""), &json!(false)));
    let identities = browser.user().run("accountListIdentities", none()).await.field();
    assert_eq!(identities["identities"][0]["providerEmail"], "new@example.com");
}

/// OA-2: an address that both have verified leads to its account, whose password stays.
#[tokio::test]
async fn a_verified_address_leads_to_its_verified_account() {
    let (provider, app) = start().await;
    let ada = app.user("ada@example.com").await;
    verify(&app, &ada, "ada@example.com").await;
    let mut browser = Browser::new(app.guest());

    browser.sign_in(&provider, "fake").await;

    assert_eq!(id(&browser.user()).await, id(&ada).await);
    app.sign_in("ada@example.com").await;
}

/// OA-4: a user who signed up with another person's address loses password, sessions, secrets and identities, when
/// the address is proven by a provider, by a recovery or by a magic link.
#[tokio::test]
async fn an_account_goes_to_the_owner_of_its_address() {
    for by in ["provider", "recovery", "magic link"] {
        let (provider, app) = start().await;
        let thief = app.user("ada@example.com").await;
        let owned = id(&thief).await;
        provider.be(ProviderUser::new("thief", "thief@example.com", true));
        let mut thiefs = Browser::new(app.guest()).signed_in(thief.session());
        thiefs.sign_in(&provider, "fake").await;
        let token = thiefs.fetch_token(&provider, "fake").await;
        provider.be(ProviderUser::new("ada", "ada@example.com", true));
        let url = "https://app.example.com/";

        match by {
            "provider" => {
                let mut browser = Browser::new(app.guest());
                browser.sign_in(&provider, "fake").await;
                assert_eq!(id(&browser.user()).await, owned);
                let account = browser.user().run("accountGet", none()).await.field();
                assert_eq!(
                    (&account["emailVerification"], &account["passwordUpdate"]),
                    (&json!(true), &json!(null))
                );
            }
            "recovery" => {
                app.guest()
                    .run("accountCreateRecovery", json!({"email": "ada@example.com", "url": url}))
                    .await
                    .data();
                let mail = app.newest("ada@example.com").await;
                let password = "another good password";
                let variables = json!({"userId": mail["userId"], "secret": mail["secret"], "password": password});
                app.guest().run("accountUpdateRecovery", variables).await.data();
            }
            _ => {
                let variables =
                    json!({"userId": "unique()", "email": "ada@example.com", "url": url});
                app.guest().run("accountCreateMagicURLSession", variables).await.data();
                let mail = app.newest("ada@example.com").await;
                let variables = json!({"userId": mail["userId"], "secret": mail["secret"]});
                app.guest().run("accountUpdateMagicURLSession", variables).await.data();
            }
        }

        for session in [thief.clone(), thiefs.user()] {
            assert_eq!(
                session.run("accountGet", none()).await.error(),
                "general_unauthorized_scope 401",
                "{by}"
            );
        }
        let variables = json!({"email": "ada@example.com", "password": PASSWORD});
        let signed_in = app.guest().run("accountCreateEmailSession", variables).await;
        assert_eq!(signed_in.error(), "user_invalid_credentials 401", "{by}");
        let redeemed = app.guest().run("accountCreateSession", token).await;
        assert_eq!(redeemed.error(), "user_invalid_token 401", "{by}");
        provider.be(ProviderUser::new("thief", "thief@example.com", true));
        let mut again = Browser::new(app.guest());
        again.sign_in(&provider, "fake").await;
        assert_ne!(id(&again.user()).await, owned, "{by}");
    }
}

/// OA-2: the same subject of two issuers is two people, and of two projects, too.
#[tokio::test]
async fn a_subject_belongs_to_its_issuer_and_project() {
    let (one, other) = (Provider::start().await, Provider::start().await);
    let more = other.settings_of("other", "kind = \"oidc\"\nissuer = \"ISSUER\"");
    let app = TestApp::with(&format!("{}{more}", one.settings())).await;
    for provider in [&one, &other] {
        provider.be(ProviderUser::new("ada", "ada@example.com", false));
    }
    let (mut first, mut second) = (Browser::new(app.guest()), Browser::new(app.guest()));
    first.sign_in(&one, "fake").await;
    second.sign_in(&other, "other").await;
    assert_ne!(id(&first.user()).await, id(&second.user()).await);

    let mut third = Browser::new(app.guest());
    let start = "/v1/account/sessions/oauth2/fake?project=other&success=https://other.example.com/";
    let there = third.get(start).await.header("location").parse().unwrap();
    assert_eq!(third.get(one.agree(&there).as_str()).await.status, 302);
    let users = user::Entity::find().all(app.app.db.read()).await.unwrap();
    assert_eq!(users.len(), 3);
}

/// Unlinking takes effect at once, also for a token that was handed out before; identities of others don't exist.
#[tokio::test]
async fn an_identity_is_unlinked() {
    let (provider, app) = start().await;
    let bob = app.user("bob@example.com").await;
    let mut browser = Browser::new(app.guest()).signed_in(bob.session());
    browser.sign_in(&provider, "fake").await;
    let bob = browser.user();
    let bob_id = id(&bob).await;
    let token = browser.fetch_token(&provider, "fake").await;
    let identities = bob.run("accountListIdentities", none()).await.field();
    let identity = json!({"identityId": identities["identities"][0]["_id"]});
    let eve = app.user("eve@example.com").await;
    let foreign = eve.run("accountDeleteIdentity", identity.clone()).await;
    assert_eq!(foreign.error(), "user_identity_not_found 404");

    assert_eq!(bob.run("accountDeleteIdentity", identity.clone()).await.field()["status"], "OK");

    let again = bob.run("accountDeleteIdentity", identity).await;
    assert_eq!(again.error(), "user_identity_not_found 404");
    let redeemed = app.guest().run("accountCreateSession", token).await;
    assert_eq!(redeemed.error(), "user_invalid_token 401");
    let mut later = Browser::new(app.guest());
    later.sign_in(&provider, "fake").await;
    assert_ne!(id(&later.user()).await, bob_id);
}
