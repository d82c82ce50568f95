//! Callers: an IP address with credentials.

use std::net::SocketAddr;

use accountd::http::{Handler, operator};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::{Answer, none, operation};

/// A client of the server, with the headers that it always sends.
#[derive(Clone)]
pub(crate) struct Caller {
    handler: Handler,
    peer: SocketAddr,
    is_operator: bool,
    headers: Vec<(String, String)>,
}

impl Caller {
    pub(crate) fn new(handler: Handler, peer: SocketAddr) -> Self {
        Self { handler, peer, is_operator: false, headers: Vec::new() }
    }

    /// The operator, as if through the socket.
    pub(crate) fn operator(self) -> Self {
        Self { is_operator: true, ..self }
    }

    /// The same client with one more header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same client with a session.
    pub(crate) fn with_session(self, secret: &str) -> Self {
        self.with("x-appwrite-session", secret)
    }

    /// The same client with a JWT.
    pub(crate) fn with_jwt(self, jwt: &str) -> Self {
        self.with("x-appwrite-jwt", jwt)
    }

    /// The same client with an API key.
    pub(crate) fn with_key(self, key: &str) -> Self {
        self.with("x-appwrite-key", key)
    }

    /// The client's session secret.
    pub(crate) fn session(&self) -> &str {
        let header = self.headers.iter().find(|(name, _)| name == "x-appwrite-session");
        &header.expect("the caller has a session").1
    }

    /// A JWT of the client's session.
    pub(crate) async fn jwt(&self) -> String {
        self.run("accountCreateJWT", none()).await.field()["jwt"].as_str().unwrap().to_owned()
    }

    /// The id of the client's session.
    pub(crate) async fn session_id(&self) -> String {
        let answer = self.run("accountGetSession", json!({"sessionId": "current"})).await;
        answer.field()["_id"].as_str().unwrap().to_owned()
    }

    /// Runs the committed document of an operation.
    pub(crate) async fn run(&self, name: &str, variables: Value) -> Answer {
        self.send(&json!({"query": operation(name), "variables": variables})).await
    }

    /// Runs a document without variables.
    pub(crate) async fn query(&self, document: &str) -> Answer {
        self.send(&json!({"query": document})).await
    }

    /// Posts JSON to the endpoint.
    pub(crate) async fn send(&self, json: &Value) -> Answer {
        self.post(json.to_string()).await
    }

    /// Posts a text to the endpoint, as JSON.
    pub(crate) async fn post(&self, body: impl Into<Body>) -> Answer {
        let request = Request::post("/v1/graphql").header("content-type", "application/json");
        self.request(request.body(body.into()).unwrap()).await
    }

    /// Sends a REST request, with a JSON body unless `body` is null.
    pub(crate) async fn rest(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("content-type", "application/json");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.request(request.body(body.into()).unwrap()).await
    }

    /// Sends a request with the client's headers added to its own.
    pub(crate) async fn request(&self, mut request: Request<Body>) -> Answer {
        for (name, value) in &self.headers {
            let name: axum::http::HeaderName = name.parse().unwrap();
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request.headers_mut().append(name, value);
        }
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let response = if self.is_operator {
            operator::answer(&self.handler, request).await
        } else {
            self.handler.answer(request).await
        };
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// The newest message of the project to an address or number, as the inbox of development shows it.
    pub(crate) async fn newest(&self, to: &str) -> Value {
        let document = "query($to: String) { devInbox(to: $to) {
            _id channel kind to subject text html link code userId secret state } }";
        let answer = self.send(&json!({"query": document, "variables": {"to": to}})).await;
        answer.data()["devInbox"].clone()
    }
}
