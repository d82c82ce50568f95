//! usersListLogs, and what the user reads of the changes of servers.

use serde_json::{Value, json};

use crate::support::{Socket, TestApp, none};

fn column<'a>(list: &'a Value, member: &str) -> Vec<&'a str> {
    let logs = list["logs"].as_array().unwrap();
    logs.iter().map(|log| log[member].as_str().unwrap()).collect()
}

/// The user reads what a server did, and by which key.
#[tokio::test]
async fn the_user_reads_what_a_server_did() {
    let app = TestApp::new().await;
    let id = app.sign_up("ada@example.com").await;
    let ada = app.sign_in("ada@example.com").await;
    let server = app.server();
    for (field, argument, value) in [
        ("usersUpdateName", "name", json!("Ada")),
        ("usersUpdateLabels", "labels", json!(["vip"])),
        ("usersUpdateEmailVerification", "emailVerification", json!(true)),
        ("usersUpdatePrefs", "prefs", json!("{}")),
        ("usersCreateToken", "length", json!(64)),
    ] {
        server.run(field, json!({"userId": id, argument: value})).await.data();
    }

    let own = ada.run("accountListLogs", none()).await.field();
    let read = server.run("usersListLogs", json!({"userId": id})).await.field();

    assert_eq!(
        column(&own, "event"),
        [
            "token.create",
            "user.update",
            "verification.update",
            "user.update",
            "user.update",
            "session.create",
            "user.create",
        ]
    );
    assert_eq!(
        column(&own, "detail"),
        [
            "token.create",
            "user.update.prefs",
            "verification.update",
            "user.update.labels",
            "user.update.name",
            "session.create",
            "user.create",
        ]
    );
    let (admin, default) = (["admin"; 5], ["default"; 2]);
    assert_eq!(column(&own, "mode"), [admin.as_slice(), default.as_slice()].concat());
    assert_eq!(column(&own, "userName"), [["The server"; 5].as_slice(), &["", ""]].concat());
    let address = ["ada@example.com"; 2];
    assert_eq!(column(&own, "userEmail"), [[""; 5].as_slice(), &address].concat());
    assert_eq!(column(&own, "userId"), [id.as_str(); 7]);
    assert_eq!(read, own);
    assert_eq!(own["total"], 7);
}

/// The events of a user's open app have those of servers among them.
#[tokio::test]
async fn an_open_app_receives_a_servers_change() {
    let app = TestApp::new().await;
    let id = app.sign_up("ada@example.com").await;
    let ada = app.sign_in("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;
    let document = "subscription { accountEvents(after: 2) { kind log { event detail mode userName } user { name } } }";
    socket.subscribe("1", document).await;

    app.server().run("usersUpdateName", json!({"userId": id, "name": "Ada"})).await.data();

    let event = socket.receive().await["payload"]["data"]["accountEvents"].clone();
    assert_eq!(
        event,
        json!({
            "kind": "PROFILE_CHANGED",
            "log": {"event": "user.update", "detail": "user.update.name", "mode": "admin", "userName": "The server"},
            "user": {"name": "Ada"},
        })
    );
}

/// An operator on the server's machine has no address.
#[tokio::test]
async fn an_operator_has_no_address_in_the_log() {
    let app = TestApp::new().await;
    app.server().run("usersCreate", json!({"userId": "ada"})).await.data();
    let block = json!({"userId": "ada", "status": false});
    app.guest().operator().run("usersUpdateStatus", block).await.data();

    let log = app.server().run("usersListLogs", json!({"userId": "ada"})).await.field();

    assert_eq!(column(&log, "detail"), ["user.update.status", "user.create"]);
    assert_eq!(column(&log, "userName"), ["operator", "The server"]);
    let ips = column(&log, "ip");
    assert!(ips[0].is_empty() && !ips[1].is_empty(), "{ips:?}");
}

#[tokio::test]
async fn the_log_is_paged() {
    let app = TestApp::new().await;
    let server = app.server();
    server.run("usersCreate", json!({"userId": "ada"})).await.data();
    for n in 0..30 {
        let name = json!({"userId": "ada", "name": format!("Ada {n}")});
        server.run("usersUpdateName", name).await.data();
    }
    let list = async |queries: Value, total: Value| {
        let variables = json!({"userId": "ada", "queries": queries, "total": total});
        server.run("usersListLogs", variables).await
    };

    let first = list(json!(null), json!(null)).await.field();
    let rest = list(json!(["limit(10)", "offset(25)"]), json!(true)).await.field();
    let uncounted = list(json!(["limit(1)"]), json!(false)).await.field();
    let foreign = list(json!(["equal(\"event\", \"x\")"]), json!(null)).await;

    assert_eq!((first["logs"].as_array().unwrap().len(), &first["total"]), (25, &json!(31)));
    assert_eq!((rest["logs"].as_array().unwrap().len(), &rest["total"]), (6, &json!(31)));
    assert_eq!(uncounted["total"], 0);
    assert_eq!(foreign.error(), "general_query_invalid 400");
}
