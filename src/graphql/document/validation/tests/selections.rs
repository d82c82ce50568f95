//! 5.1 to 5.3: definitions, operations, fields.

use super::{assert_refused, assert_valid};

/// 5.1.1: a document defines operations and fragments, and nothing else.
#[test]
fn executable_definitions() {
    assert_refused([
        ("query { dog { name } } type Color { red: Int }", "Syntax error"),
        ("extend type Dog { color: String } { dog { name } }", "Syntax error"),
    ]);
}

/// 5.2.1.1: the schema has operations of the kind.
#[test]
fn operation_type_existence() {
    let errors = super::errors("type Query { a: Int }", "mutation { a }");
    assert_eq!(errors[0].message, "The schema has no operations of the kind `mutation`.");
}

/// 5.2.2.1: names of operations are unique, whatever their kinds.
#[test]
fn operation_name_uniqueness() {
    assert_valid([
        "query getDogName { dog { name } } query getOwnerName { dog { owner { name } } }",
    ]);
    let expected = "Two operations are named `dogOperation`.";
    assert_refused([
        ("query dogOperation { dog { name } } query dogOperation { cat { name } }", expected),
        (
            "query dogOperation { dog { name } } mutation dogOperation { rename(name: \"x\") { name } }",
            expected,
        ),
    ]);
}

/// 5.2.3.1: an operation without a name is alone.
#[test]
fn lone_anonymous_operation() {
    assert_valid(["{ dog { name } }", "query { dog { name } }"]);
    let expected = "An operation without a name must be the only one.";
    assert_refused([
        ("{ dog { name } } query getName { dog { owner { name } } }", expected),
        ("query getName { dog { owner { name } } } { dog { name } }", expected),
    ]);
}

/// 5.2.4.1: a subscription has a single root field, which is no introspection and has no condition.
#[test]
fn single_root_field() {
    assert_valid([
        "subscription sub { newMessage { body sender } }",
        "subscription sub { ...newMessageFields } fragment newMessageFields on Subscription { newMessage { body sender } }",
        "subscription sub { newMessage { body } ... { newMessage { sender } } }",
        "subscription sub { newMessage { body @skip(if: true) } }",
    ]);
    let several = "A subscription has exactly one field.";
    let skipped = "The field of a subscription can't be skipped.";
    assert_refused([
        ("subscription sub { newMessage { body } disallowed }", several),
        (
            "subscription sub { ...F } fragment F on Subscription { newMessage { body } disallowed }",
            several,
        ),
        ("subscription sub { newMessage { body } a: newMessage { body } }", several),
        (
            "subscription sub { __typename }",
            "A subscription has exactly one field, which is not an introspection field.",
        ),
        ("subscription sub($x: Boolean!) { newMessage @skip(if: $x) { body } }", skipped),
        (
            "subscription sub { ...F @include(if: true) } fragment F on Subscription { newMessage { body } }",
            skipped,
        ),
        ("subscription sub { ... @include(if: true) { newMessage { body } } }", skipped),
    ]);
}

/// 5.3.1: a selected field is one of its type; of a union only `__typename` is.
#[test]
fn field_selections() {
    assert_valid([
        "{ pet { name __typename } }",
        "{ catOrDog { __typename ... on Dog { name } ... on Pet { name } } }",
        "{ __schema { types { name fields(includeDeprecated: true) { name } } } __type(name: \"Dog\") { kind isOneOf } }",
    ]);
    assert_refused([
        (
            "{ dog { ...F } } fragment F on Dog { meowVolume }",
            "The type `Dog` has no field `meowVolume`.",
        ),
        (
            "{ dog { ...F } } fragment F on Dog { barkVolume: kawVolume }",
            "The type `Dog` has no field `kawVolume`.",
        ),
        ("{ pet { barkVolume } }", "The type `Pet` has no field `barkVolume`."),
        ("{ catOrDog { name } }", "The type `CatOrDog` has no field `name`."),
        ("{ dog { __schema { types { name } } } }", "The type `Dog` has no field `__schema`."),
        (
            "mutation { __type(name: \"Dog\") { name } }",
            "The type `Mutation` has no field `__type`.",
        ),
        ("{ __typo }", "The type `Query` has no field `__typo`."),
        ("{ __schema { typos { name } } }", "The type `__Schema` has no field `typos`."),
    ]);
}

/// 5.3.2: fields under one key can be merged.
#[test]
fn field_selection_merging() {
    assert_valid([
        "{ dog { name name } }",
        "{ dog { otherName: name otherName: name } }",
        "{ dog { doesKnowCommand(dogCommand: SIT) doesKnowCommand(dogCommand: SIT) } }",
        "query ($c: DogCommand!) { dog { doesKnowCommand(dogCommand: $c) doesKnowCommand(dogCommand: $c) } }",
        "{ arguments { multipleRequirements(x: 1, y: 2) multipleRequirements(y: 2, x: 1) } }",
        "{ json(value: {a: 1, b: 2}) a: json(value: {a: 1}) json(value: {b: 2, a: 1}) }",
        // Only one of them is ever answered, and all look alike.
        "{ pet { ... on Dog { volume: barkVolume } ... on Cat { volume: meowVolume } } }",
        "{ pet { ... on Dog { doesKnowCommand(dogCommand: SIT) } ... on Cat { doesKnowCommand(catCommand: JUMP) } } }",
        "{ dog { owner { name } } dog { owner { pets { name } } } }",
        "{ pet { ... on Dog { x: owner { name } } ... on Cat { y: nickname } } }",
    ]);
    let differ = "Two fields under the key `x` differ in name or arguments";
    let types = "Two fields under the key `x` have the types";
    assert_refused([
        ("{ dog { x: name x: nickname } }", types),
        ("{ dog { x: nickname x: name } }", types),
        ("{ arguments { x: intArgField(intArg: 1) x: intArgField(intArg: 2) } }", differ),
        ("{ arguments { x: intArgField(intArg: 1) x: intArgField } }", differ),
        (
            "query ($a: Int) { arguments { x: intArgField(intArg: $a) x: intArgField(intArg: 1) } }",
            differ,
        ),
        (
            "{ dog { x: barkVolume ...F } } fragment F on Dog { x: doesKnowCommand(dogCommand: SIT) }",
            types,
        ),
        ("{ pet { ... on Dog { x: barkVolume } ... on Cat { x: nickname } } }", types),
        ("{ pet { x: name ... on Dog { x: nickname } } }", types),
        (
            "{ pet { x: nickname ... on Dog { ... on Pet { x: nickname } } ... on Cat { y: name } } a: dog { x: owner { x: name } } \
           a: dog { x: owner { x: pets { name } } } }",
            types,
        ),
        ("{ x: dog { name } x: cat { name } }", differ),
        ("{ x: json(value: {a: 1}) x: json(value: {a: 2}) }", differ),
        ("{ x: json(value: A) x: json(value: \"A\") }", differ),
    ]);
}

/// 5.3.2: the rule looks at each selected field once, however often a key comes.
#[test]
fn merging_takes_linear_time() {
    // Introspection counts for little, and so may select most.
    let fields = "name ".repeat(900);
    let same = format!("{{ __schema {{ types {{ {fields} }} }} }}");
    assert_valid([&same]);
}

/// 5.3.3: leaves have no selection, and everything else has one.
#[test]
fn leaf_field_selections() {
    assert_valid(["{ dog { barkVolume } }"]);
    assert_refused([
        (
            "{ dog { barkVolume { sinceWhen } } }",
            "The field `barkVolume` has no fields of its own.",
        ),
        (
            "{ human }",
            "The field `human` has fields of its own: select some, as in `{ human { … } }`.",
        ),
        ("{ pet }", "The field `pet` has fields of its own"),
        ("{ catOrDog }", "The field `catOrDog` has fields of its own"),
        ("{ __typename { name } }", "The field `__typename` has no fields of its own."),
    ]);
}
