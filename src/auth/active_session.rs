//! Finds the session of a credential: in the kept account where one server writes, otherwise in the database.

use std::sync::Arc;

use entity::{ProjectId, SessionId, UserId, UserKey, session, user};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::app::App;
use crate::auth::accounts;
use crate::db::{FindUnique, Sqlite, Store};
use crate::error::Result;

/// The key by which a credential's session is found.
pub(super) enum SessionKey {
    /// Its id, from a JWT.
    Id(SessionId),
    /// The hash of its secret.
    SecretHash(String),
}

impl SessionKey {
    fn fits(&self, session: &session::Model) -> bool {
        match self {
            Self::Id(id) => session.id == *id,
            Self::SecretHash(hash) => session.secret_hash == *hash,
        }
    }

    /// The column that has it, and its value.
    fn named(&self) -> (session::Column, &str) {
        match self {
            Self::Id(id) => (session::Column::Id, id.as_str()),
            Self::SecretHash(hash) => (session::Column::SecretHash, hash),
        }
    }

    fn query(&self, (project, user): &UserKey) -> Select<session::Entity> {
        let (column, value) = self.named();
        session::Entity::find()
            .filter(column.eq(value))
            .filter(session::Column::ProjectId.eq(project.clone()))
            .filter(session::Column::UserId.eq(user.clone()))
    }
}

/// A session with its user.
pub(super) type Found = (Arc<session::Model>, Arc<user::Model>);

/// The live session with this key, and its user. Deletes the session if it has expired.
pub(super) async fn find_active(
    app: &App,
    project: &ProjectId,
    user: &UserId,
    key: SessionKey,
) -> Result<Option<Found>> {
    let user = (project.clone(), user.clone());
    let now = app.clock.now();
    let found = match app.db.read() {
        Store::Postgres(postgres) => {
            let found = Box::pin(postgres.find_session(&user, key.named(), now)).await?;
            found.map(|(session, user)| (Arc::new(session), Arc::new(user)))
        }
        Store::Sqlite(sqlite) => {
            let found = find_in_account(app, sqlite, &user, &key).await?;
            let Some(found) = found else { return Ok(None) };
            Some(found).filter(|(session, _)| session.expires_at > now)
        }
    };
    if found.is_none() {
        // Boxed, so that the many futures that don't need it are small.
        if let Err(error) = Box::pin(forget_expired(app, key.query(&user))).await {
            tracing::warn!("an expired session could not be deleted: {error:#}");
        }
    }
    Ok(found)
}

/// Finds a session, live or expired, in the user's account.
async fn find_in_account(
    app: &App,
    sqlite: &Sqlite,
    user: &UserKey,
    key: &SessionKey,
) -> Result<Option<Found>> {
    let account = accounts::get(app, sqlite, user).await?;
    Ok(account.and_then(|account| {
        let session = account.sessions.iter().find(|session| key.fits(session))?;
        Some((Arc::clone(session), Arc::clone(&account.user)))
    }))
}

/// Deletes an expired session, so that it stays expired if the clock is set back, even after a restart
/// (AV-9). A session that is expired only by a clock that was set ahead stays.
async fn forget_expired(app: &App, query: Select<session::Entity>) -> Result<()> {
    let expired = session::Column::ExpiresAt.lte(app.clock.steady());
    if let Some(session) = query.filter(expired.clone()).find_unique(app.db.read()).await? {
        session::Entity::delete_by_id(session.id).filter(expired).exec(app.db.writer()).await?;
    }
    Ok(())
}
