//! Deletes an account.

use entity::security_log::Event;
use entity::{UserId, message, security_log, user};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::account::change::Change;
use crate::account::revocations;
use crate::account::sessions::end::end_all;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::error::Result;

/// How many rows of the log are deleted in one transaction.
const BATCH: u32 = 1_000;

/// Deletes the user with sessions, tokens, messages and log. One row of the log stays: it records the
/// deletion, and names no user, name or address.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
) -> Result<()> {
    let mut is_long = has_long_log(app, client, user_id).await?;
    while is_long {
        // Nothing is deleted for someone who may not delete the account, or no longer.
        let deleted = app.change(actor, client, async |tx| {
            let user = tx.confirm(user_id).await?;
            delete_oldest_rows(tx, &user).await
        });
        is_long = deleted.await? > 0;
    }
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        end_all(tx, &user.key()).await?;
        user::Entity::delete_by_id(user.key()).exec(tx).await?;
        revocations::record_user(tx, &user.key()).await?;
        security_log::Entity::delete_many().filter(is_about(&user)).exec(tx).await?;
        let addresses = user.email.iter().chain(&user.phone).cloned();
        message::Entity::delete_many()
            .filter(message::Column::ProjectId.eq(user.project_id.clone()))
            .filter(message::Column::Recipient.is_in(addresses))
            .exec(tx)
            .await?;
        tx.log(Event::UserDelete, &user).await
    })
    .await
}

/// Whether the log may be too long for one transaction, which keeps others waiting.
async fn has_long_log(app: &App, client: &Client, user_id: &UserId) -> Result<bool> {
    let (project, db) = (&client.project.id, app.db.read());
    let newest = security_log::Entity::newest_number(project, Some(user_id), db).await?;
    Ok(newest > i64::from(BATCH))
}

/// Deletes some of the rows that are older than the newest [`BATCH`], and returns how many.
async fn delete_oldest_rows(tx: &Change<'_>, user: &user::Model) -> Result<u64> {
    let newest = security_log::Entity::newest_number(&user.project_id, Some(&user.id), tx).await?;
    let oldest = security_log::Entity::find()
        .select_only()
        .column(security_log::Column::Id)
        .filter(is_about(user))
        .filter(security_log::Column::Number.lte(newest.saturating_sub(BATCH.into())))
        .limit(u64::from(BATCH))
        .into_query();
    let deleted = security_log::Entity::delete_many()
        .filter(security_log::Column::Id.in_subquery(oldest))
        .exec(tx)
        .await?;
    Ok(deleted.rows_affected)
}

/// Matches the rows of the log of `user`.
fn is_about(user: &user::Model) -> Condition {
    Condition::all()
        .add(security_log::Column::ProjectId.eq(user.project_id.clone()))
        .add(security_log::Column::UserId.eq(user.id.clone()))
}
