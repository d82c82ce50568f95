//! The order of a list, and the place of a cursor in it.

use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement, Value};
use sea_orm::{ColumnTrait, IdenStatic, ModelTrait, Order as SqlOrder};

use super::attribute::{Attribute, Direction, Kind, Order, Row, Text};
use super::list::ListQuery;
use super::sql::{Scope, never};

/// An expression by which rows are ordered, with its value in the cursor's row.
pub(super) struct SortKey {
    pub(super) key: Expr,
    /// Whether it is more than a column.
    is_computed: bool,
    direction: Direction,
    value: Value,
}

impl SortKey {
    pub(super) fn order(&self) -> SqlOrder {
        match self.direction {
            Direction::Ascending => SqlOrder::Asc,
            Direction::Descending => SqlOrder::Desc,
        }
    }
}

/// Puts rows beyond the cursor in the order of a list.
pub(super) fn sort<A: Attribute>(
    rows: &mut SelectStatement,
    scope: Scope<'_>,
    list: &ListQuery<A>,
    cursor: Option<&Row<A>>,
) {
    let sorted = sort_keys(scope, list, cursor);
    if cursor.is_some() {
        rows.and_where(after(&sorted));
    }
    for key in sorted {
        let order = key.order();
        rows.order_by_expr(key.key, order);
    }
}

/// What the rows are ordered by, so that no two rows are equal: in the end by when they were created, and by id.
pub(super) fn sort_keys<A: Attribute>(
    scope: Scope<'_>,
    list: &ListQuery<A>,
    cursor: Option<&Row<A>>,
) -> Vec<SortKey> {
    let [_, created, id] = A::position();
    let mut keys = Vec::new();
    let mut add = |key: Expr, direction: Direction, value: Option<Value>| {
        let is_computed = !matches!(key, Expr::Column(_));
        let direction = if list.is_backwards() { direction.reversed() } else { direction };
        // The value of a cursor is only read where there is one.
        let value = value.unwrap_or(Value::BigInt(None));
        keys.push(SortKey { key, is_computed, direction, value });
    };
    let of_creation = |row: &Row<A>| row.get(created);
    let mut has_creation = false;
    for order in &list.orders {
        match order {
            Order::Creation(direction) => {
                add(created.into_expr(), *direction, cursor.map(of_creation));
                has_creation = true;
            }
            Order::By(attribute, direction) => {
                add(scope.key(*attribute), *direction, cursor.map(|row| key_of(*attribute, row)));
                if attribute.describe().column.as_str() == id.as_str() {
                    return keys;
                }
            }
        }
    }
    if !has_creation {
        add(created.into_expr(), list.ties, cursor.map(of_creation));
    }
    add(id.into_expr(), list.ties, cursor.map(|row| row.get(id)));
    keys
}

/// The condition that a row comes after the cursor's.
pub(super) fn after(keys: &[SortKey]) -> Expr {
    let Some(first) = keys.first() else { return never() };
    let is_uniform = keys.iter().all(|key| key.direction == first.direction);
    let beyond = if is_uniform { after_all(keys, first.direction) } else { after_each(keys) };
    if is_uniform && !first.is_computed {
        return beyond;
    }
    // SQLite finds the place of a computed value in an index only if it is compared alone.
    let value = Expr::val(first.value.clone());
    let bound = match first.direction {
        Direction::Ascending => first.key.clone().gte(value),
        Direction::Descending => first.key.clone().lte(value),
    };
    bound.and(beyond)
}

/// The same where all keys go the same way: an index finds the place of all values together.
fn after_all(keys: &[SortKey], direction: Direction) -> Expr {
    let key = Expr::tuple(keys.iter().map(|key| key.key.clone()));
    let value = Expr::tuple(keys.iter().map(|key| Expr::val(key.value.clone())));
    beyond(direction, key, value)
}

/// The same where they go different ways: key by key.
fn after_each(keys: &[SortKey]) -> Expr {
    let later = keys.iter().rev().fold(None, |rest: Option<Expr>, key| {
        let value = Expr::val(key.value.clone());
        let strictly = beyond(key.direction, key.key.clone(), value.clone());
        Some(match rest {
            Some(rest) => strictly.or(key.key.clone().eq(value).and(rest)),
            None => strictly,
        })
    });
    later.unwrap_or_else(never)
}

fn beyond(direction: Direction, key: Expr, value: Expr) -> Expr {
    match direction {
        Direction::Ascending => key.gt(value),
        Direction::Descending => key.lt(value),
    }
}

/// The value of an attribute by which a row is compared and ordered, as in [`Scope::key`].
fn key_of<A: Attribute>(attribute: A, row: &Row<A>) -> Value {
    let described = attribute.describe();
    match (row.get(described.column), described.kind) {
        (Value::String(Some(text)), Kind::Text(Text::Folded)) => text.to_ascii_lowercase().into(),
        (Value::String(None), _) => String::new().into(),
        (Value::BigInt(None), _) => 0_i64.into(),
        (value, _) => value,
    }
}
