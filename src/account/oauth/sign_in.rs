//! Completes an OAuth sign-in: finds or creates the user, stores the identity, opens a session or issues a
//! token.

use std::time::Duration;

use entity::security_log::Event;
use entity::session::Method;
use entity::token::Purpose;
use entity::{IdentityId, Timestamp, UserId, identity, session, used_id_token, user};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Set};

use super::flow::Linking;
use super::owner;
use super::provider_tokens::TokenOwner;
use crate::account::change::Change;
use crate::account::sessions::end::end;
use crate::account::sessions::open::{Opened, open_in_place_of};
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
/// Why an ID token can't be presented again.
const USED: &str = "ID token: it has signed in before, expected a new one";

/// The provider's response, and how to sign in with it.
pub(super) struct ProviderSignIn<'a> {
    pub(super) provider: &'a Provider,
    pub(super) grant: &'a Grant,
    /// The user who was signed in at the start.
    pub(super) linking: Option<&'a Linking>,
    /// The fingerprint of an ID token that signs in once, and until when it could be presented.
    pub(super) used: Option<(&'a str, Timestamp)>,
}

/// Finds or creates the user, stores identity and tokens, and opens a session: all in one transaction.
pub(super) async fn open_session(
    app: &App,
    client: &Client,
    sign_in: &ProviderSignIn<'_>,
) -> Result<Opened> {
    match try_to_open(app, client, sign_in).await {
        // A concurrent sign-in created the same user or identity; it exists now.
        Err(Error::GeneralServerBusy) => try_to_open(app, client, sign_in).await,
        result => result,
    }
}

async fn try_to_open(app: &App, client: &Client, sign_in: &ProviderSignIn<'_>) -> Result<Opened> {
    app.change(&Actor::Guest, client, async |tx| {
        let (user, identity, is_new) = settle(app, tx, client, sign_in).await?;
        let method = Method::Provider(sign_in.provider.id());
        let replaced = find_replaced(tx, sign_in.linking, is_new).await?;
        let opened = open_in_place_of(app, tx, &user, client, (method, replaced.as_ref())).await?;
        if let Some(linking) = sign_in.linking {
            end(tx, &user.key(), session::Column::Id.eq(linking.session_id.clone())).await?;
            tx.log(Event::SessionDelete, &user).await?;
        }
        attach(app, tx, opened, &identity.subject, &sign_in.grant.tokens).await
    })
    .await
}

/// The session of the user who was signed in at the start, which the new one replaces.
///
/// With an account that was linked before, the user signs in anew. Not in a session that has shown a second factor: it would
/// count for longer than that factor.
async fn find_replaced(
    tx: &Change<'_>,
    linking: Option<&Linking>,
    is_new: bool,
) -> Result<Option<session::Model>> {
    let Some(linking) = linking else { return Ok(None) };
    let found = session::Entity::find_by_id(linking.session_id.clone()).find_unique(tx).await?;
    Ok(found.map(|session| {
        let signs_in_anew = !is_new && session.kinds().len() <= 1;
        let created_at = if signs_in_anew { tx.now } else { session.created_at };
        session::Model { created_at, ..session }
    }))
}

/// Finds or creates the user, stores identity and tokens, and issues the token with which the app signs in as the user: all
/// in one transaction. Returns the user's id, and the secret.
pub(super) async fn issue_token(
    app: &App,
    client: &Client,
    sign_in: &ProviderSignIn<'_>,
) -> Result<(UserId, String)> {
    match try_to_issue(app, client, sign_in).await {
        Err(Error::GeneralServerBusy) => try_to_issue(app, client, sign_in).await,
        result => result,
    }
}

async fn try_to_issue(
    app: &App,
    client: &Client,
    sign_in: &ProviderSignIn<'_>,
) -> Result<(UserId, String)> {
    app.change(&Actor::Guest, client, async |tx| {
        let (user, identity, _) = settle(app, tx, client, sign_in).await?;
        let order = NewToken {
            purpose: Purpose::OAuth2Token,
            user: Some(&user),
            requested_id: &user.id,
            address: identity.id.as_str(),
            ttl: TOKEN_TTL,
        };
        let (token, secret) = order.link(app, client);
        tokens::store(tx, token).await?;
        tx.log(Event::TokenCreate, &user).await?;
        Ok((user.id, secret))
    })
    .await
}

/// Finds or creates the user, and stores the identity. Returns both, and whether the identity is new.
async fn settle(
    app: &App,
    tx: &Change<'_>,
    client: &Client,
    sign_in: &ProviderSignIn<'_>,
) -> Result<(user::Model, identity::Model, bool)> {
    if let Some((fingerprint, good_until)) = sign_in.used {
        let row = used_id_token::Model { id: fingerprint.to_owned(), expires_at: good_until };
        let used = Error::UserOauth2TokenInvalid(USED.to_owned());
        row.into_active_model().insert_as_is(tx).await.on_unique(used)?;
    }
    let user = owner::find(app, tx, client, sign_in).await?;
    let (identity, is_new) = keep(app, tx, &user, sign_in, tx.now).await?;
    if is_new {
        tx.log(Event::IdentityCreate, &user).await?;
    }
    Ok((user, identity, is_new))
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
    let mut tokens = sign_in.grant.tokens.clone();
    // An ID token of an app may come without tokens, and some providers return the refresh token only once.
    if is_new || !tokens.access_token.is_empty() {
        if tokens.refresh_token.is_empty()
            && let Some(known) = TokenOwner::Identity(&identity).decrypt(app)
        {
            tokens.refresh_token = known.refresh_token;
        }
        identity.provider_tokens = TokenOwner::Identity(&identity).encrypt(app, &tokens)?;
    }
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
    let ciphertext = TokenOwner::Session(&session).encrypt(app, tokens)?;
    let mut session = session.into_active_model();
    session.provider_uid = Set(subject.to_owned());
    session.provider_tokens = Set(Some(ciphertext));
    let session = session.update_as_is(tx).await?;
    if !session.half_open {
        tx.webhooks().publish_session(WebhookEvent::SessionCreate, &session).await?;
    }
    Ok(Opened { session, secret })
}
