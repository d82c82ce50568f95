//! When a user last signed in.

use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp, none};

async fn accessed_at(app: &TestApp, id: &str) -> Value {
    app.server().run("usersGet", json!({"userId": id})).await.field()["accessedAt"].clone()
}

/// Never, until the first session, however the user came into being and whatever the session came from.
#[tokio::test]
async fn a_user_has_not_signed_in_before_the_first_session() {
    let app = TestApp::new().await;
    let server = app.server();
    let signed_up = app.sign_up("ada@example.com").await;
    for id in ["bob", "carol"] {
        server.run("usersCreate", json!({"userId": id})).await.data();
    }
    let rest = server.rest("GET", "/v1/users/bob", Value::Null).await.json();
    for id in [signed_up.as_str(), "bob", "carol"] {
        assert_eq!(accessed_at(&app, id).await, Value::Null);
    }
    assert_eq!(rest["accessedAt"], "");

    let credentials = json!({"email": "ada@example.com", "password": PASSWORD});
    app.guest().run("accountCreateEmailPasswordSession", credentials).await.data();
    server.run("usersCreateSession", json!({"userId": "bob"})).await.data();
    let session = app.guest().run("accountCreateAnonymousSession", none()).await.field();

    let now = json!(app.clock.now().to_string());
    let anonymous = session["userId"].as_str().unwrap();
    for id in [signed_up.as_str(), "bob", anonymous] {
        assert_eq!(accessed_at(&app, id).await, now, "{id}");
    }
    let never = json!({"method": "isNull", "attribute": "accessedAt"}).to_string();
    let list = server.run("usersList", json!({"queries": [never]})).await.field();
    assert_eq!((&list["total"], &list["users"][0]["_id"]), (&json!(1), &json!("carol")));
}
