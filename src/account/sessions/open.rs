//! Opens a session, for all sign-in methods.

use std::cmp::{max, min};
use std::time::Duration;

use entity::security_log::Event;
use entity::session::Method;
use entity::{Factor, FactorKind, MessageId, SessionId, Timestamp, device, message, session, user};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, Set,
};

use super::end::end;
use crate::account::change::Change;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::factors;
use crate::client::{Client, user_agent};
use crate::config::WebhookEvent;
use crate::crypto::session_secret::SessionSecret;
use crate::crypto::sha256_hex;
use crate::db::AsIs;
use crate::error::Result;
use crate::message::Kind;
use crate::metrics::SignIn;

/// How long a session lives that lacks a second factor.
pub(in crate::account) const HALF_OPEN: Duration = Duration::from_mins(15);
/// How many of them a user may have at once.
const MAX_HALF_OPEN: usize = 5;

/// A new session, with its secret. Only the hash of the secret is stored.
pub(crate) struct Opened {
    pub(crate) session: session::Model,
    pub(crate) secret: SessionSecret,
}

/// Opens a session for `user`, whose row `tx` has locked, and ends the oldest ones beyond the project's
/// maximum. Fails if the secret can't be delivered to the client.
///
/// If the sign-in lacks a second factor, the session is half-open: it lives for [`HALF_OPEN`], and counts as a sign-in only
/// once a factor was shown.
pub(crate) async fn open(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    client: &Client,
    method: Method<'_>,
) -> Result<Opened> {
    open_in_place_of(app, tx, user, client, (method, None)).await
}

/// The same in place of a session of the user. The new one is no fresher, lives no longer, and has shown what the old one has:
/// someone who has stolen the old one may have linked an account of their own.
pub(in crate::account) async fn open_in_place_of(
    app: &App,
    tx: &Change<'_>,
    user: &user::Model,
    client: &Client,
    (method, replaced): (Method<'_>, Option<&session::Model>),
) -> Result<Opened> {
    client.check_gets_secrets()?;
    let now = app.clock.now();
    let secret = SessionSecret::new(user.id.clone(), &app.random);
    let length = &client.project.session;
    let created_at = replaced.map_or(now, |session| session.created_at);
    // A passkey has shown two factors at once.
    let mfa_updated_at = (method == Method::Passkey).then_some(now);
    let mut session = session::Model {
        id: SessionId::new(app.random.id(now)),
        project_id: user.project_id.clone(),
        user_id: user.id.clone(),
        created_at,
        updated_at: now,
        expires_at: min(now + length.ttl(), created_at + length.absolute_ttl()),
        secret_hash: secret.hash(),
        provider: method.as_str().to_owned(),
        provider_uid: user.email.clone().filter(|_| method == Method::Password).unwrap_or_default(),
        ip: client.ip.to_string(),
        user_agent: client.user_agent.clone(),
        country_code: client.country_code.clone(),
        provider_tokens: None,
        refreshing_until: None,
        factors: Factor::list(shown(method, replaced)),
        mfa_updated_at: replaced.map_or(mfa_updated_at, |session| session.mfa_updated_at),
        half_open: false,
    };
    session.half_open = factors::is_half_open(app, tx, user, &session).await?;
    if session.half_open {
        session.expires_at = now + HALF_OPEN.min(client.project.session.ttl());
    }
    let session = session.into_active_model().insert_as_is(tx).await?;
    tx.count(|metrics| metrics.sessions_opened.count());
    end_of_cookie(tx, user, client).await?;
    if session.half_open {
        drop_oldest(tx, user, &session, MAX_HALF_OPEN).await?;
        count(tx, &session, SignIn::Pending);
        tx.log(Event::SessionCreatePending, user).await?;
        let alert = (Kind::SignInIncomplete, alert_of(&session), session.expires_at);
        tx.schedule_alert(alert, user).await?;
        return Ok(Opened { session, secret });
    }
    admit(tx, user, client, &session).await?;
    match method {
        Method::Password
        | Method::Anonymous
        | Method::MagicUrl
        | Method::Phone
        | Method::Token
        | Method::ServerToken
        | Method::Server
        | Method::Passkey => {
            tx.webhooks().publish_session(WebhookEvent::SessionCreate, &session).await?;
        }
        // Incomplete until the provider's tokens are attached.
        Method::Provider(_) => {}
    }
    Ok(Opened { session, secret })
}

/// Ends the session of `user` whose cookie the client has sent: the new one's takes its place, so nobody could end it there.
async fn end_of_cookie(tx: &Change<'_>, user: &user::Model, client: &Client) -> Result<()> {
    let secret = SessionSecret::decode(client.cookie.expose());
    match secret.filter(|secret| *secret.user_id() == user.id && !tx.is_by_admin()) {
        Some(secret) => end(tx, &user.key(), session::Column::SecretHash.eq(secret.hash())).await,
        None => Ok(()),
    }
}

/// The factors that a new session has shown: those of the one that it replaces, unless they prove nothing.
fn shown(method: Method<'_>, replaced: Option<&session::Model>) -> Vec<Factor> {
    let shown = replaced.map(session::Model::factors).unwrap_or_default();
    if shown.iter().any(|factor| factor.kind() != FactorKind::Word) {
        return shown;
    }
    method.factors().to_vec()
}

/// Counts a session as a sign-in of `user`: ends the oldest ones, sends an alert about a new device, and logs it.
async fn admit(
    tx: &Change<'_>,
    user: &user::Model,
    client: &Client,
    session: &session::Model,
) -> Result<()> {
    let kept = usize::try_from(client.project.session.per_user).unwrap_or(usize::MAX);
    drop_oldest(tx, user, session, kept).await?;
    // For other users it was written with the rest of their row before.
    if user.signed_in_at().is_none() || (user.mfa && !tx.is_by_admin()) {
        user::Entity::update_many()
            .col_expr(user::Column::AccessedAt, Expr::value(tx.now))
            .filter(user::Column::ProjectId.eq(user.project_id.clone()))
            .filter(user::Column::Id.eq(user.id.clone()))
            .exec(tx)
            .await?;
    }
    count(tx, session, SignIn::Succeeded);
    // A server's device is none of the user's.
    if !tx.is_by_admin() && is_new_device(tx, user, client, tx.now).await? {
        tx.alert(Kind::NewDevice, user).await?;
    }
    tx.log(Event::SessionCreate, user).await
}

/// Completes a half-open session, after a second factor was shown in it: it lives for as long as any other.
pub(in crate::account) async fn complete_session(
    tx: &Change<'_>,
    user: &user::Model,
    client: &Client,
    session: session::Model,
) -> Result<session::Model> {
    let end = max(session.created_at + client.project.session.ttl(), session.expires_at);
    let mut change = session.into_active_model();
    change.expires_at = Set(end);
    change.half_open = Set(false);
    let session = change.update_as_is(tx).await?;
    message::Entity::delete_by_id(alert_of(&session)).exec(tx).await?;
    admit(tx, user, client, &session).await?;
    tx.webhooks().publish_session(WebhookEvent::SessionCreate, &session).await?;
    Ok(session)
}

/// Ends the half-open sessions of `user`, whose row `tx` has locked, because what they lack is no longer asked for. If a server
/// or an operator ends them, no alert is sent: that is how users get help who can't complete their sign-in.
pub(crate) async fn end_half_open(tx: &Change<'_>, user: &user::Model) -> Result<()> {
    let is_half_open = session::Column::HalfOpen.eq(true);
    if tx.is_by_admin() {
        let sessions = session::Entity::find_active_of(&user.key(), tx.now);
        let sessions = sessions.filter(is_half_open.clone()).all(tx).await?;
        let alerts: Vec<_> = sessions.iter().map(alert_of).collect();
        message::Entity::delete_many().filter(message::Column::Id.is_in(alerts)).exec(tx).await?;
    }
    end(tx, &user.key(), is_half_open).await
}

/// The id of the alert that waits for the end of a half-open session. It isn't sent if the session is completed, but it is
/// if the session is ended: someone who signed in may know the password, or read the mailbox.
fn alert_of(session: &session::Model) -> MessageId {
    MessageId::new(session.id.as_str())
}

/// When a sign-in of `user` is noted at the user's row: now, or by [`admit`] if a second factor may be missing.
pub(in crate::account) fn accessed_at(user: &user::Model, now: Timestamp) -> Timestamp {
    if user.mfa { user.accessed_at } else { now }
}

/// Counts a sign-in once it is committed.
fn count(tx: &Change<'_>, session: &session::Model, end: SignIn) {
    let labels = end.labels(Some(session.method()));
    tx.count(move |metrics| metrics.sign_ins.count(labels));
}

/// Logs a failed sign-in, by a method if it is certain.
pub(in crate::account) async fn log_failure(
    app: &App,
    client: &Client,
    user: Option<&user::Model>,
    method: Option<Method<'_>>,
) -> Result<()> {
    app.metrics.count_failed_sign_in(method);
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

/// Deletes the expired sessions of `user`, and of the others the oldest ones, until `kept` are left with `session`, which is
/// new. Half-open ones are counted for themselves, so that nobody can end complete ones by a password alone; of them, those
/// from the address of the new one go first, so that someone who signs in again and again ends only these.
async fn drop_oldest(
    tx: &Change<'_>,
    user: &user::Model,
    session: &session::Model,
    kept: usize,
) -> Result<()> {
    let mut others: Vec<(SessionId, String)> = session::Entity::find_active_of(&user.key(), tx.now)
        .filter(session::Column::HalfOpen.eq(session.half_open))
        .filter(session::Column::Id.ne(session.id.clone()))
        .select_only()
        .columns([session::Column::Id, session::Column::Ip])
        .order_by_asc(session::Column::CreatedAt)
        .order_by_asc(session::Column::Id)
        .into_tuple()
        .all(tx)
        .await?;
    if session.half_open {
        others.sort_by_key(|(_, ip)| *ip != session.ip);
    }
    let surplus = others.len().saturating_add(1).saturating_sub(kept);
    let surplus = others.into_iter().take(surplus).map(|(id, _)| id);
    let is_surplus = session::Column::Id.is_in(surplus);
    end(tx, &user.key(), is_surplus.or(session::Column::ExpiresAt.lte(tx.now))).await
}
