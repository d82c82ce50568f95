//! The passkeys of users.

use sea_orm::DeleteMany;
use sea_orm::entity::prelude::*;

use crate::{PasskeyId, ProjectId, Timestamp, UserId, UserKey};

/// A passkey and its user. The id is unique within a project, and so is the id of the credential.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    /// The project of the user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    /// The id, chosen by the client or generated.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PasskeyId,
    /// The user.
    pub user_id: UserId,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its name was last changed.
    pub updated_at: Timestamp,
    /// When it was last used to sign in.
    pub accessed_at: Option<Timestamp>,
    /// The name that the user has given it.
    pub name: String,
    /// The domain that it was made for.
    pub rp_id: String,
    /// The handle that the authenticator knows the user by, in base64url: the same for all passkeys of a user.
    pub user_handle: String,
    /// The id of the credential, in base64url.
    #[sea_orm(column_type = "Text")]
    pub credential_id: String,
    /// The public key in COSE, in base64url.
    #[sea_orm(column_type = "Text")]
    pub public_key: String,
    /// The model of the authenticator: a UUID in lower case; all zeros if unknown.
    pub aaguid: String,
    /// How the authenticator can be reached, as a JSON array.
    #[sea_orm(column_type = "Text")]
    pub transports: String,
    /// How many signatures it has made; 0 if it doesn't count.
    pub sign_count: i64,
    /// Whether it may be synced to other devices.
    pub backup_eligible: bool,
    /// Whether it was synced when it was last used.
    pub backed_up: bool,
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
    /// Finds the passkey with this credential id.
    pub fn find_by_credential(project: &ProjectId, credential_id: &str) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::CredentialId.eq(credential_id))
    }

    /// Finds the passkeys of a user.
    pub fn find_by_user((project, user): &UserKey) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }

    /// Deletes all passkeys of a user.
    pub fn delete_all_of((project, user): &UserKey) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }
}
