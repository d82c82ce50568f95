//! GraphiQL: who gets the page, what it may do, and what it is made of.

use axum::body::Body;
use axum::http::Request;

use crate::support::{Answer, TestApp};

/// The `Accept` of browsers when somebody types an address.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";

async fn get(app: &TestApp, path: &str, accept: &str) -> Answer {
    let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
    app.guest().request(request).await
}

/// The addresses of the page's own files, from its attributes `src` and `href`.
fn files(page: &str) -> Vec<String> {
    let values = page.split('"').filter(|value| value.starts_with("graphiql/"));
    values.map(|value| format!("/v1/{value}")).collect()
}

/// The nonce that the policy admits.
fn nonce(page: &Answer) -> &str {
    let policy = page.header("content-security-policy");
    policy.split_once("script-src 'nonce-").unwrap().1.split_once('\'').unwrap().0
}

#[tokio::test]
async fn a_browser_gets_the_page() {
    let app = TestApp::new().await;

    for path in ["/v1/graphql", "/v1/graphql?project=other"] {
        let page = get(&app, path, BROWSER).await;

        assert_eq!(page.status, 200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.text.contains("<title>GraphiQL"), "{}", page.text);
    }
}

#[tokio::test]
async fn clients_get_what_they_got_before() {
    let app = TestApp::new().await;
    let query = "/v1/graphql?query=%7B__typename%7D";

    for accept in ["*/*", "", "application/json", "application/json, text/html;q=0.9"] {
        let answer = get(&app, "/v1/graphql", accept).await;
        assert_eq!(answer.request_error(), "400 graphql_no_query", "{accept}");
    }
    let bare = Request::get("/v1/graphql").body(Body::empty()).unwrap();
    assert_eq!(app.guest().request(bare).await.request_error(), "400 graphql_no_query");
    assert_eq!(get(&app, query, "*/*").await.field(), "Query");
    // A query in the address is answered, not shown.
    assert_eq!(get(&app, query, BROWSER).await.field(), "Query");
    let upgrade = Request::get("/v1/graphql").header("accept", BROWSER);
    let upgrade = upgrade.header("upgrade", "websocket").body(Body::empty()).unwrap();
    assert_eq!(app.guest().request(upgrade).await.status, 400);
}

/// Foreign scripts don't run, nothing is requested from other hosts, and no page can frame it.
#[tokio::test]
async fn the_policy_admits_the_page_and_nothing_else() {
    let app = TestApp::new().await;

    let page = get(&app, "/v1/graphql", BROWSER).await;
    let again = get(&app, "/v1/graphql", BROWSER).await;

    assert_ne!(nonce(&page), nonce(&again));
    assert!(nonce(&page).len() >= 22);
    let scripts = page.text.matches("<script").count();
    let admitted = format!("<script nonce=\"{}\"", nonce(&page));
    assert!(scripts > 0 && page.text.matches(&admitted).count() == scripts, "{}", page.text);
    let policy = page.header("content-security-policy").replace(nonce(&page), "…");
    insta::assert_snapshot!(policy, @"default-src 'none'; script-src 'nonce-…'; style-src 'self' 'nonce-…'; connect-src 'self'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
}

#[tokio::test]
async fn the_files_are_kept_by_browsers() {
    let app = TestApp::new().await;
    let page = get(&app, "/v1/graphql", BROWSER).await;
    let files = files(&page.text);
    assert!(files.len() >= 6, "{files:?}");

    for file in &files {
        let answer = get(&app, file, "*/*").await;
        let kind = if file.contains(".css") { "text/css" } else { "text/javascript" };
        assert_eq!(answer.status, 200, "{file}");
        assert_eq!(answer.header("content-type"), format!("{kind}; charset=utf-8"));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let folder = files[0].rsplit_once("/vendor/").unwrap().0;
    assert_eq!(get(&app, &format!("{folder}/vendor/LICENSES.txt"), "*/*").await.status, 200);
    for path in ["/v1/graphiql/0/boot.js", "/v1/graphiql/boot.js", "/v1/graphiql/"] {
        assert_eq!(get(&app, path, "*/*").await.request_error(), "404 general_route_not_found");
    }
    for name in ["index.html", "none.js", "../graphiql.rs", "%2e%2e/graphiql.rs"] {
        let path = format!("{folder}/{name}");
        assert_eq!(get(&app, &path, "*/*").await.request_error(), "404 general_route_not_found");
    }
}

/// Our own files name no other host: the page works without a network.
#[tokio::test]
async fn nothing_leads_to_another_host() {
    let app = TestApp::new().await;
    let page = get(&app, "/v1/graphql", BROWSER).await.text;
    let boot = files(&page).into_iter().find(|file| file.ends_with("/boot.js")).unwrap();
    let mut texts = vec![page];
    for name in ["boot.js", "fetcher.js", "session.js", "tabs.js", "page.css"] {
        texts.push(get(&app, &boot.replace("boot.js", name), "*/*").await.text);
    }

    for text in texts {
        let text = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("://") && !text.contains("\"//"), "{text}");
    }
}

/// EN-8: in production there is no GraphiQL, unless the switch is on.
#[tokio::test]
async fn it_is_off_unless_it_is_switched_on() {
    let dev = TestApp::new().await;
    let files = files(&get(&dev, "/v1/graphql", BROWSER).await.text);
    let off = [TestApp::in_production("").await, TestApp::with("graphql.graphiql = false").await];

    for app in off {
        assert_eq!(get(&app, "/v1/graphql", BROWSER).await.request_error(), "400 graphql_no_query");
        for file in &files {
            assert_eq!(get(&app, file, "*/*").await.request_error(), "404 general_route_not_found");
        }
    }
    let on = TestApp::in_production("graphql.graphiql = true").await;
    assert_eq!(get(&on, "/v1/graphql", BROWSER).await.status, 200);
    assert_eq!(get(&on, &files[0], "*/*").await.status, 200);
}
