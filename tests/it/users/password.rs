//! usersUpdatePassword.

use serde_json::json;

use crate::support::{PASSWORD, TestApp, none};

const NEW: &str = "battery staple horse";

/// No current password, no mail; all sessions end.
#[tokio::test]
async fn a_password_is_set() {
    let app = TestApp::new().await;
    let id = app.sign_up("ada@example.com").await;
    let ada = app.sign_in("ada@example.com").await;
    let before = app.count_messages("ada@example.com").await;
    let server = app.server();

    let user = server.run("usersUpdatePassword", json!({"userId": id, "password": NEW})).await;

    assert_eq!(user.field()["hash"], "argon2");
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    let old = json!({"email": "ada@example.com", "password": PASSWORD});
    let old = app.guest().run("accountCreateEmailPasswordSession", old).await;
    assert_eq!(old.error(), "user_invalid_credentials 401");
    app.user_with("ada@example.com", NEW).await;
    assert_eq!(app.count_messages("ada@example.com").await, before);
    for bad in ["short", &"x".repeat(257)] {
        let variables = json!({"userId": id, "password": bad});
        let answer = server.run("usersUpdatePassword", variables).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "password");
    }
}

/// An empty password removes it: neither the old one nor an empty one signs in.
#[tokio::test]
async fn an_empty_password_removes_it() {
    let app = TestApp::new().await;
    let id = app.sign_up("ada@example.com").await;

    let removed = json!({"userId": id, "password": ""});
    let user = app.server().run("usersUpdatePassword", removed).await.field();

    assert_eq!([&user["password"], &user["passwordUpdate"]], [&json!(""), &json!(null)]);
    assert_eq!(user["hashOptions"], json!({"type": "argon2"}));
    for password in [PASSWORD, "x"] {
        let variables = json!({"email": "ada@example.com", "password": password});
        let answer = app.guest().run("accountCreateEmailPasswordSession", variables).await;
        assert_eq!(answer.error(), "user_invalid_credentials 401");
    }
}

/// The switch that keeps sessions when a user changes the password does so for servers.
#[tokio::test]
async fn sessions_stay_where_the_project_keeps_them() {
    let app = TestApp::with(
        "[[projects]]\nid = \"keeps\"\n[projects.security]\nend_other_sessions_on_password_change = false\n\
         [[projects.api_keys]]\n# of the key ak_keeps\n\
         hash = \"31078fa6c7adc7e74992d7b32bfaa0204d72caa994cf86b684bd858721b3ca21\"\n\
         scopes = [\"users.write\", \"users.read\"]",
    )
    .await;
    let server = app.guest().with_key("ak_keeps").with("x-appwrite-project", "keeps");
    server.run("usersCreate", json!({"userId": "ada"})).await.data();
    server.run("usersCreateSession", json!({"userId": "ada"})).await.data();

    server.run("usersUpdatePassword", json!({"userId": "ada", "password": NEW})).await.data();

    let sessions = server.run("usersListSessions", json!({"userId": "ada"})).await.field();
    assert_eq!(sessions["total"], 1);
}
