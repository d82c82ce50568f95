//! Changes of users by servers: their events, and what open apps receive.

use accountd::config::KeyHash;
use serde_json::{Value, json};

use super::{ADA, Call, Hooked};
use crate::support::{Caller, Socket, none};

/// A project whose webhook gets all events, and a server of it.
async fn hooked() -> (Hooked, Caller) {
    let key = format!(
        "api_keys = [{{ name = \"Shop\", hash = \"{}\", scopes = [\"users.read\", \"users.write\"] }}]",
        KeyHash::of("ak_shop")
    );
    let hooked = Hooked::with_project(&key, &["*"]).await;
    let server = hooked.guest().with_key("ak_shop");
    (hooked, server)
}

/// A socket of Ada's, in the project.
async fn socket(hooked: &Hooked, ada: &Caller) -> Socket {
    let socket = Socket::open(&hooked.app, &[("x-appwrite-project", "p")]).await.unwrap();
    socket.initiated(json!({"x-appwrite-session": ada.session()})).await
}

/// A server that blocks or deletes a user, or ends the sessions, ends them for open apps at once and notifies webhooks of
/// each, and who it was.
#[tokio::test]
async fn sessions_ended_by_a_server_close_sockets_and_are_events() {
    for (field, more, event) in [
        ("usersUpdateStatus", json!({"status": false}), Some("users.*.update.status")),
        ("usersDelete", none(), Some("users.*.delete")),
        ("usersDeleteSessions", none(), None),
        ("usersDeleteSession", none(), None),
    ] {
        let (hooked, server) = hooked().await;
        let id = hooked.sign_up(ADA).await;
        let ada = hooked.sign_in(ADA).await;
        let session = ada.session_id().await;
        let mut socket = socket(&hooked, &ada).await;
        let mut arguments = more;
        arguments["userId"] = json!(id);
        if field == "usersDeleteSession" {
            arguments["sessionId"] = json!(session);
        }

        server.run(field, arguments).await.data();

        assert_eq!(socket.closed().await.0, 4401, "{field}");
        let calls = hooked.delivered().await;
        let ours: Vec<_> = calls[2..].iter().map(Call::json).collect();
        let ended = ours.iter().find(|event| event["type"] == "users.*.sessions.*.delete");
        assert_eq!(ended.unwrap()["data"]["$id"], session, "{field}");
        assert_eq!(ours.len(), 1 + usize::from(event.is_some()), "{field}: {ours:?}");
        let about_user = event.is_none_or(|name| ours.iter().any(|event| event["type"] == name));
        assert!(about_user, "{field}: {ours:?}");
        for event in ours {
            assert_eq!(event["actor"], json!({"kind": "key", "name": "Shop"}), "{field}");
        }
    }
}

/// A server that takes a verification away has verified nothing.
#[tokio::test]
async fn a_verification_that_is_taken_away_is_a_change() {
    let (hooked, server) = hooked().await;
    let id = hooked.sign_up(ADA).await;
    let phone = json!({"userId": id, "number": "+12065550100"});
    server.run("usersUpdatePhone", phone).await.data();
    let email = |verified| json!({"userId": id, "emailVerification": verified});
    let phone = |verified| json!({"userId": id, "phoneVerification": verified});
    // The second time nothing changes.
    for verified in [true, true, false, false] {
        server.run("usersUpdateEmailVerification", email(verified)).await.data();
        server.run("usersUpdatePhoneVerification", phone(verified)).await.data();
    }

    let types = hooked.types().await.split_off(2);

    let expected =
        ["users.*.verify", "users.*.verify", "users.*.update.email", "users.*.update.phone"];
    assert_eq!(types, expected);
}

/// The envelope says who has caused an event.
#[tokio::test]
async fn an_event_names_its_actor() {
    let (hooked, server) = hooked().await;
    let id = hooked.sign_up(ADA).await;
    let ada = hooked.sign_in(ADA).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    let rename = json!({"userId": id, "name": "Grace"});
    server.run("usersUpdateName", rename.clone()).await.data();
    hooked.guest().operator().run("usersUpdateName", rename).await.data();

    let calls = hooked.delivered().await;

    let actors: Vec<Value> = calls.iter().map(|call| call.json()["actor"].clone()).collect();
    let actor = |kind: &str, name: &str| json!({"kind": kind, "name": name});
    let (guest, user) = (actor("guest", ""), actor("user", ""));
    let expected = [guest.clone(), guest, user, actor("key", "Shop"), actor("operator", "")];
    assert_eq!(actors, expected);
}
