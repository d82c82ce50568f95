//! Keys of rows, as statements that select `project_id`, `created_at` and `id`.

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbErr};

/// Keys of more ranges, or by more conditions, aren't narrowed: both databases bound the values of a statement.
const MAX_RANGES: usize = 64;
const MAX_CONDITIONS: usize = 8;

/// A range of an index.
#[derive(Clone, Debug)]
struct Range {
    /// Selects the keys of all its rows.
    rows: SelectStatement,
    /// What a row must meet.
    conditions: Vec<Expr>,
}

/// The keys of rows that an index has.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is another fact about the index")]
pub struct Keys {
    /// The ranges that have them together.
    ranges: Vec<Range>,
    /// Whether a key may come more than once.
    pub(super) may_repeat: bool,
    /// Whether the index has more than the keys: all attributes that are [covered](super::Attribute::is_covered).
    pub(super) is_covering: bool,
    /// Whether the index has them in the order of creation.
    pub(super) is_sorted: bool,
    /// Whether they were read before the rows are: some of these may be gone.
    pub(super) is_snapshot: bool,
}

impl Keys {
    /// Keys of which each comes once.
    pub(crate) fn single(select: SelectStatement) -> Self {
        Self::of_range(select, Vec::new())
    }

    /// The keys of those rows of a range that meet conditions, each once.
    pub(crate) fn of_range(rows: SelectStatement, conditions: Vec<Expr>) -> Self {
        Self {
            ranges: vec![Range { rows, conditions }],
            may_repeat: false,
            is_covering: false,
            is_sorted: false,
            is_snapshot: false,
        }
    }

    /// Keys of which some may come again.
    pub(crate) fn repeated(self) -> Self {
        Self { may_repeat: true, ..self }
    }

    /// Keys of an index that has all covered attributes.
    pub(crate) fn covering(self) -> Self {
        Self { is_covering: true, ..self }
    }

    /// Keys in the order of creation.
    pub(crate) fn sorted(self) -> Self {
        Self { is_sorted: true, ..self }
    }

    /// Keys that were read before the rows are.
    pub(super) fn snapshot(self) -> Self {
        Self { is_snapshot: true, ..self }
    }

    /// The keys of several together.
    pub(crate) fn union(mut all: impl Iterator<Item = Self>) -> Option<Self> {
        let mut union = all.next()?;
        for keys in all {
            union.ranges.extend(keys.ranges);
            union.may_repeat = true;
            union.is_sorted = false;
            union.is_covering &= keys.is_covering;
        }
        Some(union)
    }

    /// Leaves those whose rows meet conditions. Returns whether the index covers them, and the statement would not be too long.
    pub(super) fn narrow(&mut self, conditions: &[Expr]) -> bool {
        let fits = self.ranges.len() <= MAX_RANGES && conditions.len() <= MAX_CONDITIONS;
        let narrows = self.is_covering && fits;
        for range in self.ranges.iter_mut().filter(|_| narrows) {
            range.conditions.extend_from_slice(conditions);
        }
        narrows
    }

    /// All of them, as one statement.
    pub(super) fn select(&self) -> SelectStatement {
        together(self.ranges.iter().map(Range::keys))
    }

    /// Reads up to `most` rows of the index, and counts the keys among them.
    pub(super) async fn read(&self, db: &impl ConnectionTrait, most: u64) -> Result<Count, DbErr> {
        let rows = self.ranges.iter().map(|Range { rows, conditions }| {
            let is_key = conditions.iter().cloned().reduce(ExprTrait::and);
            let is_key = is_key.unwrap_or_else(|| Expr::cust("TRUE"));
            let mut rows = rows.clone();
            if !self.may_repeat {
                // What isn't needed isn't selected, so that a smaller index is enough.
                rows.clear_selects();
            }
            rows.expr_as(is_key, "is_key").take()
        });
        let mut some = Query::select();
        some.column("is_key").from_subquery(together(rows), "keys").limit(most);
        let found = if self.may_repeat {
            some.column("id");
            "COUNT(DISTINCT CASE WHEN is_key THEN id END)"
        } else {
            "COUNT(CASE WHEN is_key THEN 1 END)"
        };
        let [rows, found] = count_both(db, some, found).await?;
        Ok(Count { found, is_all: rows < most })
    }

    /// Counts the keys up to `most`, each as often as it comes.
    pub(super) async fn count_all(
        &self,
        db: &impl ConnectionTrait,
        most: u64,
    ) -> Result<u64, DbErr> {
        let ones = self
            .ranges
            .iter()
            .map(|range| range.keys().clear_selects().expr_as(Expr::cust("1"), "one").take());
        count(db, together(ones), most).await
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

/// How many keys there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    /// So many were found.
    pub(super) found: u64,
    /// Whether these are all.
    pub(super) is_all: bool,
}

impl Range {
    /// Selects the keys.
    fn keys(&self) -> SelectStatement {
        let mut rows = self.rows.clone();
        for condition in &self.conditions {
            rows.and_where(condition.clone());
        }
        rows
    }
}

/// Several statements as one.
fn together(mut statements: impl Iterator<Item = SelectStatement>) -> SelectStatement {
    let mut all = statements.next().unwrap_or_default();
    for statement in statements {
        all.union(UnionType::All, statement);
    }
    all
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

/// Counts some rows, and what is `found` in them, an aggregate.
pub(super) async fn count_both(
    db: &impl ConnectionTrait,
    rows: SelectStatement,
    found: &'static str,
) -> Result<[u64; 2], DbErr> {
    let counts = Query::select()
        .expr_as(Func::count(Expr::cust("*")), "rows_read")
        .expr_as(Expr::cust(found), "keys_found")
        .from_subquery(rows, "some")
        .take();
    counted(db, &counts, ["rows_read", "keys_found"]).await
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
