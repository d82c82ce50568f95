//! The rows that are in several sets of keys.

use entity::ProjectId;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::conditions::Candidate;
use super::keys::{Keys, ids};
use super::sql::Scope;
use crate::db;

/// How many rows of an index are read for each set of keys that is intersected with others. It takes less than a tenth of a
/// second.
const MAX_INTERSECTED: u64 = 100_000;

/// Rows that have several words.
pub(super) struct Common {
    /// Their keys.
    pub(super) keys: Keys,
    /// How many there are, up to the most that were asked for.
    pub(super) found: u64,
    /// The conditions that all of them meet, by their places.
    pub(super) meets: Vec<usize>,
}

impl Common {
    /// Reads the keys of up to `most` rows that have all words, of which covering keys are given, except those that too many
    /// have. None if that leaves fewer than two words, or if it takes too long.
    pub(super) async fn read(
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
        words: Vec<Candidate>,
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
        words: Vec<Candidate>,
        most: u64,
    ) -> Result<Option<Self>, DbErr> {
        let mut few_enough = Vec::new();
        for Candidate { keys, meets, .. } in words {
            let count = keys.read(db, MAX_INTERSECTED).await?;
            if count.is_all {
                few_enough.push((count.found, keys.select(), meets));
            }
        }
        // The databases collect the others, and look each of the most frequent up in them.
        few_enough.sort_by_key(|(found, ..)| *found);
        let meets = few_enough.iter().flat_map(|(_, _, meets)| meets.clone()).collect();
        let is_enough = few_enough.len() > 1;
        let Some((_, most_frequent, _)) = few_enough.pop().filter(|_| is_enough) else {
            return Ok(None);
        };
        let columns = ["created_at", "id"];
        let select = |keys| Query::select().columns(columns).from_subquery(keys, "keys").take();
        let mut rows = select(most_frequent);
        for (_, keys, _) in few_enough {
            match scope.backend {
                // Without statistics it would look for each key of a join in all keys of the other side.
                DbBackend::Postgres => rows.union(UnionType::Intersect, select(keys)),
                _ => rows.and_where(Expr::col("id").in_subquery(ids(keys))),
            };
        }
        let rows = Query::select()
            .distinct()
            .columns(columns)
            .from_subquery(rows, "rows")
            .limit(most)
            .take();
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
        let keys = Keys::single(listed(scope.backend, scope.project, list)).snapshot();
        Ok(Some(Self { keys, found: found.try_into().unwrap_or_default(), meets }))
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
