//! Deletes the caller's account.

use entity::security_log::Event;
use entity::{message, security_log, user};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::app::App;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::db::batch;
use crate::error::Result;

/// How many rows of the log are deleted with the user.
const RECENT: i64 = 1_000;

/// Deletes the user with sessions, tokens, messages and log. One row of the log stays: it records the
/// deletion, and names no user, name or address.
pub(super) async fn run(app: &App, caller: &SignedIn, client: &Client) -> Result<()> {
    delete_old_log(app, caller).await?;
    app.change(client, async |tx| {
        let user = tx.confirm(caller).await?;
        user::Entity::delete_by_id(caller.user.key()).exec(tx).await?;
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
        let nameless = user::Model { name: String::new(), email: None, ..user };
        tx.log(Event::UserDelete, &nameless).await
    })
    .await
}

/// Deletes the older rows of a long log, a few at a time: a single statement about all of them could take longer than
/// a change may.
async fn delete_old_log(app: &App, caller: &SignedIn) -> Result<()> {
    let (project, id) = (&caller.user.project_id, &caller.user.id);
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
