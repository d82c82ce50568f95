//! Counts the rows of a list.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
};

use super::{MAX_TOTAL, Plan};
use crate::db;
use crate::query::attribute::Attribute;
use crate::query::keys;
use crate::query::keys::Keys;
use crate::query::sql::Scope;

/// How many rows of each candidate are looked up to see how many of them are on the list.
const SAMPLE: u64 = 100;
/// How many rows are read in their order in the time in which one is looked up.
const LOOKUP_ON_SQLITE: u64 = 7;
const LOOKUP_ON_POSTGRES: u64 = 20;

impl Plan {
    /// Counts the rows on the list up to [`MAX_TOTAL`].
    pub(in crate::query) async fn total<A: Attribute>(
        &self,
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
    ) -> Result<u64, DbErr> {
        if let Some(total) = self.total {
            return Ok(total);
        }
        if let Some(keys) = &self.list {
            return keys.count(db, MAX_TOTAL).await;
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
        if self.others.is_empty() {
            return Ok(quickest);
        }
        let lookup = match scope.backend {
            DbBackend::Postgres => LOOKUP_ON_POSTGRES,
            _ => LOOKUP_ON_SQLITE,
        };
        let of_all = self.first_on_list::<A>(scope, SAMPLE.saturating_mul(lookup));
        let mut most = keys::count(db, of_all, SAMPLE).await?;
        for keys in &self.others {
            let sample = keys::select(keys.select()).limit(SAMPLE).take();
            let on_list = self.on_list::<A>(&Keys::single(sample), scope);
            let found = on_list.count_all(db, SAMPLE).await?;
            if found > most {
                (quickest, most) = (Some(keys), found);
            }
        }
        Ok(quickest)
    }
}
