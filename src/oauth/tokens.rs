//! A provider's tokens.

use std::time::Duration;

use entity::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::{Answer, Unusable, lifetime_of, quote};

const PLACE: &str = "token answer";

/// How long renewed tokens are not renewed again: a burst of calls renews once (OA-1).
const FRESH: Duration = Duration::from_secs(5);

/// The tokens of one grant.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderTokens {
    /// The access token.
    pub access_token: String,
    /// When the access token expires, if the provider says so.
    pub expires_at: Option<Timestamp>,
    /// The refresh token; empty if none.
    pub refresh_token: String,
    /// When they were renewed, if ever.
    pub renewed_at: Option<Timestamp>,
}

impl ProviderTokens {
    pub(super) fn of(answer: &TokenAnswer, now: Timestamp) -> Self {
        Self {
            access_token: answer.access_token.clone(),
            expires_at: answer.expires_in.map(|span| now + span),
            refresh_token: answer.refresh_token.clone(),
            renewed_at: None,
        }
    }

    /// Whether they were renewed just now.
    pub fn are_fresh(&self, now: Timestamp) -> bool {
        self.renewed_at.is_some_and(|renewed_at| now < renewed_at + FRESH)
    }
}

/// The response of a token endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenAnswer {
    /// The access token.
    pub access_token: String,
    /// The refresh token; empty if none.
    pub refresh_token: String,
    /// The ID token; empty if none.
    pub id_token: String,
    /// The lifetime of the access token, if it is sensible.
    pub expires_in: Option<Duration>,
}

/// Why there are no tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFailure {
    /// An OAuth 2 error. Its description is not logged: it may contain a secret.
    #[error("token answer: `error` is {code:?}, expected tokens")]
    Refused {
        /// The error code.
        code: String,
        /// The description.
        description: String,
    },
    /// An error status without an OAuth 2 error.
    #[error(
        "token answer: the status is {0}, expected 200 with a JSON object, or an `error` in one"
    )]
    Status(u16),
    /// Another response.
    #[error(transparent)]
    Unusable(#[from] Unusable),
}

impl TokenAnswer {
    /// Parses the response of a token endpoint: JSON, or a form.
    pub fn read(status: u16, body: &[u8]) -> Result<Self, TokenFailure> {
        let is_success = (200..300).contains(&status);
        let answer = match Answer::read(PLACE, body) {
            Err(_) if body.starts_with(b"access_token=") => Answer::read_form(PLACE, body),
            Err(_) if !is_success => return Err(TokenFailure::Status(status)),
            answer => answer?,
        };
        if let Some(error) = answer.get("error") {
            return Err(token_failure(&answer, error));
        }
        if !is_success {
            return Err(TokenFailure::Status(status));
        }
        let text = |member| answer.text(member).unwrap_or_default().to_owned();
        Ok(Self {
            access_token: answer.required_text("access_token")?.to_owned(),
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
            expires_in: answer.get("expires_in").and_then(lifetime_of),
        })
    }
}

/// An error in the form of OAuth 2, or of Facebook: an object with `type` and `message`.
fn token_failure(answer: &Answer, error: &Value) -> TokenFailure {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.chars().take(200).collect(),
        Some(other) => quote(other),
        None => String::new(),
    };
    let (code, description) = match error {
        Value::Object(error) => (error.get("type").or(error.get("code")), error.get("message")),
        code => (Some(code), answer.get("error_description")),
    };
    TokenFailure::Refused { code: text(code), description: text(description) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> Result<TokenAnswer, TokenFailure> {
        TokenAnswer::read(200, body.to_string().as_bytes())
    }

    /// C-21: what isn't used may have any form, and what is used may be written in any sensible one.
    #[test]
    fn odd_members_cost_no_sign_in() {
        for (members, expires_in) in [
            (json!({"expires_in": "3600", "scope": ["a", "b"]}), Some(3600)),
            (json!({"expires_in": 3599.7, "token_type": "bearer"}), Some(3599)),
            (json!({"expires_in": null, "token_type": null}), None),
            (json!({"expires_in": -1, "scope": {"odd": 1}}), None),
            (json!({"expires_in": {}, "token_type": ["Bearer"]}), None),
            (json!({"refresh_token": null, "error": null}), None),
            (json!({"refresh_token": 7, "id_token": false}), None),
            (json!({}), None),
        ] {
            let mut body = members.clone();
            body["access_token"] = json!("access");
            let answer = read(&body).unwrap_or_else(|error| panic!("{members}: {error}"));
            assert_eq!(answer.expires_in.map(|it| it.as_secs()), expires_in, "{members}");
            assert_eq!((answer.refresh_token, answer.id_token), Default::default(), "{members}");
        }
        let form = TokenAnswer::read(200, b"access_token=a%20b&expires_in=5184000").unwrap();
        assert_eq!(form.access_token, "a b");
        assert_eq!(form.expires_in, Some(Duration::from_hours(1440)));
    }

    /// C-28: the error names the invalid member, and repeats no token.
    #[test]
    fn errors_name_the_member() {
        for (status, body, expected) in [
            (200, "{}", "token answer: `access_token` is missing, expected a text"),
            (
                200,
                "{\"access_token\":7}",
                "token answer: `access_token` is a number, expected a text",
            ),
            (
                400,
                "{\"error\":\"invalid_grant\",\"error_description\":\"secret\"}",
                "token answer: `error` is \"invalid_grant\", expected tokens",
            ),
            (
                400,
                "{\"error\":{\"type\":\"OAuthException\",\"message\":\"m\",\"code\":100}}",
                "token answer: `error` is \"OAuthException\", expected tokens",
            ),
            (
                502,
                "<html>",
                "token answer: the status is 502, expected 200 with a JSON object, or an `error` in one",
            ),
            (
                200,
                "<html>",
                "token answer: not JSON, expected a JSON object (expected value at line 1 column 1)",
            ),
        ] {
            let error = TokenAnswer::read(status, body.as_bytes()).err().unwrap();
            assert_eq!(error.to_string(), expected);
        }
    }
}
