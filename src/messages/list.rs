//! Reads the outbox of a project.

use entity::{MessageId, message};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::client::Client;
use crate::db::FindUnique;
use crate::error::{Error, Result};
use crate::query;
use crate::query::{
    Absence, Attribute, Column, Conditions, Described, Keys, Kind, ListQuery, ReadLimit,
    ReadOptions, Scope, Test, Text,
};

/// The messages of the client's project that `queries` ask for, and how many there are, counted up to 5,000.
pub(super) async fn page(
    app: &App,
    client: &Client,
    queries: &[Option<String>],
    wants_total: bool,
    read_limit: &ReadLimit,
) -> Result<(u64, Vec<message::Model>)> {
    let list = ListQuery::<MessageAttribute>::read(queries)?;
    let options = ReadOptions { conditions: Conditions::default(), wants_total, read_limit };
    query::read(&app.db.lists(), &client.project.id, &list, options).await
}

/// A message of the client's project.
pub(super) async fn get(app: &App, client: &Client, id: String) -> Result<message::Model> {
    let message = message::Entity::find_by_id(MessageId::new(id))
        .filter(message::Column::ProjectId.eq(client.project.id.clone()))
        .find_unique(app.db.read())
        .await?;
    message.ok_or(Error::MessageNotFound)
}

/// The attributes by which messages can be filtered and ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageAttribute {
    /// `$id`.
    Id,
    /// `$createdAt`.
    CreatedAt,
    /// `channel`.
    Channel,
    /// `kind`.
    Kind,
    /// `to`.
    To,
    /// `state`.
    State,
}

impl Attribute for MessageAttribute {
    type Entity = message::Entity;

    const ALL: &'static [Self] =
        &[Self::Id, Self::CreatedAt, Self::Channel, Self::Kind, Self::To, Self::State];
    const ROW: &'static str = "Message";

    fn describe(self) -> Described<Column<Self>> {
        use message::Column as C;
        let (name, column, kind) = match self {
            Self::Id => ("$id", C::Id, Kind::Text(Text::Plain)),
            Self::CreatedAt => ("$createdAt", C::CreatedAt, Kind::Date),
            Self::Channel => ("channel", C::Channel, Kind::Text(Text::Plain)),
            Self::Kind => ("kind", C::Kind, Kind::Text(Text::Plain)),
            Self::To => ("to", C::Recipient, Kind::Text(Text::Plain)),
            Self::State => ("state", C::State, Kind::Text(Text::Plain)),
        };
        Described { name, column, kind, absence: Absence::Never }
    }

    fn position() -> [Column<Self>; 3] {
        [message::Column::ProjectId, message::Column::CreatedAt, message::Column::Id]
    }

    fn size_of(row: &message::Model) -> usize {
        let texts = [&row.kind, &row.recipient, &row.sealed, &row.error];
        let texts: usize = texts.into_iter().map(String::len).sum();
        texts.saturating_add(size_of::<message::Model>())
    }

    fn has_index_for(self, test: &Test) -> bool {
        match self {
            Self::Id | Self::To | Self::State => matches!(test, Test::OneOf(_)),
            Self::CreatedAt => test.is_range(),
            Self::Channel | Self::Kind => false,
        }
    }

    fn has_ordered_index_for(self, test: &Test) -> bool {
        match self {
            Self::CreatedAt => test.is_range(),
            Self::State => matches!(test, Test::OneOf(values) if values.len() == 1),
            Self::Id | Self::To | Self::Channel | Self::Kind => false,
        }
    }

    fn has_index_in_order(self) -> bool {
        match self {
            Self::CreatedAt | Self::To | Self::State => true,
            Self::Id | Self::Channel | Self::Kind => false,
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
