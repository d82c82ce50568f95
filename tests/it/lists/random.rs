//! Lists by chance, compared with a list of the same users in memory.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;

use serde_json::{Value, json};

use super::{filter, listed, run};
use crate::support::{TestApp, rounds};

/// How many users there are: more than are walked, or looked up by their keys; with `TEST_SLOW` also more than are counted.
fn count_of_users() -> usize {
    rounds(12_000, 18_000)
}

/// The last of so many users have a name and a label that few others have.
const LATE: usize = 3_500;
/// So many users have too many words for pairs that words are intersected.
const WITHOUT_PAIRS: usize = 201;

#[derive(Debug)]
struct User {
    id: String,
    created_at: usize,
    name: String,
    email: String,
    is_verified: bool,
    is_enabled: bool,
    accessed_at: usize,
    labels: Vec<&'static str>,
}

/// The same numbers in each run, by `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((number ^ (number >> 31)) % sides as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }

    /// One of some texts, each with its weight.
    fn weigh(&mut self, all: &[(&'static str, usize)]) -> &'static str {
        let mut rest = self.roll(all.iter().map(|(_, weight)| weight).sum());
        for (text, weight) in all {
            if rest < *weight {
                return text;
            }
            rest -= weight;
        }
        unreachable!("the weights are no less than their sum")
    }
}

fn users(dice: &mut Dice) -> Vec<User> {
    let count = count_of_users();
    let user = |n: usize| {
        let is_late = n + LATE >= count;
        let first = if is_late && dice.roll(2) == 0 {
            "Zoe"
        } else {
            dice.weigh(&[("Ada", 55), ("Bob", 30), ("Adam", 10), ("Carol", 5)])
        };
        let middle = dice.weigh(&[("", 8), ("van ", 1), ("ada ", 1)]);
        let rare = if is_late { 60 } else { 2 };
        let last = dice.weigh(&[("Lovelace", 40), ("Byron", 30), ("Adler", 20), ("Quillon", rare)]);
        let mut labels = Vec::new();
        for (label, sides) in [("beta", 2), ("vip", 5), ("late", if is_late { 1 } else { 900 })] {
            if dice.roll(sides) == 0 {
                labels.push(label);
            }
        }
        User {
            // In another order than that of creation.
            id: format!("u{:05}", n * 7_919 % count),
            created_at: 10_000 + n / 3,
            name: format!("{first} {middle}{last}{}", dice.weigh(&[(" of Paris", 39), ("", 1)])),
            email: format!("{}{n}@example.com", last.to_lowercase()),
            is_verified: dice.roll(3) != 0,
            is_enabled: dice.roll(90) != 0,
            accessed_at: dice.roll(5) * 1_000,
            labels,
        }
    };
    (0..count).map(user).collect()
}

async fn write(app: &TestApp, users: &[User]) {
    for some in users.chunks(200) {
        let mut statement = String::from(
            "INSERT INTO users (project_id, id, created_at, updated_at, accessed_at, name, email, \
             email_verified, phone_verified, enabled, prefs, prefs_revision, labels) VALUES ",
        );
        for (place, user) in some.iter().enumerate() {
            let User { id, created_at, name, email, is_verified, is_enabled, accessed_at, labels } =
                user;
            let comma = if place == 0 { "" } else { ", " };
            write!(
                statement,
                "{comma}('default', '{id}', {created_at}, 0, {accessed_at}, '{name}', '{email}', \
                 {is_verified}, FALSE, {is_enabled}, '{{}}', 0, '{}')",
                json!(labels)
            )
            .unwrap();
        }
        run(app, &statement).await;
    }
}

type Check = Box<dyn Fn(&User) -> bool>;

/// A filter by chance, and what it means.
fn a_filter(dice: &mut Dice) -> (Value, Check) {
    let negates = dice.roll(6) == 0;
    let (method, attribute, values, check): (&str, &str, Value, Check) = match dice.roll(9) {
        0 => {
            let is = dice.roll(2) == 0;
            (
                "equal",
                "emailVerification",
                json!([is]),
                Box::new(move |user| user.is_verified == is),
            )
        }
        1 => {
            let is = dice.roll(3) != 0;
            ("equal", "status", json!([is]), Box::new(move |user| user.is_enabled == is))
        }
        2 | 3 => {
            let label = *dice.pick(&["beta", "vip", "late"]);
            let has = move |user: &User| user.labels.contains(&label);
            ("contains", "labels", json!([label]), Box::new(has))
        }
        4 => {
            let both = ["beta", "late"];
            let has = move |user: &User| both.iter().any(|label| user.labels.contains(label));
            ("contains", "labels", json!(both), Box::new(has))
        }
        5 => {
            let start = *dice.pick(&["Ada", "ad", "b", "Zoe", "bob by", "adam l", "zoe van q"]);
            let begins =
                move |user: &User| user.name.to_lowercase().starts_with(&start.to_lowercase());
            ("startsWith", "name", json!([start]), Box::new(begins))
        }
        6 => {
            let names = [*dice.pick(&["ada byron of paris", "Zoe Quillon"]), "Carol Adler"];
            let is =
                move |user: &User| names.iter().any(|name| name.eq_ignore_ascii_case(&user.name));
            ("equal", "name", json!(names), Box::new(is))
        }
        7 => {
            let start = *dice.pick(&["quillon", "byron1", "a", "lovelace77"]);
            (
                "startsWith",
                "email",
                json!([start]),
                Box::new(move |user| user.email.starts_with(start)),
            )
        }
        _ => {
            let at = 10_000 + dice.roll(count_of_users() / 3);
            let date = format!("1970-01-01T00:00:{:02}.{:03}+00:00", at / 1_000, at % 1_000);
            ("greaterThan", "$createdAt", json!([date]), Box::new(move |user| user.created_at > at))
        }
    };
    let opposite = match method {
        "equal" if values[1].is_null() => "notEqual",
        "contains" => "notContains",
        "startsWith" => "notStartsWith",
        _ => return (filter(method, attribute, values), check),
    };
    if negates {
        (filter(opposite, attribute, values), Box::new(move |user| !check(user)))
    } else {
        (filter(method, attribute, values), check)
    }
}

/// A filter, or two of which one must be met.
fn a_condition(dice: &mut Dice) -> (Value, Check) {
    let (one, is_one) = a_filter(dice);
    if dice.roll(8) != 0 {
        return (one, is_one);
    }
    let (other, is_other) = a_filter(dice);
    let either = json!({"method": "or", "values": [one, other]});
    (either, Box::new(move |user| is_one(user) || is_other(user)))
}

/// Words to search for.
const WORDS: [&str; 24] = [
    "of",
    "paris",
    "p",
    "a",
    "ad",
    "ada",
    "ADA",
    "adam",
    "bob",
    "carol",
    "zoe",
    "z",
    "van",
    "lovelace",
    "byron",
    "b",
    "adler",
    "q",
    "quillon",
    "u01",
    "quillon11",
    "label:beta",
    "label:vip",
    "label:late",
];

/// Whether a user has all words.
fn is_found(user: &User, words: &[String]) -> bool {
    let beginnings = words.iter().filter(|word| !word.starts_with("label:"));
    let is_implied = |word: &&String| {
        beginnings.clone().any(|other| other.starts_with(word.as_str()) && other != *word)
    };
    let different: BTreeSet<_> = beginnings.clone().filter(|word| !is_implied(word)).collect();
    // Ids count only if there is one word beside labels.
    let id = if different.len() == 1 { &user.id } else { "" };
    let name = user.name.to_lowercase();
    words.iter().all(|word| match word.strip_prefix("label:") {
        Some(label) => user.labels.contains(&label),
        None => name.split(' ').chain([id, &user.email]).any(|text| text.starts_with(word)),
    })
}

/// An attribute, and whether the last of its values come first.
type Order = (&'static str, bool);

const ATTRIBUTES: [&str; 8] =
    ["", "$id", "name", "email", "status", "emailVerification", "accessedAt", "$createdAt"];

fn some_orders(dice: &mut Dice) -> Vec<Order> {
    let count = *dice.pick(&[0, 0, 1, 1, 1, 2]);
    (0..count).map(|_| (*dice.pick(&ATTRIBUTES), dice.roll(2) == 0)).collect()
}

fn compare(one: &User, other: &User, (attribute, is_descending): &Order) -> Ordering {
    let ordering = match *attribute {
        "" | "$createdAt" => one.created_at.cmp(&other.created_at),
        "$id" => one.id.cmp(&other.id),
        "name" => one.name.to_lowercase().cmp(&other.name.to_lowercase()),
        "email" => one.email.cmp(&other.email),
        "status" => one.is_enabled.cmp(&other.is_enabled),
        "emailVerification" => one.is_verified.cmp(&other.is_verified),
        "accessedAt" => one.accessed_at.cmp(&other.accessed_at),
        _ => panic!("{attribute} has no order here"),
    };
    if *is_descending { ordering.reverse() } else { ordering }
}

/// Sorts users by these orders, equal ones in the direction of the last.
fn sort(users: &mut [&User], orders: &[Order]) {
    let mut known = Vec::new();
    for (attribute, is_descending) in orders {
        let attribute = if attribute.is_empty() { "$createdAt" } else { *attribute };
        // A second order by the same attribute counts for nothing.
        if !known.iter().any(|(other, _)| *other == attribute) {
            known.push((attribute, *is_descending));
        }
    }
    let ties = known.last().is_some_and(|(_, is_descending)| *is_descending);
    known.extend([("$createdAt", ties), ("$id", ties)]);
    users.sort_by(|one, other| {
        let mut all = known.iter().map(|order| compare(one, other, order));
        all.find(|ordering| *ordering != Ordering::Equal).unwrap_or(Ordering::Equal)
    });
}

/// Pages of a list by chance, and the places of their users.
fn some_pages(dice: &mut Dice, ids: &[&str]) -> Vec<([Value; 2], Range<usize>)> {
    // Some are of more than one chunk.
    let most = *dice.pick(&[60, 60, 60, 900]);
    let limit = 1 + dice.roll(most);
    let place = dice.roll(ids.len().clamp(1, 5_000));
    let page = |method: &str, value: Value, places: Range<usize>| {
        let places = places.start.min(ids.len())..places.end.min(ids.len());
        ([filter("limit", "", json!([limit])), filter(method, "", json!([value]))], places)
    };
    let mut pages = vec![
        page("offset", json!(0), 0..limit),
        page("offset", json!(place), place..place + limit),
    ];
    if let Some(id) = ids.get(place) {
        pages.push(page("cursorAfter", json!(id), place + 1..place + 1 + limit));
        pages.push(page("cursorBefore", json!(id), place.saturating_sub(limit)..place));
    }
    pages
}

/// Users with so many words that they are in no pair.
fn users_without_pairs(dice: &mut Dice) -> Vec<User> {
    let words: Vec<_> = (1..25).map(|n| format!("w{n}")).collect();
    let user = |n: usize| User {
        id: format!("x{n}"),
        created_at: 10_000 + dice.roll(count_of_users() / 3),
        name: format!("{} {} of Paris", dice.pick(&["Ada", "Zoe"]), words.join(" ")),
        email: format!("many{n}@example.com"),
        is_verified: dice.roll(2) == 0,
        is_enabled: true,
        accessed_at: 0,
        labels: if n.is_multiple_of(2) { vec!["beta"] } else { vec![] },
    };
    (0..WITHOUT_PAIRS).map(user).collect()
}

/// Reads some lists.
async fn check(app: &TestApp, dice: &mut Dice, users: &[User], lists: usize) {
    for _ in 0..lists {
        let (mut queries, checks): (Vec<_>, Vec<_>) =
            (0..dice.roll(4)).map(|_| a_condition(dice)).unzip();
        let words: Vec<_> = (0..dice.roll(4)).map(|_| *dice.pick(&WORDS)).collect();
        let search = (!words.is_empty()).then(|| words.join(" "));
        let words: Vec<_> = words.iter().map(|word| word.to_lowercase()).collect();
        let orders = some_orders(dice);
        for (attribute, is_descending) in &orders {
            let method = if *is_descending { "orderDesc" } else { "orderAsc" };
            queries.push(filter(method, attribute, json!([])));
        }
        let is_listed =
            |user: &&User| checks.iter().all(|check| check(user)) && is_found(user, &words);
        let mut expected: Vec<_> = users.iter().filter(is_listed).collect();
        sort(&mut expected, &orders);
        let expected: Vec<_> = expected.into_iter().map(|user| user.id.as_str()).collect();

        for (page, places) in some_pages(dice, &expected) {
            let queries = [&queries[..], &page].concat();
            let context = format!("{search:?} {}", json!(queries));
            let (total, ids) = listed(app, &queries, search.as_deref()).await.expect(&context);
            assert_eq!(total, expected.len().min(5_000) as u64, "{context}");
            assert_eq!(ids, expected[places], "{context}");
        }
    }
}

/// AV-11: whichever way a list is read, its total and its pages are the same.
#[tokio::test]
async fn lists_are_those_of_memory() {
    let app = TestApp::new().await;
    let mut dice = Dice(17);
    let mut all = users(&mut dice);
    write(&app, &all).await;
    check(&app, &mut dice, &all, rounds(120, 2_000)).await;

    let others = users_without_pairs(&mut dice);
    write(&app, &others).await;
    all.extend(others);
    check(&app, &mut dice, &all, rounds(40, 1_000)).await;
}
