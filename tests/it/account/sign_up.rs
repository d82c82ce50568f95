//! accountCreate.

use serde_json::json;

use crate::support::{PASSWORD, TestApp, none};

const OPERATION: &str = "accountCreate";

#[tokio::test]
async fn a_user_is_created_and_not_signed_in() {
    let app = TestApp::new().await;

    let variables =
        json!({"userId": "ada", "email": "Ada@Example.com", "password": PASSWORD, "name": "Ada"});
    let answer = app.guest().run(OPERATION, variables).await;

    let user = answer.field();
    assert_eq!(user["_id"], "ada");
    assert_eq!(user["email"], "ada@example.com");
    assert_eq!(user["name"], "Ada");
    assert_eq!(user["status"], true);
    assert_eq!(user["emailVerification"], false);
    assert_eq!(user["phone"], "");
    assert_eq!(user["prefs"]["data"], "{}");
    assert_eq!(user["registration"], "2026-11-23T12:00:00.000+00:00");
    assert_eq!(user["passwordUpdate"], user["registration"]);
    assert!(answer.cookies().is_empty());
}

#[tokio::test]
async fn a_taken_id_or_address_is_refused() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    let sign_up = async |id: &str, email: &str| {
        let variables = json!({"userId": id, "email": email, "password": PASSWORD});
        app.guest().run(OPERATION, variables).await.error()
    };

    assert_eq!(sign_up("ada", "eve@example.com").await, "ok");
    assert_eq!(sign_up("unique()", "ada@example.com").await, "user_already_exists 409");
    assert_eq!(sign_up("unique()", "ADA@EXAMPLE.COM").await, "user_already_exists 409");
    assert_eq!(sign_up("ada", "bob@example.com").await, "user_already_exists 409");
}

#[tokio::test]
async fn arguments_at_fault_are_named() {
    let app = TestApp::new().await;
    let long = "x".repeat(37);
    for (id, email, password, name, argument) in [
        (long.as_str(), "a@example.com", PASSWORD, "", "userId"),
        ("_a", "a@example.com", PASSWORD, "", "userId"),
        ("a", "not-an-address", PASSWORD, "", "email"),
        ("a", "a@example.com", "7 chars", "", "password"),
        ("a", "a@example.com", PASSWORD, "a\nb", "name"),
    ] {
        let variables = json!({"userId": id, "email": email, "password": password, "name": name});
        let answer = app.guest().run(OPERATION, variables).await;

        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), argument);
    }
}

#[tokio::test]
async fn ten_an_hour_from_one_network() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let sign_up = async |n: u32| {
        let email = format!("user{n}@example.com");
        let variables = json!({"userId": "unique()", "email": email, "password": PASSWORD});
        guest.run(OPERATION, variables).await
    };
    for n in 0..10 {
        assert_eq!(sign_up(n).await.error(), "ok");
    }

    let refused = sign_up(10).await;

    assert_eq!(refused.error(), "general_rate_limit_exceeded 429");
    assert_eq!(refused.json()["errors"][0]["extensions"]["retryAfter"], 3600);
}

#[tokio::test]
async fn the_same_address_may_sign_up_in_two_projects() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let other = app.guest().with("x-appwrite-project", "other");
    let variables = json!({"userId": "unique()", "email": "ada@example.com", "password": PASSWORD});

    assert_eq!(other.run(OPERATION, variables).await.error(), "ok");
    // A session of one project means nothing in the other.
    let elsewhere = ada.with("x-appwrite-project", "other");
    assert_eq!(elsewhere.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
}
