//! The console's documents, in `schema/console`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::{OWN, create_key, sign_in};
use crate::support::TestApp;

/// The files below a folder, with their texts.
fn texts(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(texts(&format!("{folder}/{name}")));
        } else {
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// The names of the documents.
fn names() -> BTreeSet<String> {
    let files = texts("schema/console").into_iter();
    files.map(|(name, _)| name.strip_suffix(".graphql").unwrap().to_owned()).collect()
}

#[test]
fn the_page_runs_every_document_and_no_other() {
    let scripts = texts("src/http/console/page")
        .into_iter()
        .filter(|(name, _)| Path::new(name).extension().is_some_and(|it| it == "js"));
    let texts: Vec<_> = scripts.map(|(_, text)| text).collect();
    let calls = texts.iter().flat_map(|text| text.split(" run(\"").skip(1));
    let called: BTreeSet<_> =
        calls.map(|call| call.split('"').next().unwrap().to_owned()).collect();

    assert_eq!(called, names());
}

/// Each fits the server's schema, and runs also where only trusted documents do.
#[tokio::test]
async fn every_document_is_valid_and_trusted() {
    let settings = "public_url = \"https://accounts.example.com\"\nconsole.enabled = true\n\
                    graphql.trusted_documents = true";
    let app = TestApp::in_production(settings).await;
    let key = create_key(&app, "default", "users.read").await;
    let page = || app.guest().with("origin", OWN);
    let cookie = super::cookie(&sign_in(&page(), "default", &key).await);
    let operator = page().with("cookie", &cookie);

    for name in names() {
        // With variables of wrong types, so that nothing is executed.
        let variables = json!({
            "userId": [], "queries": 1, "identityId": [], "search": [], "name": [], "email": [],
        });
        let body = json!({"documentId": format!("console/{name}"), "variables": variables});
        let answer = operator.rest("POST", "/console/graphql", body).await.json();
        let message = answer["errors"][0]["message"].as_str().unwrap_or("The variable $");
        assert!(message.starts_with("The variable $"), "{name}: {answer}");
        assert!(answer.get("type").is_none(), "{name}: {answer}");
    }
    let sent = operator.rest("POST", "/console/graphql", json!({"query": "{ __typename }"})).await;
    assert_eq!(sent.error(), "graphql_document_not_trusted 403");
}
