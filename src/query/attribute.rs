//! The attributes of a list: what its rows can be filtered and ordered by.

use std::fmt::Debug;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait};

use super::filter::Test;
use super::keys::Keys;
use super::sql::Scope;
use crate::address::Email;

/// A column of an attribute's table.
pub type Column<A> = <<A as Attribute>::Entity as EntityTrait>::Column;
/// A row of an attribute's table.
pub(super) type Row<A> = <<A as Attribute>::Entity as EntityTrait>::Model;

/// The attributes of one list, a closed set.
pub trait Attribute: Copy + Debug + PartialEq + Send + Sync + 'static {
    /// The table of the rows.
    type Entity: EntityTrait<Model: Sync>;

    /// All attributes.
    const ALL: &'static [Self];
    /// What a row is called in messages.
    const ROW: &'static str;

    /// Its name on the wire, and its column.
    fn describe(self) -> Described<Column<Self>>;

    /// The columns of the project, of the creation and of the id. In this order the table has an index.
    fn position() -> [Column<Self>; 3];

    /// About how many bytes a row takes in memory.
    fn size_of(row: &<Self::Entity as EntityTrait>::Model) -> usize;

    /// Whether an index finds the rows that pass a test.
    fn has_index_for(self, test: &Test) -> bool;

    /// Whether that index has the rows that pass a test in the order of their creation.
    fn has_ordered_index_for(self, test: &Test) -> bool;

    /// Whether an index has all rows of a project in the order of its values, on both databases.
    fn has_index_in_order(self) -> bool;

    /// Whether covering keys have it, too, in a column of the same name.
    fn is_covered(self) -> bool;

    /// For a list of texts: the condition that `item` is one of them, and the keys of the rows for which it is.
    fn contains_item(self, item: &str, scope: Scope<'_>) -> (Expr, Keys);
}

/// An attribute: its name on the wire and its column.
#[derive(Clone, Copy, Debug)]
pub struct Described<C> {
    /// The name.
    pub name: &'static str,
    /// The column.
    pub column: C,
    /// The type.
    pub kind: Kind,
    /// How a row says that it has no value.
    pub absence: Absence,
}

impl<C: ColumnTrait> Described<C> {
    /// The condition that a row has a value; none if every row has one.
    pub(super) fn has_value(&self) -> Option<Expr> {
        match self.absence {
            Absence::Never => None,
            Absence::Null => Some(self.column.is_not_null()),
            Absence::Zero => Some(self.column.ne(0_i64)),
        }
    }

    /// The condition that a row has no value; none if every row has one.
    pub(super) fn has_no_value(&self) -> Option<Expr> {
        match self.absence {
            Absence::Never => None,
            Absence::Null => Some(self.column.is_null()),
            Absence::Zero => Some(self.column.eq(0_i64)),
        }
    }
}

/// How a row says that it has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// Every row has one.
    Never,
    /// By null.
    Null,
    /// By 0 in place of a time.
    Zero,
}

/// The type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text(Text),
    /// A Boolean.
    Flag,
    /// A timestamp.
    Date,
    /// A list of texts.
    Texts,
}

/// How a text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// As it is, in an order that the database chooses.
    Plain,
    /// As it is, in the order of its bytes. It is stored in lower case.
    Lower,
    /// As it is, in the order of its bytes.
    Bytes,
    /// Without regard to the case of A to Z, in the order of its bytes.
    Folded,
}

impl Text {
    /// A text from a query, in the form in which it is compared.
    pub(super) fn fold(self, text: &str) -> String {
        match self {
            Self::Plain | Self::Bytes => text.to_owned(),
            Self::Lower => {
                // An address is stored with its domain in ASCII.
                let address = Some(text).filter(|text| !text.is_ascii()).and_then(Email::parse);
                address.map_or_else(|| text.to_lowercase(), |address| address.to_string())
            }
            Self::Folded => text.to_ascii_lowercase(),
        }
    }

    /// Whether texts that begin alike lie together in the order.
    pub(super) fn is_ordered_by_bytes(self) -> bool {
        match self {
            Self::Plain => false,
            Self::Bytes | Self::Lower | Self::Folded => true,
        }
    }
}

/// What rows are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order<A> {
    /// When they were created.
    Creation(Direction),
    /// An attribute.
    By(A, Direction),
}

impl<A: Attribute> Order<A> {
    /// Whether both are by the same attribute, whichever way they go.
    pub(super) fn is_by_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Creation(_), Self::Creation(_)) => true,
            (Self::By(one, _), Self::By(other, _)) => one == other,
            (Self::Creation(_), Self::By(..)) | (Self::By(..), Self::Creation(_)) => false,
        }
    }
}

/// Which way an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Ascending,
    Descending,
}

impl Direction {
    /// The other way.
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}
