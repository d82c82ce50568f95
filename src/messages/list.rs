//! Reads the outbox of a project.

use entity::{MessageId, message};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::app::App;
use crate::client::Client;
use crate::db::FindUnique;
use crate::error::{Error, Result};
use crate::query;
use crate::query::{Attribute, Column, Described, Kind, ListQuery, Scope, Test, Text};

/// The messages of the client's project that `queries` ask for, and how many there are, counted up to 5,000.
pub(super) async fn page(
    app: &App,
    client: &Client,
    queries: &[Option<String>],
    wants_total: bool,
) -> Result<(u64, Vec<message::Model>)> {
    let list = ListQuery::<MessageAttribute>::read(queries)?;
    query::read(app.db.read(), &client.project.id, &list, Vec::new(), wants_total).await
}

/// A message of the client's project.
pub(super) async fn get(app: &App, client: &Client, id: String) -> Result<message::Model> {
    let message = message::Entity::find_by_id(MessageId::new(id))
        .filter(message::Column::ProjectId.eq(client.project.id.clone()))
        .find_unique(app.db.read())
        .await?;
    message.ok_or(Error::MessageNotFound)
}

/// What messages can be filtered and ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MessageAttribute {
    Id,
    CreatedAt,
    Channel,
    Kind,
    To,
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
        Described { name, column, kind, nullable: false }
    }

    fn position() -> [Column<Self>; 3] {
        [message::Column::ProjectId, message::Column::CreatedAt, message::Column::Id]
    }

    fn has_index_for(self, test: &Test) -> bool {
        match self {
            Self::Id | Self::To => matches!(test, Test::OneOf(_)),
            Self::CreatedAt => test.is_range(),
            Self::Channel | Self::Kind | Self::State => false,
        }
    }

    fn has_ordered_index_for(self, test: &Test) -> bool {
        match self {
            Self::CreatedAt => test.is_range(),
            Self::Id | Self::To | Self::Channel | Self::Kind | Self::State => false,
        }
    }

    fn contains_item(self, _item: &str, _scope: Scope<'_>) -> (Expr, SelectStatement) {
        // No attribute is a list of texts.
        (query::never(), Query::select())
    }
}
