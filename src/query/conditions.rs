//! The conditions that the rows of a list must meet, and keys that an index has of rows that may be on it.

use sea_orm::sea_query::Expr;

use super::attribute::{Attribute, Order};
use super::filter::{Filter, Test};
use super::keys::Keys;
use super::list::ListQuery;
use super::sql::Scope;

/// How many candidates of single conditions, and of several together, are counted.
const MAX_COUNTED: usize = 10;

/// A condition that all rows of a list must meet.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// The condition.
    pub(crate) expression: Expr,
    /// Whether an index has the rows that meet it in the order of the list.
    pub(crate) is_ordered: bool,
    /// Whether covering keys have all that it is about.
    pub(crate) is_covered: bool,
}

/// Keys among which are those of all rows on the list.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The keys.
    pub(crate) keys: Keys,
    /// The conditions that all rows with these keys meet, by their places.
    pub(crate) meets: Vec<usize>,
    /// Whether the keys are of several conditions together, so that a long range of an index may have few of them.
    pub(crate) is_combined: bool,
}

/// The conditions of a list, with all candidates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conditions {
    pub(super) all: Vec<Condition>,
    pub(crate) candidates: Vec<Candidate>,
}

impl Conditions {
    /// The filters of a list, each of which must be met.
    pub(super) fn of_filters<A: Attribute>(scope: Scope<'_>, list: &ListQuery<A>) -> Self {
        let mut filters: Vec<&Filter<A>> = Vec::new();
        flatten(&list.filters, &mut filters);
        let mut conditions = Self::default();
        for filter in filters {
            let place = conditions.add(Condition {
                expression: scope.condition(filter),
                is_ordered: is_ordered(filter, &list.orders),
                is_covered: is_covered(filter),
            });
            let meets = if has_exact_keys(filter) { vec![place] } else { Vec::new() };
            let candidate = |keys| Candidate { keys, meets, is_combined: false };
            conditions.candidates.extend(scope.keys(filter).map(candidate));
        }
        conditions
    }

    /// Adds a condition, and returns its place.
    pub(crate) fn add(&mut self, condition: Condition) -> usize {
        self.all.push(condition);
        self.all.len().saturating_sub(1)
    }

    /// Adds those of others, which come after these.
    pub(super) fn join(mut self, others: Self) -> Self {
        let places = self.all.len();
        self.all.extend(others.all);
        for mut candidate in others.candidates {
            for place in &mut candidate.meets {
                *place = place.saturating_add(places);
            }
            self.candidates.push(candidate);
        }
        self
    }

    /// Leaves those covering keys whose rows meet all covered conditions.
    pub(super) fn narrow(&mut self) {
        let is_covered = |(_, condition): &(usize, &Condition)| condition.is_covered;
        let covered: Vec<_> = self.all.iter().enumerate().filter(is_covered).collect();
        let (places, covered): (Vec<_>, Vec<_>) = covered
            .into_iter()
            .map(|(place, condition)| (place, condition.expression.clone()))
            .unzip();
        for candidate in &mut self.candidates {
            if candidate.keys.narrow(&covered) {
                candidate.meets.extend(&places);
            }
        }
    }

    /// The candidates that are counted: those of several conditions last, which aren't needed if others have few rows.
    pub(super) fn counted(&self) -> impl Iterator<Item = &Candidate> {
        let of_kind = |is_combined| {
            let candidates = self.candidates.iter();
            candidates
                .filter(move |candidate| candidate.is_combined == is_combined)
                .take(MAX_COUNTED)
        };
        of_kind(false).chain(of_kind(true))
    }

    /// The conditions that not all rows of a candidate meet.
    pub(super) fn unmet(&self, meets: &[usize]) -> Vec<Condition> {
        let conditions = self.all.iter().enumerate();
        let unmet = conditions.filter(|(place, _)| !meets.contains(place));
        unmet.map(|(_, condition)| condition.clone()).collect()
    }

    /// Whether the rows of a candidate are those on the list.
    pub(super) fn are_met_by(&self, candidate: &Candidate) -> bool {
        (0..self.all.len()).all(|place| candidate.meets.contains(&place))
    }
}

/// All filters that must be met, those in `and` too.
fn flatten<'a, A>(filters: &'a [Filter<A>], into: &mut Vec<&'a Filter<A>>) {
    for filter in filters {
        match filter {
            Filter::All(inner) => flatten(inner, into),
            Filter::Is(..) | Filter::Not(..) | Filter::Any(_) => into.push(filter),
        }
    }
}

/// Whether the keys of a filter are only those of rows that meet it.
fn has_exact_keys<A>(filter: &Filter<A>) -> bool {
    match filter {
        // They are those of the first item or filter.
        Filter::Is(_, Test::ContainsAll(items)) => items.len() == 1,
        Filter::All(_) => false,
        Filter::Is(..) | Filter::Not(..) => true,
        Filter::Any(filters) => filters.iter().all(has_exact_keys),
    }
}

/// Whether covering keys have all that a filter is about, which must have few values: it is repeated in each statement of keys.
fn is_covered<A: Attribute>(filter: &Filter<A>) -> bool {
    match filter {
        Filter::Is(attribute, test) | Filter::Not(attribute, test) => {
            attribute.is_covered() && !matches!(test, Test::OneOf(values) if values.len() > 2)
        }
        Filter::Any(filters) => {
            let is_leaf = |filter: &Filter<A>| matches!(filter, Filter::Is(..) | Filter::Not(..));
            filters.len() <= 4 && filters.iter().all(|filter| is_leaf(filter) && is_covered(filter))
        }
        Filter::All(_) => false,
    }
}

/// Whether an index has the rows that meet a filter in the order of the list.
fn is_ordered<A: Attribute>(filter: &Filter<A>, orders: &[Order<A>]) -> bool {
    let Filter::Is(attribute, test) = filter else { return false };
    match orders {
        [] | [Order::Creation(_), ..] => attribute.has_ordered_index_for(test),
        [Order::By(by, _), ..] => match test {
            Test::Compare(..) | Test::Between(..) | Test::StartsWith(_) => {
                by == attribute && attribute.has_index_for(test)
            }
            Test::Null
            | Test::OneOf(_)
            | Test::EndsWith(_)
            | Test::ContainsAny(_)
            | Test::ContainsAll(_) => false,
        },
    }
}
