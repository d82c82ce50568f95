//! Keys of rows, as statements that select `project_id` and `id`: counting them, and those that several have.

use entity::ProjectId;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::sql::Scope;
use crate::db;

/// How many keys of each word are intersected with those of the others. It takes less than a tenth of a second.
const MAX_INTERSECTED: u64 = 100_000;

/// The keys of rows that an index has.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) select: SelectStatement,
    /// Whether a key may come more than once.
    pub(crate) may_repeat: bool,
}

impl Keys {
    /// Keys of which each comes once.
    pub(crate) fn single(select: SelectStatement) -> Self {
        Self { select, may_repeat: false }
    }

    /// Keys of which some may come again.
    pub(crate) fn repeated(select: SelectStatement) -> Self {
        Self { select, may_repeat: true }
    }

    /// The keys of several together.
    pub(crate) fn union(mut all: impl Iterator<Item = Self>) -> Option<Self> {
        let mut union = all.next()?;
        for keys in all {
            union.select.union(UnionType::All, keys.select);
            union.may_repeat = true;
        }
        Some(union)
    }

    /// Counts the rows up to `most`.
    pub(super) async fn count(&self, db: &impl ConnectionTrait, most: u64) -> Result<u64, DbErr> {
        if !self.may_repeat {
            return count(db, self.select.clone(), most).await;
        }
        let mut read = most.saturating_add(most / 4);
        loop {
            // Limited inside, since PostgreSQL collects all keys before it finds those that differ.
            let some = select(self.select.clone()).limit(read).take();
            let rows = count(db, ids(some.clone()).distinct().take(), most).await?;
            if rows >= most || count(db, some, read).await? < read {
                return Ok(rows);
            }
            read = read.saturating_mul(4);
        }
    }
}

/// Selects the keys of a statement that may be a union, whose `LIMIT` would be read as that of its last part.
pub(super) fn select(keys: SelectStatement) -> SelectStatement {
    Query::select().columns(["project_id", "id"]).from_subquery(keys, "keys").take()
}

fn ids(keys: SelectStatement) -> SelectStatement {
    Query::select().column("id").from_subquery(keys, "keys").take()
}

/// Rows that have several words.
pub(super) struct Common {
    /// Their keys.
    pub(super) keys: SelectStatement,
    /// How many there are, up to the most that were asked for.
    pub(super) found: u64,
    /// How many of the words they have for certain.
    pub(super) words: usize,
}

impl Common {
    /// Reads the keys of up to `most` rows that have all words, except those that too many have. None if that leaves fewer than
    /// two words, or if it takes too long.
    pub(super) async fn read(
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
        words: Vec<Keys>,
        most: u64,
    ) -> Result<Option<Self>, DbErr> {
        if words.len() < 2 {
            return Ok(None);
        }
        match Self::intersect(db, scope, words, most).await {
            Err(error) if db::is_too_slow(&error) => Ok(None),
            common => common,
        }
    }

    async fn intersect(
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
        words: Vec<Keys>,
        most: u64,
    ) -> Result<Option<Self>, DbErr> {
        let mut few_enough = Vec::new();
        for keys in words {
            let found = count(db, keys.select.clone(), MAX_INTERSECTED.saturating_add(1)).await?;
            if found <= MAX_INTERSECTED {
                few_enough.push((found, keys.select));
            }
        }
        // The databases collect the others, and look each of the most frequent up in them.
        few_enough.sort_by_key(|(found, _)| *found);
        let words = few_enough.len();
        let Some((_, most_frequent)) = few_enough.pop().filter(|_| words > 1) else {
            return Ok(None);
        };
        let mut rows = ids(most_frequent).distinct().limit(most).take();
        for (_, keys) in few_enough {
            rows.and_where(Expr::col("id").in_subquery(ids(keys)));
        }
        let list = match scope.backend {
            DbBackend::Postgres => "CAST(json_agg(id) AS text)",
            _ => "json_group_array(id)",
        };
        let read = Query::select()
            .expr_as(Func::count(Expr::cust("*")), "found")
            .expr_as(Expr::cust(list), "list")
            .from_subquery(rows, "rows")
            .take();
        let Some(row) = db.query_one(&read).await? else { return Ok(None) };
        let found: i64 = row.try_get("", "found")?;
        let list: Option<String> = row.try_get("", "list")?;
        let keys = listed(scope.backend, scope.project, list.unwrap_or_else(|| "[]".to_owned()));
        Ok(Some(Self { keys, found: found.try_into().unwrap_or_default(), words }))
    }
}

/// The keys of rows whose ids are in a JSON list.
fn listed(backend: DbBackend, project: &ProjectId, list: String) -> SelectStatement {
    let items = match backend {
        DbBackend::Postgres => Func::cust("json_array_elements_text")
            .arg(Expr::cust_with_values("CAST($1 AS json)", [list])),
        _ => Func::cust("json_each").arg(list),
    };
    Query::select()
        .expr_as(Expr::val(project.as_str()), "project_id")
        .expr_as(Expr::col("value"), "id")
        .from_function(items, "list")
        .take()
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
