//! The claims of a JWT: those that the server reads, those for other servers, and those of a template.

use std::ops::Not;

use entity::{Factor, FactorKind, Timestamp, session, user};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::config::project::{MAX_CLAIMS, Placeholder};
use crate::crypto::jwt::Claims;
use crate::error::{Error, Result};

/// The longest list of labels that tokens have, in bytes of JSON. Tokens travel in headers, with each request.
pub(crate) const MAX_LABELS: usize = 1024;

/// The claims of a JWT.
#[derive(Serialize)]
struct JwtClaims {
    iss: String,
    #[serde(flatten)]
    own: Claims,
    jti: String,
    /// When the user last showed a factor: at the sign-in, or by a second factor since.
    auth_time: i64,
    /// How the user signed in (RFC 8176); absent where no factor of the user's was checked here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amr: Vec<&'static str>,
    /// The level of authentication (NIST SP 800-63B); absent like `amr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    #[serde(skip_serializing_if = "Not::not")]
    email_verified: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    #[serde(flatten)]
    further: Map<String, Value>,
}

/// Signs a JWT for `session` of `user`, with the claims of a template; an empty name means none. The JWT is valid for so many
/// seconds, at most the configured time, and not longer than the session: other servers don't ask for that one.
pub(crate) fn sign(
    app: &App,
    session: &session::Model,
    user: &user::Model,
    seconds: u32,
    template: Option<&str>,
) -> Result<String> {
    let now = app.clock.now();
    let iat = seconds_since_1970(now);
    let factors = session.factors();
    let until = iat.saturating_add(seconds.min(app.config.jwt.ttl_seconds));
    let ends = seconds_since_1970(session.expires_at).max(iat.saturating_add(1));
    let amr = methods(&factors);
    // Only well-formed lists are stored.
    let labels: Vec<String> = serde_json::from_str(&user.labels).unwrap_or_default();
    let claims = JwtClaims {
        iss: app.config.issuer(&session.project_id),
        own: Claims {
            aud: session.project_id.clone(),
            sub: session.user_id.clone(),
            sid: session.id.clone(),
            iat,
            exp: until.min(ends),
            user_id: session.user_id.clone(),
            session_id: session.id.clone(),
        },
        jti: app.random.id(now),
        auth_time: session.shown_at().seconds(),
        acr: (!amr.is_empty()).then(|| level(&factors)),
        amr,
        email_verified: user.email_verified,
        further: match template.filter(|name| !name.is_empty()) {
            Some(name) => of_template(app, name, (session, user), &labels)?,
            None => Map::new(),
        },
        labels: if user.labels.len() > MAX_LABELS { Vec::new() } else { labels },
    };
    Ok(app.jwt.sign(&session.project_id, &claims, now)?)
}

/// The claims of a project's template.
fn of_template(
    app: &App,
    name: &str,
    (session, user): (&session::Model, &user::Model),
    labels: &[String],
) -> Result<Map<String, Value>> {
    let project = app.project(&session.project_id).ok_or(Error::ProjectNotFound)?;
    let template = project.jwt.templates.get(name);
    let template = template
        .ok_or_else(|| Error::argument("template", "is not one of the project's templates."))?;
    let claims = template.render(&|placeholder| match placeholder {
        Placeholder::ProjectId => session.project_id.as_str().into(),
        Placeholder::SessionId => session.id.as_str().into(),
        Placeholder::SessionFactors => session.factors().into_iter().map(Factor::as_str).collect(),
        Placeholder::UserId => user.id.as_str().into(),
        Placeholder::UserName => user.name.as_str().into(),
        Placeholder::UserEmail => user.email.as_deref().into(),
        Placeholder::UserEmailVerified => user.email_verified.into(),
        Placeholder::UserPhone => user.phone.as_deref().into(),
        Placeholder::UserPhoneVerified => user.phone_verified.into(),
        Placeholder::UserLabels => labels.into(),
    });
    if serde_json::to_string(&claims).map_err(anyhow::Error::from)?.len() > MAX_CLAIMS {
        return Err(Error::argument(
            "template",
            "makes claims of more than 1024 bytes for this user.",
        ));
    }
    Ok(claims)
}

/// The methods of RFC 8176 that stand for factors, each once.
fn methods(factors: &[Factor]) -> Vec<&'static str> {
    let mut methods = Vec::new();
    let is_by_provider = factors.contains(&Factor::Oauth2);
    let all = factors.iter().flat_map(|factor| -> &[_] {
        match factor {
            Factor::Password => &["pwd"],
            // The provider's word for the address: no code was sent to it.
            Factor::Email if is_by_provider => &[],
            Factor::Email | Factor::Totp | Factor::RecoveryCode => &["otp"],
            Factor::Phone => &["sms", "otp"],
            // Whether the key is in hardware is not known: passkeys come without attestation.
            Factor::Passkey => &["pop"],
            Factor::UserVerification => &["user"],
            Factor::Oauth2 | Factor::Anonymous | Factor::Token | Factor::Server => &[],
        }
    });
    for method in all {
        if !methods.contains(method) {
            methods.push(*method);
        }
    }
    if is_multi_factor(factors) {
        methods.push("mfa");
    }
    methods
}

/// The level of authentication that factors reach (NIST SP 800-63B, which takes no mailbox for a factor).
fn level(factors: &[Factor]) -> &'static str {
    if is_multi_factor(factors) { "aal2" } else { "aal1" }
}

/// Whether the user has shown two factors of different kinds: a password and a device, number or recovery code, or a
/// passkey whose device has checked the user.
fn is_multi_factor(factors: &[Factor]) -> bool {
    let has = |kind| factors.iter().any(|factor| factor.kind() == kind);
    let owns =
        [FactorKind::Device, FactorKind::PhoneNumber, FactorKind::Codes].into_iter().any(has);
    (has(FactorKind::Knowledge) && owns)
        || (has(FactorKind::Passkey) && has(FactorKind::Verification))
}

fn seconds_since_1970(time: Timestamp) -> u32 {
    // Sufficient until the year 2106.
    u32::try_from(time.seconds()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use entity::session::Method;

    use super::*;

    /// What a provider has checked is not known; a second factor beside it is one that was checked here.
    #[test]
    fn a_provider_reveals_no_methods() {
        let by_provider = Method::Provider("github").factors();

        assert!(methods(by_provider).is_empty());
        let with_totp = [by_provider, &[Factor::Totp]].concat();
        assert_eq!((methods(&with_totp), level(&with_totp)), (vec!["otp"], "aal1"));
    }

    #[test]
    fn two_factors_of_the_user_make_mfa() {
        for (factors, expected, aal) in [
            (&[Factor::Password, Factor::Totp][..], &["pwd", "otp", "mfa"][..], "aal2"),
            (&[Factor::Password, Factor::Phone], &["pwd", "sms", "otp", "mfa"], "aal2"),
            (&[Factor::Password, Factor::RecoveryCode], &["pwd", "otp", "mfa"], "aal2"),
            (&[Factor::Passkey, Factor::UserVerification], &["pop", "user", "mfa"], "aal2"),
            (&[Factor::Password, Factor::Email], &["pwd", "otp"], "aal1"),
            (&[Factor::Email, Factor::Totp], &["otp"], "aal1"),
            (&[Factor::Passkey], &["pop"], "aal1"),
        ] {
            assert_eq!((methods(factors).as_slice(), level(factors)), (expected, aal));
        }
    }
}
