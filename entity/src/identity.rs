//! Identities: the provider accounts that users can sign in with.

use sea_orm::DeleteMany;
use sea_orm::entity::prelude::*;

use crate::{IdentityId, ProjectId, Timestamp, UserId, UserKey};

/// A provider account and its user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "identities")]
pub struct Model {
    /// Unique over all projects.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdentityId,
    /// The project of the user.
    pub project_id: ProjectId,
    /// The user.
    pub user_id: UserId,
    /// When it was linked.
    pub created_at: Timestamp,
    /// When it last signed in or its tokens were renewed.
    pub updated_at: Timestamp,
    /// The id of the provider that it last signed in with.
    pub provider: String,
    /// The issuer of the subject; unique with project and subject.
    pub issuer: String,
    /// The id of the account at the issuer.
    pub subject: String,
    /// The address that the provider has returned, verified or not; empty if none.
    pub email: String,
    /// The provider's newest tokens, encrypted for this row.
    #[sea_orm(column_type = "Text")]
    pub provider_tokens: String,
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
    /// Finds the identity of an issuer's subject.
    pub fn find_by_subject(project: &ProjectId, issuer: &str, subject: &str) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::Issuer.eq(issuer))
            .filter(Column::Subject.eq(subject))
    }

    /// Finds the identities of a user.
    pub fn find_by_user((project, user): &UserKey) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }

    /// Deletes all identities of a user.
    pub fn delete_all_of((project, user): &UserKey) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }
}
