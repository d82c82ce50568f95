//! Texts that begin alike lie together in the order of bytes.

/// The first text after all that begin so; none if all later texts do.
pub(crate) fn successor(start: &str) -> Option<String> {
    let mut start = start.to_owned();
    while let Some(last) = start.pop() {
        // The characters of UTF-8 are in the order of their numbers, which have one gap.
        let number = u32::from(last).saturating_add(1);
        if let Some(next) = char::from_u32(if number == 0xd800 { 0xe000 } else { number }) {
            start.push(next);
            return Some(start);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::successor;

    #[test]
    fn a_successor_comes_after_all_that_begin_so() {
        for (start, end) in [
            ("a", Some("b")),
            ("ada", Some("adb")),
            ("a\u{10ffff}", Some("b")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("é", Some("ê")),
            ("\u{7f}", Some("\u{80}")),
            ("\u{10ffff}", None),
        ] {
            assert_eq!(successor(start).as_deref(), end, "{start:?}");
            if let Some(end) = end {
                assert!(start < end && format!("{start}\u{10fffe}").as_str() < end);
            }
        }
    }
}
