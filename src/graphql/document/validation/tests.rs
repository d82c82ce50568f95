//! The rules with the specification's own examples, on its schema and on the server's.

use crate::config::DocumentLimits;
use crate::graphql::catalog::Catalog;
use crate::graphql::document::{DocumentError, check};

mod fragments;
mod selections;
mod values;
mod variables;

/// The schema that the examples of the specification are about, and the shapes that the server's schema hasn't.
const PETS: &str = "
    type Query {
      dog: Dog cat: Cat pet: Pet catOrDog: CatOrDog human(id: ID): Human arguments: Arguments
      findDog(searchBy: FindDogInput): Dog findPet(by: PetBy): Pet booleanList(booleanListArg: [Boolean!]): Boolean
      search(text: String) : [SearchResult!]! json(value: Json): String
    }
    type Mutation { rename(name: String!): Dog }
    type Subscription { newMessage: Message disallowed: Boolean }
    directive @tag(name: String!) repeatable on FIELD | QUERY
    directive @once on FIELD | VARIABLE_DEFINITION
    scalar Json
    type Message { body: String sender: String }
    enum DogCommand { SIT DOWN HEEL }
    interface Sentient { name: String! }
    interface Pet { name: String! nickname: String }
    type Alien implements Sentient { name: String! homePlanet: String }
    type Human implements Sentient { name: String! pets: [Pet!] }
    type Dog implements Pet {
      name: String! nickname: String barkVolume: Int owner: Human
      doesKnowCommand(dogCommand: DogCommand!): Boolean!
      isHouseTrained(atOtherHomes: Boolean): Boolean!
    }
    enum CatCommand { JUMP }
    type Cat implements Pet {
      name: String! nickname: String meowVolume: Int
      doesKnowCommand(catCommand: CatCommand!): Boolean!
    }
    union CatOrDog = Cat | Dog
    union SearchResult = Human | Alien
    input FindDogInput { name: String = \"Fido\" owner: String barkVolume: Int = 1 id: ID! inner: FindDogInput }
    input PetBy @oneOf { name: String id: Int }
    type Arguments {
      multipleRequirements(x: Int!, y: Int!): Int!
      booleanArgField(booleanArg: Boolean): Boolean
      floatArgField(floatArg: Float): Float
      intArgField(intArg: Int): Int
      stringArgField(stringArg: String): String
      idArgField(idArg: ID): ID
      nonNullBooleanArgField(nonNullBooleanArg: Boolean!): Boolean!
      booleanListArgField(booleanListArg: [Boolean]!): [Boolean]
      optionalNonNullBooleanArgField(optionalBooleanArg: Boolean! = false): Boolean!
    }";

fn errors(sdl: &str, text: &str) -> Vec<DocumentError> {
    let catalog = Catalog::read_types(sdl).unwrap();
    let limits = DocumentLimits { depth: 10, ..DocumentLimits::default() };
    check(text, &catalog, &limits, true).err().unwrap_or_default()
}

/// Makes sure that each document is valid.
fn assert_valid<const N: usize>(texts: [&str; N]) {
    for text in texts {
        assert_eq!(errors(PETS, text), [], "{text}");
    }
}

/// Makes sure that each document has one error, whose message begins so, and that its place is known.
fn assert_refused<const N: usize>(texts: [(&str, &str); N]) {
    for (text, expected) in texts {
        let errors = errors(PETS, text);
        assert_eq!(errors.len(), 1, "{text}: {errors:?}");
        let DocumentError { message, position, .. } = &errors[0];
        assert!(message.starts_with(expected), "{text}: {message}");
        assert!(position.is_some() || message.starts_with("The document"), "{text}: {message}");
    }
}

/// Every committed document is valid on the committed schema.
#[test]
fn the_committed_documents_are_valid() {
    let folder = format!("{}/schema", env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(format!("{folder}/{name}.graphql")).unwrap();
    let (sdl, server) = (read("schema"), read("server"));
    for (name, sdl) in [
        ("operations", &sdl),
        ("document", &sdl),
        ("operations/server", &server),
        ("console", &server),
    ] {
        for file in std::fs::read_dir(format!("{folder}/{name}")).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                let text = std::fs::read_to_string(&path).unwrap();
                assert_eq!(errors(sdl, &text), [], "{}", path.display());
            }
        }
    }
    assert_eq!(errors(&sdl, include_str!("../introspection.graphql")), []);
}

/// All errors of a document are reported, in the order of the text, up to a maximum.
#[test]
#[expect(clippy::format_collect, reason = "short texts")]
fn errors_come_in_order_and_are_bounded() {
    let places = |text: &str| -> Vec<(usize, usize)> {
        let places = errors(PETS, text).into_iter().filter_map(|error| error.position);
        places.map(|pos| (pos.line, pos.column)).collect()
    };
    let text = "query ($unused: Int) {\n  dog { nme }\n  cat(x: 1) { name @nope }\n}\nfragment F on Dog { name }";
    assert_eq!(places(text), [(1, 8), (2, 9), (3, 7), (3, 20), (5, 10)]);

    let many =
        format!("{{ dog {{ {} }} }}", (0..200).map(|n| format!("x{n} ")).collect::<String>());
    assert_eq!(errors(PETS, &many).len(), 20);
}

/// C-05: messages repeat names in part, and no values.
#[test]
fn messages_are_short() {
    let long = "x".repeat(128);
    let text = "s".repeat(30_000);
    for document in [
        format!("{{ {long} }}"),
        format!("{{ dog {{ {long} {{ a }} }} }}"),
        format!("{{ dog(\n{long}: 1) {{ name }} }}"),
        format!("query (${long}: {long}) {{ dog {{ name @{long} }} }}"),
        format!(
            "query ($v: DogCommand = \"{text}\") {{ dog {{ doesKnowCommand(dogCommand: $v) }} }}"
        ),
        format!("{{ dog {{ doesKnowCommand(dogCommand: {long}) }} }}"),
        format!("{{ arguments {{ intArgField(intArg: \"{text}\") }} }}"),
        format!("{{ findDog(searchBy: {{id: 1, {long}: 1, {long}: 1}}) {{ name }} }}"),
        format!("{{ ... on {long} {{ a }} }}"),
        format!("{{ ...{long} }}"),
        format!("{{ dog {{ name }} }} fragment {long} on Dog {{ name }}"),
        format!("{{ dog {{ {long}: name {long}: nickname }} }}"),
        format!("query {long} {{ dog {{ name }} }} query {long} {{ dog {{ name }} }}"),
    ] {
        let errors = errors(PETS, &document);
        assert!(!errors.is_empty(), "{document:.60}");
        for error in errors {
            assert!(error.message.chars().count() <= 200, "{}", error.message);
        }
    }
}

/// C-05, EN-8: what was meant is suggested where introspection is on, which says as much, and not where it is off.
#[test]
fn suggestions_follow_introspection() {
    let catalog = Catalog::read_types(PETS).unwrap();
    for (text, expected) in [
        ("{ dgo { name } }", "The type `Query` has no field `dgo`. Did you mean `dog`?"),
        (
            "{ dog { isHousetrained } }",
            "The type `Dog` has no field `isHousetrained`. Did you mean `isHouseTrained`?",
        ),
        ("{ human(idd: 1) { name } }", "`human` has no argument `idd`. Did you mean `id`?"),
        (
            "query ($v: Strin) { human(id: $v) { name } }",
            "There is no type `Strin`. Did you mean `String`?",
        ),
        ("{ ... on Qery { dog { name } } }", "There is no type `Qery`. Did you mean `Query`?"),
        (
            "{ dog { doesKnowCommand(dogCommand: SITT) } }",
            "`DogCommand!` has no value `SITT`. Did you mean `SIT`?",
        ),
        (
            "{ findDog(searchBy: {id: 1, ownr: \"x\"}) { name } }",
            "`FindDogInput` has no field `ownr`. Did you mean `owner`?",
        ),
    ] {
        let message = |introspection| {
            check(text, &catalog, &DocumentLimits::default(), introspection).unwrap_err()[0]
                .message
                .clone()
        };
        assert_eq!(message(true), expected);
        assert!(!message(false).contains("mean"), "{}", message(false));
    }
}
