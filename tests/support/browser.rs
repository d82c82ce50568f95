//! A browser: keeps cookies and follows redirects.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use serde_json::{Value, json};
use url::Url;

use super::{Answer, Caller, Provider};

/// The URL of the server.
pub(crate) const PUBLIC_URL: &str = "http://localhost:8080";

/// A browser of one visitor.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) caller: Caller,
    jar: BTreeMap<String, String>,
}

impl Browser {
    /// A browser without cookies.
    pub(crate) fn new(caller: Caller) -> Self {
        Self { caller, jar: BTreeMap::new() }
    }

    /// The same browser with the cookie of a session.
    pub(crate) fn signed_in(self, secret: &str) -> Self {
        self.with_cookie("a_session_default", secret)
    }

    /// The same browser with another cookie.
    pub(crate) fn with_cookie(mut self, name: &str, value: &str) -> Self {
        self.jar.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Its cookies, which outlive a server.
    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        self.jar.clone()
    }

    /// The same browser with these cookies.
    pub(crate) fn with_cookies(self, jar: BTreeMap<String, String>) -> Self {
        Self { jar, ..self }
    }

    /// The value of its session cookie; empty without one.
    pub(crate) fn session(&self) -> String {
        self.jar.get("a_session_default").cloned().unwrap_or_default()
    }

    /// A caller with the browser's session.
    pub(crate) fn user(&self) -> Caller {
        self.caller.clone().with_session(&self.session())
    }

    /// Goes to a page of the server.
    pub(crate) async fn get(&mut self, url: &str) -> Answer {
        self.send(Request::get(url.trim_start_matches(PUBLIC_URL)).body(Body::empty()).unwrap())
            .await
    }

    /// Sends a request with the browser's cookies, and keeps what the answer sets.
    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<_> =
            self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            let cookies = HeaderValue::from_bytes(cookies.join("; ").as_bytes()).unwrap();
            request.headers_mut().insert("cookie", cookies);
        }
        let answer = self.caller.request(request).await;
        for cookie in answer.cookies() {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Begins a sign-in with the provider `id`: returns the URL there.
    pub(crate) async fn authorize(&mut self, kind: &str, id: &str) -> Url {
        let page = "https%3A%2F%2Fapp.example.com%2F";
        let path = format!("/v1/account/{kind}/oauth2/{id}?success={page}in&failure={page}out");
        let answer = self.get(&path).await;
        assert_eq!(answer.status, 302, "{}", answer.text);
        answer.header("location").parse().unwrap()
    }

    /// Signs in to an app with the provider `id`: returns the arguments of `accountCreateSession`.
    pub(crate) async fn fetch_token(&mut self, provider: &Provider, id: &str) -> Value {
        let there = self.authorize("tokens", id).await;
        let answer = self.get(provider.agree(&there).as_str()).await;
        token_of(answer.header("location"))
    }

    /// Signs in with the provider `id`, whose user agrees: returns where the browser ends.
    pub(crate) async fn sign_in(&mut self, provider: &Provider, id: &str) -> Url {
        let there = self.authorize("sessions", id).await;
        let back = provider.agree(&there);
        let answer = self.get(back.as_str()).await;
        assert_eq!(answer.status, 302, "{}", answer.text);
        answer.header("location").parse().unwrap()
    }
}

/// The arguments of `accountCreateSession` in an app's URL.
pub(crate) fn token_of(url: &str) -> Value {
    let url: Url = url.parse().unwrap();
    let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    json!({"userId": query["userId"], "secret": query["secret"]})
}

/// The `type` of the error in a URL; empty if none.
pub(crate) fn error_of(url: &Url) -> String {
    let error = url.query_pairs().find(|(name, _)| name == "error");
    let Some((_, error)) = error else { return String::new() };
    let error: Value = serde_json::from_str(&error).unwrap();
    format!("{} {}", error["type"].as_str().unwrap(), error["code"])
}
