//! The revocations: sessions that were ended, and users who were blocked or deleted, for as long as tokens of them live.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::{ProjectId, SessionId, Timestamp, UserId};

/// A session that was ended, or all of a user's.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revocations")]
pub struct Model {
    /// Grows with time.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The project.
    pub project_id: ProjectId,
    /// The user.
    pub user_id: UserId,
    /// The session; none if all tokens of the user are revoked.
    pub session_id: Option<SessionId>,
    /// When it happened.
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Finds the revocations of a project since `time`, oldest first.
    pub fn find_since(project: &ProjectId, time: Timestamp) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::CreatedAt.gte(time))
            .order_by_asc(Column::Id)
    }
}
