//! How a list is read so that it stays quick.
//!
//! Either an index knows few rows that can be on the list: these are read by their keys, and sorted. Or the rows are read in
//! their order, by an index, until the page is full. Which of the two it is depends on how many rows meet each filter. SQLite
//! doesn't know that, and PostgreSQL only roughly, so the rows are counted first, up to [`MAX_KEYS`].

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect,
    QueryTrait,
};

use super::attribute::Attribute;
use super::sql::Scope;
use crate::db;

/// So many rows are read by their keys in about the time in which 25 are found among a million in the list's order.
const MAX_KEYS: u64 = 4_000;
/// How far rows are counted.
const MAX_TOTAL: u64 = 5_000;
/// How many filters are counted.
const MAX_COUNTED: usize = 8;
/// How many keys are read to count the rows of a single filter, since a key may come more than once.
const MAX_REPEATED_KEYS: u64 = 20_000;
/// How many keys of each filter are intersected with those of the others. It takes less than a tenth of a second.
const MAX_INTERSECTED_KEYS: u64 = 100_000;

/// A condition that the rows of a list must meet.
#[derive(Clone, Debug)]
pub(crate) struct Conjunct {
    /// The condition.
    pub(crate) condition: Expr,
    /// The keys of the rows that meet it, as `project_id` and `id`, if an index has them. A key may come more than once.
    pub(crate) keys: Option<SelectStatement>,
    /// Whether all rows with these keys meet it.
    pub(crate) is_exact: bool,
    /// Whether an index has these rows in the order of the list.
    pub(crate) is_ordered: bool,
}

/// How a list is read.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) conjuncts: Vec<Conjunct>,
    /// The keys of few rows, of which those on the list are some.
    pub(super) few: Option<SelectStatement>,
    /// How many rows are on the list, up to [`MAX_TOTAL`], if that was found out on the way.
    pub(super) total: Option<u64>,
}

impl Plan {
    /// Chooses how to read the rows that meet all conditions.
    pub(super) async fn choose(
        db: &impl ConnectionTrait,
        filters: Vec<Conjunct>,
        words: Vec<Conjunct>,
    ) -> Result<Self, DbErr> {
        let searched: Vec<_> = words.iter().filter_map(|word| word.keys.clone()).collect();
        let conjuncts: Vec<Conjunct> = filters.into_iter().chain(words).collect();
        let keys = conjuncts.iter().filter_map(|conjunct| conjunct.keys.as_ref());
        let keys: Vec<&SelectStatement> = keys.take(MAX_COUNTED).collect();
        let mut few: Option<(&SelectStatement, u64)> = None;
        for keys in &keys {
            let found = count(db, (*keys).clone(), MAX_KEYS.saturating_add(1)).await?;
            if found <= MAX_KEYS && few.is_none_or(|(_, fewest)| found < fewest) {
                few = Some((keys, found));
            }
        }
        let (mut few, mut total) = (few.map(|(keys, _)| keys.clone()), None);
        // Many rows have each word, but few may have all of them.
        if few.is_none()
            && let Some((common, intersected)) = intersect(db, searched).await?
        {
            let found = count(db, common.clone(), MAX_TOTAL).await?;
            few = Some(common).filter(|_| found <= MAX_KEYS);
            let is_exact = conjuncts.iter().all(|conjunct| conjunct.is_exact);
            total = Some(found).filter(|_| is_exact && intersected == conjuncts.len());
        }
        Ok(Self { conjuncts, few, total })
    }

    /// Counts the rows on the list up to [`MAX_TOTAL`].
    pub(super) async fn total<A: Attribute>(
        &self,
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
    ) -> Result<u64, DbErr> {
        if let Some(total) = self.total {
            return Ok(total);
        }
        if let [Conjunct { keys: Some(keys), is_exact: true, .. }] = self.conjuncts.as_slice() {
            let mut keys = select_keys(keys.clone().limit(MAX_REPEATED_KEYS).take());
            return count(db, keys.distinct().take(), MAX_TOTAL).await;
        }
        let rows = A::Entity::find()
            .select_only()
            .expr_as(Expr::cust("1"), "one")
            .filter(self.condition::<A>(scope));
        count(db, rows.into_query(), MAX_TOTAL).await
    }

    /// The condition that the rows on the list meet.
    pub(super) fn condition<A: Attribute>(&self, scope: Scope<'_>) -> Expr {
        let [project, _, id] = A::position();
        let of_project = project.eq(scope.project.as_str());
        let is_few = self.few.is_some();
        let beginning = match (self.few.clone(), scope.backend) {
            (None, _) => of_project,
            // As an array, or PostgreSQL would join with the whole table.
            (Some(keys), DbBackend::Postgres) => {
                let ids = Query::select().column("id").from_subquery(keys, "keys").take();
                let ids = [id.into_expr(), Expr::from(ids)];
                of_project.and(Expr::cust_with_exprs("$1 = ANY (ARRAY $2)", ids))
            }
            // Without the project, which the keys have, or SQLite would take an index by the list's order.
            (Some(keys), _) => Expr::tuple([project.into_expr(), id.into_expr()]).in_subquery(keys),
        };
        self.conjuncts.iter().fold(beginning, |all, conjunct| {
            let condition = conjunct.condition.clone();
            let may_lead = is_few || conjunct.is_ordered;
            all.and(if may_lead { condition } else { unindexed(condition, scope.backend) })
        })
    }

    /// What the rows are ordered by. Few rows are sorted: PostgreSQL must not look for them in an index by that order.
    pub(super) fn order(&self, key: Expr, backend: DbBackend) -> Expr {
        match backend {
            DbBackend::Postgres if self.few.is_some() => Expr::cust_with_expr("(SELECT $1)", key),
            _ => key,
        }
    }
}

/// A condition that SQLite checks in each row, without looking for an index. PostgreSQL has statistics, and decides by itself.
fn unindexed(condition: Expr, backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Sqlite => Expr::cust_with_expr("+(?)", condition),
        _ => condition,
    }
}

/// Selects the keys of a statement that may be a union.
fn select_keys(keys: SelectStatement) -> SelectStatement {
    Query::select().columns(["project_id", "id"]).from_subquery(keys, "keys").take()
}

/// The keys that all of these have, each once, but without those of which there are too many; and how many of these are
/// intersected. None if it is only one, or if counting them takes too long.
async fn intersect(
    db: &impl ConnectionTrait,
    all: Vec<SelectStatement>,
) -> Result<Option<(SelectStatement, usize)>, DbErr> {
    if all.len() < 2 {
        return Ok(None);
    }
    let mut few_enough = Vec::new();
    for keys in all {
        match count(db, keys.clone(), MAX_INTERSECTED_KEYS.saturating_add(1)).await {
            Ok(found) if found <= MAX_INTERSECTED_KEYS => few_enough.push(select_keys(keys)),
            Ok(_) => {}
            Err(error) if db::is_too_slow(&error) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let intersected = few_enough.len();
    let common = few_enough
        .into_iter()
        .reduce(|mut common, keys| common.union(UnionType::Intersect, keys).take())
        .filter(|_| intersected > 1);
    // A union's LIMIT would be read as that of its last part.
    Ok(common.map(|common| (select_keys(common), intersected)))
}

/// Counts rows up to `most`.
async fn count(
    db: &impl ConnectionTrait,
    mut rows: SelectStatement,
    most: u64,
) -> Result<u64, DbErr> {
    rows.limit(most);
    let count = Query::select()
        .expr_as(Func::count(Expr::cust("*")), "found")
        .from_subquery(rows, "rows")
        .take();
    let row = db.query_one(&count).await?;
    let found: Option<i64> = row.map(|row| row.try_get("", "found")).transpose()?;
    Ok(found.and_then(|found| u64::try_from(found).ok()).unwrap_or_default())
}
