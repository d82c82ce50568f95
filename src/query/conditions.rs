//! The conditions that the rows of a list must meet, and keys that an index has of rows that may be on it.

use sea_orm::sea_query::Expr;

use super::keys::Keys;

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
