//! What a provider's answer makes of somebody: a user with an identity, and a session or a token for one.

use std::time::Duration;

use entity::IdentityId;
use entity::Timestamp;
use entity::UserId;
use entity::identity;
use entity::security_log::Event;
use entity::session;
use entity::session::Method;
use entity::token::Purpose;
use entity::user;
use sea_orm::ActiveModelTrait;
use sea_orm::EntityTrait;
use sea_orm::IntoActiveModel;
use sea_orm::Set;

use super::flow::Linking;
use super::owner;
use super::provider_tokens::Holder;
use crate::account::sessions::open::Opened;
use crate::account::sessions::open::open;
use crate::account::tokens;
use crate::account::tokens::Order;
use crate::app::App;
use crate::client::Client;
use crate::db::Only;
use crate::db::Tx;
use crate::error::Error;
use crate::error::OnUnique;
use crate::error::Result;
use crate::oauth::Grant;
use crate::oauth::Provider;
use crate::oauth::ProviderTokens;

/// How long an app has to redeem the token that it is given.
const TOKEN_TTL: Duration = Duration::from_mins(1);

/// Somebody whom a provider vouches for.
pub(super) struct Arrival<'a> {
    pub(super) provider: &'a Provider,
    pub(super) grant: &'a Grant,
    /// Who was signed in at the start.
    pub(super) linking: Option<&'a Linking>,
    /// Whether to hand out a token, and not a session.
    pub(super) hands_token: bool,
}

/// What somebody gets.
pub(super) enum Arrived {
    Session(Box<Opened>),
    Token { user_id: UserId, secret: String },
}

/// Finds or makes the user, keeps identity and tokens, and opens a session or draws a token: all of it or nothing.
pub(super) async fn run(app: &App, client: &Client, arrival: &Arrival<'_>) -> Result<Arrived> {
    match attempt(app, client, arrival).await {
        // Somebody else was making the same user or identity, who is there now.
        Err(Error::GeneralServerBusy) => attempt(app, client, arrival).await,
        arrived => arrived,
    }
}

async fn attempt(app: &App, client: &Client, arrival: &Arrival<'_>) -> Result<Arrived> {
    let now = app.clock.now();
    app.db
        .write(async |tx| {
            let user = owner::find(app, tx, client, arrival).await?;
            let (identity, is_new) = keep(app, tx, &user, arrival, now).await?;
            if is_new {
                tx.log(Event::IdentityCreate, &user, client, now).await?;
            }
            if arrival.hands_token {
                return hand_token(app, tx, &user, client, &identity).await;
            }
            let opened =
                open(app, tx, &user, client, Method::Provider(arrival.provider.id())).await?;
            if let Some(linking) = arrival.linking {
                // The new session takes the place of the old one.
                session::Entity::delete_by_id(linking.session_id.clone()).exec(tx).await?;
                tx.log(Event::SessionDelete, &user, client, now).await?;
            }
            let tokens = &arrival.grant.tokens;
            let opened = attach(app, tx, opened, &identity.subject, tokens).await?;
            Ok(Arrived::Session(Box::new(opened)))
        })
        .await
}

/// Keeps the identity of `user`, with its newest tokens, and tells whether it is new.
async fn keep(
    app: &App,
    tx: &Tx,
    user: &user::Model,
    arrival: &Arrival<'_>,
    now: Timestamp,
) -> Result<(identity::Model, bool)> {
    let profile = &arrival.grant.profile;
    let (issuer, subject) = (arrival.provider.issuer(), &profile.subject);
    let found = identity::Entity::find_by_subject(&user.project_id, issuer, subject);
    let found = found.only(tx).await?;
    if found.as_ref().is_some_and(|identity| identity.user_id != user.id) {
        // It was made since the user was looked for.
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
    arrival.provider.id().clone_into(&mut identity.provider);
    identity.email = profile.email.as_ref().map_or_else(String::new, ToString::to_string);
    identity.provider_tokens = Holder::Identity(&identity).seal(app, &arrival.grant.tokens)?;
    let row = identity.into_active_model().reset_all();
    let kept = if is_new { row.insert(tx).await } else { row.update(tx).await };
    Ok((kept.on_unique(Error::GeneralServerBusy)?, is_new))
}

/// Gives the tokens of a provider to a session that was just opened.
pub(super) async fn attach(
    app: &App,
    tx: &Tx,
    opened: Opened,
    subject: &str,
    tokens: &ProviderTokens,
) -> Result<Opened> {
    let Opened { session, secret } = opened;
    let sealed = Holder::Session(&session).seal(app, tokens)?;
    let mut session = session.into_active_model();
    session.provider_uid = Set(subject.to_owned());
    session.provider_tokens = Set(Some(sealed));
    Ok(Opened { session: session.update(tx).await?, secret })
}

/// Draws the token that signs the app in as `user` with the identity.
async fn hand_token(
    app: &App,
    tx: &Tx,
    user: &user::Model,
    client: &Client,
    identity: &identity::Model,
) -> Result<Arrived> {
    let order = Order {
        purpose: Purpose::OAuth2Token,
        user: Some(user),
        asked_id: &user.id,
        address: identity.id.as_str(),
        ttl: TOKEN_TTL,
    };
    let (token, secret) = order.link(app, client);
    tokens::put(tx, token).await?;
    tx.log(Event::TokenCreate, user, client, app.clock.now()).await?;
    Ok(Arrived::Token { user_id: user.id.clone(), secret })
}
