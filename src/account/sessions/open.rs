//! Opening a session, whatever the way of signing in.

use entity::SessionId;
use entity::Timestamp;
use entity::session;
use entity::user;
use sea_orm::ActiveModelTrait;
use sea_orm::ColumnTrait;
use sea_orm::IntoActiveModel;
use sea_orm::QueryFilter;
use sea_orm::QueryOrder;
use sea_orm::QuerySelect;

use crate::app::App;
use crate::auth::session_secret::SessionSecret;
use crate::client::Client;
use crate::db::Tx;
use crate::error::Result;

/// A session that was just opened, with the secret that nobody will ever see again.
pub(super) struct Opened {
    pub(super) session: session::Model,
    pub(super) secret: SessionSecret,
}

/// Opens a session for `user`, whose row `tx` has locked, and ends the oldest beyond the project's number.
pub(super) async fn open(
    app: &App,
    tx: &Tx,
    user: &user::Model,
    client: &Client,
    provider: &str,
) -> Result<Opened> {
    let now = app.clock.now();
    let secret = SessionSecret::new(user.id.clone(), &app.random);
    let session = session::Model {
        id: SessionId::new(app.random.id(now)),
        project_id: user.project_id.clone(),
        user_id: user.id.clone(),
        created_at: now,
        updated_at: now,
        expires_at: now + client.project.session.ttl(),
        secret_hash: secret.hash(),
        provider: provider.to_owned(),
        provider_uid: user.email.clone().filter(|_| provider == "email").unwrap_or_default(),
        ip: client.ip.to_string(),
        user_agent: client.user_agent.clone(),
        country_code: client.country_code.clone(),
    };
    let session = session.into_active_model().insert(&**tx).await?;
    drop_oldest(tx, user, client.project.session.per_user.into(), now).await?;
    tx.log("session.create", user, client, now).await?;
    Ok(Opened { session, secret })
}

/// Deletes the sessions of `user` that have expired, and of the others all but the newest `kept`.
async fn drop_oldest(tx: &Tx, user: &user::Model, kept: u64, now: Timestamp) -> Result<()> {
    let newest: Vec<SessionId> = session::Entity::find_active_of(&user.project_id, &user.id, now)
        .select_only()
        .column(session::Column::Id)
        .order_by_desc(session::Column::CreatedAt)
        .order_by_desc(session::Column::Id)
        .limit(kept)
        .into_tuple()
        .all(&**tx)
        .await?;
    session::Entity::delete_all_of(&user.project_id, &user.id)
        .filter(session::Column::Id.is_not_in(newest))
        .exec(&**tx)
        .await?;
    Ok(())
}
