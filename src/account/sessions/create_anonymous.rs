//! Signs in anonymously.

use entity::security_log::Event;
use entity::session::Method;
use entity::{UserId, user};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use super::open::{Opened, open};
use crate::account::{auth_methods, sign_up};
use crate::app::App;
use crate::auth::actor::Actor;
use crate::auth::caller::Caller;
use crate::client::Client;
use crate::config::AuthMethod;
use crate::db::AsIs;
use crate::error::{Error, Result};

/// Creates a user and opens a session. Fails if a user is signed in already.
pub(super) async fn run(app: &App, caller: &Caller, client: &Client) -> Result<Opened> {
    auth_methods::require(client, AuthMethod::Anonymous)?;
    if let Caller::SignedIn(_) = caller {
        return Err(Error::UserSessionAlreadyExists);
    }
    let now = app.clock.now();
    let id = UserId::new(app.random.id(now));
    let user = sign_up::new_user(client, id, None, now)?;
    let user = user::Model { accessed_at: now, ..user };
    app.change(&Actor::Guest, client, async |tx| {
        let user = user.into_active_model().reset_all().insert_as_is(tx).await?;
        tx.log(Event::UserCreate, &user).await?;
        open(app, tx, &user, client, Method::Anonymous).await
    })
    .await
}
