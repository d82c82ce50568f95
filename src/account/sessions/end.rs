//! Ends sessions of a user.

use entity::{UserKey, session};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{Condition, QueryFilter};

use crate::account::change::Change;
use crate::config::WebhookEvent;
use crate::error::Result;

/// Ends all sessions of `user`, whose row `tx` has locked.
pub(crate) async fn end_all(tx: &Change<'_>, user: &UserKey) -> Result<()> {
    end(tx, user, Condition::all()).await
}

/// Ends the sessions of `user` that match `which`, and tells webhooks of those that had not expired.
pub(crate) async fn end(tx: &Change<'_>, user: &UserKey, which: impl IntoCondition) -> Result<()> {
    let which = which.into_condition();
    let webhooks = tx.webhooks();
    if webhooks.want(WebhookEvent::SessionDelete) {
        let active = session::Entity::find_active_of(user, tx.now).filter(which.clone());
        for session in active.all(tx).await? {
            webhooks.publish_session(WebhookEvent::SessionDelete, &session).await?;
        }
    }
    session::Entity::delete_all_of(user).filter(which).exec(tx).await?;
    Ok(())
}
