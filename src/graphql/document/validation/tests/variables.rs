//! 5.8: variables.

use super::{assert_refused, assert_valid};

/// 5.8.1: names of variables are unique in their operation.
#[test]
fn variable_uniqueness() {
    assert_valid([
        "query A($name: String) { ...F } query B($name: String) { ...F } fragment F on Query { json(value: {a: $name}) }",
    ]);
    assert_refused([(
        "query ($x: Boolean, $x: Boolean) { dog { isHouseTrained(atOtherHomes: $x) } }",
        "The variable `x` is defined twice.",
    )]);
}

/// 5.8.2: variables have input types.
#[test]
fn variables_are_input_types() {
    assert_valid([
        "query ($x: Boolean) { dog { isHouseTrained(atOtherHomes: $x) } }",
        "query ($x: FindDogInput) { findDog(searchBy: $x) { name } }",
        "query ($x: DogCommand!) { dog { doesKnowCommand(dogCommand: $x) } }",
        "query ($x: [Boolean!]) { booleanList(booleanListArg: $x) }",
    ]);
    assert_refused([
        ("query ($x: Cat) { json(value: {a: $x}) }", "A variable can't be of the type `Cat`."),
        ("query ($x: Dog!) { json(value: {a: $x}) }", "A variable can't be of the type `Dog`."),
        ("query ($x: [Pet]) { json(value: {a: $x}) }", "A variable can't be of the type `Pet`."),
        (
            "query ($x: CatOrDog) { json(value: {a: $x}) }",
            "A variable can't be of the type `CatOrDog`.",
        ),
        (
            "query ($x: Nothing) { arguments { intArgField(intArg: $x) } }",
            "There is no type `Nothing`.",
        ),
    ]);
}

/// 5.8.3: variables that are used are defined, by way of fragments, too.
#[test]
fn variable_uses_are_defined() {
    let expected = "The variable `x` is not defined.";
    assert_valid([
        "query ($x: Boolean) { dog { ...F } } fragment F on Dog { isHouseTrained(atOtherHomes: $x) }",
        "query ($x: Boolean!) { dog { name @skip(if: $x) ...F @include(if: $x) } } fragment F on Dog { name }",
        "query ($x: Int) { json(value: {a: [{b: $x}]}) }",
    ]);
    assert_refused([
        ("{ dog { isHouseTrained(atOtherHomes: $x) } }", expected),
        ("{ dog { ...F } } fragment F on Dog { isHouseTrained(atOtherHomes: $x) }", expected),
        (
            "{ dog { ...A } } fragment A on Dog { ...B } fragment B on Dog { isHouseTrained(atOtherHomes: $x) }",
            expected,
        ),
        (
            "query A($x: Boolean) { ...F } query B { ...F } fragment F on Query { dog { isHouseTrained(atOtherHomes: $x) } }",
            expected,
        ),
        ("{ json(value: {a: [{b: $x}]}) }", expected),
        ("{ dog { name @skip(if: $x) } }", expected),
        ("query @tag(name: $x) { dog { name } }", expected),
    ]);
}

/// 5.8.4: variables are used, by way of fragments, too.
#[test]
fn variables_are_used() {
    let expected = "The variable `x` is never used.";
    assert_refused([
        ("query ($x: Boolean) { dog { isHouseTrained } }", expected),
        ("query ($x: Boolean) { dog { ...F } } fragment F on Dog { isHouseTrained }", expected),
        (
            "query A($x: Boolean) { dog { isHouseTrained(atOtherHomes: $x) } } query B($x: Boolean) { dog { name } }",
            expected,
        ),
        ("query ($x: Boolean) { dog { name } } ", expected),
    ]);
    // What is not used in another way than the one that is reached counts for nothing.
    let text = "query ($x: Int) { dog { name } } fragment F on Query { arguments { intArgField(intArg: $x) } }";
    let messages: Vec<_> =
        super::errors(super::PETS, text).into_iter().map(|one| one.message).collect();
    assert_eq!(messages, [expected, "The fragment `F` is never used."]);
}

/// C-03, C-04: 5.8.5, a variable may stand where it does; a default of the variable or of the place stands in for null.
#[test]
fn variable_usages_are_allowed() {
    assert_valid([
        "query ($x: Boolean) { arguments { booleanArgField(booleanArg: $x) } }",
        "query ($x: Boolean!) { arguments { booleanArgField(booleanArg: $x) nonNullBooleanArgField(nonNullBooleanArg: $x) } }",
        "query ($x: Boolean = true) { arguments { nonNullBooleanArgField(nonNullBooleanArg: $x) } }",
        "query ($x: Boolean) { arguments { optionalNonNullBooleanArgField(optionalBooleanArg: $x) } }",
        "query ($x: [Boolean!]) { booleanList(booleanListArg: $x) }",
        "query ($x: [Boolean!]!) { booleanList(booleanListArg: $x) arguments { booleanListArgField(booleanListArg: $x) } }",
        "query ($x: Boolean!) { booleanList(booleanListArg: [$x, true]) }",
        "query ($x: Int) { findDog(searchBy: {id: 1, barkVolume: $x}) { name } }",
        "query ($x: Boolean = true) { dog { name @include(if: $x) } }",
        "query ($x: ID!) { findDog(searchBy: {id: $x, inner: {id: $x}}) { name } }",
    ]);
    let expected = "The variable `x` of the type ";
    assert_refused([
        ("query ($x: Int) { arguments { booleanArgField(booleanArg: $x) } }", expected),
        ("query ($x: Int) { arguments { floatArgField(floatArg: $x) } }", expected),
        ("query ($x: [Boolean]) { arguments { booleanArgField(booleanArg: $x) } }", expected),
        (
            "query ($x: Boolean) { arguments { nonNullBooleanArgField(nonNullBooleanArg: $x) } }",
            expected,
        ),
        (
            "query ($x: Boolean = null) { arguments { nonNullBooleanArgField(nonNullBooleanArg: $x) } }",
            expected,
        ),
        ("query ($x: [Boolean]) { booleanList(booleanListArg: $x) }", expected),
        (
            "query ($x: [Boolean]) { arguments { booleanListArgField(booleanListArg: $x) } }",
            expected,
        ),
        ("query ($x: Boolean!) { booleanList(booleanListArg: $x) }", expected),
        ("query ($x: Boolean) { booleanList(booleanListArg: [$x]) }", expected),
        ("query ($x: Boolean) { dog { name @include(if: $x) } }", expected),
        ("query ($x: ID) { findDog(searchBy: {id: $x}) { name } }", expected),
        (
            "query ($x: String) { findDog(searchBy: {id: 1, inner: {id: 1, barkVolume: $x}}) { name } }",
            expected,
        ),
        ("query ($x: Int!) { human(id: $x) { name } }", expected),
        (
            "query ($x: Int) { dog { ...F } } fragment F on Dog { isHouseTrained(atOtherHomes: $x) }",
            expected,
        ),
    ]);
}
