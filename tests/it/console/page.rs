//! The console's page and its files.

use serde_json::json;
use std::path::Path;

use super::{get, server};
use crate::support::TestApp;

#[tokio::test]
async fn the_page_runs_its_own_files_only() {
    let (app, _) = server().await;

    let page = get(&app.guest(), "/console").await;

    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    insta::assert_snapshot!(page.header("content-security-policy"), @"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
    assert!(!page.text.contains("style=") && !page.text.contains("onclick"), "{}", page.text);
    assert_eq!(page.text.matches("<script").count(), 1);
}

/// Every file that the page and its scripts name is there, may be kept, and leads to no other host.
#[tokio::test]
async fn the_files_are_complete_and_kept_by_browsers() {
    let (app, _) = server().await;
    let page = get(&app.guest(), "/console").await.text;
    let values = page.split('"').filter(|value| value.starts_with("console/"));
    let mut files: Vec<String> = values.map(|value| format!("/{value}")).collect();
    let folder = files[0].rsplit_once('/').unwrap().0.to_owned();
    assert_eq!(files.len(), 3, "{files:?}");

    let mut at = 0;
    while let Some(path) = files.get(at).cloned() {
        at += 1;
        let file = get(&app.guest(), &path).await;
        let kind = if Path::new(&path).extension().is_some_and(|it| it == "css") {
            "text/css"
        } else {
            "text/javascript"
        };
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("content-type"), format!("{kind}; charset=utf-8"));
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        let text = file.text.replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("://") && !text.contains("innerHTML"), "{path}");
        let base = url::Url::parse("http://localhost").unwrap().join(&path).unwrap();
        for import in text.split(" from \"").skip(1) {
            let found = base.join(import.split('"').next().unwrap()).unwrap().path().to_owned();
            if !files.contains(&found) {
                files.push(found);
            }
        }
    }
    assert!(files.len() > 10, "{files:?}");
    for name in ["index.html", "none.js", "../cookie.rs", "%2e%2e/cookie.rs"] {
        let missing = get(&app.guest(), &format!("{folder}/{name}")).await;
        assert_eq!(missing.request_error(), "404 general_route_not_found");
    }
    assert_eq!(
        get(&app.guest(), "/console/0/main.js").await.request_error(),
        "404 general_route_not_found"
    );
}

/// A proxy may put the server under a path, and people type a slash at the end.
#[tokio::test]
async fn the_files_are_found_wherever_the_page_is() {
    let (app, _) = server().await;

    let page = get(&app.guest(), "/console/").await;

    assert!(page.text.contains("\"../console/"), "{}", page.text);
}

/// EN-8: in production there is no console, unless the switch is on.
#[tokio::test]
async fn it_is_off_unless_it_is_switched_on() {
    let app = TestApp::in_production("").await;

    for path in ["/console", "/console/session"] {
        assert_eq!(get(&app.guest(), path).await.request_error(), "404 general_route_not_found");
    }
    for path in ["/console/session", "/console/graphql"] {
        let answer = app.guest().rest("POST", path, json!({})).await;
        assert_eq!(answer.request_error(), "404 general_route_not_found");
    }
}
