//! The sessions of users: one for each sign-in.

use sea_orm::DeleteMany;
use sea_orm::entity::prelude::*;

use crate::{Factor, FactorKind, ProjectId, SessionId, Timestamp, UserId, UserKey};

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
    /// The factors that were shown in this session: a JSON array of [`Factor::as_str`]. Rows of an earlier release have
    /// an empty one, see [`Self::factors`].
    #[sea_orm(column_type = "Text")]
    pub factors: String,
    /// When a second factor was last shown; none if never.
    pub mfa_updated_at: Option<Timestamp>,
    /// Whether the sign-in has not been completed by a second factor so far.
    pub half_open: bool,
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
    /// With a code by e-mail.
    Token,
    /// With the secret of a token that a server of the project has created.
    ServerToken,
    /// By a server of the project, with its API key.
    Server,
    /// With a passkey, whose device has verified the user.
    Passkey,
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
            Self::Token | Self::ServerToken => "token",
            Self::Server => "server",
            Self::Passkey => "passkey",
            Self::Provider(id) => id,
        }
    }

    /// The factors that a sign-in by this method shows.
    pub fn factors(self) -> &'static [Factor] {
        match self {
            Self::Password => &[Factor::Password],
            Self::Anonymous => &[Factor::Anonymous],
            Self::MagicUrl | Self::Token => &[Factor::Email],
            Self::Phone => &[Factor::Phone],
            Self::ServerToken => &[Factor::Token],
            Self::Server => &[Factor::Server],
            Self::Passkey => &[Factor::Passkey, Factor::UserVerification],
            Self::Provider(_) => &[Factor::Email, Factor::Oauth2],
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
            Method::Passkey,
        ];
        let method = methods.into_iter().find(|method| method.as_str() == self.provider);
        method.unwrap_or(Method::Provider(&self.provider))
    }

    /// The factors that were shown in this session, those of the sign-in first. Names that a newer version has written are
    /// left out.
    pub fn factors(&self) -> Vec<Factor> {
        let stored: Vec<String> = serde_json::from_str(&self.factors).unwrap_or_default();
        if stored.is_empty() {
            // Written by the last release.
            return self.method().factors().to_vec();
        }
        stored.iter().filter_map(|name| Factor::parse(name)).collect()
    }

    /// When the user has last shown a factor: at the sign-in, or later.
    pub fn shown_at(&self) -> Timestamp {
        self.mfa_updated_at.map_or(self.created_at, |at| at.max(self.created_at))
    }

    /// The kinds of the factors that were shown, without duplicates.
    pub fn kinds(&self) -> Vec<FactorKind> {
        let mut kinds: Vec<FactorKind> = self.factors().into_iter().map(Factor::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
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
