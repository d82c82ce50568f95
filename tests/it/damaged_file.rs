//! An SQLite file whose indexes name other rows than they should.

use std::fs;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
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

/// Restarts a server on its file, in which an index of users names another row than the second for `key`.
async fn with_entry(app: TestApp, index: &str, key: &str, row: u8) -> TestApp {
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
    let entry = ["default", key, "\u{2}"].concat().into_bytes();
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
        let app = with_entry(app, "sqlite_autoindex_users_1", &id, row).await;

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
    let app = with_entry(app, "idx-users-project_id-email", ADA, 3).await;

    for password in [BOBS_PASSWORD, PASSWORD] {
        assert_eq!(sign_in(&app, ADA, password).await, "general_server_error 500");
    }
}
