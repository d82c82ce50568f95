//! Lists the identities of all users of a project.

use entity::{ProjectId, identity};
use sea_orm::sea_query::{Expr, Query};

use super::list::Wanted;
use crate::app::App;
use crate::error::{Error, Result};
use crate::query;
use crate::query::{
    Absence, Attribute, Column, Conditions, Described, Keys, Kind, ListQuery, ReadOptions, Scope,
    Test, Text,
};

/// The attributes by which identities can be filtered and ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityAttribute {
    /// `$id`.
    Id,
    /// `$createdAt`.
    CreatedAt,
    /// `$updatedAt`.
    UpdatedAt,
    /// `userId`.
    UserId,
    /// `provider`.
    Provider,
    /// `providerUid`.
    ProviderUid,
    /// `providerEmail`.
    ProviderEmail,
}

/// The number of identities that are asked for, up to 5,000, and those on the page.
pub async fn run(
    app: &App,
    project: &ProjectId,
    wanted: Wanted<'_>,
) -> Result<(u64, Vec<identity::Model>)> {
    let list = ListQuery::<IdentityAttribute>::read(wanted.queries)?;
    if wanted.search.is_some() {
        // As the reference has it.
        let problem = "Searching by attribute \"search\" requires a fulltext index.";
        return Err(Error::GeneralQueryInvalid(problem.to_owned()));
    }
    let options = ReadOptions {
        conditions: Conditions::default(),
        wants_total: wanted.total,
        read_limit: wanted.read_limit,
    };
    query::read(&app.db.lists(), project, &list, options).await
}

impl Attribute for IdentityAttribute {
    type Entity = identity::Entity;

    const ALL: &'static [Self] = &[
        Self::Id,
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::UserId,
        Self::Provider,
        Self::ProviderUid,
        Self::ProviderEmail,
    ];
    const ROW: &'static str = "Identity";

    fn describe(self) -> Described<Column<Self>> {
        use identity::Column as C;
        let (name, column, kind) = match self {
            Self::Id => ("$id", C::Id, Kind::Text(Text::Plain)),
            Self::CreatedAt => ("$createdAt", C::CreatedAt, Kind::Date),
            Self::UpdatedAt => ("$updatedAt", C::UpdatedAt, Kind::Date),
            Self::UserId => ("userId", C::UserId, Kind::Text(Text::Plain)),
            Self::Provider => ("provider", C::Provider, Kind::Text(Text::Plain)),
            Self::ProviderUid => ("providerUid", C::Subject, Kind::Text(Text::Plain)),
            Self::ProviderEmail => ("providerEmail", C::Email, Kind::Text(Text::Folded)),
        };
        Described { name, column, kind, absence: Absence::Never }
    }

    fn position() -> [Column<Self>; 3] {
        [identity::Column::ProjectId, identity::Column::CreatedAt, identity::Column::Id]
    }

    fn size_of(row: &identity::Model) -> usize {
        let texts = [&row.provider, &row.issuer, &row.subject, &row.email, &row.provider_tokens];
        let texts: usize = texts.into_iter().map(String::len).sum();
        texts.saturating_add(size_of::<identity::Model>())
    }

    fn has_index_for(self, test: &Test) -> bool {
        match self {
            Self::Id | Self::UserId | Self::Provider | Self::ProviderUid => {
                matches!(test, Test::OneOf(_))
            }
            Self::CreatedAt | Self::ProviderEmail => test.is_range(),
            Self::UpdatedAt => false,
        }
    }

    fn has_ordered_index_for(self, test: &Test) -> bool {
        match self {
            Self::CreatedAt => test.is_range(),
            Self::Provider | Self::ProviderUid | Self::ProviderEmail => {
                matches!(test, Test::OneOf(values) if values.len() == 1)
            }
            Self::Id | Self::UserId | Self::UpdatedAt => false,
        }
    }

    fn has_index_in_order(self) -> bool {
        match self {
            Self::CreatedAt
            | Self::UserId
            | Self::Provider
            | Self::ProviderUid
            | Self::ProviderEmail => true,
            Self::Id | Self::UpdatedAt => false,
        }
    }

    fn is_covered(self) -> bool {
        false
    }

    fn contains_item(self, _item: &str, _scope: Scope<'_>) -> (Expr, Keys) {
        // No attribute is a list of texts.
        (query::never(), Keys::single(Query::select()))
    }
}
