//! accountGetPrefs, accountUpdatePrefs.

use serde_json::{Value, json};

use crate::support::{TestApp, none};

const OPERATION: &str = "accountUpdatePrefs";

/// DL-4, N-38: what comes in as text goes out to the letter, and as JSON beside it.
#[tokio::test]
async fn preferences_are_kept_as_they_came() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for text in [r#"{"b": [1, "two"], "a":{"deep":{"er":[{}]}}}"#, r#"{"__proto__":{"x":1}}"#, "{}"]
    {
        let user = ada.run(OPERATION, json!({"prefs": text})).await.field();

        assert_eq!(user["prefs"]["data"], text);
        let prefs = ada.run("accountGetPrefs", none()).await.field();
        assert_eq!(prefs["data"], text);
        assert_eq!(prefs["json"], serde_json::from_str::<Value>(text).unwrap());
    }
}

#[tokio::test]
async fn every_form_of_the_argument_is_understood() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let stored = async || ada.run("accountGetPrefs", none()).await.field()["data"].clone();

    let variable = r#"{"query": "mutation($p: Assoc!) { accountUpdatePrefs(prefs: $p) { _id } }",
        "variables": {"p": {"theme": "dark", "n": 1}}}"#;
    ada.post(variable).await.data();
    assert_eq!(stored().await, r#"{"theme":"dark","n":1}"#);
    let literal =
        r#"mutation { accountUpdatePrefs(prefs: {theme: "light", list: [1, 2]}) { _id } }"#;
    ada.query(literal).await.data();
    assert_eq!(stored().await, r#"{"theme":"light","list":[1,2]}"#);
    let text = r#"mutation { accountUpdatePrefs(prefs: "{\"a\":1}") { _id } }"#;
    ada.query(text).await.data();
    assert_eq!(stored().await, r#"{"a":1}"#);
}

/// PHP writes an empty object as an empty list.
#[tokio::test]
async fn an_empty_list_is_an_empty_object() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let id = ada.run("accountGet", none()).await.field()["_id"].clone();
    let prefs = json!({"theme": "dark"});

    ada.run(OPERATION, json!({"prefs": prefs})).await.data();
    let own = ada.run(OPERATION, json!({"prefs": []})).await.field();
    assert_eq!(own["prefs"]["data"], "{}");
    ada.run(OPERATION, json!({"prefs": prefs})).await.data();
    ada.query("mutation { accountUpdatePrefs(prefs: []) { _id } }").await.data();
    assert_eq!(ada.run("accountGetPrefs", none()).await.field()["data"], "{}");
    ada.run(OPERATION, json!({"prefs": prefs})).await.data();
    let variables = json!({"userId": id, "prefs": []});
    app.server().run("usersUpdatePrefs", variables).await.data();
    assert_eq!(ada.run("accountGetPrefs", none()).await.field()["data"], "{}");
    let refused = ada.run(OPERATION, json!({"prefs": [1]})).await;
    assert_eq!(refused.error(), "general_argument_invalid 400");
}

/// C-04: a variable that was not given leaves its field out of an object (specification, 3.10), at any depth, and is null in a list;
/// a default stands in for it, and null is null.
#[tokio::test]
async fn what_was_not_given_is_left_out() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let update = "mutation($t: String, $d: String = \"dark\") {
        accountUpdatePrefs(prefs: {a: 1, t: $t, d: $d, in: {t: $t, list: [$t, {t: $t}]}}) { prefs { data } } }";
    let nested = "mutation($t: String) { ...F } fragment F on Mutation {
        ... { accountPatchPrefs(patch: {t: $t, a: 2}) { prefs { data } } } }";
    for (document, variables, expected) in [
        (update, json!({}), json!({"a": 1, "d": "dark", "in": {"list": [null, {}]}})),
        (
            update,
            json!({"t": null, "d": null}),
            json!({"a": 1, "t": null, "d": null, "in": {"t": null, "list": [null, {"t": null}]}}),
        ),
        (
            update,
            json!({"t": "x"}),
            json!({"a": 1, "t": "x", "d": "dark", "in": {"t": "x", "list": ["x", {"t": "x"}]}}),
        ),
        (
            nested,
            json!({}),
            json!({"a": 2, "t": "x", "d": "dark", "in": {"t": "x", "list": ["x", {"t": "x"}]}}),
        ),
    ] {
        let answer = ada.send(&json!({"query": document, "variables": variables})).await;

        let data = answer.field()["prefs"]["data"].as_str().unwrap().to_owned();
        assert_eq!(serde_json::from_str::<Value>(&data).unwrap(), expected, "{variables}");
    }
}

/// DL-4: a number of an object is stored and answered as it came, to the last digit that a double has.
#[tokio::test]
async fn numbers_of_an_object_lose_no_digit() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for number in ["9.014274576114836e-30", "0.00021659939713061338", "1859062658947177.0"] {
        let update =
            |prefs: &str| format!("accountUpdatePrefs(prefs: {prefs}) {{ prefs {{ data json }} }}");
        let variable = format!(
            r#"{{"query": "mutation($p: Assoc!) {{ {} }}", "variables": {{"p": {{"n": {number}}}}}}}"#,
            update("$p")
        );
        let literal = format!("mutation {{ {} }}", update(&format!("{{n: {number}}}")));

        for answer in [ada.post(variable).await, ada.query(&literal).await] {
            assert_eq!(answer.text.matches(number).count(), 2, "{number}: {}", answer.text);
        }
    }
}

/// N-35, N-36, N-37: anything else is refused and changes nothing.
#[tokio::test]
async fn bad_preferences_change_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    ada.run(OPERATION, json!({"prefs": {"kept": true}})).await.data();
    let deep = format!("{}1{}", "{\"a\":".repeat(33), "}".repeat(33));
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(65_529));
    for prefs in ["[]", "1", "\"x\"", "null", "{", "", "{\"a\":1e400}", &deep, &long] {
        let answer = ada.run(OPERATION, json!({"prefs": prefs})).await;

        assert_eq!(answer.error(), "general_argument_invalid 400", "{prefs:.20}");
        assert_eq!(answer.argument(), "prefs");
    }
    for prefs in [json!(5), json!([1]), json!(true)] {
        assert_eq!(
            ada.run(OPERATION, json!({"prefs": prefs})).await.error(),
            "general_argument_invalid 400"
        );
    }
    // Missing and null don't even validate.
    for variables in [json!({}), json!({"prefs": null})] {
        let answer = ada.run(OPERATION, variables).await;
        assert!(answer.json().get("data").is_none(), "{}", answer.text);
    }
    assert_eq!(ada.run("accountGetPrefs", none()).await.field()["data"], r#"{"kept":true}"#);
}

/// DL-4: of two concurrent writers one whole value stays.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_writers_leave_one_whole_value() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let value = |n: usize| json!({"writer": n, "text": n.to_string().repeat(2_000)});
    let writers: Vec<_> = (0..8)
        .map(|n| {
            let (ada, prefs) = (ada.clone(), value(n));
            tokio::spawn(async move { ada.run(OPERATION, json!({"prefs": prefs})).await.data() })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }

    let stored = ada.run("accountGetPrefs", none()).await.field()["json"].clone();

    let writer = usize::try_from(stored["writer"].as_u64().unwrap()).unwrap();
    assert_eq!(stored, value(writer));
}

/// accountPatchPrefs: keys are set, merged and removed; the revision counts every change, and guards against lost ones.
#[tokio::test]
async fn preferences_are_patched() {
    const PATCH: &str = "accountPatchPrefs";
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let prefs = r#"{"theme": "dark", "size": {"x": 1.50, "y": 2}, "old": [1]}"#;
    let user = ada.run(OPERATION, json!({"prefs": prefs})).await.field();
    assert_eq!(user["prefs"]["data"], prefs);

    let patch = json!({"theme": "light", "size": {"y": 3}, "old": null});
    let user = ada.run(PATCH, json!({"patch": patch, "ifRevision": 1})).await.field();
    assert_eq!(user["prefs"]["data"], r#"{"theme":"light","size":{"x":1.50,"y":3}}"#);
    assert_eq!(user["prefs"]["revision"], 2);

    let late = ada.run(PATCH, json!({"patch": {"theme": "red"}, "ifRevision": 1})).await;
    assert_eq!(late.error(), "user_prefs_conflict 409");
    let text = r#"{"theme":"blue"}"#;
    let user = ada.run(PATCH, json!({"patch": text})).await.field();
    assert_eq!(user["prefs"]["json"]["theme"], "blue");
    assert_eq!(user["prefs"]["revision"], 3);
}

/// accountPatchPrefs: what is no object, or makes the whole too long or too deep, changes nothing.
#[tokio::test]
async fn bad_patches_change_nothing() {
    const PATCH: &str = "accountPatchPrefs";
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let half = "x".repeat(40_000);
    ada.run(OPERATION, json!({"prefs": {"a": half}})).await.data();
    let deep = format!("{}1{}", "{\"a\":".repeat(33), "}".repeat(33));

    for patch in [json!("[]"), json!(5), json!("{"), json!({"b": half}), json!(deep)] {
        let answer = ada.run(PATCH, json!({"patch": patch})).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "patch");
    }
    let guest = app.guest().run(PATCH, json!({"patch": {}})).await;
    assert_eq!(guest.error(), "general_unauthorized_scope 401");
    let prefs = ada.run("accountGetPrefs", none()).await.field();
    assert_eq!((&prefs["json"], &prefs["revision"]), (&json!({"a": half}), &json!(1)));
}

/// accountPatchPrefs: of 16 concurrent patches of one revision one counts; without a revision all do.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_patches_lose_nothing() {
    const PATCH: &str = "accountPatchPrefs";
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let run = async |revision: Value| {
        let patches: Vec<_> = (0..16)
            .map(|n| {
                let (ada, key) = (ada.clone(), format!("{revision}{n}"));
                let variables = json!({"patch": {key: n}, "ifRevision": revision});
                tokio::spawn(async move { ada.run(PATCH, variables).await.error() })
            })
            .collect();
        let mut passed = 0;
        for patch in patches {
            passed += usize::from(patch.await.unwrap() == "ok");
        }
        passed
    };

    assert_eq!(run(json!(0)).await, 1);
    assert_eq!(run(Value::Null).await, 16);

    let prefs = ada.run("accountGetPrefs", none()).await.field();
    assert_eq!(prefs["json"].as_object().unwrap().len(), 17);
    assert_eq!(prefs["revision"], 17);
}
