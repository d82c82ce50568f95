//! Makes users and sessions of cells, which come in the order of the entities' columns.
//!
//! SeaORM builds each query anew, and finds each cell by its name. For what every call begins with, that took most of the time.

use entity::{Count, ProjectId, SessionId, Timestamp, UserId, session, user};
use sea_orm::{IdenStatic, Iterable};

/// The cells of a row, from left to right.
pub(super) trait Cells {
    /// The error of a cell that holds something else.
    type Error;

    /// The next cell, a text.
    fn text(&mut self) -> Result<String, Self::Error>;
    /// The next cell, a text or null.
    fn optional_text(&mut self) -> Result<Option<String>, Self::Error>;
    /// The next cell, a time.
    fn time(&mut self) -> Result<Timestamp, Self::Error>;
    /// The next cell, a time or null.
    fn optional_time(&mut self) -> Result<Option<Timestamp>, Self::Error>;
    /// The next cell, a count.
    fn count(&mut self) -> Result<Count, Self::Error>;
    /// The next cell, true or false.
    fn flag(&mut self) -> Result<bool, Self::Error>;
}

/// The columns of a user and a session, for a `SELECT`.
pub(super) fn columns() -> String {
    let session = session::Column::iter().map(|column| format!("sessions.{}", column.as_str()));
    let columns = [user_columns()].into_iter().chain(session);
    columns.collect::<Vec<_>>().join(", ")
}

/// The columns of a user, for a `SELECT`.
pub(super) fn user_columns() -> String {
    let user = user::Column::iter().map(|column| format!("users.{}", column.as_str()));
    user.collect::<Vec<_>>().join(", ")
}

/// A user, in the order of the columns.
pub(super) fn user<C: Cells>(cells: &mut C) -> Result<user::Model, C::Error> {
    Ok(user::Model {
        project_id: ProjectId::new(cells.text()?),
        id: UserId::new(cells.text()?),
        created_at: cells.time()?,
        updated_at: cells.time()?,
        accessed_at: cells.time()?,
        name: cells.text()?,
        email: cells.optional_text()?,
        email_verified: cells.flag()?,
        phone: cells.optional_text()?,
        phone_verified: cells.flag()?,
        password_hash: cells.optional_text()?,
        password_updated_at: cells.optional_time()?,
        enabled: cells.flag()?,
        prefs: cells.text()?,
        prefs_revision: cells.count()?,
        labels: cells.text()?,
        mfa: cells.flag()?,
    })
}

/// A session, in the order of the columns.
pub(super) fn session<C: Cells>(cells: &mut C) -> Result<session::Model, C::Error> {
    Ok(session::Model {
        id: SessionId::new(cells.text()?),
        project_id: ProjectId::new(cells.text()?),
        user_id: UserId::new(cells.text()?),
        created_at: cells.time()?,
        updated_at: cells.time()?,
        expires_at: cells.time()?,
        secret_hash: cells.text()?,
        provider: cells.text()?,
        provider_uid: cells.text()?,
        ip: cells.text()?,
        user_agent: cells.text()?,
        country_code: cells.text()?,
        provider_tokens: cells.optional_text()?,
        refreshing_until: cells.optional_time()?,
        factors: cells.text()?,
        mfa_updated_at: cells.optional_time()?,
        half_open: cells.flag()?,
    })
}
