//! How a list is read so that it stays quick.
//!
//! Either an index knows few rows that can be on the list: these are read by their keys, and sorted. Or the rows are read in
//! their order, by an index, until the page is full. Which of the two it is depends on how many rows meet each filter. SQLite
//! doesn't know that, and PostgreSQL only roughly, so the rows are counted first, up to [`MAX_TOTAL`].

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityName, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use super::attribute::Attribute;
use super::conjunct::{Conjunct, counted, is_together, narrow, settles, unmet, words_of};
use super::keys;
use super::keys::{Common, Keys};
use super::sql::{Scope, never};
use crate::db;

/// So many rows are read by their keys in about the time in which 25 are found among a million in the list's order.
const MAX_KEYS: u64 = 4_000;
/// How far rows are counted.
const MAX_TOTAL: u64 = 5_000;
/// If a filter has so few rows, the others aren't counted.
const VERY_FEW: u64 = 1_000;
/// How many rows of each filter are looked up to see how many of them are on the list.
const SAMPLE: u64 = 100;
/// How many rows are read in their order in the time in which one is looked up.
const LOOKUP_ON_SQLITE: u64 = 7;
const LOOKUP_ON_POSTGRES: u64 = 20;

/// How a list is read.
#[derive(Debug)]
pub(super) struct Plan {
    /// What is checked in each row.
    pub(super) conjuncts: Vec<Conjunct>,
    /// The keys of few rows, of which those on the list are some.
    pub(super) few: Option<Keys>,
    /// How many rows are on the list, up to [`MAX_TOTAL`], if that was found out on the way.
    pub(super) total: Option<u64>,
}

impl Plan {
    /// Chooses how to read the rows that meet all conditions.
    pub(super) async fn choose(
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
        filters: Vec<Conjunct>,
        words: Vec<Conjunct>,
    ) -> Result<Self, DbErr> {
        let of_filters = filters.len();
        let mut conjuncts: Vec<Conjunct> = filters.into_iter().chain(words).collect();
        narrow(&mut conjuncts);
        let mut fewest: Option<(Option<usize>, Keys, u64)> = None;
        let mut total = None;
        let counted = counted(&conjuncts);
        let has_words = counted.iter().any(is_together);
        for (index, keys) in counted {
            // Words are found together with what they cover, and each two words: one of these alone is only of use if it has
            // very few rows.
            let is_alone =
                index.and_then(|index| conjuncts.get(index)).is_none_or(|of| of.is_covered);
            let most = if has_words && is_alone { VERY_FEW } else { MAX_KEYS };
            let found = if settles(&conjuncts, index, keys) {
                let found = keys.count(db, MAX_TOTAL).await?;
                total = Some(found);
                found
            } else {
                keys.count_all(db, most.saturating_add(1)).await?
            };
            if found <= most && fewest.as_ref().is_none_or(|(_, _, fewest)| found < *fewest) {
                fewest = Some((index, keys.clone(), found));
            }
            if found <= VERY_FEW {
                break;
            }
        }
        let mut few = None;
        if let Some((index, keys, _)) = fewest {
            if index.is_some() {
                conjuncts = unmet(&conjuncts, &keys, |place| Some(place) == index);
            }
            few = Some(keys);
        // Many rows have each two words, but few may have all of them.
        } else if let Some(common) =
            Common::read(db, scope, words_of(&conjuncts, of_filters), MAX_TOTAL).await?
        {
            let has_all = common.words == conjuncts.len().saturating_sub(of_filters);
            let left = unmet(&conjuncts, &common.keys, |place| has_all && place >= of_filters);
            total = total.or(Some(common.found).filter(|_| left.is_empty()));
            if common.found <= MAX_KEYS {
                few = Some(common.keys);
                conjuncts = left;
            }
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
        if self.few.is_none()
            && let Some(keys) = self.quickest::<A>(db, scope).await?
        {
            let counted = self.on_list::<A>(keys, scope).count(db, MAX_TOTAL).await;
            // The first rows of a filter may be on the list more often than its others.
            if !counted.as_ref().is_err_and(db::is_too_slow) {
                return counted;
            }
        }
        let rows = A::Entity::find()
            .select_only()
            .expr_as(Expr::cust("1"), "one")
            .filter(self.condition::<A>(scope));
        keys::count(db, rows.into_query(), MAX_TOTAL).await
    }

    /// The keys of the filter by which the rows on the list are counted the quickest, judged by its first rows; none if that is
    /// to read all rows in their order.
    async fn quickest<A: Attribute>(
        &self,
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
    ) -> Result<Option<&Keys>, DbErr> {
        let mut quickest = None;
        if counted(&self.conjuncts).is_empty() {
            return Ok(quickest);
        }
        let lookup = match scope.backend {
            DbBackend::Postgres => LOOKUP_ON_POSTGRES,
            _ => LOOKUP_ON_SQLITE,
        };
        let of_all = self.first_on_list::<A>(scope, SAMPLE.saturating_mul(lookup));
        let mut most = keys::count(db, of_all, SAMPLE).await?;
        for (_, keys) in counted(&self.conjuncts).into_iter().filter(|(index, _)| index.is_some()) {
            let sample = keys::select(keys.select()).limit(SAMPLE).take();
            let on_list = self.on_list::<A>(&Keys::single(sample), scope);
            let found = on_list.count_all(db, SAMPLE).await?;
            if found > most {
                (quickest, most) = (Some(keys), found);
            }
        }
        Ok(quickest)
    }

    /// Those of the first rows of the project that are on the list.
    pub(super) fn first_on_list<A: Attribute>(
        &self,
        scope: Scope<'_>,
        rows: u64,
    ) -> SelectStatement {
        let [project, created, id] = A::position();
        let conditions = self.conjuncts.iter().map(|conjunct| conjunct.condition.clone());
        let is_on_list = conditions.reduce(ExprTrait::and);
        let first = A::Entity::find()
            .select_only()
            .expr_as(is_on_list.unwrap_or_else(never), "is_on_list")
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

    /// Those of some keys whose rows are on the list. Each row is looked up by its key.
    pub(super) fn on_list<A: Attribute>(&self, keys: &Keys, scope: Scope<'_>) -> Keys {
        let [project, _, id] = A::position();
        let mut rows = Query::select();
        rows.expr(Expr::cust("1"))
            .from(A::Entity::default().table_ref())
            .and_where(project.eq(scope.project.as_str()))
            .and_where(id.into_expr().eq(Expr::col(("keys", "id"))));
        for conjunct in &self.conjuncts {
            rows.and_where(unindexed(conjunct.condition.clone(), scope.backend));
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
        self.conjuncts.iter().fold(beginning, |all, conjunct| {
            let condition = conjunct.condition.clone();
            let may_lead = is_few || conjunct.is_ordered;
            all.and(if may_lead { condition } else { unindexed(condition, scope.backend) })
        })
    }

    /// The plan that reads those keys alone that are on a page, for a list whose order they have.
    pub(super) fn on_page<A: Attribute>(
        &self,
        page: impl FnOnce(&mut SelectStatement),
    ) -> Option<Self> {
        let keys =
            self.few.as_ref().filter(|keys| self.conjuncts.is_empty() && !keys.is_of_before)?;
        let columns = ["project_id", "created_at", "id"];
        let mut select = Query::select();
        // Under the name of the table, so that the order and the cursor of rows are those of keys.
        select
            .distinct()
            .columns(columns)
            .from_subquery(keys.select(), A::Entity::default().table_name());
        page(&mut select);
        Some(Self { conjuncts: Vec::new(), few: Some(Keys::single(select)), total: None })
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
