//! Suggests names similar to an unknown one.

use strsim::osa_distance;

use super::Validator;

/// The most names suggested.
const MAX: usize = 3;
/// The longest name that is compared, in bytes.
const MAX_LENGTH: usize = 64;

impl Validator<'_> {
    /// ` Did you mean …?`, or nothing.
    pub(super) fn suggestion<'n>(
        &self,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> String {
        if self.suggests { suggestion(name, known) } else { String::new() }
    }
}

/// ` Did you mean …?`, if suggestions are on, or nothing.
pub(crate) fn suggestion<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> String {
    if name.len() > MAX_LENGTH {
        return String::new();
    }
    // Allows one wrong letter in three, plus one.
    let furthest = name.len().checked_div(3).unwrap_or(0).saturating_add(1);
    let folded = name.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= furthest)
        .map(|candidate| (osa_distance(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= furthest)
        .collect();
    near.sort_unstable();
    near.truncate(MAX);
    let near: Vec<String> = near.into_iter().map(|(_, name)| format!("`{name}`")).collect();
    match near.as_slice() {
        [] => String::new(),
        [one] => format!(" Did you mean {one}?"),
        [first @ .., last] => format!(" Did you mean {} or {last}?", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 6] =
        ["accountGet", "accountGetPrefs", "accountGetSession", "accountStatus", "email", "name"];

    #[test]
    fn near_names_are_suggested() {
        for (name, expected) in [
            ("nmae", " Did you mean `name`?"),
            ("Email", " Did you mean `email`?"),
            ("accountGe", " Did you mean `accountGet`?"),
            ("acountGetPref", " Did you mean `accountGetPrefs` or `accountGet`?"),
            ("nonsense", ""),
            ("", ""),
            (&"a".repeat(100), ""),
        ] {
            assert_eq!(suggestion(name, KNOWN.into_iter()), expected, "{name}");
        }
    }
}
