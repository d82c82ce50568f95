//! 5.4 and 5.6: arguments and values.

use super::{assert_refused, assert_valid};

/// 5.4.1: arguments exist.
#[test]
fn argument_names() {
    assert_valid([
        "{ dog { doesKnowCommand(dogCommand: SIT) isHouseTrained(atOtherHomes: true) @include(if: true) } }",
        "{ arguments { multipleRequirements(y: 1, x: 2) } }",
    ]);
    assert_refused([
        (
            "{ dog { doesKnowCommand(command: CLEAN_UP_HOUSE, dogCommand: SIT) } }",
            "`doesKnowCommand` has no argument `command`.",
        ),
        ("{ dog { name(x: 1) } }", "`name` has no argument `x`."),
        ("{ __typename(x: 1) }", "`__typename` has no argument `x`."),
    ]);
}

/// 5.4.2: each argument is given once.
#[test]
fn argument_uniqueness() {
    assert_refused([
        (
            "{ arguments { intArgField(intArg: 1, intArg: 1) } }",
            "The argument `intArg` comes twice.",
        ),
        (
            "{ arguments { intArgField(intArg: 1, intArg: 2) } }",
            "The argument `intArg` comes twice.",
        ),
    ]);
}

/// 5.4.3: required arguments are given, and not null.
#[test]
fn required_arguments() {
    assert_valid([
        "{ arguments { booleanArgField(booleanArg: true) a: booleanArgField b: booleanArgField(booleanArg: null) } }",
        "{ arguments { optionalNonNullBooleanArgField } }",
    ]);
    assert_refused([
        (
            "{ arguments { nonNullBooleanArgField } }",
            "The argument `nonNullBooleanArg` is required.",
        ),
        ("{ arguments { multipleRequirements(x: 1) } }", "The argument `y` is required."),
        (
            "{ arguments { nonNullBooleanArgField(nonNullBooleanArg: null) } }",
            "The argument `nonNullBooleanArg` must be `Boolean!`, and has null.",
        ),
        (
            "{ arguments { optionalNonNullBooleanArgField(optionalBooleanArg: null) } }",
            "The argument `optionalBooleanArg` must be `Boolean!`, and has null.",
        ),
    ]);
    let errors = super::errors(super::PETS, "{ arguments { multipleRequirements } }");
    let arguments: Vec<_> = errors.iter().map(|error| error.argument.as_deref().unwrap()).collect();
    assert_eq!(arguments, ["x", "y"]);
}

/// 5.6.1: values have the type that is expected.
#[test]
fn values_of_correct_type() {
    assert_valid([
        "{ arguments { booleanArgField(booleanArg: true) intArgField(intArg: -2147483648) stringArgField(stringArg: \"x\") } }",
        "{ arguments { floatArgField(floatArg: 1) a: floatArgField(floatArg: 1.5e3) idArgField(idArg: 7) b: idArgField(idArg: \"7\") } }",
        "{ booleanList(booleanListArg: [true, false]) a: booleanList(booleanListArg: true) b: booleanList(booleanListArg: null) }",
        "{ findDog(searchBy: {id: 1, name: null, inner: {id: \"x\"}}) { name } }",
        "{ json(value: {a: [1, {b: X}]}) b: json(value: 5) c: json(value: null) }",
    ]);
    let int = "The argument `intArg` must be `Int`, and has ";
    assert_refused([
        ("{ arguments { intArgField(intArg: \"123\") } }", &format!("{int}a string.")),
        (
            "{ arguments { intArgField(intArg: 1.0) } }",
            &format!("{int}a number with a fraction or an exponent."),
        ),
        (
            "{ arguments { intArgField(intArg: 2147483648) } }",
            &format!("{int}a number beyond 32 bits."),
        ),
        ("{ arguments { intArgField(intArg: [1]) } }", &format!("{int}a list.")),
        ("{ arguments { intArgField(intArg: {a: 1}) } }", &format!("{int}an object.")),
        (
            "{ arguments { stringArgField(stringArg: 1) } }",
            "The argument `stringArg` must be `String`, and has a number.",
        ),
        (
            "{ arguments { stringArgField(stringArg: x) } }",
            "The argument `stringArg` must be `String`, and has a name without quotes.",
        ),
        (
            "{ arguments { booleanArgField(booleanArg: 1) } }",
            "The argument `booleanArg` must be `Boolean`, and has a number.",
        ),
        (
            "{ arguments { floatArgField(floatArg: \"1\") } }",
            "The argument `floatArg` must be `Float`, and has a string.",
        ),
        (
            "{ arguments { idArgField(idArg: 1.5) } }",
            "The argument `idArg` must be `ID`, and has a number.",
        ),
        (
            "{ arguments { idArgField(idArg: true) } }",
            "The argument `idArg` must be `ID`, and has true or false.",
        ),
    ]);
}

/// 5.6.1: in lists, enums, input objects and defaults, too.
#[test]
fn values_of_correct_type_within_others() {
    assert_refused([
        (
            "{ booleanList(booleanListArg: [true, null]) }",
            "The argument `booleanListArg` must be `Boolean!`, and has null.",
        ),
        (
            "{ booleanList(booleanListArg: [[true]]) }",
            "The argument `booleanListArg` must be `Boolean!`, and has a list.",
        ),
        ("{ dog { doesKnowCommand(dogCommand: JUMP) } }", "`DogCommand!` has no value `JUMP`."),
        (
            "{ dog { doesKnowCommand(dogCommand: \"SIT\") } }",
            "The argument `dogCommand` must be `DogCommand!`, and has a string.",
        ),
        (
            "{ dog { doesKnowCommand(dogCommand: 1) } }",
            "The argument `dogCommand` must be `DogCommand!`, and has a number.",
        ),
        (
            "{ findDog(searchBy: 5) { name } }",
            "The argument `searchBy` must be `FindDogInput`, and has a number.",
        ),
        (
            "{ findDog(searchBy: {id: 1, barkVolume: \"x\"}) { name } }",
            "The argument `searchBy` must be `Int`, and has a string.",
        ),
        (
            "query ($x: Int = \"1\") { arguments { intArgField(intArg: $x) } }",
            "The default must be `Int`, and has a string.",
        ),
        (
            "query ($x: [Int!] = [1, null]) { json(value: {a: $x}) }",
            "The default must be `Int!`, and has null.",
        ),
        (
            "query ($x: Int! = null) { arguments { intArgField(intArg: $x) } }",
            "The default must be `Int!`, and has null.",
        ),
    ]);
}

/// 5.6.2, 5.6.3, 5.6.4: fields of input objects exist, come once, and are there where they must.
#[test]
fn input_object_fields() {
    assert_valid(["{ findDog(searchBy: {name: \"Fido\", id: 1}) { name } }"]);
    assert_refused([
        (
            "{ findDog(searchBy: {id: 1, favoriteCookieFlavor: \"Bacon\"}) { name } }",
            "`FindDogInput` has no field `favoriteCookieFlavor`.",
        ),
        (
            "{ findDog(searchBy: {id: 1, name: \"a\", name: \"b\"}) { name } }",
            "The key `name` comes twice in an object.",
        ),
        ("{ json(value: {a: {b: 1, b: 1}}) }", "The key `b` comes twice in an object."),
        (
            "{ findDog(searchBy: {name: \"Fido\"}) { name } }",
            "The field `id` of `FindDogInput` is required.",
        ),
        (
            "{ findDog(searchBy: {id: null}) { name } }",
            "The argument `searchBy` must be `ID!`, and has null.",
        ),
        (
            "{ findDog(searchBy: {id: 1, inner: {}}) { name } }",
            "The field `id` of `FindDogInput` is required.",
        ),
    ]);
}

/// 5.6.1 and 3.10.1: a `OneOf` input object has exactly one field, which is not null.
#[test]
fn one_of_input_objects() {
    assert_valid([
        "{ findPet(by: {name: \"Fido\"}) { name } }",
        "query ($x: String!) { findPet(by: {name: $x}) { name } }",
    ]);
    let expected = "A value of the type `PetBy` has exactly one field, and not null.";
    assert_refused([
        ("{ findPet(by: {}) { name } }", expected),
        ("{ findPet(by: {name: \"Fido\", id: 1}) { name } }", expected),
        ("{ findPet(by: {name: null}) { name } }", expected),
        (
            "query ($x: String) { findPet(by: {name: $x}) { name } }",
            "The variable `x` of the type `String` must not be null here",
        ),
        (
            "query ($x: String = \"a\") { findPet(by: {name: $x}) { name } }",
            "The variable `x` of the type `String` must not be null here",
        ),
    ]);
}
