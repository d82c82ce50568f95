//! The sessions of users: one for each sign-in.

use sea_orm::DeleteMany;
use sea_orm::entity::prelude::*;

use crate::ProjectId;
use crate::SessionId;
use crate::Timestamp;
use crate::UserId;

/// One sign-in of one user.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// Unique over all projects.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// The project of the user.
    pub project_id: ProjectId,
    /// The user who signed in.
    pub user_id: UserId,
    /// When the user signed in; the absolute lifetime counts from here.
    pub created_at: Timestamp,
    /// When the session was last extended.
    pub updated_at: Timestamp,
    /// The first moment at which the session no longer counts.
    pub expires_at: Timestamp,
    /// SHA-256 of the secret, in hexadecimal digits.
    #[sea_orm(unique)]
    pub secret_hash: String,
    /// How the user signed in: `email`, `anonymous`, …, or the id of a provider.
    pub provider: String,
    /// The user at the provider: the address for `email`, the subject for a provider.
    pub provider_uid: String,
    /// Where the sign-in came from.
    pub ip: String,
    /// The user agent header of the sign-in, cut at 512 bytes.
    pub user_agent: String,
    /// ISO 3166-1 alpha-2 in lower case, or `--`.
    pub country_code: String,
    /// The provider's tokens, encrypted for this row; none for sign-ins without a provider.
    #[sea_orm(column_type = "Text", nullable)]
    pub provider_tokens: Option<String>,
    /// Until when one call has the right to renew them.
    pub refreshing_until: Option<Timestamp>,
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
    /// Finds the sessions of a user that have not expired at `now`.
    pub fn find_active_of(project: &ProjectId, user: &UserId, now: Timestamp) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
            .filter(Column::ExpiresAt.gt(now))
    }

    /// Deletes all sessions of a user.
    pub fn delete_all_of(project: &ProjectId, user: &UserId) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }
}
