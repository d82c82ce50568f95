//! What came back.

use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use serde_json::Value;

/// An answer of the server.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The data of an answer without errors.
    pub(crate) fn data(&self) -> Value {
        let json = self.json();
        assert!(json.get("errors").is_none(), "{}", self.text);
        json["data"].clone()
    }

    /// The value of the only root field of an answer without errors.
    pub(crate) fn field(&self) -> Value {
        let data = self.data();
        data.as_object().unwrap().values().next().unwrap().clone()
    }

    /// Type and code of the first error: `user_blocked 403`; `ok` without errors.
    pub(crate) fn error(&self) -> String {
        let json = self.json();
        let Some(error) = json["errors"].get(0) else { return "ok".to_owned() };
        let extensions = &error["extensions"];
        format!("{} {}", extensions["type"].as_str().unwrap_or("?"), extensions["code"])
    }

    /// The argument that the first error names.
    pub(crate) fn argument(&self) -> Value {
        self.json()["errors"][0]["extensions"]["argument"].clone()
    }

    /// HTTP status and type of a request that was refused whole: `413 general_argument_invalid`.
    pub(crate) fn refusal(&self) -> String {
        let json = self.json();
        format!("{} {}", self.status.as_u16(), json["type"].as_str().unwrap_or("?"))
    }

    /// A header's value; empty if it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookies that the answer sets.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }
}
