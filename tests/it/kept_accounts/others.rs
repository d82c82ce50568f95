//! Changes by the project's servers and the operator take effect at the next call of a user whose account is kept.

use serde_json::{Value, json};

use super::error;
use crate::support::{Caller, PASSWORD, TestApp, none};

/// A server of the project, and the operator as if through the socket.
fn others(app: &TestApp) -> [Caller; 2] {
    [app.server(), app.guest().operator()]
}

/// A user with a session and a JWT, whose account the server keeps.
struct Kept {
    user: Caller,
    jwt: Caller,
    session_id: String,
}

impl Kept {
    /// Signs in as a new user with this id.
    async fn new(app: &TestApp, id: &str) -> Self {
        let email = format!("{id}@example.com");
        let new = json!({"userId": id, "email": email, "password": PASSWORD, "name": "Ada"});
        app.server().run("usersCreate", new).await.data();
        Self::of(app, app.sign_in(&email).await).await
    }

    async fn of(app: &TestApp, user: Caller) -> Self {
        let jwt = app.guest().with_jwt(&user.jwt().await);
        let session_id = user.session_id().await;
        let kept = Self { user, jwt, session_id };
        for _ in 0..2 {
            assert_eq!(kept.errors().await, ["ok", "ok"]);
        }
        kept
    }

    /// The results of the next calls, by the secret and by the JWT.
    async fn errors(&self) -> [String; 2] {
        [error(&self.user).await, error(&self.jwt).await]
    }
}

const SIGNED_OUT: [&str; 2] = ["general_unauthorized_scope 401", "user_jwt_invalid 401"];

/// SJ-4, SJ-13: a session that somebody else ends has ended for the next call, though the account was kept.
#[tokio::test]
async fn sessions_ended_by_others_have_ended_for_the_next_call() {
    let app = TestApp::with("limits.rates = false").await;
    for (by, other) in others(&app).into_iter().enumerate() {
        for (field, arguments) in [
            ("usersUpdateStatus", json!({"status": false})),
            ("usersDelete", json!({})),
            ("usersDeleteSession", json!({"sessionId": null})),
            ("usersDeleteSessions", json!({})),
            ("usersUpdatePassword", json!({"password": "an even better one"})),
        ] {
            let id = format!("{}-{by}", field.to_lowercase());
            let kept = Kept::new(&app, &id).await;
            let mut variables = arguments;
            variables["userId"] = json!(id);
            if variables.get("sessionId").is_some() {
                variables["sessionId"] = json!(kept.session_id);
            }

            other.run(field, variables).await.data();

            assert_eq!(kept.errors().await, SIGNED_OUT, "{id}");
        }
    }
}

/// A user reads another's change in the next call.
#[tokio::test]
async fn changes_by_others_are_read_by_the_next_call() {
    let app = TestApp::with("limits.rates = false").await;
    for (by, other) in others(&app).into_iter().enumerate() {
        let id = format!("ada{by}");
        let kept = Kept::new(&app, &id).await;
        let email = format!("lovelace{by}@example.com");
        let phone = format!("+1206555010{by}");
        for (field, argument, value, pointer) in [
            ("usersUpdateName", "name", json!("Countess"), "/name"),
            ("usersUpdateEmail", "email", json!(email), "/email"),
            ("usersUpdatePhone", "number", json!(phone), "/phone"),
            (
                "usersUpdateEmailVerification",
                "emailVerification",
                json!(true),
                "/emailVerification",
            ),
            (
                "usersUpdatePhoneVerification",
                "phoneVerification",
                json!(true),
                "/phoneVerification",
            ),
            ("usersUpdateLabels", "labels", json!(["vip"]), "/labels"),
            ("usersUpdatePrefs", "prefs", json!({"theme": "dark"}), "/prefs/json"),
        ] {
            let mut variables = json!({"userId": id});
            variables[argument] = value.clone();
            other.run(field, variables).await.data();

            let document = "{ accountGet { name email phone emailVerification phoneVerification labels prefs { json } } }";
            let user = kept.user.query(document).await.field();
            assert_eq!(user.pointer(pointer), Some(&value), "{field} {by}");
        }
    }
}

/// A session that somebody else opens is listed by the next call, and can be used.
#[tokio::test]
async fn a_session_that_others_open_is_there_for_the_next_call() {
    let app = TestApp::with("limits.rates = false").await;
    let total = async |caller: &Caller| {
        caller.run("accountListSessions", none()).await.field()["total"].clone()
    };
    for (by, other) in others(&app).into_iter().enumerate() {
        let id = format!("ada{by}");
        let kept = Kept::new(&app, &id).await;
        assert_eq!(total(&kept.user).await, 1);

        let opened = other.run("usersCreateSession", json!({"userId": id})).await.field();

        assert_eq!(total(&kept.user).await, 2);
        let session = app.guest().with_session(opened["secret"].as_str().unwrap());
        assert_eq!(error(&session).await, "ok");
        let list = other.run("usersListSessions", json!({"userId": id})).await.field();
        assert_eq!(list["total"], 2);
    }
}

/// SJ-4: an import beside kept accounts: a user who is there stays as he is; one who was deleted and is imported again gets
/// none of the old sessions back.
#[tokio::test]
async fn an_import_brings_no_session_back() {
    let app = TestApp::with("limits.rates = false").await;
    for (by, other) in others(&app).into_iter().enumerate() {
        let id = format!("ada{by}");
        let old = Kept::new(&app, &id).await;
        let row = json!({"id": id, "email": format!("{id}@example.com"), "name": "Ada"});
        let import = async || {
            let rows = json!({"rows": [row.to_string()]});
            other.run("usersImport", rows).await.field()
        };

        assert_eq!(import().await["unchanged"], 1);
        assert_eq!(old.errors().await, ["ok", "ok"]);
        other.run("usersDelete", json!({"userId": id})).await.data();
        assert_eq!(old.errors().await, SIGNED_OUT);
        let imported: Value = import().await;

        assert_eq!(imported["created"], 1, "{imported}");
        assert_eq!(old.errors().await, SIGNED_OUT);
        let opened = other.run("usersCreateSession", json!({"userId": id})).await.field();
        let new = app.guest().with_session(opened["secret"].as_str().unwrap());
        Kept::of(&app, new).await;
        assert_eq!(old.errors().await, SIGNED_OUT);
    }
}

/// The hash that a sign-in replaces is the one that the next call compares with.
#[tokio::test]
async fn a_hash_that_a_sign_in_replaces_is_forgotten() {
    let app = TestApp::with("limits.rates = false").await;
    let server = app.server();
    let md5_of_password = "5f4dcc3b5aa765d61d8327deb882cf99";
    let new = json!({"userId": "ada", "email": "ada@example.com", "password": md5_of_password});
    server.run("usersCreateMD5User", new).await.data();
    let opened = server.run("usersCreateSession", json!({"userId": "ada"})).await.field();
    let ada = app.guest().with_session(opened["secret"].as_str().unwrap());
    let kept = Kept::of(&app, ada).await;

    let credentials = json!({"email": "ada@example.com", "password": "password"});
    app.guest().run("accountCreateEmailPasswordSession", credentials).await.data();

    let hash = server.run("usersGet", json!({"userId": "ada"})).await.field()["hash"].clone();
    assert_eq!(hash, "argon2");
    let update = json!({"password": PASSWORD, "oldPassword": "password"});
    assert_eq!(kept.user.run("accountUpdatePassword", update).await.error(), "ok");
}
