//! Ends expired API keys, and deletes expired secrets and sign-ins, abandoned users, and old messages, rate limits and log
//! rows.

use std::time::Duration;

use entity::security_log::{ActorKind, Event};
use entity::{
    ProjectId, Timestamp, UserId, challenge, identity, oauth_flow, passkey, passkey_challenge,
    security_log, session, token, used_id_token, user,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, Iterable, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use crate::account::revocations;
use crate::account::webhooks::Webhooks;
use crate::app::App;
use crate::auth::api_key;
use crate::config::WebhookEvent;
use crate::db::{FindUnique, Tx, batch};
use crate::error::{Error, Result};
use crate::message::EventActor;
use crate::outbox::worker;

/// How long an anonymous user may stay without an address, a number, a password, an identity or a passkey.
const TIMEOUT: Duration = Duration::from_hours(30 * 24);
/// Events of users who have, or had, a means to sign in.
const MEANS: [Event; 8] = [
    Event::UserUpdateEmail,
    Event::UserUpdatePhone,
    Event::UserUpdatePassword,
    Event::VerificationUpdate,
    Event::IdentityCreate,
    Event::IdentityDelete,
    Event::PasskeyCreate,
    Event::PasskeyDelete,
];
/// How long rows of the log without a user are kept: failures that concern no account, and deleted accounts.
const RETENTION: Duration = Duration::from_hours(30 * 24);
/// How many users are looked at in one statement.
const BATCH_SIZE: u64 = 1_000;

/// Deletes expired one-time secrets and challenges, and old revocations, so that a clock that is set back doesn't make them
/// valid again.
pub async fn purge_tokens(app: &App, now: Timestamp) {
    let expired = token::Column::ExpiresAt.lte(now);
    let deleted = batch::delete::<token::Entity>(app.db.writer(), token::Column::Id, expired).await;
    warn_of("expired secrets", deleted.map_err(Error::from));
    let (key, expired) = (challenge::Column::Id, challenge::Column::ExpiresAt.lte(now));
    let deleted = batch::delete::<challenge::Entity>(app.db.writer(), key, expired).await;
    warn_of("expired challenges", deleted.map_err(Error::from));
    let (key, expired) =
        (passkey_challenge::Column::Id, passkey_challenge::Column::ExpiresAt.lte(now));
    let deleted = batch::delete::<passkey_challenge::Entity>(app.db.writer(), key, expired).await;
    warn_of("expired challenges", deleted.map_err(Error::from));
    warn_of("old revocations", revocations::purge(app, now).await);
}

/// Deletes everything else that has expired. If one step fails, the others still run.
pub async fn purge(app: &App, now: Timestamp) {
    warn_of("expired API keys", api_key::end_expired(app, now).await);
    warn_of("old rate limits", app.limiter.purge().await);
    warn_of("old sign-ins", purge_flows(app, now).await);
    warn_of("used ID tokens", purge_id_tokens(app, now).await);
    // Before their rows of the log, which say how they signed up.
    warn_of("abandoned users", purge_users(app, now).await);
    warn_of("old rows of the security log", purge_log(app, now).await);
    warn_of("old messages", worker::purge(app, now).await);
}

fn warn_of(what: &str, purged: Result<()>) {
    if let Err(error) = purged {
        tracing::warn!("{what} could not be deleted: {error:#}");
    }
}

/// Deletes sign-ins at a provider that were never completed.
async fn purge_flows(app: &App, now: Timestamp) -> Result<()> {
    let (key, expired) = (oauth_flow::Column::Id, oauth_flow::Column::ExpiresAt.lte(now));
    Ok(batch::delete::<oauth_flow::Entity>(app.db.writer(), key, expired).await?)
}

/// Deletes ID tokens that have signed in, and are too old to be presented again.
async fn purge_id_tokens(app: &App, now: Timestamp) -> Result<()> {
    let (key, expired) = (used_id_token::Column::Id, used_id_token::Column::ExpiresAt.lte(now));
    Ok(batch::delete::<used_id_token::Entity>(app.db.writer(), key, expired).await?)
}

/// Deletes rows of the security log that belong to no user, and those that are older than their project's retention.
async fn purge_log(app: &App, now: Timestamp) -> Result<()> {
    let of_nobody = Condition::all()
        .add(security_log::Column::UserId.is_null())
        .add(security_log::Column::CreatedAt.lte(now - RETENTION));
    let key = security_log::Column::Id;
    batch::delete::<security_log::Entity>(app.db.writer(), key, of_nobody).await?;
    for project in &app.config.projects {
        let Some(retention) = project.security_log.retention() else { continue };
        let old = Condition::all()
            .add(security_log::Column::ProjectId.eq(project.id.clone()))
            .add(security_log::Column::CreatedAt.lte(now - retention));
        batch::delete::<security_log::Entity>(app.db.writer(), key, old).await?;
    }
    Ok(())
}

/// Deletes, with their logs, the anonymous users who are a month old and signed out: nobody can ever be them again
/// (OA-5). Users of servers, who may be many, are passed by a few at a time.
async fn purge_users(app: &App, now: Timestamp) -> Result<()> {
    let mut last: Option<Candidate> = None;
    loop {
        let mut candidates = user::Entity::find()
            .select_only()
            .columns([user::Column::ProjectId, user::Column::Id, user::Column::CreatedAt])
            .expr_as(Expr::case(is_forsaken(now), 1_i64).finally(0_i64), "abandoned")
            .filter(is_candidate(now))
            .order_by_asc(user::Column::CreatedAt)
            .order_by_asc(user::Column::Id)
            .limit(BATCH_SIZE);
        if let Some(last) = last {
            let place = [user::Column::CreatedAt, user::Column::Id].map(ColumnTrait::into_expr);
            let after = [Expr::val(last.created_at), Expr::val(last.id.as_str())];
            candidates = candidates.filter(Expr::tuple(place).gt(Expr::tuple(after)));
        }
        let candidates: Vec<Candidate> = candidates.into_model().all(app.db.read()).await?;
        let is_last = u64::try_from(candidates.len()).is_ok_and(|found| found < BATCH_SIZE);
        last = candidates.last().cloned();
        // One transaction for each user, so that each is short.
        for user in candidates.into_iter().filter(|user| user.abandoned == 1) {
            app.db.write(async |tx| delete_user(app, tx, user, now).await).await?;
        }
        if is_last {
            return Ok(());
        }
    }
}

/// Deletes a user, unless the user has signed in or up meanwhile.
async fn delete_user(app: &App, tx: &Tx, user: Candidate, now: Timestamp) -> Result<()> {
    let Candidate { project_id, id, .. } = user;
    let project = app.project(&project_id);
    let webhooks = project.as_deref().map(|project| {
        // Not by the steady clock, which worker and receiver don't follow.
        Webhooks { app, tx, project, now: app.clock.now(), actor: EventActor::SYSTEM }
    });
    let webhooks = webhooks.filter(|webhooks| webhooks.want(WebhookEvent::UserDelete));
    let key = (project_id.clone(), id.clone());
    let row = match webhooks {
        Some(_) => user::Entity::find_by_id(key.clone()).find_unique(tx).await?,
        None => None,
    };
    let deleted = user::Entity::delete_by_id(key)
        .filter(is_candidate(now))
        .filter(is_forsaken(now))
        .exec(tx)
        .await?;
    if deleted.rows_affected != 1 {
        return Ok(());
    }
    security_log::Entity::delete_many()
        .filter(security_log::Column::ProjectId.eq(project_id))
        .filter(security_log::Column::UserId.eq(id))
        .exec(tx)
        .await?;
    match webhooks.zip(row) {
        Some((webhooks, user)) => webhooks.publish_user(WebhookEvent::UserDelete, &user).await,
        None => Ok(()),
    }
}

/// A user who may be abandoned.
#[derive(Clone, FromQueryResult)]
struct Candidate {
    project_id: ProjectId,
    id: UserId,
    created_at: Timestamp,
    /// 1 if it is so: SQLite has no type for Booleans that aren't columns.
    abandoned: i64,
}

/// Matches users without address, number and password who are a month old and unchanged. An index has them.
fn is_candidate(now: Timestamp) -> Condition {
    Condition::all()
        .add(user::Column::Email.is_null())
        .add(user::Column::Phone.is_null())
        .add(user::Column::PasswordHash.is_null())
        .add(user::Column::CreatedAt.lte(now - TIMEOUT))
        .add(user::Column::UpdatedAt.lte(now - TIMEOUT))
}

/// Whether such a user has signed up anonymously, never had another means to sign in, and has no live session.
///
/// The log says so: whom a server or an operator has created stays, and so does who has lost an address, a number, a password,
/// an identity or a passkey. Users whose first row of the log is gone, since the project keeps its log for a limited time, stay,
/// too.
fn is_forsaken(now: Timestamp) -> Expr {
    let rows = || {
        security_log::Entity::find()
            .select_only()
            .column(security_log::Column::Id)
            .filter(is_of_user(security_log::Column::ProjectId, security_log::Column::UserId))
    };
    let admins = ActorKind::iter().filter(|kind| kind.is_admin()).map(ActorKind::as_str);
    let sign_up = rows()
        .filter(security_log::Column::Number.eq(1))
        .filter(security_log::Column::Event.eq(Event::UserCreate.as_str()))
        .filter(security_log::Column::UserEmail.eq(""))
        .filter(security_log::Column::ActorKind.is_not_in(admins));
    let changes = MEANS.map(Event::as_str);
    let changes = rows().filter(security_log::Column::Event.is_in(changes));
    let sessions = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(is_of_user(session::Column::ProjectId, session::Column::UserId))
        .filter(session::Column::ExpiresAt.gt(now))
        .into_query();
    let identities = identity::Entity::find()
        .select_only()
        .column(identity::Column::Id)
        .filter(is_of_user(identity::Column::ProjectId, identity::Column::UserId))
        .into_query();
    let passkeys = passkey::Entity::find()
        .select_only()
        .column(passkey::Column::Id)
        .filter(is_of_user(passkey::Column::ProjectId, passkey::Column::UserId))
        .into_query();
    let none = [sessions, identities, passkeys].map(|rows| Expr::exists(rows).not());
    let signed_up =
        Expr::exists(sign_up.into_query()).and(Expr::exists(changes.into_query()).not());
    none.into_iter().fold(signed_up, ExprTrait::and)
}

/// Whether a row of another table belongs to the user.
fn is_of_user(project: impl ColumnTrait, user: impl ColumnTrait) -> Expr {
    Expr::col(project.as_column_ref())
        .equals(user::Column::ProjectId.as_column_ref())
        .and(Expr::col(user.as_column_ref()).equals(user::Column::Id.as_column_ref()))
}
