//! Verifies ID tokens: issuer, audience, nonce and times (OA-2).

use std::time::Duration;

use entity::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Unusable, quote_text, seconds_of};
use super::jws::Jws;
use super::keys::KeySet;
use super::profile::{OPENID, Profile};
use crate::crypto::sha256_hex;

/// The leeway for clocks, in seconds.
const LEEWAY: i64 = 60;
/// How old a token that an app presents may be, in seconds: a day.
const MAX_AGE: i64 = 86_400;
/// How long a token that has signed in is remembered. A token may be a little ahead of the clock, which may be set back
/// later.
const REMEMBERED: Duration = Duration::from_hours(48);

/// The expected claims of an ID token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider's issuer.
    pub issuer: &'a str,
    /// The client id.
    pub client_id: &'a str,
    /// The nonce of the sign-in.
    pub nonce: &'a str,
    /// The current time.
    pub now: Timestamp,
}

/// An ID token that an app presents.
#[derive(Clone, Copy)]
pub struct AppIdToken<'a> {
    /// The token.
    pub token: &'a str,
    /// The nonce beside it, as the app has made it.
    pub nonce: Option<&'a str>,
}

/// The expected claims of a token that an app presents.
#[derive(Clone, Copy)]
pub(super) struct ExpectedOfApp<'a> {
    pub(super) issuer: &'a str,
    /// The client ids of the app.
    pub(super) client_ids: &'a [&'a str],
    pub(super) nonce: Option<&'a str>,
    pub(super) nonce_rule: NonceRule,
    pub(super) now: Timestamp,
}

/// Whether tokens that apps present must have a nonce. One with a nonce always needs it in the argument, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NonceRule {
    /// Always.
    Required,
    /// If there is one in the argument.
    IfPresented,
    /// Never: the provider can't always write it into the token.
    IfInToken,
}

/// An ID token that has passed all checks but one: whether it was used before.
#[derive(Clone, Debug)]
pub struct ProvenIdToken {
    /// The provider account.
    pub profile: Profile,
    /// SHA-256 of what the provider has signed, in hexadecimal digits.
    pub fingerprint: String,
    /// From when on it is too old to be presented again.
    pub good_until: Timestamp,
}

/// An unverified ID token.
pub struct IdToken<'a>(Jws<'a>);

impl<'a> IdToken<'a> {
    /// Splits an ID token.
    pub fn parse(token: &'a str) -> Result<Self, Unusable> {
        Jws::parse(token).map(Self)
    }

    /// Whether its signature is by one of `keys`.
    pub fn check_signature(&self, keys: &KeySet) -> Result<(), Unusable> {
        self.0.verified(keys).map(|_| ())
    }

    /// The claims, if the token is signed by one of `keys` and is for this client and sign-in.
    pub fn verify(&self, keys: &KeySet, expected: Expected<'_>) -> Result<Profile, Unusable> {
        let Expected { issuer, client_id, nonce, now } = expected;
        let claims = Answer::read("ID token", self.0.verified(keys)?)?;
        check_issuer(&claims, issuer)?;
        check_audience(&claims, &[client_id])?;
        if claims.text("nonce") != Some(nonce) {
            return Err(claims.refuse("nonce", "the one that was sent with the user"));
        }
        check_times(&claims, now)?;
        Profile::read(&claims, OPENID)
    }

    /// The same for a token that an app presents: it is for one of several clients, and at most a day old.
    pub(super) fn verify_of_app(
        &self,
        keys: &KeySet,
        expected: &ExpectedOfApp<'_>,
    ) -> Result<ProvenIdToken, Unusable> {
        let ExpectedOfApp { issuer, client_ids, nonce, nonce_rule, now } = *expected;
        let claims = Answer::read("ID token", self.0.verified(keys)?)?;
        check_issuer(&claims, issuer)?;
        check_audience(&claims, client_ids)?;
        check_nonce_of_app(&claims, nonce, nonce_rule)?;
        check_times(&claims, now)?;
        let oldest = now.seconds().saturating_sub(MAX_AGE).saturating_sub(LEEWAY);
        if claims.get("iat").and_then(seconds_of).is_none_or(|iat| iat < oldest) {
            return Err(claims.refuse_value("iat", &format!("a time in seconds after {oldest}")));
        }
        Ok(ProvenIdToken {
            profile: Profile::read(&claims, OPENID)?,
            fingerprint: sha256_hex(self.0.message().as_bytes()),
            good_until: now + REMEMBERED,
        })
    }
}

fn check_issuer(claims: &Answer, issuer: &str) -> Result<(), Unusable> {
    if claims.text("iss") == Some(issuer) {
        return Ok(());
    }
    Err(claims.refuse_value("iss", &quote_text(issuer)))
}

/// Checks the nonce: the token has the presented one, or its SHA-256.
fn check_nonce_of_app(
    claims: &Answer,
    presented: Option<&str>,
    rule: NonceRule,
) -> Result<(), Unusable> {
    let is_right = match (claims.text("nonce"), presented) {
        (Some(nonce), Some(presented)) => {
            nonce == presented || nonce.eq_ignore_ascii_case(&sha256_hex(presented.as_bytes()))
        }
        (Some(_), None) => false,
        (None, presented) => match rule {
            NonceRule::Required => false,
            NonceRule::IfPresented => presented.is_none(),
            NonceRule::IfInToken => true,
        },
    };
    if is_right {
        return Ok(());
    }
    Err(claims
        .refuse("nonce", "the one in the argument `nonce`, or its SHA-256 in hexadecimal digits"))
}

fn check_times(claims: &Answer, now: Timestamp) -> Result<(), Unusable> {
    let now = now.seconds();
    let time = |member: &str| claims.get(member).and_then(seconds_of);
    let refuse = |member: &str, side: &str| {
        claims.refuse_value(
            member,
            &format!("a time in seconds {side} {now}, with {LEEWAY} of leeway"),
        )
    };
    if time("exp").is_none_or(|exp| now >= exp.saturating_add(LEEWAY)) {
        return Err(refuse("exp", "after"));
    }
    let is_ahead = |time: i64| time > now.saturating_add(LEEWAY);
    if time("iat").is_none_or(is_ahead) {
        return Err(refuse("iat", "not after"));
    }
    if claims.get("nbf").is_some() && time("nbf").is_none_or(is_ahead) {
        return Err(refuse("nbf", "not after"));
    }
    // OpenID Connect requires a string, so that long numbers aren't rounded.
    claims.required_text("sub").map(|_| ())
}

/// Checks the audience: it is one of our clients. With other audiences, `azp` must be one, too.
fn check_audience(claims: &Answer, client_ids: &[&str]) -> Result<(), Unusable> {
    let audience = match claims.get("aud") {
        Some(Value::Array(audience)) => audience.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let is_client = |value: &Value| value.as_str().is_some_and(|it| client_ids.contains(&it));
    let quoted: Vec<String> = client_ids.iter().map(|id| quote_text(id)).collect();
    let quoted = quoted.join(" or ");
    if !audience.iter().any(is_client) {
        return Err(claims.refuse_value("aud", &quoted));
    }
    let is_authorized = match claims.get("azp") {
        Some(authorized) => is_client(authorized),
        None => audience.iter().all(is_client),
    };
    let expected = || format!("{quoted}, as `aud` names others, too");
    if is_authorized { Ok(()) } else { Err(claims.refuse_value("azp", &expected())) }
}

#[cfg(test)]
mod tests;
