//! The security log: what happened to an account, written with the change itself.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Func, InsertStatement, Query};
use sea_orm::{ActiveValue, ExprTrait, Iterable, QuerySelect, QueryTrait};

use crate::{ProjectId, Timestamp, UserId, UserKey, user};

/// An event of an account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "security_logs")]
pub struct Model {
    /// Grows with time.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The project of the user.
    pub project_id: ProjectId,
    /// The user; none for a sign-in to an account that doesn't exist.
    pub user_id: Option<UserId>,
    /// The number of the user's event, without gaps, so that a page is found without reading earlier ones.
    pub number: i64,
    /// The event, as [`Event::as_str`] writes it. Rows of a newer version may have others.
    pub event: String,
    /// The user's address at that time.
    pub user_email: String,
    /// The user's name at that time.
    pub user_name: String,
    /// The kind of the actor, as [`ActorKind::as_str`] writes it. Rows of a newer version may have others.
    pub actor_kind: String,
    /// The id of the API key; empty if no key acted.
    pub actor_id: String,
    /// The name of the API key at that time; empty if no key acted.
    pub actor_name: String,
    /// The client's address.
    pub ip: String,
    /// The client's user agent header, cut at 512 bytes.
    pub user_agent: String,
    /// ISO 3166-1 alpha-2 in lower case, or `--`.
    pub country_code: String,
    /// When it happened.
    pub created_at: Timestamp,
}

/// The kind of an event's actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum ActorKind {
    /// Someone who is not signed in.
    Guest,
    /// The user, with a session.
    User,
    /// A server of the project, with an API key.
    Key,
    /// The owner of the machine, on the command line.
    Operator,
}

impl ActorKind {
    /// The stored form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::User => "user",
            Self::Key => "key",
            Self::Operator => "operator",
        }
    }

    /// Parses the stored form; none if a newer version has written it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::iter().find(|kind| kind.as_str() == text)
    }

    /// Whether it changes accounts of others.
    pub fn is_admin(self) -> bool {
        match self {
            Self::Guest | Self::User => false,
            Self::Key | Self::Operator => true,
        }
    }
}

/// The events of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter)]
pub enum Event {
    /// A sign-up.
    UserCreate,
    /// An attempt to sign up with the user's address.
    UserCreateFailure,
    /// The account was deleted.
    UserDelete,
    /// The e-mail address changed.
    UserUpdateEmail,
    /// The labels changed.
    UserUpdateLabels,
    /// The name changed.
    UserUpdateName,
    /// The password changed.
    UserUpdatePassword,
    /// The phone number changed.
    UserUpdatePhone,
    /// The preferences changed.
    UserUpdatePrefs,
    /// Second factors were turned on or off.
    UserUpdateMfa,
    /// The account was blocked or unblocked.
    UserUpdateStatus,
    /// The user signed in.
    SessionCreate,
    /// The user has begun to sign in: a second factor is missing.
    SessionCreatePending,
    /// A sign-in failed.
    SessionCreateFailure,
    /// A session was extended.
    SessionUpdate,
    /// One session or all of them were ended.
    SessionDelete,
    /// A session was ended that lacked a second factor.
    SessionDeletePending,
    /// A code or a link for signing in was requested.
    TokenCreate,
    /// A recovery was requested.
    RecoveryCreate,
    /// The account was recovered with a new password.
    RecoveryUpdate,
    /// The verification of an address or a number was requested.
    VerificationCreate,
    /// An address or a number was verified.
    VerificationUpdate,
    /// A provider account was linked.
    IdentityCreate,
    /// A provider account was unlinked.
    IdentityDelete,
    /// An authenticator was added, not yet verified.
    AuthenticatorCreate,
    /// An authenticator was verified: it counts from now on.
    AuthenticatorUpdate,
    /// An authenticator was removed.
    AuthenticatorDelete,
    /// Recovery codes were created.
    RecoveryCodesCreate,
    /// Recovery codes were replaced.
    RecoveryCodesUpdate,
    /// A recovery code was used.
    RecoveryCodesUse,
    /// A second factor was asked for.
    ChallengeCreate,
    /// A second factor was shown.
    ChallengeUpdate,
    /// A second factor was shown wrongly.
    ChallengeUpdateFailure,
    /// A passkey was added.
    PasskeyCreate,
    /// A passkey was renamed.
    PasskeyUpdate,
    /// A passkey was deleted.
    PasskeyDelete,
}

impl Event {
    /// The stored form of the event.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserCreate => "user.create",
            Self::UserCreateFailure => "user.create.failure",
            Self::UserDelete => "user.delete",
            Self::UserUpdateEmail => "user.update.email",
            Self::UserUpdateLabels => "user.update.labels",
            Self::UserUpdateName => "user.update.name",
            Self::UserUpdatePassword => "user.update.password",
            Self::UserUpdatePhone => "user.update.phone",
            Self::UserUpdatePrefs => "user.update.prefs",
            Self::UserUpdateMfa => "user.update.mfa",
            Self::UserUpdateStatus => "user.update.status",
            Self::SessionCreate => "session.create",
            Self::SessionCreatePending => "session.create.pending",
            Self::SessionCreateFailure => "session.create.failure",
            Self::SessionUpdate => "session.update",
            Self::SessionDelete => "session.delete",
            Self::SessionDeletePending => "session.delete.pending",
            Self::TokenCreate => "token.create",
            Self::RecoveryCreate => "recovery.create",
            Self::RecoveryUpdate => "recovery.update",
            Self::VerificationCreate => "verification.create",
            Self::VerificationUpdate => "verification.update",
            Self::IdentityCreate => "identity.create",
            Self::IdentityDelete => "identity.delete",
            Self::AuthenticatorCreate => "authenticator.create",
            Self::AuthenticatorUpdate => "authenticator.update",
            Self::AuthenticatorDelete => "authenticator.delete",
            Self::RecoveryCodesCreate => "recoveryCodes.create",
            Self::RecoveryCodesUpdate => "recoveryCodes.update",
            Self::RecoveryCodesUse => "recoveryCodes.use",
            Self::ChallengeCreate => "challenge.create",
            Self::ChallengeUpdate => "challenge.update",
            Self::ChallengeUpdateFailure => "challenge.update.failure",
            Self::PasskeyCreate => "passkey.create",
            Self::PasskeyUpdate => "passkey.update",
            Self::PasskeyDelete => "passkey.delete",
        }
    }

    /// Parses the stored form; none if a newer version has written it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::iter().find(|event| event.as_str() == text)
    }
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Finds the events of a user.
    pub fn find_by_user((project, user): &UserKey) -> Select<Self> {
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.eq(user.clone()))
    }

    /// Finds the sign-up and sign-ins of the user with the normalised address `email` that came from `ip`;
    /// not those by a server of the project, whose address says nothing about the user's.
    pub fn find_sign_ins_from(project: &ProjectId, email: &str, ip: &str) -> Select<Self> {
        let user =
            user::Entity::find_by_email(project, email).select_only().column(user::Column::Id);
        Self::find()
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(Column::UserId.in_subquery(user.into_query()))
            .filter(Column::Ip.eq(ip))
            .filter(
                Column::ActorKind.is_in([ActorKind::Guest, ActorKind::User].map(ActorKind::as_str)),
            )
            .filter(
                Column::Event.is_in([Event::UserCreate, Event::SessionCreate].map(Event::as_str)),
            )
    }

    /// Finds where the user has shown a second factor from `ip`, or has verified an authenticator.
    pub fn find_factors_from(user: &UserKey, ip: &str) -> Select<Self> {
        let shown = [Event::ChallengeUpdate, Event::AuthenticatorUpdate].map(Event::as_str);
        Self::find_by_user(user).filter(Column::Ip.eq(ip)).filter(Column::Event.is_in(shown))
    }

    /// The number of the user's newest event; 0 if there is none. Without a user, of events without one.
    pub async fn newest_number(
        project: &ProjectId,
        user: Option<&UserId>,
        db: &impl ConnectionTrait,
    ) -> Result<i64, DbErr> {
        // Not by `one`, which binds a limit.
        let newest: Vec<Option<i64>> = Self::newest(project, user).into_tuple().all(db).await?;
        Ok(newest.into_iter().flatten().next().unwrap_or_default())
    }

    /// The number of the user's oldest event that the log still has; none if it has none.
    pub async fn oldest_number(
        user: &UserKey,
        db: &impl ConnectionTrait,
    ) -> Result<Option<i64>, DbErr> {
        let oldest =
            Self::find_by_user(user).select_only().column_as(Column::Number.min(), "number");
        let oldest: Vec<Option<i64>> = oldest.into_tuple().all(db).await?;
        Ok(oldest.into_iter().flatten().next())
    }

    /// A statement that writes a row under the number that follows the newest one of its user, or of those about nobody;
    /// without any, the one that follows `floor`.
    pub fn insert_next(mut row: ActiveModel, floor: i64) -> Result<InsertStatement, DbErr> {
        let (project, user) = (row.project_id.as_ref(), row.user_id.as_ref());
        let newest = Self::newest(project, user.as_ref()).into_query();
        let newest = Func::coalesce([Expr::SubQuery(None, Box::new(newest.into())), floor.into()]);
        let (mut columns, mut values) = (vec![Column::Number], vec![Expr::from(newest).add(1_i64)]);
        for column in Column::iter() {
            if let ActiveValue::Set(value) = row.take(column) {
                columns.push(column);
                values.push(value.into());
            }
        }
        let mut insert = Query::insert().into_table(Self).columns(columns).to_owned();
        insert.values(values).map_err(|error| DbErr::Custom(error.to_string()))?;
        Ok(insert)
    }

    fn newest(project: &ProjectId, user: Option<&UserId>) -> Select<Self> {
        let of_user = match user {
            Some(user) => Column::UserId.eq(user.clone()),
            None => Column::UserId.is_null(),
        };
        Self::find()
            .select_only()
            .column_as(Column::Number.max(), "number")
            .filter(Column::ProjectId.eq(project.clone()))
            .filter(of_user)
    }
}
