//! Tests of the parser, and of the positions of its errors.

use async_graphql::parser::parse_query;
use async_graphql::parser::types::Selection;
use async_graphql_value::Value;

use super::*;
use crate::graphql::document::executable;

/// The value of `{ a(x: …) }`.
fn value(literal: &str) -> Result<Value, String> {
    let document = parse(&format!("{{ a(x: {literal}) }}")).map_err(|error| error.message)?;
    let set = &document.operations[0].definition.node.selection_set.node;
    let Selection::Field(field) = &set.items[0].node else { panic!("a field") };
    Ok(field.node.arguments[0].1.node.clone())
}

fn text(literal: &str) -> String {
    match value(literal).unwrap() {
        Value::String(text) => text,
        other => panic!("{other}"),
    }
}

fn problem(text: &str) -> String {
    parse(text).err().map_or("none".to_owned(), |error| error.message)
}

/// C-07: 2.9.4, escapes of both notations, and surrogate pairs as encoders of JSON write them.
#[test]
fn escapes_are_understood() {
    for (literal, expected) in [
        (r#""""#, ""),
        (r#""plain é 😀""#, "plain é 😀"),
        (r#""\ud83d\ude00""#, "😀"),
        (r#""\uD83D\uDE00\uD83D\uDE00""#, "😀😀"),
        (r#""\u{1F600}""#, "😀"),
        (r#""\u{1f600}\u{61}\u{0000061}""#, "😀aa"),
        (r#""\u00e9\u00E9""#, "éé"),
        (r#""\u0000\u{0}""#, "\0\0"),
        (r#""\" \\ \/ \b \f \n \r \t""#, "\" \\ / \u{8} \u{c} \n \r \t"),
        (r#""\\ud83d""#, "\\ud83d"),
        (r#""\u{10FFFF}\uFFFF\uD7FF\uE000""#, "\u{10FFFF}\u{FFFF}\u{D7FF}\u{E000}"),
    ] {
        assert_eq!(text(literal), expected, "{literal}");
    }
}

/// C-07: half a pair is no character, and the message says what is.
#[test]
fn half_a_surrogate_pair_is_refused() {
    for literal in [
        r#""ab\ud83d""#,
        r#""ab\ude00""#,
        r#""ab\ud83d\ud83d""#,
        r#""ab\ud83dx\ude00""#,
        r#""ab\ude00\ud83d""#,
        r#""ab\u{d83d}\u{de00}""#,
        r#""ab\ud83d\u{de00}""#,
        r#""ab\uDBFF\u0041""#,
    ] {
        let problem = value(literal).unwrap_err();
        let expected = "Syntax error at line 1, column 11: a string has half a surrogate pair";
        assert!(problem.starts_with(expected), "{literal}: {problem}");
        assert!(problem.contains("\\uD83D\\uDE00"), "{problem}");
    }
}

#[test]
fn other_escapes_are_refused() {
    for literal in [
        r#""\x""#,
        r#""\u12""#,
        r#""\u12g4""#,
        r#""\u+123""#,
        r#""\u{}""#,
        r#""\u{110000}""#,
        r#""\u{12""#,
        r#""\u{+61}""#,
        r#""\u{FFFFFFFFFF}""#,
        r#""\uéé""#,
        "\"\\",
        "\"\\\n\"",
    ] {
        assert!(value(literal).is_err(), "{literal}");
    }
}

/// 2.9.4: a block string loses the indent that its lines share, and blank lines at its ends.
#[test]
fn block_strings_are_dedented() {
    for (literal, expected) in [
        ("\"\"\"\"\"\"", ""),
        ("\"\"\" one line \"\"\"", " one line "),
        ("\"\"\"\n    a\n      b\n\n    c\n  \"\"\"", "a\n  b\n\nc"),
        ("\"\"\"a\r\n  b\r   c\n  d\"\"\"", "a\nb\n c\nd"),
        ("\"\"\"\\\"\"\" \\n \\u00e9 \"\"\"", "\"\"\" \\n \\u00e9 "),
        ("\"\"\"\n\t\ta\n\t\tb\n\"\"\"", "a\nb"),
        ("\"\"\"\n   \n\n\"\"\"", ""),
    ] {
        assert_eq!(text(literal), expected, "{literal:?}");
    }
}

#[test]
fn numbers_are_read_as_the_specification_says() {
    for literal in
        ["0", "-0", "5", "-15", "1.5", "1e3", "-1.5E-3", "1.0e+2", "99999999999999999999"]
    {
        assert!(matches!(value(literal), Ok(Value::Number(_))), "{literal}");
    }
    for literal in
        ["00", "01", "-", "1.", ".5", "1.e3", "1e", "0x1", "1a", "1.5.5", "1_000", "+1", "1e400"]
    {
        assert!(value(literal).is_err(), "{literal}");
    }
}

#[test]
fn literals_of_all_kinds_are_read() {
    let literal = "{a: [1, true, null, NAME, $v, \"s\"], b: {}, c: []}";
    assert_eq!(
        value(literal).unwrap().to_string(),
        "{a: [1, true, null, NAME, $v, \"s\"], b: {}, c: []}"
    );
    assert!(matches!(value("nullx"), Ok(Value::Enum(_))));
}

/// What the engine's parser reads, this one reads in the same way, places included.
#[test]
fn it_agrees_with_the_engine() {
    for folder in ["document", "operations", "operations/server"] {
        let folder = format!("{}/schema/{folder}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                assert_agrees(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for text in [
        include_str!("../introspection.graphql"),
        "# a\n{ a, b(x: 1) @skip(if: true) {c} ...F @a(b: {c: [$d]}) ... on T @b { d } ... { e } }",
        "query Q($a: [T!]! = [1] $b: S) @a { x: y }",
        "mutation M { é: a }",
        "{ a(x: \"é😀\" y: 1) { b } }",
        "fragment F on T @a(b: 1) { c } query { ...F }",
        "\u{feff}{\r\n  a\n  b\n}",
        "{ a } { b }",
        "{",
        "{ a(: 1) }",
        "{ a(x: ) }",
        "query ($a) { b }",
        "{ a: }",
        "",
        "type A { b: Int }",
    ] {
        assert_agrees(text);
    }
}

fn assert_agrees(text: &str) {
    let theirs = parse_query(text).ok();
    let ours = parse(text).ok().filter(|document| {
        // Two operations without a name are for the validation to refuse.
        let nameless = document.operations.iter().filter(|operation| operation.name.is_none());
        let count = document.operations.len();
        count > 0 && (nameless.count() == 0 || count == 1)
    });
    let ours = ours.map(executable::make);
    assert_eq!(ours.is_some(), theirs.is_some(), "{text}");
    let shown = |document| {
        let json = serde_json::to_value(document).unwrap();
        // A field without a selection has one at no place in particular.
        without_empty_positions(json)
    };
    // The engine's positions of `on` and of selections that aren't there differ.
    assert_eq!(ours.map(shown), theirs.map(shown), "{text}");
}

fn without_empty_positions(json: serde_json::Value) -> serde_json::Value {
    match json {
        serde_json::Value::Object(fields) => {
            let is_empty_set =
                fields.get("node").is_some_and(|node| node["items"] == serde_json::json!([]));
            let fields = fields.into_iter().filter(|(name, _)| !(is_empty_set && name == "pos"));
            fields.map(|(name, value)| (name, without_empty_positions(value))).collect()
        }
        serde_json::Value::Array(items) => items.into_iter().map(without_empty_positions).collect(),
        other => other,
    }
}

/// The specification of September 2025 (2.4, 2.10): descriptions, and directives behind a variable's default.
#[test]
fn what_the_engine_does_not_know_is_read() {
    for text in [
        "\"Reads.\" query Q(\"An id.\" $a: ID = 1 @b) { c }",
        "\"\"\"\nReads.\n\"\"\" query { a } \"Of T.\" fragment F on T { b }",
        "query Q($a: Int = 1 @b(c: 2)) { d }",
    ] {
        assert_eq!(problem(text), "none", "{text}");
    }
    let place = "Syntax error at line 1, column";
    for (text, expected) in [
        ("\"Reads.\" { a }", "10: expected an operation or a fragment, found `{`."),
        ("\"Reads.\"", "9: expected an operation or a fragment, found the end of the document."),
        ("query () { a }", "8: expected `$`, found `)`."),
        (
            "query ($a: Int = $b) { a }",
            "18: a variable can't stand in a value that must be constant.",
        ),
        ("{ a ", "5: expected a name, found the end of the document."),
        ("{ a(x: \"no end) }", "8: a string does not end on its line."),
        ("{ a(x: \"\"\"no end) }", "8: a block string does not end."),
        ("{ a ? }", "5: this character can't stand here."),
        ("{ a .. b }", "5: a dot stands alone."),
        ("query Q", "8: expected `{`, found the end of the document."),
    ] {
        assert_eq!(problem(text), format!("{place} {expected}"), "{text}");
    }
    assert_eq!(
        problem("{\r\n  a\r  é\n}"),
        "Syntax error at line 3, column 3: this character can't stand here."
    );
}

/// C-06: 5.6.3, a key that comes twice in an object is noted, for the validation to refuse.
#[test]
fn repeated_keys_are_noted() {
    let document = parse("{ a(x: {b: 1, c: {d: 1, d: 2}, b: 3}) }").unwrap();
    let keys: Vec<_> =
        document.repeated_keys.iter().map(|key| (key.node.as_str(), key.pos.column)).collect();

    assert_eq!(keys, [("d", 25), ("b", 32)]);
}
