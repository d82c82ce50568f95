//! Warns of configured limits that open something unintentionally.

use std::collections::HashMap;

use super::{Declared, Entry, name_of};
use crate::graphql::policy::{Limit, LimitKey};

/// The warnings of all fields with `entries`, in the order of the SDL.
pub(super) fn all(declared: &[Declared], entries: &HashMap<&str, Vec<Entry>>) -> Vec<String> {
    let mut warnings = Vec::new();
    for field in declared {
        let Some(read) = entries.get(field.name()) else { continue };
        warnings.extend(of_guesses(field, read));
        let others = declared.iter().filter(|other| !entries.contains_key(other.name()));
        let others = others.filter(|other| other.shares_all_with(field));
        let others: Vec<_> = others.map(|other| name_of(other.name())).collect();
        if !others.is_empty() {
            warnings.push(format!(
                "{} is set, and fields that declare the same limits keep theirs, so that callers may go there: set {}, too",
                name_of(field.name()),
                others.join(" and ")
            ));
        }
    }
    warnings
}

/// Warns if nothing limits failed calls any more that a declared limit did.
fn of_guesses(field: &Declared, entries: &[Entry]) -> Option<String> {
    let is_bounded = |limit: &Limit| {
        entries.iter().any(|entry| entry.per.iter().all(|key| counts_within(limit, *key)))
    };
    let mut lifted = field.policy.limits.iter().filter(|limit| limit.guesses && !is_bounded(limit));
    let lifted = lifted.next()?;
    let names: Vec<_> = lifted.per.iter().map(|key| format!("\"{}\"", key.name())).collect();
    Some(format!(
        "{} lifts the limit of failed calls that protects accounts: passwords can be guessed as often as the rest allows; keep an \
         entry such as {{ limit = {}, window = \"1h\", per = [{}], guesses = true }}",
        name_of(field.name()),
        lifted.calls,
        names.join(", ")
    ))
}

/// Whether a limit that is also counted by `key` is at most as wide.
fn counts_within(limit: &Limit, key: LimitKey) -> bool {
    limit.per.contains(&key)
        || (key == LimitKey::Email && limit.per.contains(&LimitKey::EmailFromNewIp))
}

impl Declared {
    /// Whether both have the same limits on the same shared quotas: each can then be used to avoid the
    /// other's limits.
    fn shares_all_with(&self, other: &Self) -> bool {
        let limits = &self.policy.limits;
        !limits.is_empty() && *limits == other.policy.limits && self.name() != other.name()
    }
}
