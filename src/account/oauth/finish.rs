//! Handles the callback: a browser that returns from a provider.

use std::time::Duration;

use entity::session::Method;
use serde_json::json;

use super::flow::Flow;
use super::sign_in::ProviderSignIn;
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

/// The parameters of the callback, and the browser's cookies.
#[derive(Debug, Default)]
pub(crate) struct CallbackParams {
    pub(crate) state: String,
    /// The authorization code, if the user agreed.
    pub(crate) code: String,
    /// The error code otherwise.
    pub(crate) error: String,
    /// The issuer, if the provider sends it.
    pub(crate) issuer: Option<String>,
    /// JSON about the user, which Apple sends at the first sign-in only.
    pub(crate) user: String,
    /// The cookies of the browser.
    pub(crate) cookie: String,
}

/// The redirect that ends a sign-in, and the cookie it sets.
#[derive(Default)]
pub(crate) struct RedirectTarget {
    /// The app's page; none if the app named none.
    pub(crate) location: Option<String>,
    /// The session that was opened in this browser.
    pub(crate) session: Option<(SessionSecret, Duration)>,
}

/// Completes a sign-in. A failure redirects to the page that the app has named for it. A sign-in that was
/// not started here is answered with an error.
pub(crate) async fn run(
    app: &App,
    client: &Client,
    provider: &str,
    params: CallbackParams,
) -> Result<RedirectTarget> {
    let project = &client.project.id;
    let flow = flow::consume(app, project, provider, &params.state, &params.cookie).await;
    if let Err(error) = auth_methods::require(client, AuthMethod::OAuth) {
        // The sign-in may have started before the method was turned off.
        return match flow {
            Ok(flow) => fail(client, &flow.options.failure, error),
            Err(_) => Err(error),
        };
    }
    let flow = flow?;
    match complete_sign_in(app, client, &flow, &params).await {
        Ok(target) => Ok(target),
        Err(error) => {
            app.metrics.count_failed_sign_in(Some(Method::Provider(&flow.provider)));
            fail(client, &flow.options.failure, error)
        }
    }
}

/// Redirects to the page that the app has named for failures, or returns the error if it named none.
pub(crate) fn fail(client: &Client, failure: &str, error: Error) -> Result<RedirectTarget> {
    match Redirect::parse(failure, &client.project.platforms) {
        Ok(failure) => Ok(with_error(&failure, &error)),
        Err(_) => Err(error),
    }
}

async fn complete_sign_in(
    app: &App,
    client: &Client,
    flow: &Flow,
    params: &CallbackParams,
) -> Result<RedirectTarget> {
    let provider = app.providers.find(&flow.provider)?;
    if params.issuer.as_ref().is_some_and(|issuer| !provider.may_be(issuer)) {
        return Err(Error::UserOauth2BadRequest);
    }
    match params.error.as_str() {
        "" => {}
        // Apple has its own code for it.
        "access_denied" | "user_cancelled_authorize" => return Err(Error::UserOauth2Unauthorized),
        _ => return Err(Error::UserOauth2ProviderError),
    }
    let success = Redirect::parse(&flow.options.success, &client.project.platforms).ok();
    if success.is_none() && !flow.options.success.is_empty() {
        return Err(Error::UserOauth2BadRequest);
    }
    let presented = Presented {
        project: &client.project.id,
        code: &params.code,
        nonce: &flow.nonce,
        verifier: &flow.verifier,
    };
    let mut grant = provider.exchange(&presented, &app.clock).await?;
    grant.profile = grant.profile.with_name(&params.user);
    let sign_in = ProviderSignIn {
        provider,
        grant: &grant,
        linking: flow.options.linking.as_ref(),
        used: None,
    };
    // An app can't read the browser's cookies.
    if flow.options.hands_token || success.as_ref().is_some_and(Redirect::is_app) {
        let (user_id, secret) = sign_in::issue_token(app, client, &sign_in).await?;
        let parameters = [("userId", user_id.as_str()), ("secret", &secret)];
        let location = success.map(|page| page.with(&parameters));
        return Ok(RedirectTarget { location, session: None });
    }
    let opened = sign_in::open_session(app, client, &sign_in).await?;
    let ttl = opened.session.expires_at.since(opened.session.updated_at);
    let location = success.map(|page| page.to_string());
    Ok(RedirectTarget { location, session: Some((opened.secret, ttl)) })
}

/// Adds the error, as JSON, to the URL of a page, in the parameter `error`.
fn with_error(failure: &Redirect, error: &Error) -> RedirectTarget {
    if let Error::Internal(cause) = error {
        log_fault(cause);
    }
    let (kind, code) = error.wire();
    let json = json!({ "message": error.to_string(), "type": kind, "code": code }).to_string();
    RedirectTarget { location: Some(failure.with(&[("error", &json)])), session: None }
}
