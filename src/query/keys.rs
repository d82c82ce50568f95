//! Keys of rows, as statements that select `project_id`, `created_at` and `id`: counting them, and those that several have.

use entity::ProjectId;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::sql::Scope;
use crate::db;

/// How many keys of each word are intersected with those of the others. It takes less than a tenth of a second.
const MAX_INTERSECTED: u64 = 100_000;
/// Keys of more statements, or by more conditions, aren't narrowed: both databases bound the values of a statement.
const MAX_PARTS: usize = 64;
const MAX_CONDITIONS: usize = 8;

/// The keys of rows that an index has.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Statements that have them together.
    parts: Vec<SelectStatement>,
    /// Whether a key may come more than once.
    pub(super) may_repeat: bool,
    /// Whether the index has more than the keys: all attributes that are [covered](super::Attribute::is_covered).
    pub(super) is_covering: bool,
    /// Whether they were read before the rows are: some of these may be gone.
    pub(super) is_of_before: bool,
}

impl Keys {
    /// Keys of which each comes once.
    pub(crate) fn single(select: SelectStatement) -> Self {
        Self { parts: vec![select], may_repeat: false, is_covering: false, is_of_before: false }
    }

    /// Keys of which some may come again.
    pub(crate) fn repeated(self) -> Self {
        Self { may_repeat: true, ..self }
    }

    /// Keys of an index that has all covered attributes.
    pub(crate) fn covering(self) -> Self {
        Self { is_covering: true, ..self }
    }

    /// The keys of several together.
    pub(crate) fn union(mut all: impl Iterator<Item = Self>) -> Option<Self> {
        let mut union = all.next()?;
        for keys in all {
            union.parts.extend(keys.parts);
            union.may_repeat = true;
            union.is_covering &= keys.is_covering;
        }
        Some(union)
    }

    /// Leaves those whose rows meet conditions, which the index covers. If that would be too long a statement, the keys stay as
    /// they are, and count as if their index didn't cover anything.
    pub(super) fn narrow(&mut self, conditions: &[Expr]) {
        self.is_covering &= self.parts.len() <= MAX_PARTS && conditions.len() <= MAX_CONDITIONS;
        if !self.is_covering {
            return;
        }
        for part in &mut self.parts {
            for condition in conditions {
                part.and_where(condition.clone());
            }
        }
    }

    /// All of them, as one statement.
    pub(super) fn select(&self) -> SelectStatement {
        let mut parts = self.parts.iter().cloned();
        let mut select = parts.next().unwrap_or_default();
        for part in parts {
            select.union(UnionType::All, part);
        }
        select
    }

    /// Counts the keys up to `most`, each as often as it comes.
    pub(super) async fn count_all(
        &self,
        db: &impl ConnectionTrait,
        most: u64,
    ) -> Result<u64, DbErr> {
        // What isn't needed isn't selected, so that a smaller index is enough.
        let mut counted = self.clone();
        for part in &mut counted.parts {
            part.clear_selects().expr_as(Expr::cust("1"), "one");
        }
        count(db, counted.select(), most).await
    }

    /// Counts the rows up to `most`.
    pub(crate) async fn count(&self, db: &impl ConnectionTrait, most: u64) -> Result<u64, DbErr> {
        if !self.may_repeat {
            return self.count_all(db, most).await;
        }
        let mut read = most.saturating_add(most / 4);
        loop {
            // Limited inside, since PostgreSQL collects all keys before it finds those that differ.
            let some = select(self.select()).limit(read).take();
            let counts = Query::select()
                .expr_as(Func::count(Expr::cust("*")), "keys")
                .expr_as(Func::count_distinct(Expr::col("id")), "found")
                .from_subquery(some, "some")
                .take();
            let [keys, rows] = counted(db, &counts, ["keys", "found"]).await?;
            if rows >= most || keys < read {
                return Ok(Ord::min(rows, most));
            }
            read = read.saturating_mul(4);
        }
    }
}

/// Selects the keys of a statement that may be a union, whose `LIMIT` would be read as that of its last part.
pub(super) fn select(keys: SelectStatement) -> SelectStatement {
    let columns = ["project_id", "created_at", "id"];
    Query::select().columns(columns).from_subquery(keys, "keys").take()
}

/// Selects the ids of keys.
pub(super) fn ids(keys: SelectStatement) -> SelectStatement {
    Query::select().column("id").from_subquery(keys, "keys").take()
}

/// Rows that have several words.
pub(super) struct Common {
    /// Their keys.
    pub(super) keys: Keys,
    /// How many there are, up to the most that were asked for.
    pub(super) found: u64,
    /// How many of the words they have for certain.
    pub(super) words: usize,
}

impl Common {
    /// Reads the keys of up to `most` rows that have all words, of which covering keys are given, except those that too many
    /// have. None if that leaves fewer than two words, or if it takes too long.
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
            let found = keys.count_all(db, MAX_INTERSECTED.saturating_add(1)).await?;
            if found <= MAX_INTERSECTED {
                few_enough.push((found, keys.select()));
            }
        }
        // The databases collect the others, and look each of the most frequent up in them.
        few_enough.sort_by_key(|(found, _)| *found);
        let words = few_enough.len();
        let Some((_, most_frequent)) = few_enough.pop().filter(|_| words > 1) else {
            return Ok(None);
        };
        let columns = ["created_at", "id"];
        let mut rows = Query::select();
        rows.distinct().columns(columns).from_subquery(most_frequent, "keys").limit(most);
        for (_, keys) in few_enough {
            rows.and_where(Expr::col("id").in_subquery(ids(keys)));
        }
        let list = match scope.backend {
            DbBackend::Postgres => "CAST(json_agg(json_build_array(created_at, id)) AS text)",
            _ => "json_group_array(json_array(created_at, id))",
        };
        let read = Query::select()
            .expr_as(Func::count(Expr::cust("*")), "found")
            .expr_as(Expr::cust(list), "list")
            .from_subquery(rows, "rows")
            .take();
        let Some(row) = db.query_one(&read).await? else { return Ok(None) };
        let found: i64 = row.try_get("", "found")?;
        let list: Option<String> = row.try_get("", "list")?;
        let list = list.unwrap_or_else(|| "[]".to_owned());
        let keys = Keys::single(listed(scope.backend, scope.project, list)).covering();
        let keys = Keys { is_of_before: true, ..keys };
        Ok(Some(Self { keys, found: found.try_into().unwrap_or_default(), words }))
    }
}

/// The keys of rows whose times of creation and ids are in a JSON list: `[[1700000000000,"ada"]]`.
fn listed(backend: DbBackend, project: &ProjectId, list: String) -> SelectStatement {
    let (items, created_at, id) = match backend {
        DbBackend::Postgres => (
            Func::cust("json_array_elements")
                .arg(Expr::cust_with_values("CAST($1 AS json)", [list])),
            "CAST(value ->> 0 AS bigint)",
            "value ->> 1",
        ),
        _ => (Func::cust("json_each").arg(list), "value ->> 0", "value ->> 1"),
    };
    Query::select()
        .expr_as(Expr::val(project.as_str()), "project_id")
        .expr_as(Expr::cust(created_at), "created_at")
        .expr_as(Expr::cust(id), "id")
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
    let [found] = counted(db, &count, ["found"]).await?;
    Ok(found)
}

/// Reads the counts of a statement.
async fn counted<const COLUMNS: usize>(
    db: &impl ConnectionTrait,
    counts: &SelectStatement,
    columns: [&str; COLUMNS],
) -> Result<[u64; COLUMNS], DbErr> {
    let row = db.query_one(counts).await?;
    let mut found = [0; COLUMNS];
    for (found, column) in found.iter_mut().zip(columns) {
        let count: Option<i64> = row.as_ref().map(|row| row.try_get("", column)).transpose()?;
        *found = count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default();
    }
    Ok(found)
}
