//! Responses.

use std::collections::HashMap;
use std::sync::LazyLock;

use accountd::config::Mode;
use accountd::error::catalog::{CATALOG, Source};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::{fields_of, server_sdl};

/// A response of the server.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        let json = serde_json::from_str(&self.text);
        let json = json.unwrap_or_else(|_| panic!("no JSON: {}", self.text));
        check_errors_are_declared(&json);
        json
    }

    /// The data of a response without errors.
    pub(crate) fn data(&self) -> Value {
        let json = self.json();
        assert!(json.get("errors").is_none(), "{}", self.text);
        json["data"].clone()
    }

    /// The value of the only root field of a response without errors.
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

    /// HTTP status and type of a request that failed as a whole: `413 general_argument_invalid`.
    pub(crate) fn request_error(&self) -> String {
        let json = self.json();
        format!("{} {}", self.status.as_u16(), json["type"].as_str().unwrap_or("?"))
    }

    /// A header's value; empty if it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The cookies that the response sets.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

/// C-53: an error of a root field is listed in the field's description, or can come from any field.
fn check_errors_are_declared(json: &Value) {
    static DESCRIPTIONS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
        let fields = fields_of(&server_sdl(Mode::Dev)).into_iter();
        let described = fields.map(|(_, field)| {
            let description = field.description.map(|text| text.node).unwrap_or_default();
            (field.name.node.to_string(), description)
        });
        described.collect()
    });
    let errors = json["errors"].as_array().into_iter().flatten();
    for error in errors {
        let kind = error["extensions"]["type"].as_str().unwrap_or_default();
        // Under an alias the field isn't known.
        let field = error["path"][0].as_str().unwrap_or_default();
        let Some(description) = DESCRIPTIONS.get(field) else { continue };
        let is_general =
            CATALOG.iter().any(|known| known.name == kind && known.from == Source::AnyField);
        assert!(
            is_general || description.contains(&format!("`{kind}`")),
            "the doc comment of {field} names no error `{kind}`"
        );
    }
}
