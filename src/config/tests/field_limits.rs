//! Limits of fields in files and variables.

use super::*;

/// Limits of fields are TOML in variables, too: of one field, or of all.
#[test]
fn limits_of_fields_come_from_files_and_variables() {
    let list = "[{ limit = 5, window = '1h', per = ['ip'], guesses = true, shared = 'a' }, { limit = 6, window = 60, per = [] }]";
    let of_variable = |name: &str, value: &str| {
        let file = file("limits.fields.accountGet = []");
        Config::load(Some(file.path()), variables(&[(name, value)]), Mode::Serve)
            .unwrap()
            .limits
            .fields
    };

    let one = of_variable("ACCOUNTD_LIMITS__FIELDS__accountCreate", &format!("{list}\n"));
    let all = of_variable("ACCOUNTD_LIMITS__FIELDS", &format!("{{ accountCreate = {list} }}"));

    assert_eq!(one, all);
    assert!(one["accountGet"].is_empty());
    let limits: Vec<_> =
        one["accountCreate"].iter().map(|it| (it.limit, it.window.seconds())).collect();
    assert_eq!(limits, [(5, Some(3600)), (6, Some(60))]);
    let errors = [
        error_of_file("limits.fields.a = [{ limit = 'many', window = 1 }]"),
        error_of_file("limits.fields.a = [{ limit = 1, window = [] }]"),
        error_of_file("limits.fields.a = [{ limit = 1 }]"),
        error_of_file("limits.fields.a = [{ limit = 1, window = 1, by = [] }]"),
        error_of_file("limits.fields.a = { limit = 1, window = 1 }"),
        error_of_file("limits.fields = 5"),
        error_of_variable("ACCOUNTD_LIMITS__FIELDS__A", "100"),
        error_of_variable("ACCOUNTD_LIMITS__FIELDS__A", "[{"),
        error_of_variable("ACCOUNTD_LIMITS__FIELD", "{}"),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r#"
    limits.fields.a[0].limit: not an integer
    limits.fields.a[0].window: not a span such as "1h", and no number of seconds
    limits.fields.a[0].window: missing
    limits.fields.a[0]: unknown key `by`, expected one of `limit`, `window`, `per`, `guesses`, `shared`
    limits.fields.a: not a sequence
    limits.fields: not a map
    ACCOUNTD_LIMITS__FIELDS__A: limits.fields.A: not a sequence
    ACCOUNTD_LIMITS__FIELDS__A: TOML parse error at line 1, column 21: unclosed inline table, expected `}`
    ACCOUNTD_LIMITS__FIELD: limits: unknown key `field`, expected one of `rates`, `factor`, `fields`, `body_bytes`, `batch`, `request_seconds`, `keep_alive_seconds`, `document`
    "#);
}
