//! Authenticator apps of users: at most one of each kind.

use sea_orm::DeleteMany;
use sea_orm::entity::prelude::*;

use crate::{AuthenticatorId, ProjectId, Timestamp, UserId, UserKey};

/// A kind of authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "snake_case")]
pub enum Kind {
    /// An app that shows a new code every 30 seconds (RFC 6238).
    Totp,
}

/// An authenticator.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "authenticators")]
pub struct Model {
    /// Unique over all projects.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuthenticatorId,
    /// The project of the user.
    pub project_id: ProjectId,
    /// The user.
    pub user_id: UserId,
    /// Its kind.
    pub kind: Kind,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its first code was accepted. Until then it counts as none.
    pub verified_at: Option<Timestamp>,
    /// Its secret, encrypted for this row.
    #[sea_orm(column_type = "Text")]
    pub seed: String,
    /// The time step of the last code that was accepted; 0 if none was. Only later ones are.
    pub last_step: i64,
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

    /// Finds the authenticator of a user.
    pub fn find_of((project, user): &UserKey, kind: Kind) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
            .filter(Column::Kind.eq(kind))
    }
}
