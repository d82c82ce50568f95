//! An SQLite file whose indexes name other rows than they should.

use std::fs;

use entity::session;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};
use serde_json::json;

use crate::support::{Caller, PASSWORD, TestApp, none};

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const BOBS_PASSWORD: &str = "a horse of another colour";

/// A server with Ada in the second row of users and Bob in the third, and Ada's session and id. The number of the first row
/// has no byte in an index.
async fn with_users() -> (TestApp, Caller, String) {
    let app = TestApp::new().await;
    app.sign_up("first@example.com").await;
    let ada = app.user(ADA).await;
    let bob = json!({"userId": "unique()", "email": BOB, "password": BOBS_PASSWORD});
    app.guest().run("accountCreate", bob).await.data();
    let bob = app.user_with(BOB, BOBS_PASSWORD).await;
    bob.run("accountUpdateName", json!({"name": "Bob"})).await.data();
    let id = ada.run("accountGet", none()).await.field()["_id"].as_str().unwrap().to_owned();
    (app, ada, id)
}

/// Restarts a server on its file, in which an index names another row than the second for `key`.
async fn with_entry(app: TestApp, index: &str, key: &[u8], row: u8) -> TestApp {
    let query = format!(
        "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = '{index}'"
    );
    let query = Statement::from_string(DbBackend::Sqlite, query);
    let place = app.outside().await.query_one_raw(query).await.unwrap().unwrap();
    let [page, size] = ["rootpage", "page_size"]
        .map(|name| usize::try_from(place.try_get::<i64>("", name).unwrap()).unwrap());
    let file = app.app.config.database.file().unwrap();
    app.app.db.close().await;
    let mut bytes = fs::read(&file).unwrap();
    let page = &mut bytes[(page - 1) * size..][..size];
    // An entry ends with the number of the row.
    let entry = [b"default", key, &[2]].concat();
    let start = page.windows(entry.len()).position(|bytes| bytes == entry).unwrap();
    page[start + entry.len() - 1] = row;
    fs::write(&file, bytes).unwrap();
    app.restarted().await
}

/// The error of a sign-in.
async fn sign_in(app: &TestApp, email: &str, password: &str) -> String {
    let variables = json!({"email": email, "password": password});
    app.guest().run("accountCreateEmailPasswordSession", variables).await.error()
}

/// DU-9: whoever would be shown the row of another user, or of none, is answered with a server error.
#[tokio::test]
async fn an_index_that_names_the_row_of_another_user_shows_it_to_nobody() {
    for row in [3, 99] {
        let (app, ada, id) = with_users().await;
        if app.app.db.is_shared() {
            return;
        }
        let (session, jwt) = (ada.session().to_owned(), ada.jwt().await);
        // With it, the server before the restart would keep the file.
        drop(ada);
        let app = with_entry(app, "sqlite_autoindex_users_1", id.as_bytes(), row).await;

        for caller in [app.guest().with_session(&session), app.guest().with_jwt(&jwt)] {
            for (name, variables) in
                [("accountGet", none()), ("accountUpdateName", json!({"name": "Ada"}))]
            {
                let answer = caller.run(name, variables).await;

                assert_eq!(answer.error(), "general_server_error 500", "{row} {name}");
                assert!(!answer.text.contains("Bob"), "{}", answer.text);
            }
        }
        assert_eq!(sign_in(&app, BOB, BOBS_PASSWORD).await, "ok");
    }
}

/// DU-9: an address signs in the user who has it, and no other.
#[tokio::test]
async fn an_index_that_names_another_user_for_an_address_signs_nobody_in() {
    let (app, ..) = with_users().await;
    if app.app.db.is_shared() {
        return;
    }
    let app = with_entry(app, "idx-users-project_id-email", ADA.as_bytes(), 3).await;

    for password in [BOBS_PASSWORD, PASSWORD] {
        assert_eq!(sign_in(&app, ADA, password).await, "general_server_error 500");
    }
}

/// DU-9: nobody's sessions are shown to another user. Bob has the second and the fourth, Ada the others.
#[tokio::test]
async fn an_index_that_names_the_session_of_another_user_shows_it_to_nobody() {
    let (app, ada, _) = with_users().await;
    if app.app.db.is_shared() {
        return;
    }
    drop(ada);
    assert_eq!(sign_in(&app, ADA, PASSWORD).await, "ok");
    let bob = app.user_with(BOB, BOBS_PASSWORD).await;
    let bobs = bob.run("accountGet", none()).await.field()["_id"].as_str().unwrap().to_owned();
    let secret = bob.session().to_owned();
    drop(bob);
    let sessions = session::Entity::find().filter(session::Column::UserId.eq(&bobs));
    let sessions = sessions.all(&app.outside().await).await.unwrap();
    let first = sessions.iter().map(|session| session.created_at).min().unwrap();
    // A time has six bytes.
    let created_at = &first.millis().to_be_bytes()[2..];
    let key = [bobs.as_bytes(), created_at].concat();

    let app = with_entry(app, "idx-sessions-project_id-user_id-created_at", &key, 3).await;

    let caller = app.guest().with_session(&secret);
    for field in ["accountGet", "accountListSessions"] {
        assert_eq!(caller.run(field, none()).await.error(), "general_server_error 500", "{field}");
    }
}
