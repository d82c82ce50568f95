//! Claims of a project's own, with placeholders for what the server knows of the user.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The largest claims that a template may make, in bytes of JSON.
pub const MAX_CLAIMS: usize = 1024;

/// The claims that the server makes itself.
const RESERVED: [&str; 16] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "sid",
    "userId",
    "sessionId",
    "auth_time",
    "amr",
    "acr",
    "email_verified",
    "labels",
    "cnf",
];

/// Further claims of a JWT.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    claims: Map<String, Value>,
}

/// The placeholders of a template. Preferences are missing, because users write them themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The project's id.
    ProjectId,
    /// The session's id.
    SessionId,
    /// How the user has signed in: the names of the session's factors.
    SessionFactors,
    /// The user's id.
    UserId,
    /// The user's name.
    UserName,
    /// The user's e-mail address, or null.
    UserEmail,
    /// Whether the address is verified.
    UserEmailVerified,
    /// The user's phone number, or null.
    UserPhone,
    /// Whether the number is verified.
    UserPhoneVerified,
    /// The user's labels, which only the project's servers write.
    UserLabels,
}

impl Placeholder {
    /// All placeholders.
    const ALL: [Self; 10] = [
        Self::ProjectId,
        Self::SessionId,
        Self::SessionFactors,
        Self::UserId,
        Self::UserName,
        Self::UserEmail,
        Self::UserEmailVerified,
        Self::UserPhone,
        Self::UserPhoneVerified,
        Self::UserLabels,
    ];

    /// Its name between the braces.
    fn as_str(self) -> &'static str {
        match self {
            Self::ProjectId => "project.id",
            Self::SessionId => "session.id",
            Self::SessionFactors => "session.factors",
            Self::UserId => "user.id",
            Self::UserName => "user.name",
            Self::UserEmail => "user.email",
            Self::UserEmailVerified => "user.email_verified",
            Self::UserPhone => "user.phone",
            Self::UserPhoneVerified => "user.phone_verified",
            Self::UserLabels => "user.labels",
        }
    }

    /// Whether it is one text, which may be part of a longer one.
    fn is_text(self) -> bool {
        match self {
            Self::ProjectId
            | Self::SessionId
            | Self::UserId
            | Self::UserName
            | Self::UserEmail
            | Self::UserPhone => true,
            Self::SessionFactors
            | Self::UserEmailVerified
            | Self::UserPhoneVerified
            | Self::UserLabels => false,
        }
    }
}

/// A piece of a text.
enum Piece<'a> {
    Text(&'a str),
    Value(Placeholder),
}

impl Template {
    /// Everything that is wrong with it.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for name in self.claims.keys().filter(|name| RESERVED.contains(&name.as_str())) {
            problems.push(format!("the server makes `{name}` itself"));
        }
        for name in self.claims.keys().filter(|name| name.contains("{{")) {
            problems.push(format!("`{name}`: only values have placeholders"));
        }
        for (name, value) in &self.claims {
            check(value, name, &mut problems);
        }
        let length = Value::from(self.claims.clone()).to_string().len();
        if length > MAX_CLAIMS {
            problems.push(format!("{length} bytes of JSON, at most {MAX_CLAIMS}"));
        }
        problems
    }

    /// The claims, with the value of each placeholder. A placeholder alone keeps the type of its value; within a text, null
    /// is nothing.
    pub fn render(&self, value_of: &impl Fn(Placeholder) -> Value) -> Map<String, Value> {
        self.claims.iter().map(|(name, value)| (name.clone(), fill(value, value_of))).collect()
    }
}

fn check(value: &Value, path: &str, problems: &mut Vec<String>) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::Array(values) => values.iter().for_each(|value| check(value, path, problems)),
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| {
                check(value, &format!("{path}.{name}"), problems);
            });
        }
        Value::String(text) => match pieces(text) {
            Ok(pieces) => {
                let is_alone = pieces.len() == 1;
                for piece in pieces {
                    match piece {
                        Piece::Value(value) if !is_alone && !value.is_text() => {
                            problems.push(format!(
                                "`{path}`: {{{{{}}}}} is no text, so it must stand alone",
                                value.as_str()
                            ));
                        }
                        Piece::Value(_) | Piece::Text(_) => {}
                    }
                }
            }
            Err(problem) => problems.push(format!("`{path}`: {problem}")),
        },
    }
}

fn fill(value: &Value, value_of: &impl Fn(Placeholder) -> Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        Value::Array(values) => values.iter().map(|value| fill(value, value_of)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), fill(value, value_of))).collect()
        }
        Value::String(text) => match pieces(text).unwrap_or_default().as_slice() {
            [Piece::Value(placeholder)] => value_of(*placeholder),
            pieces => {
                let texts = pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => (*text).to_owned(),
                    Piece::Value(placeholder) => {
                        value_of(*placeholder).as_str().unwrap_or_default().to_owned()
                    }
                });
                Value::String(texts.collect())
            }
        },
    }
}

/// Splits a text at its placeholders.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or("`{{` without `}}`")?;
        let name = name.trim();
        let known = Placeholder::ALL.into_iter().find(|known| known.as_str() == name);
        let known = known.ok_or_else(|| {
            let all = Placeholder::ALL.map(Placeholder::as_str).join(", ");
            format!("there is no `{name}`, only {all}")
        })?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before));
        }
        pieces.push(Piece::Value(known));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template(claims: Value) -> Template {
        serde_json::from_value([("claims", claims)].into_iter().collect()).unwrap()
    }

    fn value_of(placeholder: Placeholder) -> Value {
        match placeholder {
            Placeholder::UserLabels => json!(["vip", "staff"]),
            Placeholder::UserEmailVerified => json!(true),
            Placeholder::UserPhone => Value::Null,
            placeholder => json!(placeholder.as_str()),
        }
    }

    #[test]
    fn a_placeholder_alone_keeps_its_type() {
        let template = template(json!({
            "role": "authenticated",
            "https://hasura.io/jwt/claims": {
                "x-hasura-allowed-roles": "{{user.labels}}",
                "x-hasura-user-id": "{{ user.id }}",
            },
            "verified": "{{user.email_verified}}",
            "phone": "{{user.phone}}",
            "label": "{{user.id}}@{{project.id}}, {{user.phone}}",
            "list": [1, "{{session.id}}", null],
        }));

        assert_eq!(template.problems(), [""; 0]);
        let claims = Value::from(template.render(&value_of));
        assert_eq!(
            claims,
            json!({
                "role": "authenticated",
                "https://hasura.io/jwt/claims": {
                    "x-hasura-allowed-roles": ["vip", "staff"],
                    "x-hasura-user-id": "user.id",
                },
                "verified": true,
                "phone": null,
                "label": "user.id@project.id, ",
                "list": [1, "session.id", null],
            })
        );
    }

    /// A value that looks like a placeholder is none: users write their names.
    #[test]
    fn values_are_not_read_again() {
        let template = template(json!({"name": "Hello {{user.name}}"}));

        let claims = template.render(&|_| json!("{{user.email}}"));

        assert_eq!(claims["name"], "Hello {{user.email}}");
    }

    #[test]
    fn what_is_wrong_is_said_at_the_start() {
        for (claims, problem) in [
            (json!({"sub": "x"}), "the server makes `sub` itself"),
            (json!({"a": "{{user.prefs}}"}), "`a`: there is no `user.prefs`, only project.id"),
            (json!({"a": {"b": ["{{user.id"]}}), "`a.b`: `{{` without `}}`"),
            (
                json!({"a": "x{{user.labels}}"}),
                "{{user.labels}} is no text, so it must stand alone",
            ),
            (json!({"{{user.id}}": 1}), "only values have placeholders"),
            (json!({"a": "x".repeat(1020)}), "bytes of JSON, at most 1024"),
        ] {
            let problems = template(claims).problems();
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains(problem), "{problems:?}");
        }
    }
}
