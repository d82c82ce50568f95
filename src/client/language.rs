//! The languages of a client.

/// The default language.
pub const FALLBACK: &str = "en";

/// How many languages of a header are read.
const MAX: usize = 16;

/// A client's languages by preference: its `locale`, then those of `Accept-Language` by weight (RFC 9110,
/// section 12.5.4).
pub fn languages(locale: &str, accepted: &str) -> Vec<String> {
    let mut weighted: Vec<(f32, &str)> =
        accepted.split(',').take(MAX).filter_map(weighted).collect();
    weighted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let accepted = weighted.into_iter().map(|(_, tag)| tag);
    std::iter::once(locale)
        .chain(accepted)
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Parses `de-AT;q=0.8`; weight 0 means unwanted.
fn weighted(part: &str) -> Option<(f32, &str)> {
    let (tag, parameters) = part.split_once(';').unwrap_or((part, "q=1"));
    let weight = parameters.trim().strip_prefix(['q', 'Q'])?.strip_prefix('=')?;
    let weight: f32 = weight.parse().ok()?;
    (weight > 0.0 && weight <= 1.0).then_some((weight, tag.trim()))
}

/// The result of `find` for the first known language of `wanted`, with or without its region.
pub fn first_known<T>(wanted: &[String], find: impl Fn(&str) -> Option<T>) -> Option<T> {
    wanted.iter().find_map(|tag| {
        let tag = tag.to_lowercase();
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        find(&tag).or_else(|| find(language))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_comes_first_then_the_weights() {
        assert_eq!(languages("ja", "en;q=0.5, de-AT, fr; Q=0.8"), ["ja", "de-AT", "fr", "en"]);
        assert_eq!(languages("", "en"), ["en"]);
    }

    #[test]
    fn nonsense_is_passed_over() {
        assert_eq!(languages("", ""), [""; 0]);
        assert_eq!(languages("", "de;q=NaN, en;q=0, fr;q=inf, es;q=-1, it;x, ja"), ["ja"]);
        assert_eq!(languages("", &"de,".repeat(10_000)).len(), MAX);
    }
}
