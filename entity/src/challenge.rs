//! Challenges: requests to show a second factor. One that was passed has no row.

use sea_orm::entity::prelude::*;

use crate::{ChallengeId, Count, ProjectId, SessionId, Timestamp, UserId};

/// A challenge.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "challenges")]
pub struct Model {
    /// Unique over all projects.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChallengeId,
    /// The project of the user.
    pub project_id: ProjectId,
    /// The user.
    pub user_id: UserId,
    /// The session that asked for it, the only one that can pass it.
    pub session_id: SessionId,
    /// The factor, as [`crate::Factor::as_str`] writes it.
    pub factor: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Where the code was sent; empty if none was.
    pub address: String,
    /// A hash of the code that was sent; empty if none was.
    pub code_hash: String,
    /// How many attempts were made.
    pub tries: Count,
    #[doc(hidden)]
    #[sea_orm(
        belongs_to,
        from = "session_id",
        to = "id",
        on_update = "Cascade",
        on_delete = "Cascade"
    )]
    pub session: BelongsTo<super::session::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
