//! The state of a sign-in under way: stored until the browser comes back, and usable once (OA-3).

use std::time::Duration;

use entity::{ProjectId, SessionId, UserId, oauth_flow};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::auth::caller::{CredentialKind, SignedIn};
use crate::crypto::one_time_secret::{hash_link_secret, link_secret};
use crate::db::{AsIs, FindUnique};
use crate::error::{Error, Result};

/// How long the user may take at the provider.
pub(crate) const TTL: Duration = Duration::from_mins(10);

/// The data that is stored until the callback.
#[derive(Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) provider: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    /// The hash of the cookie in the browser.
    browser: String,
    pub(super) options: FlowOptions,
}

/// The options that the app has passed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct FlowOptions {
    /// Where the browser goes after success; empty for nowhere.
    pub(super) success: String,
    pub(super) failure: String,
    /// Whether the app gets a token, with which it signs in itself.
    pub(super) hands_token: bool,
    /// The signed-in user, to whom the provider account is to be linked.
    pub(super) linking: Option<Linking>,
}

/// The user and session to which a provider account is to be linked.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Linking {
    pub(super) user_id: UserId,
    pub(super) session_id: SessionId,
}

impl Linking {
    /// To the caller's. Fails for a JWT: the session that linking opens would outlive it (SJ-6).
    pub(super) fn of(caller: &SignedIn) -> Result<Self> {
        if caller.by == CredentialKind::Jwt {
            return Err(Error::GeneralUnauthorizedScope(
                "a JWT links no account, the session does",
            ));
        }
        Ok(Self { user_id: caller.user.id.clone(), session_id: caller.session.id.clone() })
    }
}

/// The cookie that binds a sign-in to the browser that has started it.
#[derive(Clone, Debug)]
pub(crate) struct BrowserCookie {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A sign-in that has just started: parameters for the provider, and the cookie for the browser.
pub(super) struct AuthorizationState {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) cookie: BrowserCookie,
}

/// The name of the cookie for a `state`. Each sign-in has its own, so that two tabs don't interfere.
pub(crate) fn cookie_name(state: &str) -> String {
    format!("a_oauth2_{:.16}", hash_link_secret(state))
}

/// Stores a sign-in for ten minutes.
pub(super) async fn begin(
    app: &App,
    project: &ProjectId,
    provider: &str,
    options: FlowOptions,
) -> Result<AuthorizationState> {
    let [state, nonce, verifier, value] = [(); 4].map(|()| link_secret(&app.random));
    let flow = Flow {
        provider: provider.to_owned(),
        nonce,
        verifier,
        browser: hash_link_secret(&value),
        options,
    };
    let id = hash_link_secret(&state);
    let text = serde_json::to_string(&flow).map_err(anyhow::Error::from)?;
    let row = oauth_flow::Model {
        sealed: app.oauth_flows.encrypt(&id, &text, app.random.bytes())?,
        id,
        project_id: project.clone(),
        expires_at: app.clock.now() + TTL,
    };
    app.db
        .write(async |tx| {
            row.into_active_model().insert_as_is(tx).await?;
            Ok(())
        })
        .await?;
    let cookie = BrowserCookie { name: cookie_name(&state), value };
    Ok(AuthorizationState { state, nonce: flow.nonce, verifier: flow.verifier, cookie })
}

/// Deletes and returns the sign-in with this `state`. That works once, and only with the cookie of the browser that
/// has started it.
pub(super) async fn consume(
    app: &App,
    project: &ProjectId,
    provider: &str,
    state: &str,
    cookie: &str,
) -> Result<Flow> {
    let id = hash_link_secret(state);
    let row = oauth_flow::Entity::find_by_id(id)
        .filter(oauth_flow::Column::ProjectId.eq(project.clone()))
        .filter(oauth_flow::Column::ExpiresAt.gt(app.clock.now()))
        .find_unique(app.db.read())
        .await?
        .ok_or(Error::UserOauth2BadRequest)?;
    let text = app.oauth_flows.decrypt(&row.id, &row.sealed).ok_or(Error::UserOauth2BadRequest)?;
    let flow: Flow = serde_json::from_str(&text).map_err(anyhow::Error::from)?;
    if flow.provider != provider || flow.browser != hash_link_secret(cookie) {
        return Err(Error::UserOauth2BadRequest);
    }
    let deleted = app
        .db
        .write(async |tx| Ok(oauth_flow::Entity::delete_by_id(row.id).exec(tx).await?))
        .await?;
    if deleted.rows_affected == 1 { Ok(flow) } else { Err(Error::UserOauth2BadRequest) }
}
