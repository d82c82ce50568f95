//! Begins an OAuth sign-in.

use url::Url;

use super::flow;
use super::flow::{BrowserCookie, FlowOptions, Linking};
use crate::account::{arguments, auth_methods};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::error::{Error, Result};
use crate::oauth;

/// The most scopes that a client may request.
const MAX_SCOPES: usize = 100;
/// The longest scope, in characters.
const MAX_SCOPE: usize = 4096;

/// The client's options.
#[derive(Debug, Default)]
pub(crate) struct SignInOptions {
    pub(crate) provider: String,
    /// Where the browser goes after success; empty for nowhere.
    pub(crate) success: String,
    pub(crate) failure: String,
    pub(crate) scopes: Vec<String>,
    /// Whether the app gets a token to sign in with, instead of a session in the browser.
    pub(crate) hands_token: bool,
}

/// Begins a sign-in with checked options. Returns the URL at the provider, and the cookie for the browser.
///
/// If a user is signed in, the provider account will be linked to that user.
pub(crate) async fn run(
    app: &App,
    caller: &Caller,
    client: &Client,
    options: SignInOptions,
) -> Result<(Url, BrowserCookie)> {
    let linking = match caller {
        Caller::Guest(_) | Caller::HalfOpen(_) => None,
        caller => Some(Linking::of(caller.signed_in()?)?),
    };
    let SignInOptions { provider, success, failure, scopes, hands_token } = options;
    let provider = app.providers.find(&provider)?;
    let options = FlowOptions { success, failure, hands_token, linking };
    let project = &client.project.id;
    let flow = flow::begin(app, project, provider.id(), options).await?;
    let params = oauth::AuthorizationParams {
        project,
        state: &flow.state,
        nonce: &flow.nonce,
        verifier: &flow.verifier,
        scopes: &scopes,
    };
    let url = provider.authorize(&params, app.clock.now()).await?;
    Ok((url, flow.cookie))
}

/// The URL on this server that begins a sign-in. The browser that opens it is the one that the sign-in is
/// bound to.
pub(super) fn url(app: &App, client: &Client, options: &SignInOptions) -> Result<String> {
    check(app, client, options)?;
    // The configuration requires it once a provider is set up.
    let base = app.config.public_url.as_ref().ok_or(Error::ProjectProviderDisabled)?;
    let mut url = base.clone();
    let kind = if options.hands_token { "tokens" } else { "sessions" };
    let base = base.path().trim_end_matches('/');
    url.set_path(&format!("{base}/v1/account/{kind}/oauth2/{}", options.provider));
    let mut query = url.query_pairs_mut();
    query.append_pair("project", client.project.id.as_str());
    for (name, value) in [("success", &options.success), ("failure", &options.failure)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    for scope in &options.scopes {
        query.append_pair("scopes[]", scope);
    }
    drop(query);
    Ok(url.into())
}

/// Checks the options of a sign-in.
pub(crate) fn check(app: &App, client: &Client, options: &SignInOptions) -> Result<()> {
    auth_methods::require(client, AuthMethod::OAuth)?;
    app.providers.find(&options.provider)?;
    for (name, url) in [("success", &options.success), ("failure", &options.failure)] {
        if !url.is_empty() {
            arguments::redirect(client, name, url)?;
        }
    }
    if options.hands_token && options.success.is_empty() {
        return Err(Error::argument("success", "must be given: the token is sent there."));
    }
    let is_scope = |scope: &String| {
        (1..=MAX_SCOPE).contains(&scope.len())
            && scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
    };
    if options.scopes.len() > MAX_SCOPES || !options.scopes.iter().all(is_scope) {
        return Err(Error::argument(
            "scopes",
            "must be at most 100 scopes of at most 4096 characters each, without spaces.",
        ));
    }
    Ok(())
}
