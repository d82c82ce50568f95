//! `/metrics` has nothing about users, and nothing that clients make up.

use serde_json::json;

use super::{OPEN_METRICS, get, read, used};
use crate::support::{PASSWORD, none};

/// QA: labels come from the code and the schema, so a client can't make more of them.
#[tokio::test]
async fn names_that_clients_invent_make_no_series() {
    let app = used().await;
    let guest = app.guest();
    let invent_operation = async |number: usize| {
        let name = format!("Invented{number}");
        let named = format!("query {name} {{ {name}: accountGet {{ _id }} }}");
        guest.send(&json!({"query": named, "operationName": name})).await;
    };
    let invent = async |number: usize| {
        invent_operation(number).await;
        guest.query(&format!("{{ invented{number} }}")).await;
        guest.rest("GET", &format!("/v1/invented{number}"), none()).await;
        guest.rest("GET", &format!("/v1/account/sessions/invented{number}"), none()).await;
        guest.rest(&format!("INVENTED{number}"), "/v1/account", none()).await;
        let oauth = format!("/v1/account/sessions/oauth2/invented{number}");
        guest.rest("GET", &oauth, none()).await;
    };
    invent(0).await;
    // Reading them is a request, too.
    read(&app).await;
    let before = read(&app).await;

    for number in 1..=1_000 {
        invent_operation(number).await;
    }
    for number in 1..=20 {
        invent(number).await;
    }

    let after = read(&app).await;
    let new: Vec<_> =
        after.values.keys().filter(|name| !before.values.contains_key(*name)).collect();
    assert!(new.is_empty(), "{new:?}");
    assert!(!after.values.keys().any(|name| name.to_lowercase().contains("invented")));
}

/// LG: no address, number, id, secret or IP address of a user is in the metrics.
#[tokio::test]
async fn the_metrics_have_no_data_of_users() {
    let app = used().await;
    let grace = app.user("grace@example.com").await;
    let account = grace.run("accountGet", none()).await.field();
    let session = grace.session_id().await;
    let jwt = grace.jwt().await;
    let phone = json!({"phone": "+4915112345678", "password": PASSWORD});
    grace.run("accountUpdatePhone", phone).await;
    grace.run("accountUpdateName", json!({"name": "Grace Hopper"})).await;
    grace.rest("GET", &format!("/v1/account/sessions/{session}"), none()).await;
    let server = app.server();
    let id = account["_id"].as_str().unwrap().to_owned();
    server.rest("GET", &format!("/v1/users/{id}"), none()).await;

    for caller in [app.guest(), app.guest().with("accept", OPEN_METRICS)] {
        let text = get(&caller).await.text;

        let secret = grace.session();
        let private = [&id, &session, &jwt, secret, "example.com", "15112345678", "Grace", "10.0."];
        for private in private {
            assert!(!text.contains(private), "{private} is in {text}");
        }
    }
}
