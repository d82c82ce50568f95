//! Errors of documents and variables name the argument at fault.

use serde_json::{Value, json};

use crate::support::TestApp;

/// The places of an error say which argument it is about, in fragments, too, and for variables.
#[tokio::test]
async fn an_error_names_the_argument_that_does_not_fit_the_schema() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let by_variable = "mutation($n: String!) { accountUpdateName(name: $n) { name } }";
    for (document, variables, arguments) in [
        ("mutation { accountUpdateName { name } }", json!({}), &["name"][..]),
        ("mutation { accountUpdateName(name: 5) { name } }", json!({}), &["name"]),
        ("mutation { accountUpdateName(name: null) { name } }", json!({}), &["name"]),
        ("mutation { accountUpdateName(nmae: \"Ada\") { name } }", json!({}), &["name", "nmae"]),
        ("mutation { accountCreateEmailSession { _id } }", json!({}), &["email", "password"]),
        (
            "mutation { ...F } fragment F on Mutation { accountUpdateName { name } }",
            json!({}),
            &["name"],
        ),
        ("mutation { accountCreateJWT(duration: 99999999999) { jwt } }", json!({}), &["duration"]),
        ("{ accountListLogs(queries: [5]) { total } }", json!({}), &["queries"]),
        ("{ accountGetSession(sessionId: $id) { _id } }", json!({}), &["sessionId"]),
        ("mutation($n: String) { accountUpdateName(name: $n) { name } }", json!({}), &["name"]),
        (by_variable, json!({}), &["name"]),
        (by_variable, json!({"n": null}), &["name"]),
        (by_variable, json!({"n": {"first": "Ada"}}), &["name"]),
        // Each fault of a place has its own error.
        ("mutation { accountCreateEmailSession }", json!({}), &["email", "password"]),
        ("{ nonsense }", json!({}), &[]),
    ] {
        let answer = ada.send(&json!({"query": document, "variables": variables})).await;

        assert_eq!(answer.error(), "general_argument_invalid 400", "{document}");
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        let argument = |error: &Value| Some(error["extensions"]["argument"].as_str()?.to_owned());
        let mut named: Vec<String> = errors.iter().filter_map(argument).collect();
        named.sort();
        assert_eq!(named, arguments, "{document} {variables}: {}", answer.text);
    }
}
