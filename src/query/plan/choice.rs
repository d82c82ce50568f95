//! Chooses how a list is read.

use sea_orm::{ConnectionTrait, DbErr};

use super::{By, MAX_TOTAL, Plan, Sorting};
use crate::query::common::Common;
use crate::query::conditions::{Candidate, Conditions};
use crate::query::keys::{Count, Keys};
use crate::query::sql::Scope;

/// So many rows are looked up by their keys in about the time in which 25 are found among a million in the list's order.
const MAX_KEYS: u64 = 4_000;
/// How many keys that come once are sorted in the time in which one row is looked up.
const SORTED: u64 = 4;
/// So many rows of an index are read to count keys that may be few.
const MAX_READ: u64 = MAX_KEYS * SORTED;
/// So many are enough to count the rows of a list up to [`MAX_TOTAL`], since few keys come twice.
const ENOUGH: u64 = MAX_TOTAL / 4 * 5;
/// If a candidate has so few keys, no others are counted.
const VERY_FEW: u64 = 1_000;
/// If so many of the first [`ENOUGH`] rows of an index are on the list, they aren't few.
const FREQUENT: u64 = 200;
/// Of so many candidates, the rows that are in all are looked for.
const MAX_COMMON: usize = 4;

/// What counting keys has found out.
struct Known<'a> {
    /// The candidate whose rows are read the soonest, and how many rows could be looked up meanwhile.
    fewest: Option<(&'a Candidate, u64)>,
    /// The keys of just the rows on the list, and whether all of them were counted.
    list: Option<(Keys, bool)>,
    /// How many rows are on the list, up to [`MAX_TOTAL`].
    total: Option<u64>,
}

impl<'a> Known<'a> {
    /// Counts the keys of the candidates, as far as it pays.
    async fn count(
        db: &impl ConnectionTrait,
        conditions: &'a Conditions,
        order: Sorting,
    ) -> Result<Self, DbErr> {
        let mut fewest: Option<(&Candidate, u64)> = None;
        let (mut list, mut total) = (None, None);
        let has_pairs = conditions.counted().any(|candidate| candidate.is_combined);
        for candidate in conditions.counted() {
            let Candidate { keys, is_combined, .. } = candidate;
            let is_list = conditions.are_met_by(candidate);
            let count = match (is_list || *is_combined, has_pairs && keys.is_covering) {
                (true, _) => Self::read(db, keys, order).await?,
                // A word that is also found together with others is only of use if it has very few rows.
                (false, true) => keys.read(db, VERY_FEW + 1).await?,
                (false, false) => keys.read(db, MAX_KEYS + 1).await?,
            };
            let is_better = list.as_ref().is_none_or(|(_, is_all)| !is_all);
            if is_list && is_better && (count.is_all || count.found >= FREQUENT) {
                let is_total = count.is_all || count.found >= MAX_TOTAL;
                total = is_total.then_some(Ord::min(count.found, MAX_TOTAL));
                list = Some((keys.clone(), count.is_all));
            }
            if !count.is_all {
                continue;
            }
            let is_sorted = is_list && order.is_of_keys() && !keys.may_repeat;
            let cost = if is_sorted { count.found / SORTED } else { count.found };
            if fewest.is_none_or(|(_, least)| cost < least) {
                fewest = Some((candidate, cost));
            }
            if cost <= VERY_FEW {
                break;
            }
        }
        if fewest.is_none() && (list.is_none() || !order.has_index) {
            fewest = Self::fewest_alone(db, conditions).await?;
        }
        Ok(Self { fewest, list, total })
    }

    /// Counts keys that may be those of just the rows on the list, as long as they may be few enough for its order.
    async fn read(db: &impl ConnectionTrait, keys: &Keys, order: Sorting) -> Result<Count, DbErr> {
        let enough = match order {
            Sorting { has_index: false, .. } | Sorting { by: By::Id, .. } => MAX_READ,
            Sorting { by: By::Creation | By::Others, .. } => ENOUGH,
        };
        let count = keys.read(db, enough).await?;
        if count.is_all || count.found >= FREQUENT || enough == MAX_READ {
            return Ok(count);
        }
        keys.read(db, MAX_READ).await
    }

    /// The fewest keys of a condition alone, of which more are read than is worth while as long as others may be few.
    async fn fewest_alone(
        db: &impl ConnectionTrait,
        conditions: &'a Conditions,
    ) -> Result<Option<(&'a Candidate, u64)>, DbErr> {
        let mut fewest: Option<(&Candidate, u64)> = None;
        for candidate in conditions.counted().filter(|candidate| !candidate.is_combined) {
            let count = candidate.keys.read(db, MAX_READ).await?;
            if count.is_all && fewest.is_none_or(|(_, least)| count.found < least) {
                fewest = Some((candidate, count.found));
            }
        }
        Ok(fewest)
    }
}

impl Plan {
    /// Chooses how to read the rows that meet all conditions, in such an order.
    pub(in crate::query) async fn choose(
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
        mut conditions: Conditions,
        order: Sorting,
    ) -> Result<Self, DbErr> {
        conditions.narrow();
        let Known { fewest, list, total } = Known::count(db, &conditions, order).await?;
        let by_keys = fewest.map(|(candidate, cost)| {
            let by_keys = Self {
                conditions: conditions.unmet(&candidate.meets),
                few: Some(candidate.keys.clone()),
                total,
                list: list.clone().filter(|(_, is_all)| *is_all).map(|(keys, _)| keys),
                ..Self::default()
            };
            (by_keys, cost)
        });
        let list = list.map(|(keys, _)| keys);
        let of_list = || {
            let few = list.clone()?;
            Some(Self { few: Some(few.clone()), list: Some(few), total, ..Self::default() })
        };
        let otherwise = match by_keys {
            Some((by_keys, cost)) if cost <= MAX_KEYS || !order.has_index => {
                return Ok(by_keys);
            }
            by_keys => by_keys.map(|(by_keys, _)| by_keys).or_else(of_list),
        };
        // The keys of a label are in the order of creation.
        let is_sorted =
            order.by == By::Creation && list.as_ref().is_some_and(|keys| keys.is_sorted);
        // Without an index all rows would be read and sorted, instead of those on the list.
        if (is_sorted || !order.has_index)
            && let Some(of_list) = of_list()
        {
            return Ok(of_list);
        }
        if let Some(by_keys) = otherwise {
            let otherwise = Some(Box::new(by_keys));
            return Ok(Self { list, otherwise, ..Self::in_order(conditions, total) });
        }
        let plan = Self::of_common(db, scope, conditions, total).await?;
        Ok(Self { list, ..plan })
    }

    /// Reads the rows in their order.
    fn in_order(conditions: Conditions, total: Option<u64>) -> Self {
        let others = conditions.counted().map(|candidate| candidate.keys.clone()).collect();
        Self { conditions: conditions.all, total, others, ..Self::default() }
    }

    /// Looks for the rows that several candidates have in common. They may be few, though each has many.
    async fn of_common(
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
        conditions: Conditions,
        total: Option<u64>,
    ) -> Result<Self, DbErr> {
        let covering = |is_combined| {
            let candidates = conditions.counted().cloned();
            let wanted = candidates.filter(move |candidate| {
                candidate.keys.is_covering && candidate.is_combined == is_combined
            });
            wanted.take(MAX_COMMON).collect::<Vec<_>>()
        };
        let pairs = covering(true);
        let words = if pairs.len() > 1 { pairs } else { covering(false) };
        let Some(common) = Common::read(db, scope, words, MAX_TOTAL).await? else {
            return Ok(Self::in_order(conditions, total));
        };
        let unmet = conditions.unmet(&common.meets);
        let total = total.or(Some(common.found).filter(|_| unmet.is_empty()));
        if common.found > MAX_KEYS {
            return Ok(Self::in_order(conditions, total));
        }
        // The flags can have changed since then, and are checked again; the words are not.
        let conditions = conditions.all.iter().enumerate();
        let conditions = conditions
            .filter(|(place, condition)| condition.is_covered || !common.meets.contains(place));
        let conditions = conditions.map(|(_, condition)| condition.clone()).collect();
        Ok(Self { conditions, few: Some(common.keys), total, ..Self::default() })
    }
}
