//! The challenges that authenticators sign: one row from the options until the response.

use sea_orm::DeleteMany;
use sea_orm::entity::prelude::*;

use crate::{PasskeyChallengeId, PasskeyId, ProjectId, SessionId, Timestamp, UserId, UserKey};

/// A challenge: of a registration if it has a user, otherwise of a sign-in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_challenges")]
pub struct Model {
    /// Unique over all projects.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasskeyChallengeId,
    /// The project.
    pub project_id: ProjectId,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// The random bytes, in base64url.
    pub challenge: String,
    /// A hash of the RP id and the origins that it was made for.
    pub relying_party: String,
    /// The user who adds a passkey.
    pub user_id: Option<UserId>,
    /// The session in which it is added.
    pub session_id: Option<SessionId>,
    /// The id that the passkey will have.
    pub passkey_id: Option<PasskeyId>,
    /// The handle that the passkey will have.
    pub user_handle: Option<String>,
    /// The name that the passkey will have; may be empty.
    pub name: String,
    #[doc(hidden)]
    #[sea_orm(
        belongs_to,
        from = "(project_id, user_id)",
        to = "(project_id, id)",
        on_update = "Cascade",
        on_delete = "Cascade"
    )]
    pub user: BelongsTo<Option<super::user::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Finds the registrations under way of a user, valid or expired.
    pub fn find_by_user((project, user): &UserKey) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }

    /// Deletes the registrations under way of a user.
    pub fn delete_all_of((project, user): &UserKey) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }
}
