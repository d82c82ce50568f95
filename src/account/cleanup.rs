//! Deletes what is over: expired secrets and sign-ins, abandoned users, old messages, rate limits and rows of the log.

use std::time::Duration;

use entity::{
    ProjectId, Timestamp, UserId, identity, oauth_flow, security_log, session, token, user,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait,
};

use crate::app::App;
use crate::db::batch;
use crate::error::{Error, Result};
use crate::outbox::worker;

/// How long a user may stay without an address, a number, a password or an identity.
const TIMEOUT: Duration = Duration::from_hours(30 * 24);
/// How long the log tells of failures that concern no account, and of accounts that are gone.
const RETENTION: Duration = Duration::from_hours(30 * 24);
/// How many users are deleted at a time.
const BATCH_SIZE: u64 = 1_000;

/// Deletes one-time secrets that have expired: what is gone, no clock that is set back revives.
pub async fn purge_tokens(app: &App, now: Timestamp) {
    let expired = token::Column::ExpiresAt.lte(now);
    let deleted = batch::delete::<token::Entity>(app.db.writer(), token::Column::Id, expired).await;
    warn_of("expired secrets", deleted.map_err(Error::from));
}

/// Deletes everything else that is over. One step that fails keeps no other from being taken.
pub async fn purge(app: &App, now: Timestamp) {
    warn_of("old rate limits", app.limiter.purge().await);
    warn_of("old sign-ins", purge_flows(app, now).await);
    warn_of("old rows of the security log", purge_log(app, now).await);
    warn_of("abandoned users", purge_users(app, now).await);
    warn_of("old messages", worker::purge(app, now).await);
}

fn warn_of(what: &str, purged: Result<()>) {
    if let Err(error) = purged {
        tracing::warn!("{what} could not be cleared away: {error:#}");
    }
}

/// Deletes sign-ins at a provider from which nobody came back.
async fn purge_flows(app: &App, now: Timestamp) -> Result<()> {
    let (key, expired) = (oauth_flow::Column::Id, oauth_flow::Column::ExpiresAt.lte(now));
    Ok(batch::delete::<oauth_flow::Entity>(app.db.writer(), key, expired).await?)
}

/// Deletes rows of the security log that nobody can read.
async fn purge_log(app: &App, now: Timestamp) -> Result<()> {
    let of_nobody = Condition::all()
        .add(security_log::Column::UserId.is_null())
        .add(security_log::Column::CreatedAt.lte(now - RETENTION));
    let key = security_log::Column::Id;
    Ok(batch::delete::<security_log::Entity>(app.db.writer(), key, of_nobody).await?)
}

/// Deletes, with their logs, the anonymous users who are a month old and signed out: nobody can ever be them again
/// (OA-5).
async fn purge_users(app: &App, now: Timestamp) -> Result<()> {
    let abandoned: Vec<(ProjectId, UserId)> = user::Entity::find()
        .select_only()
        .columns([user::Column::ProjectId, user::Column::Id])
        .filter(is_abandoned(now))
        .limit(BATCH_SIZE)
        .into_tuple()
        .all(app.db.read())
        .await?;
    // One by one: a transaction has little time.
    for (project, id) in abandoned {
        app.db
            .write(async |tx| {
                // Who has signed in or up meanwhile stays.
                let deleted = user::Entity::delete_by_id((project.clone(), id.clone()))
                    .filter(is_abandoned(now))
                    .exec(tx)
                    .await?;
                if deleted.rows_affected == 1 {
                    security_log::Entity::delete_many()
                        .filter(security_log::Column::ProjectId.eq(project))
                        .filter(security_log::Column::UserId.eq(id))
                        .exec(tx)
                        .await?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// Whether a user has nothing to sign in with, is a month old, and is signed in nowhere.
fn is_abandoned(now: Timestamp) -> Condition {
    let sessions = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(is_of_user(session::Column::ProjectId, session::Column::UserId))
        .filter(session::Column::ExpiresAt.gt(now));
    let identities = identity::Entity::find()
        .select_only()
        .column(identity::Column::Id)
        .filter(is_of_user(identity::Column::ProjectId, identity::Column::UserId));
    Condition::all()
        .add(user::Column::Email.is_null())
        .add(user::Column::Phone.is_null())
        .add(user::Column::PasswordHash.is_null())
        .add(user::Column::CreatedAt.lte(now - TIMEOUT))
        .add(Expr::exists(sessions.into_query()).not())
        .add(Expr::exists(identities.into_query()).not())
}

/// Whether columns of another table name the user.
fn is_of_user(project: impl ColumnTrait, user: impl ColumnTrait) -> Expr {
    Expr::col(project.as_column_ref())
        .equals(user::Column::ProjectId.as_column_ref())
        .and(Expr::col(user.as_column_ref()).equals(user::Column::Id.as_column_ref()))
}
