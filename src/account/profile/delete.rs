//! Deletes an account.

use entity::security_log::Event;
use entity::{UserId, UserKey, message, security_log, user};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::app::App;
use crate::auth::actor::Actor;
use crate::client::Client;
use crate::db::batch;
use crate::error::Result;

/// How many rows of the log are deleted with the user.
const RECENT: i64 = 1_000;

/// Deletes the user with sessions, tokens, messages and log. One row of the log stays: it records the
/// deletion, and names no user, name or address.
pub(crate) async fn run(
    app: &App,
    actor: &Actor<'_>,
    client: &Client,
    user_id: &UserId,
) -> Result<()> {
    delete_old_log(app, &(client.project.id.clone(), user_id.clone())).await?;
    app.change(actor, client, async |tx| {
        let user = tx.confirm(user_id).await?;
        user::Entity::delete_by_id(user.key()).exec(tx).await?;
        security_log::Entity::delete_many()
            .filter(security_log::Column::ProjectId.eq(user.project_id.clone()))
            .filter(security_log::Column::UserId.eq(user.id.clone()))
            .exec(tx)
            .await?;
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

/// Deletes the older rows of a long log, a few at a time: a single statement about all of them could take longer than
/// a change may.
async fn delete_old_log(app: &App, (project, id): &UserKey) -> Result<()> {
    let newest = security_log::Entity::newest_number(project, Some(id), app.db.read()).await?;
    if newest > RECENT {
        let old = Condition::all()
            .add(security_log::Column::ProjectId.eq(project.clone()))
            .add(security_log::Column::UserId.eq(id.clone()))
            .add(security_log::Column::Number.lte(newest.saturating_sub(RECENT)));
        let key = security_log::Column::Id;
        batch::delete::<security_log::Entity>(app.db.writer(), key, old).await?;
    }
    Ok(())
}
