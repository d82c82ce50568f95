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
use super::keys;
use super::keys::{Common, Keys};
use super::sql::{Scope, never};
use crate::db;

/// So many rows are read by their keys in about the time in which 25 are found among a million in the list's order.
const MAX_KEYS: u64 = 4_000;
/// How far rows are counted.
const MAX_TOTAL: u64 = 5_000;
/// How many filters are counted.
const MAX_COUNTED: usize = 8;
/// How many rows of each filter are looked up to see how many of them are on the list.
const SAMPLE: u64 = 100;
/// How many rows are read in their order in the time in which one is looked up.
const LOOKUP_ON_SQLITE: u64 = 7;
const LOOKUP_ON_POSTGRES: u64 = 20;

/// A condition that the rows of a list must meet.
#[derive(Clone, Debug)]
pub(crate) struct Conjunct {
    /// The condition.
    pub(crate) condition: Expr,
    /// The keys of the rows that meet it, if an index has them.
    pub(crate) keys: Option<Keys>,
    /// Whether all rows with these keys meet it.
    pub(crate) is_exact: bool,
    /// Whether an index has these rows in the order of the list.
    pub(crate) is_ordered: bool,
}

/// How a list is read.
#[derive(Debug)]
pub(super) struct Plan {
    /// What is checked in each row.
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
        scope: Scope<'_>,
        filters: Vec<Conjunct>,
        words: Vec<Conjunct>,
    ) -> Result<Self, DbErr> {
        let searched: Vec<_> = words.iter().filter_map(|word| word.keys.clone()).collect();
        let (of_filters, of_words) = (filters.len(), words.len());
        let mut conjuncts: Vec<Conjunct> = filters.into_iter().chain(words).collect();
        let is_exact = conjuncts.iter().all(|conjunct| conjunct.is_exact);
        let mut fewest: Option<(usize, u64)> = None;
        let mut few = None;
        let mut total = None;
        for (index, keys) in counted(&conjuncts) {
            let found = keys::count(db, keys.select.clone(), MAX_TOTAL).await?;
            if found <= MAX_KEYS && fewest.is_none_or(|(_, fewest)| found < fewest) {
                fewest = Some((index, found));
            }
            total = Some(found).filter(|_| is_exact && conjuncts.len() == 1 && !keys.may_repeat);
        }
        // A word that follows from a row's key is not looked for in the row again: that takes longer than reading the row.
        if let Some((index, _)) = fewest {
            let conjunct = conjuncts.remove(index);
            few = conjunct.keys.as_ref().map(|keys| keys.select.clone());
            if index < of_filters || !conjunct.is_exact {
                conjuncts.insert(index, conjunct);
            }
        // Many rows have each word, but few may have all of them.
        } else if let Some(common) = Common::read(db, scope, searched, MAX_TOTAL).await? {
            let has_all = common.words == of_words;
            total = Some(common.found).filter(|_| is_exact && has_all && of_filters == 0);
            if common.found <= MAX_KEYS {
                few = Some(common.keys);
                let words = conjuncts.split_off(of_filters);
                conjuncts.extend(words.into_iter().filter(|word| !(has_all && word.is_exact)));
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
        match (&self.few, self.conjuncts.as_slice()) {
            (Some(keys), []) => return Keys::repeated(keys.clone()).count(db, MAX_TOTAL).await,
            (None, [Conjunct { keys: Some(keys), is_exact: true, .. }]) => {
                return keys.count(db, MAX_TOTAL).await;
            }
            (Some(_) | None, _) => {}
        }
        if self.few.is_none()
            && let Some(keys) = self.quickest::<A>(db, scope).await?
        {
            let counted = self.on_list::<A>(keys.clone(), scope).count(db, MAX_TOTAL).await;
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
        if counted(&self.conjuncts).next().is_none() {
            return Ok(quickest);
        }
        let lookup = match scope.backend {
            DbBackend::Postgres => LOOKUP_ON_POSTGRES,
            _ => LOOKUP_ON_SQLITE,
        };
        let of_all = self.first_on_list::<A>(scope, SAMPLE.saturating_mul(lookup));
        let mut most = keys::count(db, of_all, SAMPLE).await?;
        for (_, keys) in counted(&self.conjuncts) {
            let sample = keys::select(keys.select.clone()).limit(SAMPLE).take();
            let on_list = self.on_list::<A>(Keys::single(sample), scope).select;
            let found = keys::count(db, on_list, SAMPLE).await?;
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
    pub(super) fn on_list<A: Attribute>(&self, keys: Keys, scope: Scope<'_>) -> Keys {
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
        let select = keys::select(keys.select).and_where(Expr::exists(rows)).take();
        Keys { select, may_repeat: keys.may_repeat }
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

/// The keys of the filters that are counted, with the filters' places.
fn counted(conjuncts: &[Conjunct]) -> impl Iterator<Item = (usize, &Keys)> {
    let with_keys = conjuncts.iter().enumerate();
    with_keys
        .filter_map(|(index, conjunct)| Some((index, conjunct.keys.as_ref()?)))
        .take(MAX_COUNTED)
}
