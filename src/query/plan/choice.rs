//! Chooses how a list is read.

use sea_orm::{ConnectionTrait, DbErr};

use super::{MAX_TOTAL, Plan, Sorting};
use crate::query::common::Common;
use crate::query::conditions::{Candidate, Conditions};
use crate::query::sql::Scope;

/// So many rows are looked up by their keys in about the time in which 25 are found among a million in the list's order.
const MAX_KEYS: u64 = 4_000;
/// How many keys are sorted in the time in which one row is looked up.
const SORTED: u64 = 4;
/// The same, if keys may come more than once.
const SORTED_IF_REPEATED: u64 = 2;
/// So many rows of an index are read to count keys.
const MAX_READ: u64 = MAX_KEYS * SORTED;
/// If a candidate has so few keys, no others are counted.
const VERY_FEW: u64 = 1_000;
/// If so many of the first [`MAX_READ`] rows of an index are on the list, it is read further.
const FREQUENT: u64 = 500;
/// Of so many candidates, the rows that are in all are looked for.
const MAX_COMMON: usize = 4;

impl Plan {
    /// Chooses how to read the rows that meet all conditions, in such an order.
    pub(in crate::query) async fn choose(
        db: &impl ConnectionTrait,
        scope: Scope<'_>,
        mut conditions: Conditions,
        order: Sorting,
    ) -> Result<Self, DbErr> {
        conditions.narrow();
        let mut fewest: Option<(&Candidate, u64)> = None;
        // The keys of just the rows on the list.
        let (mut list, mut total) = (None, None);
        for candidate in conditions.counted() {
            let Candidate { keys, is_combined, .. } = candidate;
            let is_list = conditions.are_met_by(candidate);
            let most = if is_list || *is_combined { MAX_READ } else { MAX_KEYS + 1 };
            let count = keys.read(db, most).await?;
            if is_list && (count.is_all || count.found >= FREQUENT) {
                let is_total = !keys.may_repeat && (count.is_all || count.found >= MAX_TOTAL);
                total = is_total.then_some(Ord::min(count.found, MAX_TOTAL));
                list = Some((keys.clone(), count.is_all));
            }
            if !count.is_all {
                continue;
            }
            let sorted = match (is_list && order.is_of_keys(), keys.may_repeat) {
                (true, false) => SORTED,
                (true, true) => SORTED_IF_REPEATED,
                (false, _) => 1,
            };
            let cost = count.found / sorted;
            if fewest.is_none_or(|(_, least)| cost < least) {
                fewest = Some((candidate, cost));
            }
            if cost <= VERY_FEW {
                break;
            }
        }
        if fewest.is_none() && list.is_none() {
            fewest = Self::fewest_alone(db, &conditions).await?;
        }
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
            Some((by_keys, cost)) if cost <= MAX_KEYS || order == Sorting::Unindexed => {
                return Ok(by_keys);
            }
            by_keys => by_keys.map(|(by_keys, _)| by_keys).or_else(of_list),
        };
        // The keys of a label are in this order.
        if order == Sorting::Creation
            && list.as_ref().is_some_and(|keys| keys.is_sorted)
            && let Some(in_order) = of_list()
        {
            return Ok(in_order);
        }
        match otherwise.filter(|_| order != Sorting::Unindexed) {
            Some(by_keys) => {
                let otherwise = Some(Box::new(by_keys));
                Ok(Self { otherwise, list, ..Self::in_order(conditions, total) })
            }
            None => {
                let plan = Self::of_common(db, scope, conditions, total).await?;
                Ok(Self { list, ..plan })
            }
        }
    }

    /// The fewest keys of a condition alone, of which more are read than is worth while as long as others may be few.
    async fn fewest_alone<'a>(
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
