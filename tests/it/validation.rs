//! Documents and variables that don't fit the schema: refused before anything runs, by all ways, with short messages.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Answer, Caller, Socket, TestApp};

async fn get(caller: &Caller, parameters: &[(&str, &str)]) -> Answer {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let request = Request::get(format!("/v1/graphql?{query}"));
    caller.request(request.body(Body::empty()).unwrap()).await
}

async fn set_prefs(caller: &Caller, prefs: &str) -> Answer {
    let document =
        format!("mutation {{ accountUpdatePrefs(prefs: {prefs}) {{ prefs {{ data }} }} }}");
    caller.query(&document).await
}

/// C-03, C-04: a variable of another type than its place, wherever it stands, with or without a default.
#[tokio::test]
async fn a_variable_that_does_not_fit_its_place_runs_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for (document, variables) in [
        ("query ($x: Boolean) { accountGet { name @include(if: $x) } }", json!({"x": true})),
        ("query ($x: Boolean = null) { accountGet { name @include(if: $x) } }", json!({"x": true})),
        ("query ($x: Int!) { accountGetSession(sessionId: $x) { _id } }", json!({"x": 1})),
        (
            "query ($x: [String]) { accountGetSession(sessionId: $x) { _id } }",
            json!({"x": ["current"]}),
        ),
        (
            "query ($x: [String!]!) { accountGetSession(sessionId: $x) { _id } }",
            json!({"x": ["current"]}),
        ),
        (
            "query ($x: String) { accountGetSession(sessionId: $x) { _id } }",
            json!({"x": "current"}),
        ),
        (
            "query ($x: String = null) { accountGetSession(sessionId: $x) { _id } }",
            json!({"x": "current"}),
        ),
        (
            "query ($x: String! = null) { accountGetSession(sessionId: $x) { _id } }",
            json!({"x": "current"}),
        ),
        ("query ($x: ID!) { accountGetSession(sessionId: $x) { _id } }", json!({"x": "current"})),
        ("query ($x: Int = \"1\") { accountGet { _id } accountListLogs { total } }", json!({})),
        ("query ($x: String) { accountListLogs(queries: $x) { total } }", json!({"x": "limit(1)"})),
        ("query ($x: [Int]) { accountListLogs(queries: $x) { total } }", json!({"x": [1]})),
        ("query ($x: Int) { accountListLogs(queries: [$x]) { total } }", json!({"x": 1})),
        ("mutation ($x: String) { accountUpdateName(name: $x) { name } }", json!({"x": "Eve"})),
        ("mutation ($x: Assoc) { accountUpdatePrefs(prefs: $x) { _id } }", json!({"x": {"a": 1}})),
        (
            "query Q($x: String!) { ...F } fragment F on Query { accountGetSession(sessionId: $y) { _id } }",
            json!({"x": "a", "y": "current"}),
        ),
    ] {
        let answer = ada.send(&json!({"query": document, "variables": variables})).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{document}");
        assert_eq!(answer.json().get("data"), None, "{document}");
        assert!(answer.json()["errors"][0]["locations"][0]["line"].is_u64(), "{}", answer.text);
    }
    // A default that isn't null makes a nullable variable fit.
    let text = "query ($x: String = \"current\") { accountGetSession(sessionId: $x) { current } }";
    assert_eq!(ada.query(text).await.field(), json!({"current": true}));
    let text = "query ($x: String!) { accountListLogs(queries: [$x]) { logs { event } } }";
    let answer = ada.send(&json!({"query": text, "variables": {"x": "limit(1)"}})).await;
    assert_eq!(answer.field()["logs"].as_array().unwrap().len(), 1);
}

/// C-04: values of variables that aren't of the declared type, in lists, too.
#[tokio::test]
async fn a_value_of_another_type_runs_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let name = "mutation ($x: String!) { accountUpdateName(name: $x) { name } }";
    let jwt = "mutation ($x: Int) { accountCreateJWT(duration: $x) { jwt } }";
    let logs = "query ($x: [String]) { accountListLogs(queries: $x) { total } }";
    for (document, values) in [
        (name, vec![json!(null), json!(5), json!(true), json!(["Eve"]), json!({"a": 1})]),
        (jwt, vec![json!("60"), json!(60.5), json!(2_147_483_648_u32), json!([60])]),
        (logs, vec![json!([5]), json!([["limit(1)"]]), json!({"a": 1}), json!(5)]),
    ] {
        for value in values {
            let answer = ada.send(&json!({"query": document, "variables": {"x": value}})).await;
            assert_eq!(answer.error(), "general_argument_invalid 400", "{document} {value}");
            assert_eq!(answer.json().get("data"), None, "{document} {value}");
            assert!(answer.argument().is_string(), "{}", answer.text);
        }
    }
    // What fits in another form is taken: a whole number as 60.0, a list of one without its brackets.
    let answer = ada.send(&json!({"query": jwt, "variables": {"x": 60.0}})).await;
    assert!(answer.field()["jwt"].is_string());
    let answer = ada.send(&json!({"query": logs, "variables": {"x": "limit(1)"}})).await;
    assert!(answer.field()["total"].is_u64());
}

/// C-05: an error repeats at most 200 characters of what was sent, wherever that came from.
#[tokio::test]
async fn errors_repeat_little() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let (long, name) = ("é".repeat(15_000), "x".repeat(128));
    let bodies = [
        json!({"query": format!("query ($v: Access = \"{long}\") {{ accountGet {{ _id }} }}")}),
        json!({"query": format!("{{ {name} }}")}),
        json!({"query": format!("{{ accountGet {{ {name} }} }}")}),
        json!({"query": format!("{{ accountGet({name}: 1) {{ _id }} }}")}),
        json!({"query": format!("query (${name}: {name}) {{ accountGet {{ _id @{name} }} }}")}),
        json!({"query": format!("{{ accountGetSession(sessionId: {name}) {{ _id }} }}")}),
        json!({"query": format!("{{ accountListLogs(queries: \"{long}\") {{ total }} }}")}),
        json!({"query": format!("{{ accountListLogs(queries: [{{{name}: \"{long}\"}}]) {{ total }} }}")}),
        json!({"query": format!("{{ ...{name} }}")}),
        json!({"query": format!("mutation {{ accountUpdatePrefs(prefs: \"{long}\") {{ _id }} }}")}),
        json!({"query": format!("{{ accountGet {{ _id }} }} {long}")}),
        json!({"query": "{ accountGet { _id } }", "operationName": long}),
        json!({"query": "query ($x: Access) { accountGet { _id } }", "variables": {"x": long}}),
        json!({"query": "query ($x: [Int]) { __typename @skip(if: $x) }", "variables": {"x": long}}),
        json!({"query": format!("query (${name}: Int!) {{ __typename }}"), "variables": {long.as_str(): 1}}),
        json!({"query": "mutation ($x: String!) { accountUpdateEmail(email: $x, password: $x) { _id } }", "variables": {"x": long}}),
        json!({"query": "mutation ($x: String!) { accountUpdatePhone(phone: $x, password: $x) { _id } }", "variables": {"x": long}}),
        json!({"query": "mutation ($x: String!) { accountCreateVerification(url: $x) { _id } }", "variables": {"x": long}}),
        json!({"query": "query ($x: String!) { accountCreateOAuth2Token(provider: $x) { url } }", "variables": {"x": long}}),
        json!({"documentId": long}),
        json!({"query": "{ __typename }", "documentId": long}),
        json!({"query": "{ __typename }", "extensions": {"persistedQuery": long}}),
        json!({"query": 5, long.as_str(): 1}),
    ];
    for body in bodies {
        let answer = ada.send(&body).await;
        let short = format!("{:.120}", body.to_string());
        let json = answer.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_else(|| vec![json]);
        for error in errors {
            let message = error["message"].as_str().unwrap();
            assert!(message.chars().count() <= 300, "{short}: {message}");
            let repeated = message.matches(['é', 'x']).count();
            assert!(repeated <= 200, "{short}: {message}");
        }
        assert!(answer.text.len() < 5_000, "{short}: {} bytes", answer.text.len());
    }
    let repeated = format!("{{\"query\":\"{{__typename}}\",\"{long}\":1,\"{long}\":1}}");
    assert!(ada.post(repeated).await.text.len() < 1_000);
    let refused =
        ada.rest("PATCH", "/v1/account/email", json!({"email": long, "password": long})).await;
    assert!(refused.text.len() < 1_000, "{}", refused.text.len());
    let header = ada.clone().with("x-appwrite-project", &"y".repeat(4_000));
    assert!(header.query("{ accountGet { _id } }").await.text.len() < 1_000);
}

/// C-05, EN-8: names are suggested in development, where the schema can be asked for, and not where it can't.
#[tokio::test]
async fn errors_suggest_what_was_meant() {
    let app = TestApp::new().await;
    let dark = TestApp::with("graphql.introspection = false").await;
    for (document, expected) in [
        ("{ acountGet { _id } }", "Did you mean `accountGet`?"),
        ("{ accountGet { emial } }", "Did you mean `email`?"),
        (
            "mutation { accountUpdateName(nmae: \"Ada\", name: \"Ada\") { name } }",
            "Did you mean `name`?",
        ),
        (
            "query ($x: Sting!) { accountGetSession(sessionId: $x) { _id } }",
            "Did you mean `String`?",
        ),
    ] {
        let answer = app.guest().query(document).await;
        assert!(answer.text.contains(expected), "{document}: {}", answer.text);
        let answer = dark.guest().query(document).await;
        assert!(!answer.text.contains("mean"), "{document}: {}", answer.text);
    }
}

/// C-06: a key that comes twice is an error at every depth and by every way, and changes nothing.
#[tokio::test]
async fn a_repeated_key_is_refused() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let update = "mutation ($p: Assoc!) { accountUpdatePrefs(prefs: $p) { _id } }";
    let body = |rest: &str| format!("{{\"query\":\"{update}\",{rest}}}");
    for text in [
        body(r#""variables":{"p":{"a":1,"a":2}}"#),
        body(r#""variables":{"p":{"x":[{"y":{"a":1,"a":2}}]}}"#),
        body(r#""variables":{"p":{"a":1,"\u0061":2}}"#),
        body(r#""variables":{"p":{"a":1},"p":{"a":2}}"#),
        body(r#""variables":{"p":{"a":1}},"variables":{"p":{"a":2}}"#),
        body(r#""variables":{"p":{"a":1}},"extensions":{"a":1,"a":1}"#),
        body(r#""variables":{"p":{"a":1}},"extensions":{},"extensions":{}"#),
        body(r#""variables":{"p":{"a":1}},"operationName":null,"operationName":null"#),
        body(&format!(r#""variables":{{"p":{{"a":1}}}},"query":"{update}""#)),
        format!("[{}]", body(r#""variables":{"p":{"a":1,"a":2}}"#)),
    ] {
        let answer = ada.post(text.clone()).await;
        assert_eq!(answer.request_error(), "400 general_argument_invalid", "{text}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("comes twice in an object"), "{message}");
        let sdk = ada.clone().with("x-sdk-graphql", "true");
        let answer = sdk.post(format!("{{\"query\":{text}}}")).await;
        assert_eq!(answer.request_error(), "400 general_argument_invalid", "{text}");
    }
    for prefs in
        ["{a: 1, a: 2}", "{a: {b: 1, b: 2}}", "{a: [{b: 1, b: 2}]}", r#""{\"a\":1,\"a\":2}""#]
    {
        assert_eq!(set_prefs(&ada, prefs).await.error(), "general_argument_invalid 400", "{prefs}");
    }
    let query = "query ($x: String!) { accountGetSession(sessionId: $x) { _id } }";
    let twice = r#"{"x":"current","x":"current"}"#;
    let answer = get(&ada, &[("query", query), ("variables", twice)]).await;
    assert_eq!(answer.request_error(), "400 general_argument_invalid");
    let answer = get(&ada, &[("query", query), ("variables", "{}"), ("variables", "{}")]).await;
    assert_eq!(answer.status, 400);
    let answer = get(&ada, &[("query", query), ("extensions", r#"{"a":1,"a":1}"#)]).await;
    assert_eq!(answer.request_error(), "400 general_argument_invalid");

    let mut socket = Socket::of(&app, ada.session()).await;
    let payload = body(r#""variables":{"p":{"a":1,"a":2}}"#);
    let message = format!(r#"{{"id":"1","type":"subscribe","payload":{payload}}}"#);
    socket.send(Message::text(message)).await;
    assert_eq!(socket.closed().await.0, 4400);

    assert_eq!(ada.query("{ accountGetPrefs { data } }").await.field()["data"], "{}");
}

/// C-07: escapes as JSON encoders write them, of both notations, and block strings.
#[tokio::test]
async fn escapes_of_both_notations_are_understood() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for (literal, expected) in [
        (r#""\ud83d\ude00""#, "😀"),
        (r#""\u{1F600}""#, "😀"),
        (r#""a\u{1f600}\u00e9\uD83D\uDE00b""#, "a😀é😀b"),
        (r#""😀""#, "😀"),
        ("\"\"\"\n  Ada \\ud83d\n\"\"\"", "Ada \\ud83d"),
    ] {
        let answer = ada
            .query(&format!("mutation {{ accountUpdateName(name: {literal}) {{ name }} }}"))
            .await;
        assert_eq!(answer.field()["name"], expected, "{literal}");
    }
    assert_eq!(
        set_prefs(&ada, r#"{a: "\ud83d\ude00"}"#).await.field()["prefs"]["data"],
        r#"{"a":"😀"}"#
    );
    for literal in [r#""\ud83d""#, r#""\ude00\ud83d""#, r#""\u{D83D}""#, r#""\u{110000}""#] {
        let answer = ada
            .query(&format!("mutation {{\n  accountUpdateName(name: {literal}) {{ name }} }}"))
            .await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{literal}");
        let error = &answer.json()["errors"][0];
        assert_eq!(error["locations"][0]["line"], 2, "{}", answer.text);
        assert!(
            error["message"].as_str().unwrap().starts_with("Syntax error at line 2"),
            "{}",
            answer.text
        );
    }
}

/// C-08: what PHP and others send for no members counts as none.
#[tokio::test]
async fn nothing_in_its_many_forms_is_nothing() {
    let app = TestApp::new().await;
    let guest = app.guest();
    for rest in [
        json!({"variables": []}),
        json!({"variables": {}}),
        json!({"variables": null}),
        json!({"extensions": []}),
        json!({"extensions": null}),
        json!({"operationName": ""}),
        json!({"operationName": null}),
        json!({"documentId": null}),
        json!({"documentId": ""}),
        json!({"variables": [], "extensions": [], "operationName": "", "documentId": null}),
    ] {
        let mut body = json!({"query": "query A { __typename }"});
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        assert_eq!(guest.send(&body).await.data()["__typename"], "Query", "{rest}");
        assert_eq!(
            guest.send(&json!([body])).await.json()[0]["data"]["__typename"],
            "Query",
            "{rest}"
        );
        let sdk = guest.clone().with("x-sdk-graphql", "true");
        assert_eq!(sdk.send(&json!({"query": body})).await.data()["__typename"], "Query", "{rest}");
    }
    for rest in [
        [("variables", "")],
        [("variables", "[]")],
        [("variables", "null")],
        [("variables", "{}")],
        [("extensions", "")],
        [("extensions", "[]")],
        [("extensions", "null")],
        [("operationName", "")],
        [("documentId", "")],
    ] {
        let parameters = [&[("query", "query A { __typename }")][..], &rest].concat();
        assert_eq!(get(&guest, &parameters).await.data()["__typename"], "Query", "{rest:?}");
    }
    let mut socket = Socket::begin(&app, json!({})).await;
    let payload = json!({"query": "{ __typename }", "variables": [], "extensions": []});
    socket.send_message(&json!({"id": "1", "type": "subscribe", "payload": payload})).await;
    assert_eq!(socket.receive().await["payload"]["data"]["__typename"], "Query");
    for bad in [json!([1]), json!(""), json!(0), json!(false)] {
        let answer = guest.send(&json!({"query": "{ __typename }", "variables": bad})).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}

/// C-09: 65,536 bytes of preferences pass as a literal of every form, as they do in a variable.
#[tokio::test]
async fn what_fits_in_a_variable_fits_in_a_literal() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let long = "x".repeat(65_536 - 8);
    let stored = format!("{{\"a\":\"{long}\"}}");
    for literal in [
        format!("{{a: \"{long}\"}}"),
        format!("{{a: \"\"\"{long}\"\"\"}}"),
        format!("\"{{\\\"a\\\":\\\"{long}\\\"}}\""),
        format!("\"\"\"{stored}\"\"\""),
    ] {
        let answer = set_prefs(&ada, &literal).await;
        assert_eq!(answer.field()["prefs"]["data"], stored.as_str(), "{literal:.20}");
    }
    let more = set_prefs(&ada, &format!("{{a: \"{long}x\"}}")).await;
    assert_eq!(more.error(), "general_argument_invalid 400");

    // Of many values a literal holds fewer than a variable; the error says what to do.
    let many = set_prefs(&ada, &format!("{{a: [{}]}}", "1,".repeat(20_000))).await;
    let message = many.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.ends_with("Send long values as variables."), "{message}");
    let text = "mutation ($p: Assoc!) { accountUpdatePrefs(prefs: $p) { _id } }";
    let variables = json!({"p": {"a": vec![1; 20_000]}});
    assert_eq!(ada.send(&json!({"query": text, "variables": variables})).await.error(), "ok");
}

/// All that is wrong with a document is reported at once, each error with its place.
#[tokio::test]
async fn all_errors_of_a_document_are_reported() {
    let app = TestApp::new().await;
    let text = "query ($x: Int) {\n  accountGet { nonsense }\n  accountGetSession { _id }\n  accountStatus\n}";
    let answer = app.guest().query(text).await;

    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let lines: Vec<&Value> = errors.iter().map(|error| &error["locations"][0]["line"]).collect();
    assert_eq!(lines, [1, 2, 3, 4]);
    for error in errors {
        assert_eq!(error["extensions"]["type"], "general_argument_invalid");
        assert_eq!(error["extensions"]["code"], 400);
    }
}

/// A subscription's field may stand in a fragment, and be selected in parts.
#[tokio::test]
async fn the_field_of_a_subscription_may_stand_in_a_fragment() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let mut socket = Socket::of(&app, ada.session()).await;

    let text = "subscription { ...F ... on Subscription { accountEvents(after: 0) { kind } } } \
                fragment F on Subscription { accountEvents(after: 0) { number } }";
    socket.subscribe("1", text).await;

    let event = socket.receive().await;
    assert_eq!(event["payload"]["data"]["accountEvents"]["number"], 1, "{event}");
    assert!(event["payload"]["data"]["accountEvents"]["kind"].is_string(), "{event}");
}

/// GQ-5: fragments nest as deep as brackets may, and what is deeper is refused in one text.
#[tokio::test]
async fn one_bound_applies_to_nesting() {
    let app = TestApp::new().await;
    let nested = |depth: usize| {
        format!("{{ {} __typename {} }}", "... { ".repeat(depth - 1), "}".repeat(depth - 1))
    };

    for depth in [31, 33, 60, 64] {
        let answer = app.guest().query(&nested(depth)).await;
        assert_eq!(answer.json()["data"]["__typename"], "Query", "{depth}: {}", answer.text);
    }
    let refused = app.guest().query(&nested(65)).await.text;
    assert!(refused.contains("too many nested brackets: at most 64"), "{refused}");
}
