//! Lists the users of a project.

use entity::{ProjectId, user};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Expr;

use super::search;
use super::search::{Paired, Word};
use crate::app::App;
use crate::error::Result;
use crate::query;
use crate::query::{
    Absence, Attribute, Column, Described, Keys, Kind, ListQuery, ReadLimit, ReadOptions, Scope,
    Test, Text, Value,
};

/// The attributes by which users can be filtered and ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAttribute {
    /// `$id`.
    Id,
    /// `$createdAt`.
    CreatedAt,
    /// `$updatedAt`.
    UpdatedAt,
    /// `name`.
    Name,
    /// `email`.
    Email,
    /// `phone`.
    Phone,
    /// `status`.
    Status,
    /// `passwordUpdate`.
    PasswordUpdate,
    /// `registration`, the same as `$createdAt`.
    Registration,
    /// `emailVerification`.
    EmailVerification,
    /// `phoneVerification`.
    PhoneVerification,
    /// `labels`.
    Labels,
    /// `accessedAt`.
    AccessedAt,
}

/// Which users are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The query strings.
    pub queries: &'a [Option<String>],
    /// The text to search for.
    pub search: Option<&'a str>,
    /// Whether the total is asked for.
    pub total: bool,
    /// Whether the hashes of passwords may be shown.
    pub with_hashes: bool,
    /// How much the operation may read, and has read.
    pub read_limit: &'a ReadLimit,
}

/// The number of users that are asked for, up to 5,000, and those on the page.
pub async fn run(
    app: &App,
    project: &ProjectId,
    wanted: Wanted<'_>,
) -> Result<(u64, Vec<user::Model>)> {
    let mut list = ListQuery::<UserAttribute>::read(wanted.queries)?;
    let mut words = match wanted.search {
        Some(text) => match search::words(text)? {
            words if words.is_empty() => return Ok((0, Vec::new())),
            words => words,
        },
        None => Vec::new(),
    };
    // Labels are words, too, which are found together with others.
    let room = search::MAX_WORDS.saturating_sub(words.len());
    for label in list.take_items(UserAttribute::Labels, room).into_iter().map(Word::Label) {
        if !words.contains(&label) {
            words.push(label);
        }
    }
    let db = if wanted.with_hashes { app.db.lists_with_secrets() } else { app.db.lists() };
    let scope = Scope { backend: db.get_database_backend(), project };
    let paired = if words.len() > 1 { search::paired(&db, scope).await? } else { Paired::TooFew };
    let conditions = search::conditions(&words, scope, paired);
    let options =
        ReadOptions { conditions, wants_total: wanted.total, read_limit: wanted.read_limit };
    query::read(&db, project, &list, options).await
}

impl Attribute for UserAttribute {
    type Entity = user::Entity;

    const ALL: &'static [Self] = &[
        Self::Id,
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::Name,
        Self::Email,
        Self::Phone,
        Self::Status,
        Self::PasswordUpdate,
        Self::Registration,
        Self::EmailVerification,
        Self::PhoneVerification,
        Self::Labels,
        Self::AccessedAt,
    ];
    const ROW: &'static str = "User";

    fn describe(self) -> Described<Column<Self>> {
        use user::Column as C;
        let (name, column, kind) = match self {
            Self::Id => ("$id", C::Id, Kind::Text(Text::Plain)),
            Self::CreatedAt => ("$createdAt", C::CreatedAt, Kind::Date),
            Self::UpdatedAt => ("$updatedAt", C::UpdatedAt, Kind::Date),
            Self::Name => ("name", C::Name, Kind::Text(Text::Folded)),
            Self::Email => ("email", C::Email, Kind::Text(Text::Lower)),
            Self::Phone => ("phone", C::Phone, Kind::Text(Text::Bytes)),
            Self::Status => ("status", C::Enabled, Kind::Flag),
            Self::PasswordUpdate => ("passwordUpdate", C::PasswordUpdatedAt, Kind::Date),
            Self::Registration => ("registration", C::CreatedAt, Kind::Date),
            Self::EmailVerification => ("emailVerification", C::EmailVerified, Kind::Flag),
            Self::PhoneVerification => ("phoneVerification", C::PhoneVerified, Kind::Flag),
            Self::Labels => ("labels", C::Labels, Kind::Texts),
            Self::AccessedAt => ("accessedAt", C::AccessedAt, Kind::Date),
        };
        let absence = match self {
            Self::Email | Self::Phone | Self::PasswordUpdate => Absence::Null,
            Self::AccessedAt => Absence::Zero,
            Self::Id
            | Self::CreatedAt
            | Self::UpdatedAt
            | Self::Name
            | Self::Status
            | Self::Registration
            | Self::EmailVerification
            | Self::PhoneVerification
            | Self::Labels => Absence::Never,
        };
        Described { name, column, kind, absence }
    }

    fn position() -> [Column<Self>; 3] {
        [user::Column::ProjectId, user::Column::CreatedAt, user::Column::Id]
    }

    fn size_of(row: &user::Model) -> usize {
        let texts = [Some(&row.name), row.email.as_ref(), row.password_hash.as_ref()];
        let texts = texts.into_iter().flatten().chain([&row.labels, &row.prefs]);
        texts.map(String::len).sum::<usize>().saturating_add(size_of::<user::Model>())
    }

    fn has_index_for(self, test: &Test) -> bool {
        match self {
            Self::Id | Self::EmailVerification | Self::PhoneVerification => {
                matches!(test, Test::OneOf(_))
            }
            Self::CreatedAt | Self::Registration | Self::Name => test.is_range(),
            Self::Email => test.is_range() || *test == Test::Null,
            Self::Phone => matches!(test, Test::OneOf(_) | Test::Null),
            Self::Status => *test == Test::OneOf(vec![Value::Flag(false)]),
            Self::UpdatedAt | Self::PasswordUpdate | Self::Labels | Self::AccessedAt => false,
        }
    }

    fn has_ordered_index_for(self, test: &Test) -> bool {
        match self {
            Self::CreatedAt | Self::Registration => test.is_range(),
            Self::Name | Self::EmailVerification | Self::PhoneVerification => {
                matches!(test, Test::OneOf(values) if values.len() == 1)
            }
            Self::Status => self.has_index_for(test),
            Self::Id
            | Self::Email
            | Self::Phone
            | Self::UpdatedAt
            | Self::PasswordUpdate
            | Self::Labels
            | Self::AccessedAt => false,
        }
    }

    fn has_index_in_order(self) -> bool {
        match self {
            Self::Id
            | Self::CreatedAt
            | Self::Registration
            | Self::Name
            | Self::Email
            | Self::EmailVerification
            | Self::PhoneVerification => true,
            Self::UpdatedAt
            | Self::Phone
            | Self::Status
            | Self::PasswordUpdate
            | Self::Labels
            | Self::AccessedAt => false,
        }
    }

    fn is_covered(self) -> bool {
        match self {
            Self::CreatedAt
            | Self::Registration
            | Self::Status
            | Self::EmailVerification
            | Self::PhoneVerification => true,
            Self::Id
            | Self::UpdatedAt
            | Self::Name
            | Self::Email
            | Self::Phone
            | Self::PasswordUpdate
            | Self::Labels
            | Self::AccessedAt => false,
        }
    }

    fn contains_item(self, item: &str, scope: Scope<'_>) -> (Expr, Keys) {
        search::label(item, scope)
    }
}
