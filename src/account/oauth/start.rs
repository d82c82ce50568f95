//! Sending a browser to a provider.

use url::Url;

use super::flow;
use super::flow::{BrowserCookie, FlowOptions};
use crate::account::{arguments, auth_methods};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::error::{Error, Result};
use crate::oauth;

/// How many scopes may be asked for.
const MAX_SCOPES: usize = 100;
/// The longest scope, in characters.
const MAX_SCOPE: usize = 4096;

/// What a client asks for.
#[derive(Debug, Default)]
pub(crate) struct SignInOptions {
    pub(crate) provider: String,
    /// Where the browser goes afterwards; empty for nowhere.
    pub(crate) success: String,
    pub(crate) failure: String,
    pub(crate) scopes: Vec<String>,
    /// Whether the app gets a token to sign in with, and not the browser a session.
    pub(crate) hands_token: bool,
}

/// Begins a sign-in that was checked: the URL at the provider, and what the browser is to keep until it comes back.
///
/// Who is signed in links the provider's account to the own one.
pub(crate) async fn run(
    app: &App,
    caller: &Caller,
    client: &Client,
    asked: SignInOptions,
) -> Result<(Url, BrowserCookie)> {
    let linking = match caller {
        Caller::Guest(_) => None,
        caller => Some(caller.signed_in()?.into()),
    };
    let SignInOptions { provider, success, failure, scopes, hands_token } = asked;
    let provider = app.providers.find(&provider)?;
    let wish = FlowOptions { success, failure, hands_token, linking };
    let project = &client.project.id;
    let begun = flow::begin(app, project, provider.id(), wish).await?;
    let asked = oauth::AuthorizationParams {
        project,
        state: &begun.state,
        nonce: &begun.nonce,
        verifier: &begun.verifier,
        scopes: &scopes,
    };
    let url = provider.authorize(&asked, app.clock.now()).await?;
    Ok((url, begun.cookie))
}

/// The URL of the server's own that begins a sign-in: the browser that opens it is the one that it is bound to.
pub(super) fn url(app: &App, client: &Client, asked: &SignInOptions) -> Result<String> {
    check(app, client, asked)?;
    // Providers can't be set up without it.
    let base = app.config.public_url.as_ref().ok_or(Error::ProjectProviderDisabled)?;
    let mut url = base.clone();
    let kind = if asked.hands_token { "tokens" } else { "sessions" };
    let base = base.path().trim_end_matches('/');
    url.set_path(&format!("{base}/v1/account/{kind}/oauth2/{}", asked.provider));
    let mut query = url.query_pairs_mut();
    query.append_pair("project", client.project.id.as_str());
    for (name, value) in [("success", &asked.success), ("failure", &asked.failure)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    for scope in &asked.scopes {
        query.append_pair("scopes[]", scope);
    }
    drop(query);
    Ok(url.into())
}

/// Makes sure that the sign-in can be begun.
pub(crate) fn check(app: &App, client: &Client, asked: &SignInOptions) -> Result<()> {
    auth_methods::require(client, AuthMethod::OAuth)?;
    app.providers.find(&asked.provider)?;
    for (name, url) in [("success", &asked.success), ("failure", &asked.failure)] {
        if !url.is_empty() {
            arguments::redirect(client, name, url)?;
        }
    }
    if asked.hands_token && asked.success.is_empty() {
        return Err(Error::argument("success", "must tell where the token goes."));
    }
    let is_scope = |scope: &String| {
        (1..=MAX_SCOPE).contains(&scope.len())
            && scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
    };
    if asked.scopes.len() > MAX_SCOPES || !asked.scopes.iter().all(is_scope) {
        return Err(Error::argument(
            "scopes",
            "must be at most 100 words of at most 4096 characters each.",
        ));
    }
    Ok(())
}
