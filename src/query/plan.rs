//! How a list is read so that it stays quick.
//!
//! Either an index knows few rows that can be on the list: these are read by their keys, and sorted. Or the rows are read in
//! their order, by an index, until the page is full. Which of the two it is depends on how many rows meet the conditions. SQLite
//! doesn't know that, and PostgreSQL only roughly, so keys are counted first (`choice.rs`).

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityName, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use super::attribute::Attribute;
use super::conditions::Condition;
use super::keys;
use super::keys::Keys;
use super::sql::{Scope, in_turn, never};

mod choice;
mod total;

/// How far rows are counted.
const MAX_TOTAL: u64 = 5_000;
/// So many rows are read in their order before others are read by their keys.
pub(super) const MAX_WALKED: u64 = 8_000;

/// How a list is read.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// What is checked in each row.
    pub(super) conditions: Vec<Condition>,
    /// The keys by which rows are read and sorted, among which are all on the list.
    pub(super) few: Option<Keys>,
    /// How many rows are on the list, up to [`MAX_TOTAL`], if that was found out on the way.
    pub(super) total: Option<u64>,
    /// The keys of just the rows on the list.
    pub(super) list: Option<Keys>,
    /// The keys that may be read to count the rows, where none are few.
    pub(super) others: Vec<Keys>,
    /// How a page may be read that isn't full after the first rows, if it has few keys.
    pub(super) otherwise: Option<Box<Self>>,
}

/// What a list is ordered by, as far as it matters to how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sorting {
    pub(super) by: By,
    /// Whether an index has all rows in this order.
    pub(super) has_index: bool,
}

/// What a list is ordered by first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Creation alone, as the rows of a word are.
    Creation,
    Id,
    Others,
}

impl Sorting {
    /// Whether keys have all that the list is ordered by.
    pub(super) fn is_of_keys(self) -> bool {
        match self.by {
            By::Creation | By::Id => true,
            By::Others => false,
        }
    }
}

impl Plan {
    /// Those of the first rows of the project that are on the list.
    pub(super) fn first_on_list<A: Attribute>(
        &self,
        scope: Scope<'_>,
        rows: u64,
    ) -> SelectStatement {
        let [project, created, id] = A::position();
        let first = A::Entity::find()
            .select_only()
            .expr_as(self.is_on_list(), "is_on_list")
            .filter(project.eq(scope.project.as_str()))
            .order_by_asc(created)
            .order_by_asc(id)
            .limit(rows)
            .into_query();
        Query::select()
            .expr(Expr::cust("1"))
            .from_subquery(first, "first")
            .and_where(Expr::col("is_on_list"))
            .take()
    }

    /// The plan that reads a page of those of some `rows` that are on the list. They come in the order of these rows.
    pub(super) fn among(
        &self,
        mut rows: SelectStatement,
        page: impl FnOnce(&mut SelectStatement),
    ) -> Self {
        rows.expr_as(self.is_on_list(), "is_on_list");
        // Without an order of its own: both databases pass on the rows of a limited statement as these come.
        let mut keys = keys::select(rows);
        page(keys.and_where(Expr::col("is_on_list")));
        Self { few: Some(Keys::single(keys)), ..Self::default() }
    }

    /// Counts some rows, and those of them that are on the list.
    pub(super) async fn count_on_list(
        &self,
        db: &impl ConnectionTrait,
        mut rows: SelectStatement,
    ) -> Result<[u64; 2], DbErr> {
        rows.expr_as(self.is_on_list(), "is_on_list");
        keys::count_both(db, rows, "COUNT(CASE WHEN is_on_list THEN 1 END)").await
    }

    /// Whether a row is on the list, as a value.
    fn is_on_list(&self) -> Expr {
        let conditions = self.conditions.iter().map(|condition| condition.expression.clone());
        conditions.reduce(in_turn).unwrap_or_else(never)
    }

    /// Those of some keys whose rows are on the list. Each row is looked up by its key.
    pub(super) fn on_list<A: Attribute>(&self, keys: &Keys, scope: Scope<'_>) -> Keys {
        let [project, _, id] = A::position();
        let mut rows = Query::select();
        rows.expr(Expr::cust("1"))
            .from(A::Entity::default().table_ref())
            .and_where(project.eq(scope.project.as_str()))
            .and_where(id.into_expr().eq(Expr::col(("keys", "id"))));
        for condition in &self.conditions {
            rows.and_where(unindexed(condition.expression.clone(), scope.backend));
        }
        if scope.backend == DbBackend::Postgres {
            // Or it would join with the whole table.
            rows.offset(0);
        }
        let on_list =
            Keys::single(keys::select(keys.select()).and_where(Expr::exists(rows)).take());
        if keys.may_repeat { on_list.repeated() } else { on_list }
    }

    /// The condition that the rows on the list meet.
    pub(super) fn condition<A: Attribute>(&self, scope: Scope<'_>) -> Expr {
        let [project, _, id] = A::position();
        let of_project = project.eq(scope.project.as_str());
        let is_few = self.few.is_some();
        let beginning = match (self.few.as_ref().map(Keys::select), scope.backend) {
            (None, _) => of_project,
            // As an array, or PostgreSQL would join with the whole table.
            (Some(keys), DbBackend::Postgres) => {
                let ids = [id.into_expr(), Expr::from(keys::ids(keys))];
                of_project.and(Expr::cust_with_exprs("$1 = ANY (ARRAY $2)", ids))
            }
            // Without the project, which the keys have, or SQLite would take an index by the list's order.
            (Some(keys), _) => {
                let keys = Query::select()
                    .columns(["project_id", "id"])
                    .from_subquery(keys, "keys")
                    .take();
                Expr::tuple([project.into_expr(), id.into_expr()]).in_subquery(keys)
            }
        };
        self.conditions.iter().fold(beginning, |all, condition| {
            let expression = condition.expression.clone();
            let may_lead = is_few || condition.is_ordered;
            all.and(if may_lead { expression } else { unindexed(expression, scope.backend) })
        })
    }

    /// The plan that reads those keys alone that are on a page, for a list whose order they have.
    pub(super) fn on_page<A: Attribute>(
        &self,
        page: impl FnOnce(&mut SelectStatement),
    ) -> Option<Self> {
        let keys =
            self.few.as_ref().filter(|keys| self.conditions.is_empty() && !keys.is_snapshot)?;
        let columns = ["project_id", "created_at", "id"];
        let mut select = Query::select();
        // Under the name of the table, so that the order and the cursor of rows are those of keys.
        select.columns(columns).from_subquery(keys.select(), A::Entity::default().table_name());
        if keys.may_repeat {
            select.distinct();
        }
        page(&mut select);
        Some(Self { few: Some(Keys::single(select)), ..Self::default() })
    }

    /// What the rows are ordered by. Few rows are sorted: PostgreSQL must not look for them in an index by that order.
    pub(super) fn order(&self, key: Expr, backend: DbBackend) -> Expr {
        match backend {
            DbBackend::Postgres if self.few.is_some() => Expr::cust_with_expr("(SELECT $1)", key),
            _ => key,
        }
    }
}

/// Selects the keys of the first rows that meet a condition whose index is in the order of the list, if there is one.
/// `in_order` puts them in this order, beyond the cursor.
pub(super) fn first_rows<A: Attribute>(
    scope: Scope<'_>,
    conditions: &[Condition],
    in_order: impl FnOnce(&mut SelectStatement),
) -> SelectStatement {
    let [project, created, id] = A::position();
    let mut rows = A::Entity::find()
        .select_only()
        .expr_as(project.into_expr(), "project_id")
        .expr_as(created.into_expr(), "created_at")
        .expr_as(id.into_expr(), "id")
        .filter(project.eq(scope.project.as_str()))
        .limit(MAX_WALKED)
        .into_query();
    in_order(&mut rows);
    // After the cursor: SQLite begins where the first of two bounds says. And only one, or more rows would be read.
    if let Some(ordered) = conditions.iter().find(|condition| condition.is_ordered) {
        rows.and_where(ordered.expression.clone());
    }
    rows
}

/// A condition that SQLite checks in each row, without looking for an index. PostgreSQL has statistics, and decides by itself.
fn unindexed(condition: Expr, backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Sqlite => Expr::cust_with_expr("+(?)", condition),
        _ => condition,
    }
}
