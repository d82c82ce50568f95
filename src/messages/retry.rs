//! Sends a message again.

use entity::message::State;
use entity::{Count, message};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::list;
use crate::app::App;
use crate::client::Client;
use crate::error::{Error, Result};

/// Makes a message due now that was rejected, or waits for its next attempt. Its attempts are counted from the beginning.
///
/// One that a worker may be sending at the moment is left alone: it would be sent twice.
pub(super) async fn run(app: &App, client: &Client, id: String) -> Result<message::Model> {
    let message = list::get(app, client, id).await?;
    check(&message, app)?;
    let now = app.clock.now();
    let waits = Condition::all()
        .add(message::Column::State.eq(State::Queued))
        .add(message::Column::Error.ne(""));
    let retried = message::Entity::update_many()
        .col_expr(message::Column::State, Expr::value(State::Queued))
        .col_expr(message::Column::DueAt, Expr::value(now))
        .col_expr(message::Column::Attempts, Expr::value(Count::default()))
        .filter(message::Column::Id.eq(message.id.clone()))
        .filter(Condition::any().add(message::Column::State.eq(State::Failed)).add(waits));
    app.db
        .write(async |tx| {
            retried.exec(tx).await?;
            tx.wake_outbox();
            Ok(())
        })
        .await?;
    list::get(app, client, message.id.to_string()).await
}

/// Fails if the message can't be sent any more.
fn check(message: &message::Model, app: &App) -> Result<()> {
    let problem = match message.state {
        State::Delivered => "the message was delivered.",
        State::Dropped => "the message was never to be sent.",
        State::Expired => "the message has expired: let the user request another one.",
        State::Queued | State::Failed => {
            let is_usable = message.expires_at > app.clock.now() && !message.sealed.is_empty();
            if is_usable {
                return Ok(());
            }
            "the message has expired: let the user request another one."
        }
    };
    Err(Error::argument("messageId", problem))
}
