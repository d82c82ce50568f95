//! How a list is read so that it stays quick.
//!
//! Either an index knows few rows that can be on the list: these are read by their keys, and sorted. Or the rows are read in
//! their order, by an index, until the page is full. Which of the two it is depends on how many rows meet each filter. SQLite
//! doesn't know that, and PostgreSQL only roughly, so the rows are counted first, up to [`MAX_KEYS`].

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, DbErr};

use super::attribute::Attribute;
use super::sql::Scope;

/// So many rows are read by their keys in about the time in which 25 are found among a million in the list's order.
const MAX_KEYS: u64 = 4_000;
/// How many filters are counted.
const MAX_COUNTED: usize = 8;

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
    /// The conjunct that few rows meet.
    pub(super) few: Option<usize>,
}

impl Plan {
    /// Chooses how to read the rows that meet all conditions.
    pub(super) async fn choose(
        db: &impl ConnectionTrait,
        conjuncts: Vec<Conjunct>,
    ) -> Result<Self, DbErr> {
        let mut few: Option<(usize, u64)> = None;
        let with_keys = conjuncts.iter().enumerate();
        let with_keys: Vec<_> = with_keys
            .filter_map(|(index, conjunct)| Some((index, conjunct.keys.as_ref()?)))
            .take(MAX_COUNTED)
            .collect();
        for (index, keys) in with_keys {
            let found = count(db, keys.clone(), MAX_KEYS.saturating_add(1)).await?;
            if found <= MAX_KEYS && few.is_none_or(|(_, fewest)| found < fewest) {
                few = Some((index, found));
            }
        }
        Ok(Self { conjuncts, few: few.map(|(index, _)| index) })
    }

    /// The keys of few rows, of which those on the list are some.
    fn few(&self) -> Option<&SelectStatement> {
        self.conjuncts.get(self.few?)?.keys.as_ref()
    }

    /// The keys of the rows on the list, if a single index has them.
    pub(super) fn keys(&self) -> Option<&SelectStatement> {
        match self.conjuncts.as_slice() {
            [only] => only.keys.as_ref().filter(|_| only.is_exact),
            _ => None,
        }
    }

    /// The condition that the rows on the list meet.
    pub(super) fn condition<A: Attribute>(&self, scope: Scope<'_>) -> Expr {
        let [project, _, id] = A::position();
        let of_project = project.eq(scope.project.as_str());
        let few = self.few().cloned();
        let is_few = few.is_some();
        let beginning = match (few, scope.backend) {
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

/// Counts rows up to `most`.
pub(super) async fn count(
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
