//! Reads the rows of a list.

use entity::ProjectId;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use tracing::{Instrument, trace_span};

use super::attribute::{Attribute, Row};
use super::conditions::Conditions;
use super::list::{Cursor, ListQuery};
use super::order::{after, sort, sort_keys};
use super::plan::{MAX_WALKED, Plan, first_rows};
use super::read_limit::ReadLimit;
use super::sql::Scope;
use crate::db;
use crate::db::{FindUnique, Lists};
use crate::error::{Error, Result};

/// The argument with the queries.
const ARGUMENT: &str = "queries";
/// How many rows are read at a time, so that few are in memory before their size is known.
const CHUNK: u64 = 250;
/// So many rows are looked up by their keys and sorted before others are read in their order. It takes up to a second.
const MAX_SORTED: u64 = 100_000;

/// How a list is read.
pub(crate) struct ReadOptions<'a> {
    /// What the rows must meet beside the filters.
    pub(crate) conditions: Conditions,
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
    let ReadOptions { conditions, wants_total, read_limit } = options;
    read_limit.charge_rows(ARGUMENT, list.limit)?;
    let scope = Scope { backend: db.get_database_backend(), project };
    let cursor = find_cursor(db, project, list).await?;
    let _guard = read_limit.lock.lock().await;
    let conditions = Conditions::of_filters(scope, list).join(conditions);
    let plan = Plan::choose(db, scope, conditions, list.sorting()).await.map_err(to_error)?;
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

/// Which of the rows beyond the cursor are read.
#[derive(Clone, Copy)]
struct Part {
    limit: u64,
    offset: Option<u64>,
}

impl<'a, A: Attribute> Page<'a, A> {
    /// Reads the page, in the order of the list: a few rows, then those that follow the last one.
    async fn read(
        &self,
        db: &impl ConnectionTrait,
        cursor: Option<&Row<A>>,
    ) -> Result<Vec<Row<A>>> {
        let Self { list, plan, read_limit, .. } = *self;
        let mut rows: Vec<Row<A>> = Vec::new();
        let mut left = list.limit;
        let mut chosen = plan.otherwise.is_none().then_some(plan);
        while left > 0 {
            let offset = Some(list.offset).filter(|offset| *offset > 0 && rows.is_empty());
            let part = Part { limit: Ord::min(left, CHUNK), offset };
            let beyond = rows.last().or(cursor);
            let chunk = self.read_part(db, &mut chosen, beyond, part).await.map_err(to_error)?;
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

    /// Reads some rows beyond the cursor: by the chosen plan, or if there is none yet, among the first rows in the order of the
    /// list. If these don't have all of them, a plan is chosen for this page.
    async fn read_part(
        &self,
        db: &impl ConnectionTrait,
        chosen: &mut Option<&'a Plan>,
        cursor: Option<&Row<A>>,
        part: Part,
    ) -> Result<Vec<Row<A>>, DbErr> {
        let Self { scope, list, plan, .. } = *self;
        if chosen.is_none() {
            let in_order = |rows: &mut SelectStatement| sort(rows, scope, list, cursor);
            let first = first_rows::<A>(scope, &plan.conditions, in_order);
            let among_first = plan.among(first.clone(), |rows| cut(rows, part));
            let rows = select(scope, list, &among_first, None).all(db).await?;
            if u64::try_from(rows.len()) == Ok(part.limit) {
                return Ok(rows);
            }
            *chosen = self.choose_beyond(db, first, part).await?;
            if chosen.is_none() {
                return Ok(rows);
            }
        }
        self.select(chosen.unwrap_or(plan), cursor, part).all(db).await
    }

    /// Chooses how rows are read of which the `first` rows don't have all: in the order of the list, or by keys, if these are
    /// fewer than the rows that are likely to come before. None if there are no others.
    async fn choose_beyond(
        &self,
        db: &impl ConnectionTrait,
        first: SelectStatement,
        Part { limit, offset }: Part,
    ) -> Result<Option<&'a Plan>, DbErr> {
        let plan = self.plan;
        let [rows, found] = plan.count_on_list(db, first).await?;
        if rows < MAX_WALKED {
            return Ok(None);
        }
        let wanted = limit.saturating_add(offset.unwrap_or_default());
        let to_walk = rows.saturating_mul(wanted).checked_div(found).unwrap_or(u64::MAX);
        let most = Ord::min(to_walk, MAX_SORTED);
        let Some((otherwise, keys)) =
            plan.otherwise.as_deref().and_then(|plan| Some((plan, plan.few.as_ref()?)))
        else {
            return Ok(Some(plan));
        };
        let is_few = keys.count_all(db, most).await? < most;
        Ok(Some(if is_few { otherwise } else { plan }))
    }

    /// Selects some rows beyond the cursor. If few keys are those of all rows on the list, and have its order, only those of
    /// these rows are looked up.
    fn select(&self, plan: &Plan, cursor: Option<&Row<A>>, part: Part) -> Select<A::Entity> {
        let Self { scope, list, .. } = *self;
        let of_page = || {
            plan.on_page::<A>(|keys| {
                sort(keys, scope, list, cursor);
                cut(keys, part);
            })
        };
        match list.sorting().is_of_keys().then(of_page).flatten() {
            Some(of_page) => select(scope, list, &of_page, None),
            None => select(scope, list, plan, cursor).limit(part.limit).offset(part.offset),
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
    let mut select = A::Entity::find();
    if cursor.is_some() {
        // First: SQLite begins where the first of two bounds says.
        select = select.filter(after(&keys));
    }
    select = select.filter(plan.condition::<A>(scope));
    for key in keys {
        let order = key.order();
        select = select.order_by(plan.order(key.key, scope.backend), order);
    }
    select
}

/// Leaves the rows of a page.
fn cut(rows: &mut SelectStatement, Part { limit, offset }: Part) {
    rows.limit(limit);
    if let Some(offset) = offset {
        rows.offset(offset);
    }
}

/// An error of the database. A list that takes too long fails because of its filters, not because the server is busy.
fn to_error(error: DbErr) -> Error {
    if db::is_too_slow(&error) { Error::GeneralQueryTimeout } else { error.into() }
}

#[cfg(test)]
mod tests;
