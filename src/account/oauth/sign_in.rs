//! Completes an OAuth sign-in: finds or creates the user, stores the identity, opens a session or issues a
//! token.

use std::time::Duration;

use entity::security_log::Event;
use entity::session::Method;
use entity::token::Purpose;
use entity::{IdentityId, Timestamp, UserId, identity, session, user};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, Set};

use super::flow::Linking;
use super::owner;
use super::provider_tokens::TokenOwner;
use crate::account::change::Change;
use crate::account::sessions::end::end;
use crate::account::sessions::open::{Opened, open};
use crate::account::tokens;
use crate::account::tokens::NewToken;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::config::WebhookEvent;
use crate::db::{AsIs, FindUnique, OnUnique};
use crate::error::{Error, Result};
use crate::oauth::{Grant, Provider, ProviderTokens};

/// How long the token for an app is valid.
const TOKEN_TTL: Duration = Duration::from_mins(1);

/// What the provider has returned, and how to sign in with it.
pub(super) struct ProviderSignIn<'a> {
    pub(super) provider: &'a Provider,
    pub(super) grant: &'a Grant,
    /// The user who was signed in at the start.
    pub(super) linking: Option<&'a Linking>,
    /// Whether to issue a token instead of opening a session.
    pub(super) hands_token: bool,
}

/// The result of a sign-in.
pub(super) enum SignInResult {
    Session(Box<Opened>),
    Token { user_id: UserId, secret: String },
}

/// Finds or creates the user, stores identity and tokens, and opens a session or issues a token: all in one
/// transaction.
pub(super) async fn run(
    app: &App,
    client: &Client,
    sign_in: &ProviderSignIn<'_>,
) -> Result<SignInResult> {
    match attempt(app, client, sign_in).await {
        // A concurrent sign-in created the same user or identity; it exists now.
        Err(Error::GeneralServerBusy) => attempt(app, client, sign_in).await,
        result => result,
    }
}

async fn attempt(app: &App, client: &Client, sign_in: &ProviderSignIn<'_>) -> Result<SignInResult> {
    app.change(&Actor::Guest, client, async |tx| {
        let user = owner::find(app, tx, client, sign_in).await?;
        let (identity, is_new) = keep(app, tx, &user, sign_in, tx.now).await?;
        if is_new {
            tx.log(Event::IdentityCreate, &user).await?;
        }
        if sign_in.hands_token {
            return hand_token(app, tx, &user, client, &identity).await;
        }
        let opened = open(app, tx, &user, client, Method::Provider(sign_in.provider.id())).await?;
        if let Some(linking) = sign_in.linking {
            // The new session replaces the old one.
            end(tx, &user.key(), session::Column::Id.eq(linking.session_id.clone())).await?;
            tx.log(Event::SessionDelete, &user).await?;
        }
        let tokens = &sign_in.grant.tokens;
        let opened = attach(app, tx, opened, &identity.subject, tokens).await?;
        Ok(SignInResult::Session(Box::new(opened)))
    })
    .await
}

/// Stores the identity of `user` with its newest tokens. Returns whether it is new.
async fn keep(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    sign_in: &ProviderSignIn<'_>,
    now: Timestamp,
) -> Result<(identity::Model, bool)> {
    let profile = &sign_in.grant.profile;
    let (issuer, subject) = (sign_in.provider.issuer(), &profile.subject);
    let found = identity::Entity::find_by_subject(&user.project_id, issuer, subject);
    let found = found.find_unique(tx).await?;
    if found.as_ref().is_some_and(|identity| identity.user_id != user.id) {
        // A concurrent sign-in created it.
        return Err(Error::GeneralServerBusy);
    }
    let is_new = found.is_none();
    let mut identity = found.unwrap_or_else(|| identity::Model {
        id: IdentityId::new(app.random.id(now)),
        project_id: user.project_id.clone(),
        user_id: user.id.clone(),
        created_at: now,
        updated_at: now,
        provider: String::new(),
        issuer: issuer.to_owned(),
        subject: subject.clone(),
        email: String::new(),
        provider_tokens: String::new(),
    });
    identity.updated_at = now;
    sign_in.provider.id().clone_into(&mut identity.provider);
    identity.email = profile.email.as_ref().map_or_else(String::new, ToString::to_string);
    identity.provider_tokens = TokenOwner::Identity(&identity).seal(app, &sign_in.grant.tokens)?;
    let row = identity.into_active_model().reset_all();
    let kept = if is_new { row.insert_as_is(tx).await } else { row.update_as_is(tx).await };
    Ok((kept.on_unique(Error::GeneralServerBusy)?, is_new))
}

/// Stores the provider's tokens in the new session, which is then complete for webhooks.
pub(super) async fn attach(
    app: &App,
    tx: &Change<'_>,
    opened: Opened,
    subject: &str,
    tokens: &ProviderTokens,
) -> Result<Opened> {
    let Opened { session, secret } = opened;
    let sealed = TokenOwner::Session(&session).seal(app, tokens)?;
    let mut session = session.into_active_model();
    session.provider_uid = Set(subject.to_owned());
    session.provider_tokens = Set(Some(sealed));
    let session = session.update_as_is(tx).await?;
    tx.webhooks().publish_session(WebhookEvent::SessionCreate, &session).await?;
    Ok(Opened { session, secret })
}

/// Issues the token with which the app signs in as `user`.
async fn hand_token(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    client: &Client,
    identity: &identity::Model,
) -> Result<SignInResult> {
    let order = NewToken {
        purpose: Purpose::OAuth2Token,
        user: Some(user),
        asked_id: &user.id,
        address: identity.id.as_str(),
        ttl: TOKEN_TTL,
    };
    let (token, secret) = order.link(app, client);
    tokens::store(tx, token).await?;
    tx.log(Event::TokenCreate, user).await?;
    Ok(SignInResult::Token { user_id: user.id.clone(), secret })
}
