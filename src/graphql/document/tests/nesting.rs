//! How deep brackets and fragments may nest.

use super::*;

/// GQ-1, N-74: bombs of brackets, wherever they stand, on a small stack.
#[test]
fn nested_brackets_are_refused() {
    on_a_stack_of(512 * 1024, || {
        let limits = DocumentLimits {
            document_bytes: usize::MAX,
            tokens: usize::MAX,
            ..DocumentLimits::default()
        };
        for depth in [65, 400, 2_000, 20_000, 200_000] {
            let open = |bracket: &str| bracket.repeat(depth);
            for bomb in [
                format!("{{a(x:{}{})}}", open("["), open("]")),
                format!("{{a(x:{}", open("[")),
                format!("{{a(x:{}1{})}}", open("{k:"), open("}")),
                format!("{{a{}", open("(")),
                format!("{}a{}", open("{a"), open("}")),
                open("{"),
                format!("query($v:{}Int{}){{a}}", open("["), open("]")),
                format!("query($v:X={}{}){{a}}", open("["), open("]")),
                format!("{{a @d(x:{}{})}}", open("["), open("]")),
                format!("{{a #\n(x:\"\\\"\" y:{}", open("[")),
            ] {
                let refused = error_kind_with(&bomb, None, &limits);
                assert_eq!(refused, Some(DocumentErrorKind::Limit), "{bomb:.30} × {depth}");
            }
            // What only looks like brackets is none.
            let text =
                format!("{{a(x:\"{}\" y:\"\"\"{}\"\"\")}} #{}", open("["), open("{"), open("("));
            assert_eq!(error_kind_with(&text, None, &limits), None);
        }
    });
}

/// GQ-1: the parser takes an unfinished block string for an empty string, and reads on behind it.
#[test]
fn brackets_do_not_hide_behind_an_unfinished_block_string() {
    on_a_stack_of(512 * 1024, || {
        for depth in [65, 400, 800] {
            let values = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            for bomb in [
                format!("{{a(x:[\"\"\"\" {values}])}}"),
                format!("{{a(x:[\"\"\"\\\"\"\"\" {values}])}}"),
            ] {
                assert_eq!(
                    error_kind(&bomb),
                    Some(DocumentErrorKind::Syntax),
                    "{bomb:.30} × {depth}"
                );
            }
        }
    });
}

/// GQ-1: fragments that each nest little and together much, on a small stack.
#[test]
fn nesting_counts_through_fragments() {
    let chain = |first: usize, levels: usize| {
        let nest =
            |levels, inner: &str| format!("{}{inner}{}", "{a".repeat(levels), "}".repeat(levels));
        let fragment = |n: usize| {
            let inner = if n == 19 { "{a}".to_owned() } else { format!("{{...F{}}}", n + 1) };
            format!("fragment F{n} on Query {} ", nest(levels, &inner))
        };
        let fragments: String = (0..20).map(fragment).collect();
        format!("{} {fragments}", nest(first, "{...F0}"))
    };
    on_a_stack_of(512 * 1024, move || {
        let limits = DocumentLimits { depth: 1_000, ..DocumentLimits::default() };

        // One level of the operation, and two of each fragment.
        assert_eq!(error_kind_with(&chain(23, 1), None, &limits), None);
        assert_eq!(error_kind_with(&chain(24, 1), None, &limits), Some(DocumentErrorKind::Limit));
        for levels in [15, 27] {
            let bomb = chain(0, levels);
            assert_eq!(error_kind_with(&bomb, None, &limits), Some(DocumentErrorKind::Limit));
            let unused = format!("{{a}} {}", bomb.trim_start_matches("{...F0}"));
            assert_eq!(error_kind_with(&unused, None, &limits), Some(DocumentErrorKind::Limit));
        }
        // A fragment that was measured where it is shallow counts again where it is deep.
        let twice = chain(23, 1).replacen("{...F0}", "{...F0 a{...F0}}", 1);
        assert_eq!(error_kind_with(&twice, None, &limits), Some(DocumentErrorKind::Limit));
    });
}
