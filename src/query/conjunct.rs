//! The conditions that the rows of a list must meet, and the keys of those that do.

use sea_orm::sea_query::Expr;

use super::keys::Keys;

/// How many filters are counted.
const MAX_COUNTED: usize = 8;

/// A condition that the rows of a list must meet.
#[derive(Clone, Debug)]
pub(crate) struct Conjunct {
    /// The condition.
    pub(crate) condition: Expr,
    /// The keys of all rows on the list, if an index has them: of those that meet it, and perhaps another one.
    pub(crate) keys: Option<Keys>,
    /// Whether all rows with these keys meet it.
    pub(crate) is_exact: bool,
    /// Whether an index has these rows in the order of the list.
    pub(crate) is_ordered: bool,
    /// Whether covering keys have all that it is about.
    pub(crate) is_covered: bool,
    /// Keys of more rows, among which are all that meet it. If they are few, they are counted sooner.
    pub(crate) wider: Vec<Keys>,
}

/// Leaves the keys that also meet what they cover of the other conditions.
pub(super) fn narrow(conjuncts: &mut [Conjunct]) {
    let covered = conjuncts.iter().filter(|conjunct| conjunct.is_covered);
    let covered: Vec<_> = covered.map(|conjunct| conjunct.condition.clone()).collect();
    for keys in conjuncts.iter_mut().filter_map(|conjunct| conjunct.keys.as_mut()) {
        keys.narrow(&covered);
    }
}

/// The conditions that rows must still be checked for if they are read by keys of those at some places.
pub(super) fn unmet(
    conjuncts: &[Conjunct],
    keys: &Keys,
    is_of_keys: impl Fn(usize) -> bool,
) -> Vec<Conjunct> {
    let conjuncts = conjuncts.iter().enumerate();
    conjuncts
        .filter(|(place, conjunct)| !is_met(conjunct, keys, is_of_keys(*place)))
        .map(|(_, conjunct)| conjunct.clone())
        .collect()
}

/// Whether the rows with the keys of the condition at a place are those on the list.
pub(super) fn settles(conjuncts: &[Conjunct], index: Option<usize>, keys: &Keys) -> bool {
    let all_are_met = |index| {
        let mut conjuncts = conjuncts.iter().enumerate();
        conjuncts.all(|(place, conjunct)| is_met(conjunct, keys, place == index))
    };
    index.is_some_and(all_are_met)
}

/// Whether all rows with some keys meet a condition.
fn is_met(conjunct: &Conjunct, keys: &Keys, is_of_keys: bool) -> bool {
    conjunct.is_exact && is_of_keys || conjunct.is_covered && keys.is_covering
}

/// The keys that are counted, each with the place of its condition unless they are wider. A condition's own covering keys come
/// last: if others have few rows, they aren't read to the end.
pub(super) fn counted(conjuncts: &[Conjunct]) -> Vec<(Option<usize>, &Keys)> {
    let with_keys = conjuncts.iter().enumerate();
    let own =
        with_keys.filter_map(|(index, conjunct)| Some((Some(index), conjunct.keys.as_ref()?)));
    let wider = conjuncts.iter().flat_map(|conjunct| &conjunct.wider).map(|keys| (None, keys));
    let mut counted: Vec<_> = own.take(MAX_COUNTED).chain(wider.take(MAX_COUNTED)).collect();
    counted.sort_by_key(is_together);
    counted
}

/// Whether counted keys are a condition's own, found together with what they cover.
pub(super) fn is_together((index, keys): &(Option<usize>, &Keys)) -> bool {
    index.is_some() && keys.is_covering
}

/// The covering keys of words, which come after so many filters.
pub(super) fn words_of(conjuncts: &[Conjunct], filters: usize) -> Vec<Keys> {
    let keys = conjuncts.iter().skip(filters).filter_map(|word| word.keys.clone());
    keys.filter(|keys| keys.is_covering).collect()
}
