//! A browser that comes back from a provider.

use std::time::Duration;

use serde_json::json;

use super::flow::Flow;
use super::sign_in::{ProviderSignIn, SignInResult};
use super::{flow, sign_in};
use crate::account::auth_methods;
use crate::address::Redirect;
use crate::app::App;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::crypto::session_secret::SessionSecret;
use crate::error::{Error, Result};
use crate::graphql::wire_errors::log_fault;
use crate::oauth::Presented;

/// What a browser brings along.
#[derive(Debug, Default)]
pub(crate) struct CallbackParams {
    pub(crate) state: String,
    /// What the provider gives when its user agrees.
    pub(crate) code: String,
    /// What it tells otherwise.
    pub(crate) error: String,
    /// Who the provider says that it is, if it does.
    pub(crate) issuer: Option<String>,
    /// What the provider tells of the user at the first time only: as Apple does, in JSON.
    pub(crate) user: String,
    /// What the browser has kept.
    pub(crate) cookie: String,
}

/// Where a browser goes, and with what.
#[derive(Default)]
pub(crate) struct RedirectTarget {
    /// The app's page; none if it named none.
    pub(crate) location: Option<String>,
    /// The session that was opened in the browser.
    pub(crate) session: Option<(SessionSecret, Duration)>,
}

/// Ends a sign-in. A failure goes to the page that the app named for it; what was never begun here goes nowhere.
pub(crate) async fn run(
    app: &App,
    client: &Client,
    provider: &str,
    returned: CallbackParams,
) -> Result<RedirectTarget> {
    let project = &client.project.id;
    let flow = flow::take(app, project, provider, &returned.state, &returned.cookie).await;
    if let Err(refusal) = auth_methods::require(client, AuthMethod::OAuth) {
        // It may have been begun while it was on.
        return match flow {
            Ok(flow) => fail(client, &flow.wish.failure, refusal),
            Err(_) => Err(refusal),
        };
    }
    let flow = flow?;
    match land(app, client, &flow, &returned).await {
        Ok(landing) => Ok(landing),
        Err(error) => fail(client, &flow.wish.failure, error),
    }
}

/// Sends a browser whose sign-in has failed to the page that the app named for it, if it named one.
pub(crate) fn fail(client: &Client, failure: &str, error: Error) -> Result<RedirectTarget> {
    match Redirect::parse(failure, &client.project.platforms) {
        Some(failure) => Ok(tell(&failure, &error)),
        None => Err(error),
    }
}

async fn land(
    app: &App,
    client: &Client,
    flow: &Flow,
    returned: &CallbackParams,
) -> Result<RedirectTarget> {
    let provider = app.providers.find(&flow.provider)?;
    if returned.issuer.as_ref().is_some_and(|issuer| !provider.may_be(issuer)) {
        return Err(Error::UserOauth2BadRequest);
    }
    match returned.error.as_str() {
        "" => {}
        // Apple says it in its own words.
        "access_denied" | "user_cancelled_authorize" => return Err(Error::UserOauth2Unauthorized),
        _ => return Err(Error::UserOauth2ProviderError),
    }
    let success = Redirect::parse(&flow.wish.success, &client.project.platforms);
    if success.is_none() && !flow.wish.success.is_empty() {
        return Err(Error::UserOauth2BadRequest);
    }
    let presented = Presented {
        project: &client.project.id,
        code: &returned.code,
        nonce: &flow.nonce,
        verifier: &flow.verifier,
    };
    let mut grant = provider.exchange(&presented, &app.clock).await?;
    grant.profile = grant.profile.with_name(&returned.user);
    let sign_in = ProviderSignIn {
        provider,
        grant: &grant,
        linking: flow.wish.linking.as_ref(),
        // An app doesn't see the cookies of the browser.
        hands_token: flow.wish.hands_token || success.as_ref().is_some_and(Redirect::is_app),
    };
    Ok(match sign_in::run(app, client, &sign_in).await? {
        SignInResult::Token { user_id, secret } => {
            let parameters = [("userId", user_id.as_str()), ("secret", &secret)];
            RedirectTarget { location: success.map(|page| page.with(&parameters)), session: None }
        }
        SignInResult::Session(opened) => {
            let ttl = opened.session.expires_at.since(opened.session.created_at);
            let location = success.map(|page| page.to_string());
            RedirectTarget { location, session: Some((opened.secret, ttl)) }
        }
    })
}

/// Tells a page what went wrong, as the error's JSON in the parameter `error`.
fn tell(failure: &Redirect, error: &Error) -> RedirectTarget {
    if let Error::Internal(cause) = error {
        log_fault(cause);
    }
    let (kind, code) = error.wire();
    let json = json!({ "message": error.to_string(), "type": kind, "code": code }).to_string();
    RedirectTarget { location: Some(failure.with(&[("error", &json)])), session: None }
}
