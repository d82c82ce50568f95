//! Signs in with an ID token that an app has got from a provider itself.

use std::time::Duration;

use entity::session::Method;

use super::flow::Linking;
use super::sign_in;
use super::sign_in::ProviderSignIn;
use crate::account::sessions::open::Opened;
use crate::account::{arguments, auth_methods};
use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::error::{Error, Result};
use crate::oauth::{AppIdToken, Grant, ProviderTokens};

/// The longest arguments, in bytes.
const MAX_ID_TOKEN: usize = 8_192;
const MAX_NONCE: usize = 256;
const MAX_ACCESS_TOKEN: usize = 4_096;
/// The longest lifetime of an access token, in seconds: a year.
const MAX_EXPIRY: i32 = 31_536_000;

/// The arguments of a sign-in.
pub(super) struct Request {
    pub(super) provider: String,
    pub(super) id_token: String,
    pub(super) nonce: Option<String>,
    pub(super) access_token: String,
    /// How many seconds the access token is valid.
    pub(super) access_token_expiry: Option<i32>,
    /// The name of a new user, if the token has none.
    pub(super) name: String,
}

/// Opens a session for the user of the ID token. Links the provider account if somebody is signed in.
///
/// The rules of accounts are those of other sign-ins with a provider. A token signs in once.
pub(super) async fn run(
    app: &App,
    client: &Client,
    caller: Option<&SignedIn>,
    request: Request,
) -> Result<Opened> {
    auth_methods::require(client, AuthMethod::OAuth)?;
    let linking = caller.map(Linking::of).transpose()?;
    let Request { provider, id_token, nonce, access_token, access_token_expiry, name } = request;
    check_length("idToken", &id_token, MAX_ID_TOKEN)?;
    check_length("nonce", nonce.as_deref().unwrap_or_default(), MAX_NONCE)?;
    check_length("accessToken", &access_token, MAX_ACCESS_TOKEN)?;
    let lifetime = access_token_expiry.map(lifetime).transpose()?;
    let name = if name.is_empty() { name } else { arguments::name(name)? };
    let provider = app.providers.find(&provider)?;

    let nonce = nonce.as_deref().filter(|nonce| !nonce.is_empty());
    let token = AppIdToken { token: &id_token, nonce };
    let failed = |_: &Error| app.metrics.count_failed_sign_in(Some(Method::Provider("")));
    let proven = provider.identify_app(&token, &app.clock).await;
    let mut proven = proven.inspect_err(failed)?;
    if proven.profile.name.is_empty() {
        proven.profile.name = name;
    }
    let expires_at = lifetime.map(|lifetime| app.clock.now() + lifetime);
    let tokens = ProviderTokens { access_token, expires_at, ..ProviderTokens::default() };
    let sign_in = ProviderSignIn {
        provider,
        grant: &Grant { profile: proven.profile, tokens },
        linking: linking.as_ref(),
        used: Some((&proven.fingerprint, proven.good_until)),
    };
    sign_in::open_session(app, client, &sign_in).await.inspect_err(failed)
}

fn check_length(argument: &'static str, text: &str, most: usize) -> Result<()> {
    if text.len() > most {
        return Err(Error::argument(argument, format!("must have at most {most} bytes.")));
    }
    Ok(())
}

fn lifetime(seconds: i32) -> Result<Duration> {
    let seconds = u64::try_from(seconds.min(MAX_EXPIRY)).ok().filter(|_| seconds <= MAX_EXPIRY);
    let error = || Error::argument("accessTokenExpiry", "must be 0 to 31536000 seconds.");
    seconds.map(Duration::from_secs).ok_or_else(error)
}
