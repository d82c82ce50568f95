//! Which answers are compressed, and for whom.

use std::io::Read;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::{TestApp, none};

/// An answer as it came over the wire.
struct Raw {
    response: Response<()>,
    bytes: Vec<u8>,
}

impl Raw {
    fn header(&self, name: &str) -> String {
        let values = self.response.headers().get_all(name).iter();
        values.map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ")
    }

    fn is_compressed(&self) -> bool {
        self.header("content-encoding") == "gzip"
    }

    /// The body, decompressed.
    fn text(&self) -> String {
        let mut text = String::new();
        if self.is_compressed() {
            flate2::read::GzDecoder::new(&*self.bytes).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(self.bytes.clone()).unwrap();
        }
        text
    }
}

async fn ask(app: &TestApp, session: &str, request: Request<Body>, encodings: &str) -> Raw {
    let (mut parts, body) = request.into_parts();
    parts.headers.insert("x-appwrite-session", session.parse().unwrap());
    if !encodings.is_empty() {
        parts.headers.insert("accept-encoding", encodings.parse().unwrap());
    }
    let answer = app.handler().answer(Request::from_parts(parts, body)).await;
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    Raw { response: Response::from_parts(parts, ()), bytes }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn post(document: &str) -> Request<Body> {
    let body = json!({ "query": document }).to_string();
    Request::post("/v1/graphql")
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}

const SCHEMA: &str = "{ __schema { types { name description fields { name } } } }";
const LOGS: &str = "{ accountListLogs { total logs { event ip time osName clientName } } }";

/// A user with a long log and long preferences.
async fn app_with_ada() -> (TestApp, String) {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    for name in 0..25 {
        ada.run("accountUpdateName", json!({"name": name.to_string()})).await.data();
    }
    let prefs = json!({"prefs": json!({"x": "x".repeat(4000)}).to_string()});
    ada.run("accountUpdatePrefs", prefs).await.data();
    let session = ada.session().to_owned();
    (app, session)
}

/// A long response without secrets is compressed if the client accepts gzip; its content is the same.
#[tokio::test]
async fn what_is_no_secret_is_compressed() {
    let (app, ada) = app_with_ada().await;
    let page = get("/v1/graphql");
    let page = app.guest().with("accept", "text/html").request(page).await.text;
    let file = page.split('"').find(|text| text.ends_with("graphiql.min.css")).unwrap();
    let file = format!("/v1/{file}");
    let requests: [&dyn Fn() -> Request<Body>; 4] =
        [&|| get("/v1/schema.graphql"), &|| get("/v1/openapi.json"), &|| get(&file), &|| {
            post(SCHEMA)
        }];
    for request in requests {
        let plain = ask(&app, &ada, request(), "").await;
        let zipped = ask(&app, &ada, request(), "gzip, deflate, br").await;

        let uri = request().uri().clone();
        assert!(!plain.is_compressed() && zipped.is_compressed(), "{uri}");
        assert_eq!(plain.text(), zipped.text(), "{uri}");
        assert!(zipped.bytes.len() < plain.bytes.len(), "{uri}");
        assert_eq!(zipped.header("content-length"), "");
        for answer in [&plain, &zipped] {
            assert!(answer.header("vary").contains("accept-encoding"), "{uri}");
        }
        let tag = plain.header("etag");
        assert_eq!(zipped.header("etag"), if tag.is_empty() { tag } else { format!("W/{tag}") });
        for (encodings, is_taken) in
            [("*", true), ("br, x-gzip;q=0.1", true), ("gzip;q=0, *", false), ("identity", false)]
        {
            let answer = ask(&app, &ada, request(), encodings).await;
            assert_eq!(answer.is_compressed(), is_taken, "{uri} {encodings}");
        }
    }
    let tag = ask(&app, &ada, get("/v1/openapi.json"), "gzip").await.header("etag");
    let known = app.guest().with("if-none-match", &tag);
    assert_eq!(known.rest("GET", "/v1/openapi.json", Value::Null).await.status, 304);
}

/// BREACH: an answer that may hold a secret is never compressed, nor is one that stands beside it, nor a stream.
#[tokio::test]
async fn secrets_are_never_compressed() {
    let (app, ada) = app_with_ada().await;
    let alias = "a".repeat(120);
    let many: String = (0..10).map(|n| format!("{alias}{n}: __typename ")).collect();
    let batch = json!([{"query": SCHEMA}, {"query": "{ accountGet { _id } }"}]).to_string();
    let batch =
        Request::post("/v1/graphql").header("content-type", "application/json").body(batch.into());
    let stream = Request::post("/v1/graphql").header("content-type", "application/json");
    let stream = stream.header("accept", "text/event-stream");
    let requests = [
        get("/v1/account"),
        get("/v1/account/prefs"),
        get("/v1/account/logs"),
        post(LOGS),
        get("/v1/account/sessions"),
        get("/inbox/messages"),
        get("/metrics"),
        post("{ accountGet { prefs { data } } }"),
        post(&format!(
            "{{ accountListLogs {{ logs {{ event ip time }} }} accountGet {{ _id }} {many} }}"
        )),
        post(&format!("mutation {{ accountCreateJWT {{ jwt }} {many} }}")),
        post(&format!("mutation {{ accountCreateAnonymousSession {{ secret }} {many} }}")),
        post(&format!("{{ devInbox {{ code }} {many} }}")),
        batch.unwrap(),
        stream.body(json!({"query": SCHEMA}).to_string().into()).unwrap(),
    ];
    for request in requests {
        let uri = request.uri().clone();
        let answer = ask(&app, &ada, request, "gzip").await;

        assert!(answer.response.status().is_success(), "{uri}: {}", answer.text());
        assert!(!answer.is_compressed(), "{uri}");
    }
    let short = ask(&app, &ada, post("{ __typename }"), "gzip").await;
    assert!(!short.is_compressed());
    assert_eq!(app.guest().run("accountStatus", none()).await.error(), "ok");
}
