//! 5.5 and 5.7: fragments and directives.

use super::{assert_refused, assert_valid};

/// 5.5.1.1: names of fragments are unique.
#[test]
fn fragment_name_uniqueness() {
    assert_refused([(
        "{ dog { ...F } } fragment F on Dog { name } fragment F on Dog { owner { name } }",
        "Two fragments are named `F`.",
    )]);
}

/// 5.5.1.2, 5.5.1.3: a fragment is on a type that exists and has fields.
#[test]
fn fragment_types() {
    assert_valid([
        "{ dog { ...A ...B ... on Dog { ... @include(if: true) { name } } } } fragment A on Pet { name } fragment B on CatOrDog { __typename }",
    ]);
    assert_refused([
        ("{ dog { ...F } } fragment F on NotInSchema { name }", "There is no type `NotInSchema`."),
        ("{ dog { ... on NotInSchema { name } } }", "There is no type `NotInSchema`."),
        (
            "{ dog { ...F } } fragment F on Int { something }",
            "A fragment can't be on `Int`, which has no fields.",
        ),
        ("{ dog { ... on Boolean { somethingElse } } }", "A fragment can't be on `Boolean`"),
        ("{ dog { ... on DogCommand { a } } }", "A fragment can't be on `DogCommand`"),
        ("{ dog { ... on FindDogInput { a } } }", "A fragment can't be on `FindDogInput`"),
    ]);
}

/// 5.5.1.4: each fragment is used.
#[test]
fn fragments_must_be_used() {
    assert_refused([
        ("fragment F on Dog { name } { dog { name } }", "The fragment `F` is never used."),
        (
            "{ dog { ...A } } fragment A on Dog { name } fragment B on Dog { ...A }",
            "The fragment `B` is never used.",
        ),
        ("fragment F on Dog { name }", "The fragment `F` is never used."),
    ]);
}

/// 5.5.2.1: a fragment that is spread exists.
#[test]
fn fragment_spread_target_defined() {
    assert_refused([(
        "{ dog { ...undefinedFragment } }",
        "The document has no fragment `undefinedFragment`.",
    )]);
}

/// 5.5.2.2: fragments contain themselves neither at once nor by way of others.
#[test]
fn fragment_spreads_form_no_cycles() {
    for text in [
        "{ dog { ...A } } fragment A on Dog { ...A }",
        "{ dog { ...A } } fragment A on Dog { name ...B } fragment B on Dog { barkVolume ...A }",
        "{ dog { ...A } } fragment A on Dog { owner { pets { ... on Dog { ...A } } } }",
        "{ dog { name } } fragment A on Dog { ...B } fragment B on Dog { ...A }",
    ] {
        let errors = super::errors(super::PETS, text);
        assert!(errors[0].message.ends_with("contains itself."), "{text}: {errors:?}");
        assert!(errors[0].position.is_some(), "{text}");
    }
}

/// 5.5.2.3: a fragment can apply where it is spread.
#[test]
fn fragment_spread_is_possible() {
    assert_valid([
        "{ dog { ... on Dog { barkVolume } } }",
        "{ dog { ...F } } fragment F on Pet { name }",
        "{ dog { ...F } } fragment F on CatOrDog { ... on Cat { meowVolume } }",
        "{ pet { name ... on Dog { barkVolume } } }",
        "{ catOrDog { ... on Cat { meowVolume } } }",
        "{ pet { ... on CatOrDog { __typename } } }",
        "{ search { ... on Sentient { name } } }",
    ]);
    assert_refused([
        ("{ dog { ... on Cat { meowVolume } } }", "A fragment on `Cat` never applies in `Dog`."),
        (
            "{ dog { ...F } } fragment F on Cat { name }",
            "A fragment on `Cat` never applies in `Dog`.",
        ),
        ("{ human { ... on Pet { name } } }", "A fragment on `Pet` never applies in `Human`."),
        (
            "{ human { ... on CatOrDog { __typename } } }",
            "A fragment on `CatOrDog` never applies in `Human`.",
        ),
        (
            "{ pet { ... on Sentient { name } } }",
            "A fragment on `Sentient` never applies in `Pet`.",
        ),
        (
            "{ ... on Mutation { rename(name: \"x\") { name } } }",
            "A fragment on `Mutation` never applies in `Query`.",
        ),
    ]);
}

/// 5.7.1, 5.7.2, 5.7.3: directives exist, stand where they may, and once unless they are repeatable.
#[test]
fn directives() {
    assert_valid([
        "query @tag(name: \"a\") @tag(name: \"b\") { dog { name @tag(name: \"a\") @tag(name: \"a\") @skip(if: false) @include(if: true) } }",
        "query ($x: Int @once) { arguments { intArgField(intArg: $x) @once } }",
        "query ($foo: Boolean = true, $bar: Boolean = false) { dog @skip(if: $foo) { name } dog @skip(if: $bar) { nickname } }",
    ]);
    assert_refused([
        ("{ dog { name @unknown } }", "There is no directive `unknown`."),
        ("query @skip(if: true) { dog { name } }", "The directive `skip` can't stand here."),
        (
            "query ($x: Int @skip(if: true)) { arguments { intArgField(intArg: $x) } }",
            "The directive `skip` can't stand here.",
        ),
        (
            "mutation @tag(name: \"a\") { rename(name: \"x\") { name } }",
            "The directive `tag` can't stand here.",
        ),
        (
            "{ dog { ...F } } fragment F on Dog @skip(if: true) { name }",
            "The directive `skip` can't stand here.",
        ),
        ("{ dog { name @deprecated } }", "The directive `deprecated` can't stand here."),
        ("{ dog { ... @once { name } } }", "The directive `once` can't stand here."),
        (
            "{ dog { name @skip(if: true) @skip(if: true) } }",
            "The directive `skip` comes twice at one place.",
        ),
        (
            "query ($x: Int @once @once) { arguments { intArgField(intArg: $x) } }",
            "The directive `once` comes twice at one place.",
        ),
        ("{ dog { name @skip } }", "The argument `if` is required."),
        ("{ dog { name @skip(unless: true, if: true) } }", "`skip` has no argument `unless`."),
        (
            "{ dog { name @include(if: \"true\") } }",
            "The argument `if` must be `Boolean!`, and has a string.",
        ),
        ("{ dog { name @tag(name: \"a\", name: \"b\") } }", "The argument `name` comes twice."),
    ]);
}
