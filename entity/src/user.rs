//! The users of a project.
#![expect(clippy::struct_excessive_bools, reason = "each is a column")]

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{IntoActiveModel, TryInsertResult};

use crate::{Count, ProjectId, Timestamp, UserId, UserKey};

/// In place of the time of a sign-in that never was. The column can't be null: SQLite would have to copy the table.
pub const NEVER: Timestamp = Timestamp::from_millis(0);

/// One user of one project.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// The project that the user belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    /// Unique within the project.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// When the user was created.
    pub created_at: Timestamp,
    /// When the row was last changed.
    pub updated_at: Timestamp,
    /// When the user last signed in, or [`NEVER`].
    pub accessed_at: Timestamp,
    /// Empty when never set.
    pub name: String,
    /// In normalised form, so that the unique index has one spelling.
    pub email: Option<String>,
    /// Whether the address is verified.
    pub email_verified: bool,
    /// In E.164 form.
    pub phone: Option<String>,
    /// Whether the number is verified.
    pub phone_verified: bool,
    /// A text that names its kind and parameters, see `crypto::password_hash`.
    pub password_hash: Option<String>,
    /// When the user last set a password; none if never.
    pub password_updated_at: Option<Timestamp>,
    /// False once blocked.
    pub enabled: bool,
    /// A JSON object, as the text that was sent.
    #[sea_orm(column_type = "Text")]
    pub prefs: String,
    /// How many times the preferences were changed.
    pub prefs_revision: Count,
    /// Labels that the project's servers have given the user: a JSON array of texts.
    #[sea_orm(column_type = "Text")]
    pub labels: String,
    /// Whether the user has turned on a second factor for signing in.
    pub mfa: bool,
    #[doc(hidden)]
    #[sea_orm(has_many)]
    pub sessions: HasMany<super::session::Entity>,
    #[doc(hidden)]
    #[sea_orm(has_many)]
    pub tokens: HasMany<super::token::Entity>,
    #[doc(hidden)]
    #[sea_orm(has_many)]
    pub devices: HasMany<super::device::Entity>,
    #[doc(hidden)]
    #[sea_orm(has_many)]
    pub identities: HasMany<super::identity::Entity>,
    #[doc(hidden)]
    #[sea_orm(has_many)]
    pub authenticators: HasMany<super::authenticator::Entity>,
    #[doc(hidden)]
    #[sea_orm(has_many)]
    pub recovery_codes: HasMany<super::recovery_code::Entity>,
    #[doc(hidden)]
    #[sea_orm(has_many)]
    pub passkeys: HasMany<super::passkey::Entity>,
    #[doc(hidden)]
    #[sea_orm(has_many)]
    pub passkey_challenges: HasMany<super::passkey_challenge::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Finds the user of `project` whose normalised address is `email`.
    pub fn find_by_email(project: &ProjectId, email: &str) -> Select<Self> {
        Self::find().filter(Column::ProjectId.eq(project.clone())).filter(Column::Email.eq(email))
    }

    /// Finds the user of `project` whose number is `phone`.
    pub fn find_by_phone(project: &ProjectId, phone: &str) -> Select<Self> {
        Self::find().filter(Column::ProjectId.eq(project.clone())).filter(Column::Phone.eq(phone))
    }
}

impl Model {
    /// Inserts the user, unless its id, address or number is taken. Returns whether it was inserted.
    pub async fn insert_if_free(self, db: &impl ConnectionTrait) -> Result<bool, DbErr> {
        let free = OnConflict::new().do_nothing().to_owned();
        let insert = Entity::insert(self.into_active_model().reset_all()).on_conflict(free);
        let inserted = insert.try_insert().exec_without_returning(db).await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(1)))
    }

    /// Whether the user only claims `address`: it was never verified, while the user's other address was. It
    /// may be another person's.
    pub fn only_claims(&self, address: &str) -> bool {
        let is = |own: &Option<String>| own.as_deref() == Some(address);
        is(&self.email) && self.phone_verified && !self.email_verified
            || is(&self.phone) && self.email_verified && !self.phone_verified
    }

    /// The key of the row.
    pub fn key(&self) -> UserKey {
        (self.project_id.clone(), self.id.clone())
    }

    /// When the user last signed in; none before the first session.
    pub fn signed_in_at(&self) -> Option<Timestamp> {
        (self.accessed_at != NEVER).then_some(self.accessed_at)
    }

    /// Whether the user has neither address nor number, like anonymous users and some from providers.
    pub fn has_no_address(&self) -> bool {
        self.email.is_none() && self.phone.is_none()
    }

    /// A user with only an id: enabled, without name, address, number or password.
    pub fn new(project_id: ProjectId, id: UserId, now: Timestamp) -> Self {
        Self {
            project_id,
            id,
            created_at: now,
            updated_at: now,
            accessed_at: NEVER,
            name: String::new(),
            email: None,
            email_verified: false,
            phone: None,
            phone_verified: false,
            password_hash: None,
            password_updated_at: None,
            enabled: true,
            prefs: "{}".to_owned(),
            prefs_revision: Count::default(),
            labels: "[]".to_owned(),
            mfa: false,
        }
    }
}
