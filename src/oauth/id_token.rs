//! Verifies ID tokens: issuer, audience, nonce and times (OA-2).

use entity::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Unusable, quote_text, seconds_of};
use super::jws::Jws;
use super::keys::KeySet;
use super::profile::{OPENID, Profile};

/// The leeway for clocks, in seconds.
const LEEWAY: i64 = 60;

/// What an ID token must contain.
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
        let claims = Answer::read("ID token", self.0.verified(keys)?)?;
        check(&claims, expected)?;
        Profile::read(&claims, OPENID)
    }
}

fn check(claims: &Answer, expected: Expected<'_>) -> Result<(), Unusable> {
    let Expected { issuer, client_id, nonce, now } = expected;
    if claims.text("iss") != Some(issuer) {
        return Err(claims.refuse_value("iss", &quote_text(issuer)));
    }
    check_audience(claims, client_id)?;
    if claims.text("nonce") != Some(nonce) {
        return Err(claims.refuse("nonce", "the one that was sent with the user"));
    }
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

/// Checks the audience. With several audiences, `azp` must be the client.
fn check_audience(claims: &Answer, client_id: &str) -> Result<(), Unusable> {
    let audience = match claims.get("aud") {
        Some(Value::Array(audience)) => audience.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let is_client = |value: &Value| value.as_str() == Some(client_id);
    if !audience.iter().any(is_client) {
        return Err(claims.refuse_value("aud", &quote_text(client_id)));
    }
    let is_authorized = match claims.get("azp") {
        Some(authorized) => is_client(authorized),
        None => audience.iter().all(is_client),
    };
    let expected = || format!("{}, as `aud` names others, too", quote_text(client_id));
    if is_authorized { Ok(()) } else { Err(claims.refuse_value("azp", &expected())) }
}

#[cfg(test)]
mod tests;
