//! The grammar, with the attributes of users.

use serde_json::{Value as Json, json};

use super::*;
use crate::query::filter::{Comparison, Test, Value};
use crate::users::list::UserAttribute;

type Users = ListQuery<UserAttribute>;

fn read(queries: &[Json]) -> Result<Users> {
    let text = |query: &Json| match query {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    let queries: Vec<_> = queries.iter().map(|query| Some(text(query))).collect();
    Users::read(&queries)
}

fn filter(query: Json) -> Filter<UserAttribute> {
    read(&[query]).unwrap().filters.pop().unwrap()
}

/// The type and the message of a refused query.
fn refused(query: &Json) -> (&'static str, String) {
    let error = read(std::slice::from_ref(query)).unwrap_err();
    (error.wire().0, error.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "calls are shorter")]
fn filter_by(method: &str, attribute: &str, values: Json) -> Json {
    json!({"method": method, "attribute": attribute, "values": values})
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn without_queries_a_list_has_its_first_page() {
    let list = read(&[]).unwrap();

    assert_eq!((list.limit, list.offset), (25, 0));
    assert!(list.filters.is_empty() && list.orders.is_empty() && list.cursor.is_none());
}

#[test]
fn every_test_is_read() {
    let email = |method: &str, values: Json| {
        filter(json!({"method": method, "attribute": "email", "values": values}))
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let is = |test| Filter::Is(UserAttribute::Email, test);
    let not = |test| Filter::Not(UserAttribute::Email, test);
    let one = || Test::OneOf(vec![text("a")]);
    let compare = |comparison| is(Test::Compare(comparison, text("a")));

    assert_eq!(email("equal", json!(["a"])), is(one()));
    assert_eq!(email("equal", json!(["a", "b"])), is(Test::OneOf(vec![text("a"), text("b")])));
    assert_eq!(email("notEqual", json!(["a"])), not(one()));
    assert_eq!(email("lessThan", json!(["a"])), compare(Comparison::Less));
    assert_eq!(email("lessThanEqual", json!(["a"])), compare(Comparison::LessOrEqual));
    assert_eq!(email("greaterThan", json!(["a"])), compare(Comparison::Greater));
    assert_eq!(email("greaterThanEqual", json!(["a"])), compare(Comparison::GreaterOrEqual));
    assert_eq!(email("between", json!(["a", "b"])), is(Test::Between(text("a"), text("b"))));
    assert_eq!(email("notBetween", json!(["a", "b"])), not(Test::Between(text("a"), text("b"))));
    assert_eq!(email("startsWith", json!(["a"])), is(Test::StartsWith("a".to_owned())));
    assert_eq!(email("notStartsWith", json!(["a"])), not(Test::StartsWith("a".to_owned())));
    assert_eq!(email("endsWith", json!(["a"])), is(Test::EndsWith("a".to_owned())));
    assert_eq!(email("notEndsWith", json!(["a"])), not(Test::EndsWith("a".to_owned())));
    assert_eq!(email("contains", json!(["a", "b"])), is(Test::ContainsAny(texts(&["a", "b"]))));
    assert_eq!(email("containsAny", json!(["a"])), is(Test::ContainsAny(texts(&["a"]))));
    assert_eq!(email("containsAll", json!(["a"])), is(Test::ContainsAll(texts(&["a"]))));
    assert_eq!(email("notContains", json!(["a"])), not(Test::ContainsAny(texts(&["a"]))));
    assert_eq!(filter(json!({"method": "isNull", "attribute": "email"})), is(Test::Null));
    assert_eq!(filter(json!({"method": "isNotNull", "attribute": "email"})), not(Test::Null));
}

#[test]
fn filters_nest() {
    let blocked = json!({"method": "equal", "attribute": "status", "values": [false]});
    let labelled = json!({"method": "contains", "attribute": "labels", "values": ["vip"]});
    let both = json!({"method": "and", "values": [blocked, labelled]});
    let either = json!({"method": "or", "values": [blocked, both]});
    let blocked = Filter::Is(UserAttribute::Status, Test::OneOf(vec![Value::Flag(false)]));
    let labelled = Filter::Is(UserAttribute::Labels, Test::ContainsAny(texts(&["vip"])));

    let both = Filter::All(vec![blocked.clone(), labelled]);
    assert_eq!(filter(either), Filter::Any(vec![blocked, both]));
}

#[test]
fn the_first_limit_offset_and_cursor_count() {
    let list = read(&[
        json!({"method": "limit", "values": [5]}),
        json!("limit(6)"),
        json!({"method": "offset", "values": [7]}),
        json!({"method": "offset", "values": [8]}),
        json!({"method": "cursorBefore", "values": ["ada"]}),
        json!({"method": "cursorAfter", "values": ["bob"]}),
    ]);

    let list = list.unwrap();
    assert_eq!((list.limit, list.offset), (5, 7));
    assert_eq!(list.cursor, Some(Cursor::Before("ada".to_owned())));
}

/// Where a filter leaves one name, an order by name is one by creation. It goes the same way.
#[test]
fn a_constant_is_no_order() {
    let named = filter_by("equal", "name", json!(["ada"]));
    let by_name = filter_by("orderDesc", "name", json!([]));
    let by_email = filter_by("orderAsc", "email", json!([]));
    let orders = |queries: &[Json]| {
        let list = read(queries).unwrap();
        (list.orders, list.ties)
    };

    assert_eq!(orders(&[named.clone(), by_name.clone()]), (vec![], Direction::Descending));
    let email = vec![Order::By(UserAttribute::Email, Direction::Ascending)];
    let both = [by_email.clone(), by_name.clone(), named.clone()];
    assert_eq!(orders(&both), (email.clone(), Direction::Descending));
    let nested =
        json!({"method": "and", "values": [named, filter_by("equal", "status", json!([true]))]});
    assert_eq!(orders(&[by_name, by_email, nested]), (email, Direction::Ascending));
    let without = json!({"method": "isNull", "attribute": "phone"});
    let by_phone = filter_by("orderAsc", "phone", json!([]));
    assert_eq!(orders(&[without, by_phone]), (vec![], Direction::Ascending));
}

#[test]
fn orders_are_read_once() {
    let list = read(&[
        json!({"method": "orderDesc", "attribute": "name"}),
        json!({"method": "orderAsc", "attribute": "name", "values": []}),
        json!({"method": "orderAsc", "attribute": ""}),
        json!({"method": "orderDesc"}),
    ]);

    let by_name = Order::By(UserAttribute::Name, Direction::Descending);
    assert_eq!(list.unwrap().orders, [by_name, Order::Creation(Direction::Ascending)]);
}

/// Fails unless each query is refused with its message.
fn check_refused(queries: &[(Json, &str)]) {
    for (query, problem) in queries {
        let (kind, message) = refused(query);

        assert_eq!(kind, "general_argument_invalid", "{query}");
        assert_eq!(message, format!("Invalid `queries` param: Invalid query: {problem}"));
    }
}

/// The messages are those of the reference.
#[test]
fn what_is_unknown_or_mistyped_is_refused() {
    let equal = |attribute: &str, values: Json| filter_by("equal", attribute, values);
    check_refused(&[
        (json!(""), "Syntax error"),
        (json!("limit"), "Syntax error"),
        (json!("{\"method\":"), "Syntax error"),
        (json!({"method": "x"}), "Invalid query method: x"),
        (json!({"method": "select", "values": ["name"]}), "Invalid query method: select"),
        (
            json!({"method": "orderRandom"}),
            "Invalid query method: orderRandom: lists have an order.",
        ),
        (equal("password", json!(["x"])), "Attribute not found in schema: password"),
        (json!({"method": "equal", "values": ["x"]}), "Attribute not found in schema: "),
        (filter_by("orderAsc", "prefs", json!([])), "Attribute not found in schema: prefs"),
        (
            equal("labels", json!(["x"])),
            "Cannot query equal on attribute \"labels\" because it is an array.",
        ),
        (
            filter_by("orderAsc", "labels", json!([])),
            "Cannot order by attribute \"labels\" because it is an array.",
        ),
        (
            filter_by("contains", "status", json!(["x"])),
            "Cannot query contains on attribute \"status\" because it is not an array or string.",
        ),
        (
            filter_by("startsWith", "$createdAt", json!(["2"])),
            "Cannot query startsWith on attribute \"$createdAt\" because it is not a string.",
        ),
        (equal("status", json!(["true"])), "Query value is invalid for attribute \"status\""),
        (equal("name", json!([1])), "Query value is invalid for attribute \"name\""),
        (equal("name", json!([null])), "Query value is invalid for attribute \"name\""),
        (equal("name", json!(["a\u{0}"])), "Query value is invalid for attribute \"name\""),
        (equal("name", json!([["a"]])), "Query value is invalid for attribute \"name\""),
        (equal("$createdAt", json!(["x"])), "Query value is invalid for attribute \"$createdAt\""),
    ]);
}

#[test]
fn what_is_missing_or_out_of_range_is_refused() {
    let equal = |attribute: &str, values: Json| filter_by("equal", attribute, values);
    check_refused(&[
        (equal("name", json!([])), "Equal queries require at least one value."),
        (
            filter_by("notEqual", "name", json!(["a", "b"])),
            "NotEqual queries require exactly one value.",
        ),
        (filter_by("between", "name", json!(["a"])), "Between queries require exactly two values."),
        (
            json!({"method": "or", "values": [equal("name", json!(["a"]))]}),
            "Or queries require at least two queries.",
        ),
        (
            json!({"method": "and", "values": ["a", "b"]}),
            "And queries can only contain filter queries.",
        ),
        (
            json!({"method": "and", "values": [{"method": "limit", "values": [1]}, {"method": "limit"}]}),
            "And queries can only contain filter queries.",
        ),
        (
            json!({"method": "limit", "values": [0]}),
            "Invalid limit: Value must be a valid range between 1 and 5000.",
        ),
        (
            json!({"method": "limit", "values": [5001]}),
            "Invalid limit: Value must be a valid range between 1 and 5000.",
        ),
        (
            json!({"method": "offset", "values": [-1]}),
            "Invalid offset: Value must be a valid range between 0 and 1000000.",
        ),
        (
            json!({"method": "cursorAfter", "values": [1]}),
            "Invalid cursor: Value must be the id of a row.",
        ),
    ]);
}

#[test]
fn there_is_no_search_by_an_attribute() {
    let query = json!({"method": "search", "attribute": "name", "values": ["ada"]});

    let (kind, message) = refused(&query);

    assert_eq!(kind, "general_query_invalid");
    assert!(message.ends_with("Searching by attribute \"name\" requires a fulltext index."));
}

#[test]
fn queries_are_bounded() {
    let name = json!({"method": "equal", "attribute": "name", "values": ["a"]});
    let many = json!({"method": "equal", "attribute": "name", "values": vec!["a"; 250]});
    let nested = |depth| {
        (0..depth).fold(name.clone(), |inner, _| json!({"method": "or", "values": [inner, name]}))
    };

    assert!(read(&vec![name.clone(); 100]).is_ok());
    assert!(read(&vec![name.clone(); 101]).is_err());
    assert!(read(&[json!(format!("limit(1{})", " ".repeat(4096)))]).is_err());
    assert!(read(&[many.clone(), many.clone()]).is_ok());
    assert!(read(&[many.clone(), many, name.clone()]).is_err());
    // Tests without values count, too.
    let absent = json!({"method": "isNull", "attribute": "email", "values": []});
    let absent = json!({"method": "and", "values": vec![absent; 50]});
    assert!(read(&vec![absent.clone(); 10]).is_ok());
    assert!(read(&vec![absent; 11]).is_err());
    assert!(read(&[nested(8)]).is_ok());
    assert!(read(&[nested(9)]).is_err());
}
