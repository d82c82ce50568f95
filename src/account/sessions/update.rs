//! Extends a session.

use entity::security_log::Event;
use entity::{SessionId, session};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use tokio::spawn;

use super::refresh::Renewed;
use super::{find, refresh};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::{request_log, trace};

/// Extends a session, and renews its provider tokens. A half-open one can't be extended, even if nothing is asked for any
/// more.
pub(super) async fn run(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    id: &str,
) -> Result<session::Model> {
    let id = caller.session_id(id);
    let session = find::own(app.db.read(), &caller.user.key(), &id, app.clock.now()).await?;
    if session.half_open {
        return Err(Error::UserMoreFactorsRequired);
    }
    if session.provider_tokens.is_none() {
        return extend(app, caller, client, &session.id, None).await;
    }
    let (app, caller, client) = (app.clone(), caller.clone(), client.clone());
    // Runs to the end even if the client disconnects: renewed tokens must be stored.
    let updating = async move {
        let renewed = refresh::run(&app, &session).await?;
        let extended = extend(&app, &caller, &client, &session.id, renewed.as_ref()).await;
        match (extended, renewed) {
            (Err(error), Some(_)) => Err(refresh::lost(&app, &session, error).await),
            (extended, _) => extended,
        }
    };
    spawn(trace::carry(request_log::carry(updating)))
        .await
        .map_err(|error| Error::Internal(error.into()))?
}

/// Sets the session to expire a full length from now, but never after its absolute end (SJ-11), and never
/// sooner than before.
async fn extend(
    app: &App,
    caller: &SignedIn,
    client: &Client,
    id: &SessionId,
    renewed: Option<&Renewed>,
) -> Result<session::Model> {
    app.change(&Actor::User(caller), client, async |tx| {
        let user = tx.confirm(&caller.user.id).await?;
        let mut session = find::own(tx, &user.key(), id, tx.now).await?;
        if let Some(renewed) = renewed {
            session = renewed.keep(app, tx, session).await?;
        }
        let length = &client.project.session;
        let end = (tx.now + length.ttl()).min(session.created_at + length.absolute_ttl());
        let end = end.max(session.expires_at);
        let mut session = session.into_active_model();
        session.expires_at = Set(end);
        session.updated_at = Set(tx.now);
        let session = session.update(tx).await?;
        tx.log(Event::SessionUpdate, &user).await?;
        Ok(session)
    })
    .await
}
