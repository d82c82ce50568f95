//! Second factors: which ones a user could show, and whether a session lacks one.

use std::net::IpAddr;

use entity::session::Model as Session;
use entity::{Factor, FactorKind, UserKey, authenticator, recovery_code, security_log, user};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QuerySelect};

use crate::app::App;
use crate::config::Mfa;

/// The second factors that a user could show now: set up, turned on in the project, and deliverable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondFactors {
    /// A code of the verified authenticator app.
    pub totp: bool,
    /// A code to the verified number.
    pub phone: bool,
    /// A code to the verified address.
    pub email: bool,
}

impl SecondFactors {
    /// Those of `user`, read through `db`.
    pub async fn of(
        app: &App,
        db: &impl ConnectionTrait,
        user: &user::Model,
    ) -> Result<Self, DbErr> {
        let Some(project) = app.project(&user.project_id) else { return Ok(Self::default()) };
        let Mfa { totp, phone, email } = project.mfa;
        Ok(Self {
            totp: totp && has_authenticator(db, user).await?,
            phone: phone
                && user.phone.is_some()
                && user.phone_verified
                && app.messages.check_sms().is_ok(),
            email: email
                && user.email.is_some()
                && user.email_verified
                && app.messages.check_mail().is_ok(),
        })
    }

    /// Those that count beside the sign-in of `session`: not of the kind that it was made with.
    #[must_use]
    pub fn beside(self, session: &Session) -> Self {
        let used = kind_of_sign_in(session);
        let is_other = |factor: Factor| used != Some(factor.kind());
        Self {
            totp: self.totp && is_other(Factor::Totp),
            phone: self.phone && is_other(Factor::Phone),
            email: self.email && is_other(Factor::Email),
        }
    }

    /// Whether there is one.
    pub fn any(self) -> bool {
        self.totp || self.phone || self.email
    }

    /// Their names in sessions.
    pub fn names(self) -> impl Iterator<Item = Factor> {
        let all =
            [(self.totp, Factor::Totp), (self.email, Factor::Email), (self.phone, Factor::Phone)];
        all.into_iter().filter_map(|(is_one, factor)| is_one.then_some(factor))
    }
}

/// The kind of a session's first factor, that of the sign-in.
pub fn kind_of_sign_in(session: &Session) -> Option<FactorKind> {
    session.factors().first().map(|factor| factor.kind())
}

/// Whether `session` of `user` is half-open: the user has turned second factors on, has shown factors of one kind only, and
/// could show another one. What can't be shown isn't asked for, so that nobody is locked out.
pub async fn is_half_open(
    app: &App,
    db: &impl ConnectionTrait,
    user: &user::Model,
    session: &Session,
) -> Result<bool, DbErr> {
    if !user.mfa || session.kinds().len() > 1 {
        return Ok(false);
    }
    Ok(SecondFactors::of(app, db, user).await?.beside(session).any())
}

/// Whether the user has recovery codes left.
pub async fn has_recovery_codes(
    db: &impl ConnectionTrait,
    user: &user::Model,
) -> Result<bool, DbErr> {
    let codes = recovery_code::Entity::find_of(&user.key())
        .select_only()
        .column(recovery_code::Column::Hash)
        .limit(1)
        .into_tuple::<String>();
    Ok(!codes.all(db).await?.is_empty())
}

/// Where wrong codes of the user that come from `ip` are counted: at the address, if a factor was shown from it before. All
/// other addresses are one, the empty text: someone who knows the password would have new tries with each.
pub async fn known_ip(app: &App, user: &UserKey, ip: IpAddr) -> Result<String, DbErr> {
    let ip = ip.to_string();
    let shown = security_log::Entity::find_factors_from(user, &ip).one(app.db.read()).await?;
    Ok(shown.map(|_| ip).unwrap_or_default())
}

async fn has_authenticator(db: &impl ConnectionTrait, user: &user::Model) -> Result<bool, DbErr> {
    let verified = authenticator::Entity::find_of(&user.key(), authenticator::Kind::Totp)
        .filter(authenticator::Column::VerifiedAt.is_not_null())
        .select_only()
        .column(authenticator::Column::Kind)
        .into_tuple::<String>();
    Ok(!verified.all(db).await?.is_empty())
}
