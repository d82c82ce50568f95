//! The devices that users have signed in from: a sign-in from another one is alerted.

use sea_orm::entity::prelude::*;

use crate::{ProjectId, Timestamp, UserId};

/// A kind of device that a user has signed in from.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "devices")]
pub struct Model {
    /// The project of the user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// A hash of its user agent's data, without versions.
    #[sea_orm(primary_key, auto_increment = false)]
    pub fingerprint: String,
    /// When it was first seen.
    pub created_at: Timestamp,
    #[doc(hidden)]
    #[sea_orm(
        belongs_to,
        from = "(project_id, user_id)",
        to = "(project_id, id)",
        on_update = "Cascade",
        on_delete = "Cascade"
    )]
    pub user: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
