//! Ends sessions of a user.

use entity::{UserKey, session};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{Condition, QueryFilter};

use crate::account::change::Change;
use crate::account::revocations;
use crate::config::WebhookEvent;
use crate::error::Result;

/// Ends all sessions of `user`, whose row `tx` has locked.
pub(crate) async fn end_all(tx: &Change<'_>, user: &UserKey) -> Result<()> {
    end(tx, user, Condition::all()).await
}

/// Ends the sessions of `user` that match `which`, and notifies other servers and webhooks of those that had not expired.
/// Half-open ones cause no events for webhooks: their beginning caused none either.
pub(crate) async fn end(tx: &Change<'_>, user: &UserKey, which: impl IntoCondition) -> Result<()> {
    let which = which.into_condition();
    let active = session::Entity::find_active_of(user, tx.now).filter(which.clone());
    let active = active.all(tx).await?;
    let webhooks = tx.webhooks();
    if webhooks.want(WebhookEvent::SessionDelete) {
        for session in active.iter().filter(|session| !session.half_open) {
            webhooks.publish_session(WebhookEvent::SessionDelete, session).await?;
        }
    }
    session::Entity::delete_all_of(user).filter(which).exec(tx).await?;
    let count = u64::try_from(active.len()).unwrap_or_default();
    tx.count(move |metrics| metrics.sessions_ended.add(count));
    let ended = active.into_iter().map(|session| session.id).collect();
    revocations::record_sessions(tx, user, ended).await
}
