//! All queries of a list together: filters, orders, the page and its place.

use sea_orm::IdenStatic;

use super::attribute::{Attribute, Direction, Kind, Order};
use super::call::{Call, Item};
use super::filter::{Filter, Reader, Test};
use super::method::Method;
use super::plan::{By, Sorting};
use super::{DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, amount, invalid};
use crate::error::Result;

/// What is asked of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListQuery<A> {
    /// All of these must be met.
    pub(super) filters: Vec<Filter<A>>,
    /// By the first one, among equal rows by the next one.
    pub(super) orders: Vec<Order<A>>,
    /// The direction in which rows come that are equal by all orders: that of the last one.
    pub(super) ties: Direction,
    /// The row that the page lies beside.
    pub(super) cursor: Option<Cursor>,
    /// How many rows to return.
    pub limit: u64,
    /// How many rows to skip.
    pub offset: u64,
}

/// The row that a page lies beside, by its id.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cursor {
    After(String),
    Before(String),
}

impl<A: Attribute> ListQuery<A> {
    /// Reads query strings. Only the first limit, offset and cursor count.
    pub fn read(queries: &[Option<String>]) -> Result<Self> {
        amount::check(queries)?;
        let mut list = Self {
            filters: Vec::new(),
            orders: Vec::new(),
            ties: Direction::Ascending,
            cursor: None,
            limit: DEFAULT_LIMIT,
            offset: 0,
        };
        let (mut limit, mut offset) = (None, None);
        let mut reader = Reader::default();
        for query in queries {
            let call = Call::parse(query.as_deref().unwrap_or_default());
            let call = call.ok_or_else(|| invalid("Syntax error"))?;
            let method = call.method()?;
            match method {
                Method::Limit => limit = limit.or(Some(number(&call, "limit", 1, MAX_LIMIT)?)),
                Method::Offset => offset = offset.or(Some(number(&call, "offset", 0, MAX_OFFSET)?)),
                Method::CursorAfter => list.set_cursor(Cursor::After(id(&call)?)),
                Method::CursorBefore => list.set_cursor(Cursor::Before(id(&call)?)),
                Method::Order(direction) => list.order(&call, direction)?,
                Method::OrderRandom => {
                    return Err(invalid("Invalid query method: orderRandom: lists have an order."));
                }
                Method::Is(_) | Method::Not(_) | Method::And | Method::Or => {
                    list.filters.extend(reader.read(&call, method, 0)?);
                }
            }
        }
        list.drop_constant_orders();
        list.limit = limit.unwrap_or(list.limit);
        list.offset = offset.unwrap_or(list.offset);
        Ok(list)
    }

    /// Whether the rows are read from the end of the page.
    pub(super) fn is_backwards(&self) -> bool {
        match self.cursor {
            Some(Cursor::Before(_)) => true,
            Some(Cursor::After(_)) | None => false,
        }
    }

    /// Takes up to `most` items out of the filters: those that each row must have in a list of texts.
    pub(crate) fn take_items(&mut self, attribute: A, most: usize) -> Vec<String> {
        let mut taken = Vec::new();
        self.filters.retain(|filter| {
            let Filter::Is(of, Test::ContainsAny(items) | Test::ContainsAll(items)) = filter else {
                return true;
            };
            let must_have_all =
                items.len() == 1 || matches!(filter, Filter::Is(_, Test::ContainsAll(_)));
            let fits = taken.len().saturating_add(items.len()) <= most;
            if *of != attribute || !must_have_all || !fits {
                return true;
            }
            taken.extend(items.iter().cloned());
            false
        });
        taken
    }

    /// What the list is ordered by.
    pub(super) fn sorting(&self) -> Sorting {
        let [_, _, id] = A::position();
        let is_id = |attribute: &A| attribute.describe().column.as_str() == id.as_str();
        let (by, has_index) = match self.orders.as_slice() {
            [] | [Order::Creation(_)] => (By::Creation, true),
            [Order::Creation(_), ..] => (By::Others, true),
            [Order::By(attribute, _), ..] => {
                let by = if is_id(attribute) { By::Id } else { By::Others };
                (by, attribute.has_index_in_order())
            }
        };
        Sorting { by, has_index }
    }

    fn set_cursor(&mut self, cursor: Cursor) {
        self.cursor.get_or_insert(cursor);
    }

    /// Adds an order, unless rows that are equal by those before are equal by this one.
    fn order(&mut self, call: &Call, direction: Direction) -> Result<()> {
        let order = if call.attribute().is_none() {
            Order::Creation(direction)
        } else {
            let attribute: A = call.attribute_of()?;
            let described = attribute.describe();
            if described.kind == Kind::Texts {
                let name = described.name;
                let problem =
                    format!("Cannot order by attribute \"{name}\" because it is an array.");
                return Err(invalid(problem));
            }
            let [_, created, _] = A::position();
            if described.column.as_str() == created.as_str() {
                Order::Creation(direction)
            } else {
                Order::By(attribute, direction)
            }
        };
        if !self.orders.iter().any(|known| known.is_by_the_same(&order)) {
            self.orders.push(order);
            self.ties = direction;
        }
        Ok(())
    }

    /// Drops orders by an attribute of which a filter leaves one value: SQLite would sort by it.
    fn drop_constant_orders(&mut self) {
        let Self { filters, orders, .. } = self;
        let is_constant =
            |attribute: &A| filters.iter().any(|filter| leaves_one(filter, attribute));
        orders.retain(|order| match order {
            Order::Creation(_) => true,
            Order::By(attribute, _) => !is_constant(attribute),
        });
    }
}

/// Whether all rows that meet a filter have the same value of an attribute.
fn leaves_one<A: Attribute>(filter: &Filter<A>, attribute: &A) -> bool {
    match filter {
        Filter::Is(of, Test::OneOf(values)) => of == attribute && values.len() == 1,
        Filter::Is(of, Test::Null) => of == attribute,
        Filter::All(filters) => filters.iter().any(|filter| leaves_one(filter, attribute)),
        Filter::Is(..) | Filter::Not(..) | Filter::Any(_) => false,
    }
}

/// The number of a limit or an offset.
fn number(call: &Call, name: &str, least: u64, most: u64) -> Result<u64> {
    match call.values.as_slice() {
        [Item::Number(number)] if (least..=most).contains(number) => Ok(*number),
        _ => Err(invalid(format!(
            "Invalid {name}: Value must be a valid range between {least} and {most}."
        ))),
    }
}

/// The id of a cursor.
fn id(call: &Call) -> Result<String> {
    match call.values.as_slice() {
        [Item::Text(id)] if !id.is_empty() && !id.contains('\0') => Ok(id.clone()),
        _ => Err(invalid("Invalid cursor: Value must be the id of a row.")),
    }
}

#[cfg(test)]
mod tests;
