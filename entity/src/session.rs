//! The sessions of users: one for each sign-in.

use sea_orm::DeleteMany;
use sea_orm::entity::prelude::*;

use crate::{ProjectId, SessionId, Timestamp, UserId, UserKey};

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
    /// When the session expires.
    pub expires_at: Timestamp,
    /// SHA-256 of the secret, in hexadecimal digits.
    #[sea_orm(unique)]
    pub secret_hash: String,
    /// How the user signed in, as [`Method::as_str`] writes it.
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
    /// Until when one request has the right to renew them.
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

/// A sign-in method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method<'a> {
    /// With an e-mail address and a password.
    Password,
    /// Anonymously.
    Anonymous,
    /// With a magic link, or the code in the same mail.
    MagicUrl,
    /// With a code by SMS.
    Phone,
    /// With a code by e-mail, or the secret of a token.
    Token,
    /// By a server of the project, with its API key.
    Server,
    /// With the provider of this id.
    Provider(&'a str),
}

impl<'a> Method<'a> {
    /// The stored form.
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Password => "email",
            Self::Anonymous => "anonymous",
            Self::MagicUrl => "magic-url",
            Self::Phone => "phone",
            Self::Token => "token",
            Self::Server => "server",
            Self::Provider(id) => id,
        }
    }

    /// The authentication factor, in the API's terms.
    pub fn factor(self) -> &'a str {
        match self {
            Self::Password => "password",
            Self::MagicUrl | Self::Token => "email",
            Self::Anonymous | Self::Phone | Self::Server | Self::Provider(_) => self.as_str(),
        }
    }
}

impl Model {
    /// How the user signed in.
    pub fn method(&self) -> Method<'_> {
        let methods = [
            Method::Password,
            Method::Anonymous,
            Method::MagicUrl,
            Method::Phone,
            Method::Token,
            Method::Server,
        ];
        let method = methods.into_iter().find(|method| method.as_str() == self.provider);
        method.unwrap_or(Method::Provider(&self.provider))
    }
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Finds the sessions of a user that have not expired at `now`.
    pub fn find_active_of((project, user): &UserKey, now: Timestamp) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
            .filter(Column::ExpiresAt.gt(now))
    }

    /// Deletes all sessions of a user.
    pub fn delete_all_of((project, user): &UserKey) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }
}
