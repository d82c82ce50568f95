//! One-time secrets of mails and SMS, stored as hashes.

use sea_orm::entity::prelude::*;
use sea_orm::{DeleteMany, ExprTrait};

use crate::{Count, ProjectId, Timestamp, TokenId, UserId, user};

/// The purpose of a secret, which determines the operations that redeem it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::None)", rename_all = "snake_case")]
pub enum Purpose {
    /// Setting a new password.
    Recovery,
    /// Setting a new password with a code: created by `accountCreateRecoveryOTP`.
    RecoveryOtp,
    /// Verifying an e-mail address.
    EmailVerification,
    /// Verifying an e-mail address with a code: created by `accountCreateEmailVerificationOTP`.
    EmailVerificationOtp,
    /// Verifying a phone number.
    PhoneVerification,
    /// Signing in: created by `accountCreateMagicURLSession`.
    MagicUrlSession,
    /// Signing in: created by `accountCreateMagicURLToken`.
    MagicUrlToken,
    /// Signing in: created by `accountCreatePhoneSession`.
    PhoneSession,
    /// Signing in: created by `accountCreatePhoneToken`.
    PhoneToken,
    /// Signing in: created by `accountCreateEmailToken`.
    EmailToken,
    /// Signing in: issued by an OAuth sign-in. Its address is the id of the identity.
    #[sea_orm(string_value = "oauth2_token")]
    OAuth2Token,
    /// Signing in: created by a server with `usersCreateToken`. Its address is the id of the user.
    ServerToken,
    /// Signing in: created by a passkey. Its address is the id of the passkey.
    PasskeyToken,
}

impl Purpose {
    /// The purposes that replace each other: the five of signing in; otherwise only the purpose itself.
    pub fn alike(&self) -> &[Self] {
        const SIGNING_IN: &[Purpose] = &[
            Purpose::MagicUrlSession,
            Purpose::MagicUrlToken,
            Purpose::PhoneSession,
            Purpose::PhoneToken,
            Purpose::EmailToken,
        ];
        if SIGNING_IN.contains(self) { SIGNING_IN } else { std::slice::from_ref(self) }
    }
}

/// A one-time secret.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tokens")]
pub struct Model {
    /// Unique over all projects.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TokenId,
    /// The project.
    pub project_id: ProjectId,
    /// The user; none if the address had no user when it was sent.
    pub user_id: Option<UserId>,
    /// The id in the response to the request for it. It can be redeemed by this id as well as by the user's.
    pub asked_id: UserId,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// The operations that redeem it.
    pub purpose: Purpose,
    /// The address it was sent to: the only one that it proves.
    pub address: String,
    /// A hash of the secret.
    #[sea_orm(unique)]
    pub secret_hash: String,
    /// Whether the secret is a short code, whose attempts are counted.
    pub guessable: bool,
    /// How many attempts were made.
    pub tries: Count,
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
    /// Deletes all secrets that a user could redeem: those sent to the user, and those sent to the user's
    /// addresses before they were the user's.
    pub fn delete_all_of(user: &user::Model) -> DeleteMany<Self> {
        let addresses = user.email.iter().chain(&user.phone).cloned();
        let of_project = Column::ProjectId.eq(user.project_id.clone());
        let own = of_project.clone().and(Column::UserId.eq(user.id.clone()));
        let earlier =
            of_project.and(Column::UserId.is_null()).and(Column::Address.is_in(addresses));
        Self::delete_many().filter(own.or(earlier))
    }

    /// Finds the secrets that can be redeemed by `id`, the user's own or that of the response, valid or
    /// expired.
    pub fn find_for(project: &ProjectId, id: &UserId, purposes: &[Purpose]) -> Select<Self> {
        // With the project in each, so that SQLite uses the index of each.
        let has_id =
            |column: Column| Column::ProjectId.eq(project.clone()).and(column.eq(id.clone()));
        Self::find()
            .filter(has_id(Column::UserId).or(has_id(Column::AskedId)))
            .filter(Column::Purpose.is_in(purposes.iter().copied()))
    }

    /// Finds the links that were sent to `address` for `purpose`.
    pub fn find_links(project: &ProjectId, purpose: Purpose, address: &str) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::Purpose.eq(purpose))
            .filter(Column::Address.eq(address))
            .filter(Column::Guessable.eq(false))
    }

    /// Deletes the secrets that were sent to `address` for `purposes`.
    pub fn delete_sent_to(
        project: &ProjectId,
        purposes: &[Purpose],
        address: &str,
    ) -> DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::Purpose.is_in(purposes.iter().copied()))
            .filter(Column::Address.eq(address))
    }
}
