//! The response to one operation, in the form in which it is sent.

use std::collections::BTreeMap;

use async_graphql::{Response, ServerError, Value, value};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::app::App;
use crate::auth::caller::RejectedCredential;
use crate::auth::cookie::keep_set_cookies;
use crate::error::{Error, Result};
use crate::graphql::context::Charge;
use crate::graphql::json::JsonWriter;
use crate::graphql::wire_errors::to_wire_error;
use crate::limiter::Balance;

/// The response to one operation.
#[derive(Debug)]
pub struct Answer {
    errors: Vec<ServerError>,
    /// Absent if nothing was executed.
    data: Option<Value>,
    extensions: BTreeMap<String, Value>,
    headers: HeaderMap,
    tightest: Option<(Balance, i64)>,
    /// How many seconds to wait before retrying what failed.
    retry_after: Option<u64>,
    is_compressible: bool,
    has_signed_out: bool,
}

/// An error as it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    /// A message for people.
    pub message: &'a str,
    /// The type, for example `user_blocked`.
    pub kind: &'a str,
    /// The HTTP status.
    pub code: u16,
    /// The id of a server error; quote it to find the error in the log.
    pub id: Option<&'a str>,
    /// In development: the cause, or the configuration key to change.
    pub hint: Option<&'a str>,
}

impl<'a> Fault<'a> {
    /// An error with type, code and message only.
    pub fn new(code: u16, kind: &'a str, message: &'a str) -> Self {
        Self { message, kind, code, id: None, hint: None }
    }
}

impl Answer {
    /// The response if nothing was executed.
    pub fn refused(app: &App, response: Response) -> Self {
        Self { data: None, ..Self::executed(app, response, &[]) }
    }

    /// The response to an operation that was executed and charged.
    pub fn executed(app: &App, response: Response, charges: &[Charge]) -> Self {
        let now = app.clock.now();
        let mut quotas = async_graphql::indexmap::IndexMap::new();
        for Charge { response_key, balance, .. } in charges {
            let seconds = wait(*balance, now);
            let quota = value!({
                "limit": (balance.limit),
                "remaining": (balance.remaining),
                "reset": seconds,
            });
            quotas.insert(async_graphql::Name::new(response_key), quota);
        }
        let mut extensions = BTreeMap::new();
        if !quotas.is_empty() {
            extensions.insert("rateLimit".to_owned(), Value::Object(quotas));
        }
        let causes = response.errors.iter().filter_map(ServerError::source::<Error>);
        let retry_after = causes.filter_map(Error::retry_after).max();
        let tightest = charges.iter().map(|charge| charge.balance).min_by_key(|b| b.remaining);
        Self {
            errors: response.errors.into_iter().map(|error| to_wire_error(app, error)).collect(),
            data: Some(response.data),
            extensions,
            headers: response.http_headers,
            tightest: tightest.map(|balance| (balance, wait(balance, now))),
            retry_after,
            is_compressible: false,
            has_signed_out: false,
        }
    }

    /// Adds, for developers, which credential a guest has sent and why it was not accepted.
    #[must_use]
    pub fn with_credential_hint(mut self, app: &App, guest: Option<RejectedCredential>) -> Self {
        if let (true, Some(rejected)) = (app.config.is_dev(), guest) {
            let (kind, problem) = rejected.explain();
            let credential = value!({ "kind": (kind), "problem": (problem) });
            self.extensions.insert("credential".to_owned(), credential);
        }
        self
    }

    /// Marks the response as free of secrets, so that it may be compressed.
    #[must_use]
    pub fn compressible(self, is_compressible: bool) -> Self {
        Self { is_compressible, ..self }
    }

    /// Whether it may be compressed: only if it was marked so.
    pub fn is_compressible(&self) -> bool {
        self.is_compressible
    }

    /// Says whether the operation has ended the caller's session.
    #[must_use]
    pub fn signed_out(self, has_signed_out: bool) -> Self {
        Self { has_signed_out, ..self }
    }

    /// Whether the operation has ended the caller's session.
    pub fn has_signed_out(&self) -> bool {
        self.has_signed_out
    }

    /// Whether nothing was executed.
    pub fn is_refused(&self) -> bool {
        self.data.is_none()
    }

    /// Its errors, as they are sent.
    pub fn errors(&self) -> &[ServerError] {
        &self.errors
    }

    /// Whether it has errors.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// The HTTP status: 200, or 400 if nothing was executed and the client supports that (`strict`).
    pub fn status(&self, strict: bool) -> StatusCode {
        if strict && self.data.is_none() { StatusCode::BAD_REQUEST } else { StatusCode::OK }
    }

    /// The first error, for transports that return one field with a status.
    pub fn fault(&self) -> Option<Fault<'_>> {
        let error = self.errors.first()?;
        let extension = |name: &str| error.extensions.as_ref()?.get(name);
        let text = |name: &str| match extension(name) {
            Some(Value::String(text)) => Some(text.as_str()),
            _ => None,
        };
        let kind = text("type").unwrap_or("general_server_error");
        let code = match extension("code") {
            Some(Value::Number(code)) => code.as_u64().and_then(|code| u16::try_from(code).ok()),
            _ => None,
        };
        let fault = Fault::new(code.unwrap_or(500), kind, &error.message);
        Some(Fault { id: text("id"), hint: text("hint"), ..fault })
    }

    /// The value of a root field.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match &self.data {
            Some(Value::Object(fields)) => fields.get(name),
            _ => None,
        }
    }

    /// The response as JSON. `errors` come first, so that they aren't overlooked.
    pub fn to_json(&self) -> Result<String> {
        let mut json = JsonWriter::default();
        let mut failure = Ok(());
        json.object(|json| {
            if !self.errors.is_empty() {
                json.key("errors");
                failure = json.serialize(&self.errors);
            }
            if let Some(data) = &self.data {
                json.key("data");
                json.value(data);
            }
            if !self.extensions.is_empty() {
                json.key("extensions");
                json.object(|json| {
                    for (name, value) in &self.extensions {
                        json.key(name);
                        json.value(value);
                    }
                });
            }
        });
        failure.map_err(anyhow::Error::from)?;
        Ok(json.into_text()?)
    }

    /// Sets a header of the response, unless a field has set it.
    pub fn set_header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.entry(name).or_insert(value);
    }

    /// Adds the headers that fields have set.
    pub fn append_headers(answers: &[Self], headers: &mut HeaderMap) {
        for (name, value) in answers.iter().flat_map(|answer| &answer.headers) {
            headers.append(name, value.clone());
        }
        keep_set_cookies(headers);
    }

    /// Sets the headers of the rate limit that is closest to being exceeded, and `Retry-After` if something
    /// failed for now.
    pub fn add_limit_headers(answers: &[Self], headers: &mut HeaderMap) {
        if let Some(wait) = answers.iter().filter_map(|answer| answer.retry_after).max() {
            headers.insert(RETRY_AFTER, wait.into());
        }
        let tightest = answers.iter().filter_map(|answer| answer.tightest);
        let Some((balance, seconds)) = tightest.min_by_key(|(balance, _)| balance.remaining) else {
            return;
        };
        let limits: [(&'static str, i64); 6] = [
            ("ratelimit-limit", balance.limit.into()),
            ("ratelimit-remaining", balance.remaining.into()),
            ("ratelimit-reset", seconds),
            ("x-ratelimit-limit", balance.limit.into()),
            ("x-ratelimit-remaining", balance.remaining.into()),
            ("x-ratelimit-reset", rounded_up(balance.reset.millis())),
        ];
        for (name, number) in limits {
            headers.insert(HeaderName::from_static(name), number.into());
        }
    }
}

/// The seconds until one more call is allowed, rounded up.
fn wait(balance: Balance, now: entity::Timestamp) -> i64 {
    rounded_up(i64::try_from(balance.reset.since(now).as_millis()).unwrap_or(i64::MAX))
}

/// Milliseconds as whole seconds.
fn rounded_up(millis: i64) -> i64 {
    millis.saturating_add(999).div_euclid(1000)
}
