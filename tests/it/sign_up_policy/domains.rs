//! Projects whose users have e-mail addresses of certain domains.

use entity::message;
use entity::message::State;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::{
    NOT_LISTED, SENDING, ask, browser, guest, redeem, sign_in, sign_in_anonymously, sign_up, start,
    with_project,
};
use crate::enumeration::seen;
use crate::support::{PASSWORD, Provider, ProviderUser, TestApp, error_of, none};

const LIST: &str =
    "sign_up = { domains = [\" Example.COM \", \"*.example.org\", \"bücher.example\"] }";

/// The domain decides, however it is written, and stands for no other one.
#[tokio::test]
async fn an_address_of_a_listed_domain_signs_up() {
    let app = start(LIST).await;
    for (email, expected) in [
        ("ada@example.com", "ok"),
        ("Bob+x@EXAMPLE.com", "ok"),
        ("ada@mail.example.org", "ok"),
        ("ada@deep.mail.Example.org", "ok"),
        ("ada@bücher.example", "ok"),
        ("bob@BÜCHER.example", "ok"),
        ("eve@xn--bcher-kva.example", "ok"),
        ("ada@bucher.example", NOT_LISTED),
        ("ada@example.org", NOT_LISTED),
        ("ada@mail.example.com", NOT_LISTED),
        ("ada@badexample.com", NOT_LISTED),
        ("ada@badexample.org", NOT_LISTED),
        ("ada@example.com.evil.test", NOT_LISTED),
        ("example.com@evil.test", NOT_LISTED),
        ("cleo@example.com ", "ok"),
        ("ada@evil.test@example.com", "general_argument_invalid 400"),
        ("\"ada@evil.test\"@example.com", "general_argument_invalid 400"),
        ("ada@evil.test\n@example.com", "general_argument_invalid 400"),
    ] {
        assert_eq!(sign_up(&app, email).await.error(), expected, "{email}");
    }
    let body = json!({"userId": "new", "email": "ada@evil.test", "password": PASSWORD});
    let rest = guest(&app).rest("POST", "/v1/account", body).await;
    assert_eq!(rest.request_error(), "401 user_email_not_whitelisted");
    // Another project has no list.
    app.user("ada@evil.test").await;
}

/// Nobody signs up without an address, which has no domain.
#[tokio::test]
async fn without_an_address_nobody_signs_up() {
    let app = start(&format!("{LIST}\nsecurity.reveal_accounts = true")).await;

    let anonymous = guest(&app).run("accountCreateAnonymousSession", none()).await;
    let by_phone = ask(&app, "accountCreatePhoneToken", "+12065550100").await;

    assert_eq!(anonymous.error(), NOT_LISTED);
    assert_eq!(by_phone.error(), NOT_LISTED);
}

/// EN-1: a link or a code for a new address is answered alike in all domains, and goes to listed ones only.
#[tokio::test]
async fn links_and_codes_go_to_listed_domains() {
    let app = start(LIST).await;
    let is_sent = async |address: &str| {
        let messages = message::Entity::find().filter(message::Column::Recipient.eq(address));
        let sent = messages.filter(message::Column::State.ne(State::Dropped));
        sent.count(app.app.db.read()).await.unwrap() > 0
    };
    for (create, update, is_phone) in SENDING {
        if is_phone {
            ask(&app, create, "+12065550100").await.data();
            assert!(!is_sent("+12065550100").await, "{create}");
            continue;
        }
        let listed = seen(&ask(&app, create, "ada@mail.example.org").await);

        assert_eq!(seen(&ask(&app, create, "ada@evil.test").await), listed, "{create}");
        assert!(is_sent("ada@mail.example.org").await && !is_sent("ada@evil.test").await);
        let redeemed = redeem(&app, update, "ada@mail.example.org").await;
        assert_eq!(redeemed.error(), "ok", "{create}");
    }
}

/// Where accounts are revealed, the error says that the domain is none of the project's.
#[tokio::test]
async fn where_accounts_are_revealed_the_domain_is_named() {
    let app = start(&format!("{LIST}\nsecurity.reveal_accounts = true")).await;
    for (create, ..) in SENDING.into_iter().filter(|(.., is_phone)| !is_phone) {
        assert_eq!(ask(&app, create, "ada@evil.test").await.error(), NOT_LISTED, "{create}");
        assert_eq!(ask(&app, create, "ada@example.com").await.error(), "ok", "{create}");
    }
}

/// A message from before the list creates a user of a listed domain only.
#[tokio::test]
async fn what_was_sent_before_is_judged_by_the_list() {
    let app = start("").await;
    for address in ["ada@evil.test", "ada@example.com"] {
        ask(&app, "accountCreateEmailToken", address).await.data();
    }
    let app = app.restarted_with(&with_project("", LIST)).await;

    assert_eq!(redeem(&app, "accountCreateSession", "ada@evil.test").await.error(), NOT_LISTED);
    assert_eq!(redeem(&app, "accountCreateSession", "ada@example.com").await.error(), "ok");
}

/// A user of before signs in whatever the domain, and an address that isn't listed can't be had by a detour.
#[tokio::test]
async fn a_user_gets_no_address_of_another_domain() {
    let app = start("").await;
    sign_up(&app, "old@evil.test").await.data();
    let anonymous = sign_in_anonymously(&app).await;
    let app = app.restarted_with(&with_project("", LIST)).await;
    sign_in(&app, "old@evil.test").await;
    let anonymous = guest(&app).with_session(&anonymous);
    ask(&app, "accountCreateEmailToken", "old@evil.test").await.data();
    assert_eq!(redeem(&app, "accountCreateSession", "old@evil.test").await.error(), "ok");
    let change = |email: &str| json!({"email": email, "password": PASSWORD});
    sign_up(&app, "user@example.com").await.data();
    let user = guest(&app).with_session(&sign_in(&app, "user@example.com").await);

    for caller in [&user, &anonymous] {
        let refused = caller.run("accountUpdateEmail", change("ada@evil.test")).await;
        assert_eq!(refused.error(), NOT_LISTED);
        let rest = caller.rest("PATCH", "/v1/account/email", change("ada@evil.test")).await;
        assert_eq!(rest.request_error(), "401 user_email_not_whitelisted");
    }
    let answers = [
        user.run("accountUpdateEmail", change("one@example.com")).await,
        anonymous.run("accountUpdateEmail", change("two@example.com")).await,
    ];
    assert_eq!(answers.map(|answer| answer.error()), ["ok", "ok"]);
}

/// A provider's address counts if the provider has verified it.
#[tokio::test]
async fn a_provider_has_to_have_verified_the_address() {
    let provider = Provider::start().await;
    let app = TestApp::with(&with_project(&provider.settings(), LIST)).await;
    for (subject, email, verified, expected) in [
        ("a", "ada@example.com", true, ""),
        ("b", "bob@Mail.Example.org", true, ""),
        ("c", "eve@example.com", false, NOT_LISTED),
        ("d", "eve@evil.test", true, NOT_LISTED),
        ("e", "eve@evil.test", false, NOT_LISTED),
        ("f", "", false, NOT_LISTED),
    ] {
        provider.be(ProviderUser::new(subject, email, verified));

        let end = browser(&app).sign_in(&provider, "fake").await;

        assert_eq!(error_of(&end), expected, "{email} {verified}");
        let page = if expected.is_empty() { "/in" } else { "/out" };
        assert_eq!(end.path(), page, "{email} {verified}");
    }
}

/// A user without an address gets none of another domain by linking; one who has an address links what account there is.
#[tokio::test]
async fn linking_is_no_detour() {
    let provider = Provider::start().await;
    let app = TestApp::with(&with_project(&provider.settings(), "")).await;
    let anonymous = sign_in_anonymously(&app).await;
    sign_up(&app, "old@evil.test").await.data();
    let app = app.restarted_with(&with_project(&provider.settings(), LIST)).await;
    let old = sign_in(&app, "old@evil.test").await;
    let link = async |secret: &str, subject: &str, email: &str| {
        provider.be(ProviderUser::new(subject, email, true));
        let mut browser = browser(&app).with_cookie("a_session_p", secret);
        error_of(&browser.sign_in(&provider, "fake").await)
    };

    assert_eq!(link(&anonymous, "eve", "eve@evil.test").await, NOT_LISTED);
    assert_eq!(link(&old, "eve", "eve@evil.test").await, "");
    assert_eq!(link(&anonymous, "ada", "ada@example.com").await, "");
}
