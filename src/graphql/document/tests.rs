//! Documents that the guard accepts and rejects.

use async_graphql::Variables;

use super::*;

mod nesting;
mod operation;

/// The query that GraphiQL and code generators send.
const INTROSPECTION: &str = include_str!("introspection.graphql");

/// What the guard does without a schema: it bounds the document, and makes the operation ready that is to run.
fn check(
    text: &str,
    name: Option<&str>,
    variables: &Variables,
    limits: &DocumentLimits,
    introspection: bool,
) -> Result<Prepared, DocumentError> {
    let (document, tokens) = read(text, limits, introspection)?;
    executable::refuse_repeated_keys(&document)?;
    let checked = Arc::new(Checked::new(text, tokens, document, &Catalog::default()));
    Prepared::new(checked, name, &mut variables.clone(), &Catalog::default())
        .map_err(|errors| errors[0].clone())
}

fn error_kind(text: &str) -> Option<DocumentErrorKind> {
    error_kind_with(text, None, &DocumentLimits::default())
}

fn error_kind_with(
    text: &str,
    name: Option<&str>,
    limits: &DocumentLimits,
) -> Option<DocumentErrorKind> {
    check(text, name, &Variables::default(), limits, true).err().map(|error| error.kind)
}

/// Runs on a stack much smaller than those that serve requests.
fn on_a_stack_of(bytes: usize, run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(bytes).spawn(run).unwrap().join().unwrap();
}

/// GQ-5: the document's texts and the standard introspection query pass the caps.
#[test]
fn the_texts_that_must_pass_do() {
    for folder in ["document", "operations", "operations/server"] {
        let folder = format!("{}/schema/{folder}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let refused =
                check(&text, None, &Variables::default(), &DocumentLimits::default(), false).err();
            // A parameterised text without its variables is refused for these, and for nothing else.
            let harmless = refused.is_none_or(|error| error.message.ends_with("is required."));
            assert!(harmless, "{}", path.display());
        }
    }
    assert_eq!(error_kind(INTROSPECTION), None);
}

/// GQ-3, GQ-5: tokens count without space between them, too, and so do comments, which take the parser longer.
#[test]
fn tokens_need_no_space_between_them() {
    for (text, most) in [
        ("{a @}", "#\n"),
        ("{a(x:[@])}", "1\u{feff}"),
        ("{a(x:[@1])}", "1-"),
        ("{@} fragment F on Query {a}", "...F"),
    ] {
        let text = text.replace('@', &most.repeat(2_000));
        let refused = check(&text, None, &Variables::default(), &DocumentLimits::default(), true)
            .unwrap_err();
        assert!(refused.message.contains("tokens"), "{text:.20}: {}", refused.message);
    }
}

/// GQ-1: 64 levels pass, the parser (640 KiB in debug builds) and our own walks included.
#[test]
fn nesting_at_the_cap_passes() {
    on_a_stack_of(1024 * 1024, || {
        let limits = DocumentLimits { depth: 64, ..DocumentLimits::default() };
        let fields = format!("{}a{}", "{a".repeat(64), "}".repeat(64));
        let value = format!("{{a(x:{}{})}}", "[".repeat(62), "]".repeat(62));

        assert_eq!(error_kind_with(&fields, None, &limits), None);
        assert_eq!(error_kind_with(&value, None, &limits), None);
    });
}

/// GQ-2, N-75: fragments that double at every level, and many spreads on few levels.
#[test]
fn fragments_that_multiply_are_refused() {
    let limits = DocumentLimits { fragments: 64, ..DocumentLimits::default() };
    let doubling = |levels: usize| {
        let level = |n: usize| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1);
        let levels: String = (0..levels).map(level).collect();
        format!(
            "{{ ...F0 }} {levels} fragment F{n} on Query {{ a }}",
            n = levels.matches("fragment").count()
        )
    };
    let wide = |spreads: usize, levels: usize| {
        let level = |n: usize| {
            format!("fragment F{n} on Query {{ {} }} ", format!("...F{} ", n + 1).repeat(spreads))
        };
        let text: String = (0..levels).map(level).collect();
        format!("{{ ...F0 }} {text} fragment F{levels} on Query {{ a }}")
    };
    for bomb in [doubling(31), doubling(24), wide(20, 8), wide(10, 4)] {
        assert_eq!(error_kind_with(&bomb, None, &limits), Some(DocumentErrorKind::Limit));
        assert!(error_kind(&bomb).is_some());
    }
    // An unused bomb is validated by the engine all the same.
    let unused = doubling(12).replace("{ ...F0 }", "{ a }");
    assert_eq!(error_kind_with(&unused, None, &limits), Some(DocumentErrorKind::Limit));
    assert_eq!(error_kind(&doubling(4)), None);
}

/// N-78: a fragment that contains itself, at once or by way of others.
#[test]
fn cycles_are_refused() {
    for text in [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { x { ...A } }",
        "{ a } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ ...Missing }",
    ] {
        assert_eq!(error_kind(text), Some(DocumentErrorKind::Invalid), "{text}");
    }
}

/// Makes a document of a size.
type Text<'a> = &'a dyn Fn(usize) -> String;

/// GQ-5, N-76, N-77: at the cap passes, one more does not.
#[test]
#[expect(clippy::format_collect, reason = "short texts")]
fn every_cap_is_exact() {
    let many = |text: &str, count: usize| text.repeat(count);
    let aliased = |count: usize| (0..count).map(|n| format!("a{n}:b ")).collect::<String>();
    let nested = |levels: usize| format!("{}{{b}}{}", many("{a", levels), many("}", levels));
    let variables = |count: usize| (0..count).map(|n| format!("$v{n}:Int ")).collect::<String>();
    let operations =
        |count: usize| (0..count).map(|n| format!("query Q{n} {{a}} ")).collect::<String>();
    let fragments = |count: usize| {
        let spreads: String = (0..count).map(|n| format!("...F{n} ")).collect();
        let bodies: String = (0..count).map(|n| format!("fragment F{n} on Query {{a}} ")).collect();
        format!("{{ {spreads} }} {bodies}")
    };
    let spread = |count: usize| {
        format!(
            "{{ a {{ {} }} }} fragment F on A {{ {} }}",
            many("...F ", count / 10),
            many("b ", 10)
        )
    };
    let cases: [(&str, usize, Text<'_>); 12] = [
        ("root fields", 20, &|n| format!("{{ {} }}", many("a ", n))),
        ("aliases", 30, &|n| format!("{{ x {{ {} }} }}", aliased(n))),
        ("complexity", 250, &|n| format!("{{ x {{ {} }} }}", many("a ", n - 1))),
        ("depth 3", 4, &|n| nested(n)),
        ("tokens", 2_000, &|n| format!("{{a(x:[{}])}}", many("1 ", n - 9))),
        ("fragments", 20, &|n| fragments(n)),
        ("operations", 10, &|n| operations(n)),
        ("variables", 50, &|n| format!("query({}){{a}}", variables(n))),
        ("directives at a field", 8, &|n| format!("{{ a {} }}", many("@d ", n))),
        ("directives", 32, &|n| format!("{{ x {{ {} {} }} }}", many("a @d ", n - 1), "b @d")),
        ("bytes outside of strings", 32 * 1024, &|n| format!("{{a}}{}", many(" ", n - 3))),
        ("introspection", 16, &|n| format!("{{ __schema {} }}", nested(n - 1))),
    ];
    for (what, cap, text) in cases {
        let name = (what == "operations").then_some("Q0");
        let limits = DocumentLimits::default();
        assert_eq!(error_kind_with(&text(cap), name, &limits), None, "{what} at the cap");
        assert_eq!(
            error_kind_with(&text(cap + 1), name, &limits),
            Some(DocumentErrorKind::Limit),
            "{what} beyond"
        );
    }
    let limits = DocumentLimits { complexity: 10_000, ..DocumentLimits::default() };
    assert_eq!(error_kind_with(&spread(990), None, &limits), None);
    assert_eq!(error_kind_with(&spread(1_000), None, &limits), Some(DocumentErrorKind::Limit));
}

/// A syntax error names its place, and repeats nothing of the text, which may hold a password.
#[test]
fn a_syntax_error_quotes_nothing() {
    let text = "mutation {\n  a(password: \"hunter2\" }";
    let refused =
        check(text, None, &Variables::default(), &DocumentLimits::default(), true).unwrap_err();

    assert_eq!(refused.kind, DocumentErrorKind::Syntax);
    let expected = "Syntax error at line 2, column 25: expected a name, found `}`.";
    assert_eq!(refused.message, expected);
}

/// GQ-5: a name is short, since an answer repeats it in every item of a list.
#[test]
fn names_are_short() {
    assert_eq!(error_kind(&format!("{{ {}: a }}", "x".repeat(128))), None);
    assert_eq!(
        error_kind(&format!("{{ {}: a }}", "x".repeat(129))),
        Some(DocumentErrorKind::Limit)
    );
}

/// C-09: what stands in strings doesn't count as length, and what is too long says how to send it.
#[test]
fn a_long_value_may_be_a_literal() {
    for quotes in ["\"", "\"\"\""] {
        let text = format!("{{ a(x: {quotes}{}{quotes}) }}", "x".repeat(200_000));
        assert_eq!(error_kind(&text), None);
        let padded = format!("{text}{}", " ".repeat(32 * 1024));
        assert_eq!(error_kind(&padded), Some(DocumentErrorKind::Limit));
    }
    let many = format!("{{ a(x: [{}]) }}", "1 ".repeat(2_000));
    let none = Variables::default();
    let refused = check(&many, None, &none, &DocumentLimits::default(), true).unwrap_err();
    assert_eq!(
        refused.message,
        "The document has too many tokens: at most 2000 are allowed. Send long values as variables."
    );
}

/// C-05: a name is repeated in part.
#[test]
fn messages_shorten_names() {
    assert_eq!(cut("name"), "`name`");
    assert_eq!(cut(&"é".repeat(64)), format!("`{}`", "é".repeat(64)));
    assert_eq!(cut(&"é".repeat(65)), format!("`{}…`", "é".repeat(64)));
    assert_eq!(cut(&"x".repeat(10_000)).chars().count(), 67);
}
