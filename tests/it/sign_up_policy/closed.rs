//! Projects that take no new users.

use std::time::Duration;

use entity::message::State;
use entity::{message, security_log, token, user};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use url::Url;

use super::{
    CLOSED, SENDING, URL, ask, browser, guest, newest, redeem, sign_in, sign_in_anonymously,
    sign_up, start, verify, with_project,
};
use crate::enumeration::seen;
use crate::support::{PASSWORD, Provider, ProviderUser, TestApp, error_of, none};

const PHONE: &str = "+12065550101";

/// A server whose project `p` was closed after `known@example.com` had signed up, with a number and everything proven.
async fn closed(more: &str, settings: &str) -> TestApp {
    let app = TestApp::with(&with_project(more, "")).await;
    sign_up(&app, "known@example.com").await.data();
    let secret = sign_in(&app, "known@example.com").await;
    verify(&app, &secret, "known@example.com").await;
    let user = guest(&app).with_session(&secret);
    user.run("accountUpdatePhone", json!({"phone": PHONE, "password": PASSWORD})).await.data();
    user.run("accountCreatePhoneVerification", none()).await.data();
    redeem(&app, "accountUpdatePhoneVerification", PHONE).await.data();
    drop(user);
    app.restarted_with(&with_project(more, &format!("sign_up = \"closed\"\n{settings}"))).await
}

async fn count_users(app: &TestApp) -> u64 {
    let users = user::Entity::find().filter(user::Column::ProjectId.eq("p"));
    users.count(app.app.db.read()).await.unwrap()
}

/// How many messages to an address were sent or will be.
async fn sent_to(app: &TestApp, address: &str) -> u64 {
    let messages = message::Entity::find()
        .filter(message::Column::Recipient.eq(address))
        .filter(message::Column::State.ne(State::Dropped));
    messages.count(app.app.db.read()).await.unwrap()
}

/// Nobody signs up with a password or anonymously, and that says why; other projects are open.
#[tokio::test]
async fn nobody_new_gets_in() {
    let app = closed("", "").await;
    let users = count_users(&app).await;

    let refused = sign_up(&app, "new@example.com").await;

    assert_eq!(refused.error(), CLOSED);
    // It says the same of a taken address.
    assert_eq!(sign_up(&app, "known@example.com").await.text, refused.text);
    let anonymous = guest(&app).run("accountCreateAnonymousSession", none()).await;
    assert_eq!(anonymous.error(), CLOSED);
    let body = json!({"userId": "new", "email": "new@example.com", "password": PASSWORD});
    let rest = guest(&app).rest("POST", "/v1/account", body).await;
    assert_eq!(rest.request_error(), "501 user_count_exceeded");
    let rest = guest(&app).rest("POST", "/v1/account/sessions/anonymous", Value::Null).await;
    assert_eq!(rest.request_error(), "501 user_count_exceeded");
    assert_eq!(count_users(&app).await, users);
    app.user("new@example.com").await;
}

/// A user with an account signs in as before, by every method.
#[tokio::test]
async fn users_sign_in_as_ever() {
    let provider = Provider::start().await;
    let app = closed(&provider.settings(), "").await;
    sign_in(&app, "known@example.com").await;
    for (create, update, is_phone) in SENDING {
        let address = if is_phone { PHONE } else { "known@example.com" };
        // Numbers wait between two messages.
        app.advance(Duration::from_mins(1));
        ask(&app, create, address).await.data();

        assert_eq!(redeem(&app, update, address).await.error(), "ok", "{create}");
    }
    let known = ProviderUser::new("known", "known@example.com", true);
    provider.be(known);
    for _ in 0..2 {
        let end = browser(&app).sign_in(&provider, "fake").await;
        assert_eq!(end.as_str(), "https://app.example.com/in");
    }
    assert_eq!(count_users(&app).await, 1);
}

/// EN-1: who asks for a link or a code for a new address is answered as for a known one, and as many rows are written;
/// nothing is sent.
#[tokio::test]
async fn an_unknown_address_is_answered_like_a_known_one() {
    let app = closed("", "").await;
    let rows = async || {
        let db = app.app.db.read();
        [
            token::Entity::find().count(db).await.unwrap(),
            message::Entity::find().count(db).await.unwrap(),
            security_log::Entity::find().count(db).await.unwrap(),
        ]
    };
    for (create, _, is_phone) in SENDING {
        // Numbers wait between two messages.
        app.advance(Duration::from_mins(1));
        let mut answers = Vec::new();
        for address in if is_phone {
            [PHONE, "+12065550199"]
        } else {
            ["known@example.com", "new@example.com"]
        } {
            // What is stored takes no earlier one's place.
            token::Entity::delete_many().exec(app.app.db.writer()).await.unwrap();
            let before = rows().await;
            let seen = seen(&ask(&app, create, address).await);
            let after = rows().await;
            answers.push((seen, std::array::from_fn::<_, 3, _>(|i| after[i] - before[i])));
        }
        assert_eq!(answers[0], answers[1], "{create}");
    }
    for address in ["new@example.com", "+12065550199"] {
        assert_eq!(sent_to(&app, address).await, 0);
    }
    assert!(sent_to(&app, "known@example.com").await > 0 && sent_to(&app, PHONE).await > 0);
    assert_eq!(count_users(&app).await, 1);
}

/// Where accounts are revealed, a closed project is an error at once.
#[tokio::test]
async fn where_accounts_are_revealed_a_closed_project_is_an_error() {
    let app = closed("", "security.reveal_accounts = true").await;
    for (create, _, is_phone) in SENDING {
        let [known, new] = if is_phone {
            [PHONE, "+12065550199"]
        } else {
            ["known@example.com", "new@example.com"]
        };
        app.advance(Duration::from_mins(1));
        assert_eq!(ask(&app, create, known).await.error(), "ok", "{create}");
        assert_eq!(ask(&app, create, new).await.error(), CLOSED, "{create}");
    }
    assert_eq!(
        message::Entity::find()
            .filter(message::Column::Recipient.eq("new@example.com"))
            .count(app.app.db.read())
            .await
            .unwrap(),
        0
    );
}

/// A message from before the project was closed creates no user any more; one who has signed up meanwhile is signed in.
#[tokio::test]
async fn earlier_messages_create_no_user() {
    for (create, update, is_phone) in SENDING {
        let address = if is_phone { "+12065550199" } else { "new@example.com" };
        let app = start("").await;
        ask(&app, create, address).await.data();
        if !is_phone {
            ask(&app, create, "soon@example.com").await.data();
            sign_up(&app, "soon@example.com").await.data();
        }
        let app = app.restarted_with(&with_project("", "sign_up = \"closed\"")).await;

        assert_eq!(redeem(&app, update, address).await.error(), CLOSED, "{create}");
        assert_eq!(count_users(&app).await, u64::from(!is_phone), "{create}");
        if !is_phone {
            assert_eq!(redeem(&app, update, "soon@example.com").await.error(), "ok", "{create}");
        }
    }
}

/// An address that its user only claims belongs to a new user by a link; in a closed project it stays as it is.
#[tokio::test]
async fn a_claimed_address_stays_claimed() {
    let app = start("").await;
    ask(&app, "accountCreatePhoneToken", PHONE).await.data();
    let opened = redeem(&app, "accountCreateSession", PHONE).await.field();
    let secret = opened["secret"].as_str().unwrap().to_owned();
    let variables = json!({"email": "claimed@example.com", "password": PASSWORD});
    let user = guest(&app).with_session(&secret);
    user.run("accountUpdateEmail", variables).await.data();
    drop(user);
    ask(&app, "accountCreateMagicURLToken", "claimed@example.com").await.data();
    let app = app.restarted_with(&with_project("", "sign_up = \"closed\"")).await;

    let redeemed = redeem(&app, "accountCreateSession", "claimed@example.com").await;

    assert_eq!(redeemed.error(), CLOSED);
    let account = guest(&app).with_session(&secret).run("accountGet", none()).await.field();
    assert_eq!(account["email"], "claimed@example.com");
    let sent = sent_to(&app, "claimed@example.com").await;
    ask(&app, "accountCreateEmailToken", "claimed@example.com").await.data();
    assert_eq!(sent_to(&app, "claimed@example.com").await, sent);
}

/// A new account at a provider lands on the failure page with the reason, or gets it in JSON; a user can still link one.
#[tokio::test]
async fn a_new_account_at_a_provider_lands_on_the_failure_page() {
    let provider = Provider::start().await;
    let app = closed(&provider.settings(), "").await;

    let end = browser(&app).sign_in(&provider, "fake").await;

    assert_eq!(error_of(&end), CLOSED);
    assert!(end.as_str().starts_with("https://app.example.com/out"), "{end}");
    let (_, error) = end.query_pairs().find(|(name, _)| name == "error").unwrap();
    assert!(error.contains("Sign-up is closed"), "{error}");
    let mut visitor = browser(&app);
    let path = format!("/v1/account/tokens/oauth2/fake?success={URL}");
    let there: Url = visitor.get(&path).await.header("location").parse().unwrap();
    let answer = visitor.get(provider.agree(&there).as_str()).await;
    assert_eq!(answer.request_error(), "501 user_count_exceeded");
    assert_eq!(count_users(&app).await, 1);

    let secret = sign_in(&app, "known@example.com").await;
    let mut own = browser(&app).with_cookie("a_session_p", &secret);
    assert_eq!(own.sign_in(&provider, "fake").await.as_str(), "https://app.example.com/in");
    assert_eq!(
        browser(&app).sign_in(&provider, "fake").await.as_str(),
        "https://app.example.com/in"
    );
}

/// An earlier anonymous user is a user like others, and may become a full one.
#[tokio::test]
async fn an_anonymous_user_of_before_becomes_a_full_one() {
    let app = start("").await;
    let secret = sign_in_anonymously(&app).await;
    let app = app.restarted_with(&with_project("", "sign_up = \"closed\"")).await;
    let variables = json!({"email": "ada@example.com", "password": PASSWORD});

    let changed = guest(&app).with_session(&secret).run("accountUpdateEmail", variables).await;

    assert_eq!(changed.error(), "ok");
    sign_in(&app, "ada@example.com").await;
    assert_eq!(newest(&app, "ada@example.com").await, Value::Null);
}
