//! A hostile client learns nothing from the server, and can't harm it.

use accountd::config::Mode;
use accountd::random::Random;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::support::{Answer, TestApp, operation, root_fields, rounds};

/// Texts that mean something to a database, a shell, a template engine, a log or a browser.
const PAYLOADS: [&str; 26] = [
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    "\" OR \"\"=\"",
    "\\'; SELECT pg_sleep(10)--",
    "1 UNION SELECT * FROM users",
    "1; ATTACH DATABASE '/tmp/x' AS x",
    "admin'/*",
    "%27%20OR%201=1",
    "';VACUUM INTO '/tmp/x';--",
    "$$; COPY users TO STDOUT; $$",
    "${7*7}",
    "{{7*7}}",
    "{% for x in y %}",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "\u{0}",
    "\u{202e}",
    "\u{1b}[31m",
    "<script>alert(1)</script>",
    "\r\nSet-Cookie: a=b",
    "%s%n%p",
    "$1",
    "?1",
    ":name",
    "NULL",
    "0x27",
];

/// Texts that no response may contain: SQL, crates, paths of the source.
const INSIDE: [&str; 12] = [
    "SELECT ",
    "INSERT ",
    "sqlx",
    "sea_orm",
    "sea-orm",
    "src/",
    ".rs:",
    "panicked",
    "backtrace",
    "constraint",
    "sqlite",
    "postgres",
];

/// Each payload as it is, and in the encodings of other places.
fn variants() -> Vec<String> {
    let encodings: [fn(&str) -> String; 8] = [
        str::to_owned,
        |text| format!("ada{text}"),
        |text| format!("{text}@example.com"),
        |text| format!("{text}{text}"),
        |text| text.to_uppercase(),
        |text| format!("\u{feff}{text}\u{200b}"),
        |text| text.replace('\'', "\u{2019}").replace(' ', "/**/"),
        |text| format!("\"{}\"", text.replace('"', "\\\"")),
    ];
    PAYLOADS.iter().flat_map(|payload| encodings.iter().map(move |wrap| wrap(payload))).collect()
}

/// Documents that hand `$p` to every text argument of every root field, 20 fields each; with the number of arguments.
fn documents() -> Vec<(String, usize)> {
    let mut documents = Vec::new();
    for on in ["Query", "Mutation"] {
        let mut fields = Vec::new();
        for (_, field) in root_fields(Mode::Dev).into_iter().filter(|(parent, _)| parent == on) {
            let values: Vec<_> = field
                .arguments
                .iter()
                .filter_map(|argument| {
                    let value = match argument.node.ty.to_string().trim_end_matches('!') {
                        "String" | "ID" => "$p",
                        "[String]" => "[$p]",
                        "Assoc" => "{a: $p}",
                        _ => return None,
                    };
                    Some(format!("{}: {value}", argument.node.name.node))
                })
                .collect();
            if !values.is_empty() {
                let name = &field.name.node;
                fields.push((
                    format!("{name}({}) {{ __typename }}", values.join(", ")),
                    values.len(),
                ));
            }
        }
        for chunk in fields.chunks(20) {
            let text: Vec<&str> = chunk.iter().map(|(text, _)| text.as_str()).collect();
            // `after` of the inbox is an ID, which takes a variable of its own type only.
            let text = text.join(" ").replace("after: $p", "after: \"x\"");
            let operation = on.to_lowercase();
            let count = chunk.iter().map(|(_, count)| count).sum();
            documents.push((format!("{operation}($p: String!) {{ {text} }}"), count));
        }
    }
    documents
}

fn assert_closed(answer: &Answer, payload: &str) {
    assert!(answer.status.as_u16() < 500, "{payload:?}: {}", answer.text);
    assert!(!answer.text.contains("general_server_error"), "{payload:?}: {}", answer.text);
    for inside in INSIDE {
        assert!(!answer.text.contains(inside), "{payload:?}: {}", answer.text);
    }
}

/// EN-7, DL-6: 70 payloads in every text argument of every root field (208 in the slow job, more than 10,000 in all): no
/// answer reveals the inside, and no row is there that wasn't.
#[tokio::test]
async fn hostile_arguments_reveal_nothing() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let documents = documents();
    let mut delivered = 0;
    // A step by an odd number, so that each encoding comes up.
    for payload in variants().into_iter().step_by(rounds(3, 1)) {
        for (document, count) in &documents {
            let answer = ada.send(&json!({"query": document, "variables": {"p": payload}})).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            assert!(answer.json().get("data").is_some(), "{}", answer.text);
            assert_closed(&answer, &payload);
            delivered += count;
        }
    }

    assert!(delivered > rounds(3_000, 10_000), "{delivered}");
    assert_eq!(entity::user::Entity::find().count(app.app.db.read()).await.unwrap(), 1);
    app.sign_in("ada@example.com").await;
}

/// EN-7, DL-6: the same in every header that is read.
#[tokio::test]
async fn hostile_headers_reveal_nothing() {
    let app = TestApp::with("limits.rates = false").await;
    app.sign_up("ada@example.com").await;
    let document = operation("accountGet");
    for payload in variants() {
        for header in [
            "x-appwrite-project",
            "x-appwrite-locale",
            "x-appwrite-session",
            "x-appwrite-jwt",
            "x-appwrite-key",
            "x-fallback-cookies",
            "user-agent",
            "x-forwarded-for",
            "x-forwarded-user-agent",
            "cookie",
            "authorization",
            "accept-language",
            "origin",
            "accept",
        ] {
            let value = if header == "cookie" {
                format!("a_session_default={payload}")
            } else {
                payload.clone()
            };
            if axum::http::HeaderValue::from_bytes(value.as_bytes()).is_err() || !value.is_ascii() {
                continue;
            }
            let answer = app.guest().with(header, &value).query(&document).await;
            assert_closed(&answer, &payload);
        }
    }
    app.sign_in("ada@example.com").await;
}

/// EN-7: 10,000 bodies (100,000 in the slow job) that are nearly right: cut, doubled, with bytes changed.
#[tokio::test]
async fn mangled_bodies_reveal_nothing() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let random = Random::seeded(7);
    let bodies = [
        json!({"query": operation("accountGet")}).to_string(),
        json!({"query": operation("accountGetSession"), "variables": {"sessionId": "current"}}).to_string(),
        json!([{"query": "{ accountListLogs(queries: [\"limit(2)\"]) { total } }"}]).to_string(),
        json!({"query": operation("accountUpdatePrefs"), "variables": {"prefs": {"a": [1, "two", null]}}}).to_string(),
    ];
    for round in 0..rounds(10_000, 100_000) {
        let mut body = bodies[round % bodies.len()].clone().into_bytes();
        for change in random.bytes::<12>().chunks(4).take(1 + round % 3) {
            let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % body.len().max(1);
            match change[2] % 5 {
                0 => body.truncate(place.max(1)),
                1 if place < body.len() => drop(body.remove(place)),
                2 => body.insert(place, change[3]),
                3 if place < body.len() => {
                    body[place] = b"{}[]()\"\\:,$!@."[usize::from(change[3]) % 14];
                }
                _ => body.iter_mut().skip(place).take(1).for_each(|byte| *byte = change[3]),
            }
        }
        let text = String::from_utf8_lossy(&body).into_owned();
        let answer = ada.post(body).await;
        assert_closed(&answer, &text);
    }
}
