//! Recovery codes of users, stored as hashes. A code that was used has no row.

use sea_orm::DeleteMany;
use sea_orm::entity::prelude::*;

use crate::{ProjectId, Timestamp, UserId, UserKey};

/// A recovery code.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_codes")]
pub struct Model {
    /// The project of the user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// A hash of the code, encrypted and bound to the user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// When it was created.
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

impl Entity {
    /// Deletes all of a user.
    pub fn delete_all_of((project, user): &UserKey) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }

    /// Finds the codes of a user that are left.
    pub fn find_of((project, user): &UserKey) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }
}
