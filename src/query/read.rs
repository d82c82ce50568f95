//! Reads the rows of a list.

use entity::ProjectId;
use sea_orm::sea_query::{Expr, ExprTrait, Value};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, ModelTrait, Order as SqlOrder,
    QueryFilter, QueryOrder, QuerySelect, Select,
};
use tracing::{Instrument, trace_span};

use super::attribute::{Attribute, Direction, Kind, Order, Row, Text};
use super::conjunct::Conjunct;
use super::list::{Cursor, ListQuery};
use super::plan::Plan;
use super::read_limit::ReadLimit;
use super::sql::{Scope, never};
use crate::db;
use crate::db::{FindUnique, Lists};
use crate::error::{Error, Result};

/// The argument with the queries.
const ARGUMENT: &str = "queries";
/// How many rows are read at a time, so that few are in memory before their size is known.
const CHUNK: u64 = 250;

/// An expression by which rows are ordered, with its value in the cursor's row.
struct SortKey {
    key: Expr,
    /// Whether it is more than a column.
    is_computed: bool,
    direction: Direction,
    value: Value,
}

/// How a list is read.
pub(crate) struct ReadOptions<'a> {
    /// The words that the rows must have, too.
    pub(crate) words: Vec<Conjunct>,
    /// Whether the rows are counted.
    pub(crate) wants_total: bool,
    /// How much the operation may read, and has read.
    pub(crate) read_limit: &'a ReadLimit,
}

/// Reads a page of a list, and counts its rows up to 5,000.
pub(crate) async fn read<A: Attribute>(
    db: &Lists<'_>,
    project: &ProjectId,
    list: &ListQuery<A>,
    options: ReadOptions<'_>,
) -> Result<(u64, Vec<Row<A>>)> {
    read_list(db, project, list, options)
        .instrument(trace_span!(target: "accountd::sql", "list"))
        .await
}

/// The same, without the span that marks its statements.
async fn read_list<A: Attribute>(
    db: &Lists<'_>,
    project: &ProjectId,
    list: &ListQuery<A>,
    options: ReadOptions<'_>,
) -> Result<(u64, Vec<Row<A>>)> {
    let ReadOptions { words, wants_total, read_limit } = options;
    read_limit.charge_rows(ARGUMENT, list.limit)?;
    let scope = Scope { backend: db.get_database_backend(), project };
    let cursor = find_cursor(db, project, list).await?;
    let _guard = read_limit.lock.lock().await;
    let plan = Plan::choose(db, scope, scope.conjuncts(list), words).await.map_err(to_error)?;
    let total = if wants_total { plan.total::<A>(db, scope).await.map_err(to_error)? } else { 0 };
    let page = Page { scope, list, plan: &plan, read_limit };
    Ok((total, page.read(db, cursor.as_ref()).await?))
}

/// Reads the row of the cursor.
async fn find_cursor<A: Attribute>(
    db: &Lists<'_>,
    project: &ProjectId,
    list: &ListQuery<A>,
) -> Result<Option<Row<A>>> {
    let Some(Cursor::After(wanted) | Cursor::Before(wanted)) = &list.cursor else {
        return Ok(None);
    };
    let [of_project, _, id] = A::position();
    let rows =
        A::Entity::find().filter(of_project.eq(project.as_str())).filter(id.eq(wanted.as_str()));
    let mut found = rows.clone().find_unique(db).await?;
    // A page before may have been read from the primary, or from another replica.
    if found.is_none() && db.leave_replica() {
        found = rows.find_unique(db).await?;
    }
    match found {
        Some(row) => Ok(Some(row)),
        None => Err(Error::GeneralCursorNotFound { row: A::ROW, id: wanted.clone() }),
    }
}

/// A page that is to be read.
struct Page<'a, A> {
    scope: Scope<'a>,
    list: &'a ListQuery<A>,
    plan: &'a Plan,
    read_limit: &'a ReadLimit,
}

impl<A: Attribute> Page<'_, A> {
    /// Reads the page, in the order of the list: a few rows, then those that follow the last one.
    async fn read(
        &self,
        db: &impl ConnectionTrait,
        cursor: Option<&Row<A>>,
    ) -> Result<Vec<Row<A>>> {
        let Self { list, read_limit, .. } = *self;
        let mut rows: Vec<Row<A>> = Vec::new();
        let mut left = list.limit;
        while left > 0 {
            let offset = Some(list.offset).filter(|offset| *offset > 0 && rows.is_empty());
            let beyond = rows.last().or(cursor);
            let chunk = self.select(beyond, Ord::min(left, CHUNK), offset);
            let chunk = chunk.all(db).await.map_err(to_error)?;
            read_limit.charge_bytes(ARGUMENT, chunk.iter().map(A::size_of).sum())?;
            let found = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            left = if found < CHUNK { 0 } else { left.saturating_sub(found) };
            rows.extend(chunk);
        }
        if list.is_backwards() {
            rows.reverse();
        }
        Ok(rows)
    }

    /// Selects some rows beyond the cursor. If few keys are those of all rows on the list, and have its order, only those of
    /// these rows are looked up.
    fn select(
        &self,
        cursor: Option<&Row<A>>,
        limit: u64,
        offset: Option<u64>,
    ) -> Select<A::Entity> {
        let Self { scope, list, plan, .. } = *self;
        let of_page = plan.on_page::<A>(|keys| {
            let sorted = sort_keys(scope, list, cursor);
            if cursor.is_some() {
                keys.and_where(after(&sorted));
            }
            for key in sorted {
                keys.order_by_expr(key.key.clone(), key.order());
            }
            keys.limit(limit);
            if let Some(offset) = offset {
                keys.offset(offset);
            }
        });
        match of_page.filter(|_| list.is_by_keys()) {
            Some(plan) => select(scope, list, &plan, None),
            None => select(scope, list, plan, cursor).limit(limit).offset(offset),
        }
    }
}

impl SortKey {
    fn order(&self) -> SqlOrder {
        match self.direction {
            Direction::Ascending => SqlOrder::Asc,
            Direction::Descending => SqlOrder::Desc,
        }
    }
}

/// Selects the rows of a list beyond the cursor; those before it in the opposite order.
fn select<A: Attribute>(
    scope: Scope<'_>,
    list: &ListQuery<A>,
    plan: &Plan,
    cursor: Option<&Row<A>>,
) -> Select<A::Entity> {
    let keys = sort_keys(scope, list, cursor);
    let mut select = A::Entity::find().filter(plan.condition::<A>(scope));
    if cursor.is_some() {
        select = select.filter(after(&keys));
    }
    for key in keys {
        let order = key.order();
        select = select.order_by(plan.order(key.key, scope.backend), order);
    }
    select
}

/// What the rows are ordered by, so that no two rows are equal: in the end by when they were created, and by id.
fn sort_keys<A: Attribute>(
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
    let mut final_direction = Direction::Ascending;
    for order in &list.orders {
        let (Order::Creation(direction) | Order::By(_, direction)) = order;
        final_direction = *direction;
        let Order::By(attribute, _) = order else { break };
        add(scope.key(*attribute), final_direction, cursor.map(|row| key_of(*attribute, row)));
        if attribute.describe().column.as_str() == id.as_str() {
            return keys;
        }
    }
    for column in [created, id] {
        add(column.into_expr(), final_direction, cursor.map(|row| row.get(column)));
    }
    keys
}

/// The condition that a row comes after the cursor's.
fn after(keys: &[SortKey]) -> Expr {
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

/// An error of the database. A list that takes too long fails because of its filters, not because the server is busy.
fn to_error(error: DbErr) -> Error {
    if db::is_too_slow(&error) { Error::GeneralQueryTimeout } else { error.into() }
}

#[cfg(test)]
mod tests;
