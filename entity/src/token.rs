//! One-time secrets: what a mail or an SMS carries, as a hash.

use sea_orm::DeleteMany;
use sea_orm::entity::prelude::*;

use crate::ProjectId;
use crate::Timestamp;
use crate::TokenId;
use crate::UserId;

/// A secret that was sent to a user and can be redeemed once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    /// Unique over all projects.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// The project of the user.
    pub project_id: ProjectId,
    /// The user it was sent to.
    pub user_id: UserId,
    /// When it was sent.
    pub created_at: Timestamp,
    /// The first moment at which it no longer counts.
    pub expires_at: Timestamp,
    /// The one operation that redeems it.
    pub purpose: String,
    /// The address it was sent to: it proves this one and no other.
    pub address: String,
    /// A hash of the secret.
    pub secret_hash: String,
    /// How often a wrong secret was tried.
    pub tries: i32,
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
    /// Deletes every secret that a user could still redeem.
    pub fn delete_all_of(project: &ProjectId, user: &UserId) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }
}
