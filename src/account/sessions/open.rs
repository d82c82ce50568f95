//! Opens a session, for all sign-in methods.

use entity::security_log::Event;
use entity::session::Method;
use entity::{SessionId, Timestamp, device, session, user};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::end::end;
use crate::account::change::Change;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::{Client, SecretDelivery, user_agent};
use crate::config::WebhookEvent;
use crate::crypto::session_secret::SessionSecret;
use crate::crypto::sha256_hex;
use crate::db::AsIs;
use crate::error::{Error, Result};
use crate::message::Kind;

/// A new session, with its secret. Only the hash of the secret is stored.
pub(crate) struct Opened {
    pub(crate) session: session::Model,
    pub(crate) secret: SessionSecret,
}

/// Opens a session for `user`, whose row `tx` has locked, and ends the oldest ones beyond the project's
/// maximum. Fails if the secret can't be delivered to the client.
pub(crate) async fn open(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    client: &Client,
    method: Method<'_>,
) -> Result<Opened> {
    if client.secrets == SecretDelivery::Impossible {
        return Err(Error::GeneralCookieImpossible);
    }
    let now = app.clock.now();
    let secret = SessionSecret::new(user.id.clone(), &app.random);
    let session = session::Model {
        id: SessionId::new(app.random.id(now)),
        project_id: user.project_id.clone(),
        user_id: user.id.clone(),
        created_at: now,
        updated_at: now,
        expires_at: now + client.project.session.ttl(),
        secret_hash: secret.hash(),
        provider: method.as_str().to_owned(),
        provider_uid: user.email.clone().filter(|_| method == Method::Password).unwrap_or_default(),
        ip: client.ip.to_string(),
        user_agent: client.user_agent.clone(),
        country_code: client.country_code.clone(),
        provider_tokens: None,
        refreshing_until: None,
    };
    let session = session.into_active_model().insert_as_is(tx).await?;
    drop_oldest(tx, user, client.project.session.per_user.into(), now).await?;
    // A server's device is none of the user's.
    if !tx.is_by_admin() && is_new_device(tx, user, client, now).await? {
        tx.alert(Kind::NewDevice, user).await?;
    }
    tx.log(Event::SessionCreate, user).await?;
    match method {
        Method::Password
        | Method::Anonymous
        | Method::MagicUrl
        | Method::Phone
        | Method::Token
        | Method::Server => {
            tx.webhooks().publish_session(WebhookEvent::SessionCreate, &session).await?;
        }
        // Incomplete until the provider's tokens are attached.
        Method::Provider(_) => {}
    }
    Ok(Opened { session, secret })
}

/// Logs a failed sign-in.
pub(in crate::account) async fn log_failure(
    app: &App,
    client: &Client,
    user: Option<&user::Model>,
) -> Result<()> {
    app.change(&Actor::Guest, client, async |tx| {
        tx.log_about(Event::SessionCreateFailure, user).await
    })
    .await
}

/// Records the client's kind of device. Returns whether it is new for a user who has signed in before.
///
/// Versions in the user agent are ignored, or every update would be a new device.
async fn is_new_device(
    tx: &Change<'_>,
    user: &user::Model,
    client: &Client,
    now: Timestamp,
) -> Result<bool> {
    let agent = user_agent::parse(&client.user_agent);
    let parts = [
        &agent.os_name,
        &agent.client_name,
        &agent.device_name,
        &agent.device_brand,
        &agent.device_model,
    ];
    let fingerprint = sha256_hex(parts.map(String::as_str).join("\n").as_bytes());
    let known: Vec<device::Model> = device::Entity::find()
        .filter(device::Column::ProjectId.eq(user.project_id.clone()))
        .filter(device::Column::UserId.eq(user.id.clone()))
        .all(tx)
        .await?;
    if known.iter().any(|device| device.fingerprint == fingerprint) {
        return Ok(false);
    }
    let device = device::Model {
        project_id: user.project_id.clone(),
        user_id: user.id.clone(),
        fingerprint,
        created_at: now,
    };
    device.into_active_model().reset_all().insert_as_is(tx).await?;
    Ok(!known.is_empty())
}

/// Deletes the expired sessions of `user`, and of the others all but the newest `kept`.
async fn drop_oldest(tx: &Change<'_>, user: &user::Model, kept: u64, now: Timestamp) -> Result<()> {
    let newest: Vec<SessionId> = session::Entity::find_active_of(&user.key(), now)
        .select_only()
        .column(session::Column::Id)
        .order_by_desc(session::Column::CreatedAt)
        .order_by_desc(session::Column::Id)
        .limit(kept)
        .into_tuple()
        .all(tx)
        .await?;
    end(tx, &user.key(), session::Column::Id.is_not_in(newest)).await
}
