//! Preferences: what is stored is a JSON object within its bounds, and a merge does what RFC 7396 says.
//!
//! An input is the stored text, then after a zero byte the patch.
#![no_main]

use accountd::account::preferences::merge::merge;
use accountd::account::preferences::text::read;
use async_graphql::Value;
use fuzz::{parts, within_limit};
use libfuzzer_sys::fuzz_target;
use serde_json::Value as Json;

const MAX_LENGTH: usize = 65_536;
const DEEPEST: usize = 32;

fuzz_target!(|input: &str| {
    let [target, patch, _] = parts(input);
    let (Some(target), Some(patch)) = (stored(target), stored(patch)) else { return };

    let merged = within_limit(|| merge(&target, &patch)).expect("two objects can be merged");

    assert_eq!(json(&merged), merged_plainly(Some(json(&target)), json(&patch)), "{merged}");
    assert_eq!(
        merge(&merged, &patch).expect("two objects"),
        merged,
        "a second time changes nothing"
    );
    assert_eq!(stored(&merged).is_some(), merged.len() <= MAX_LENGTH, "only its length can be wrong");
});

/// The text as it is stored, if it is taken. As an object instead of a text it means the same.
fn stored(text: &str) -> Option<String> {
    let read_text = || read("prefs", Value::String(text.to_owned())).ok();
    let stored = within_limit(read_text)?;
    assert_eq!(stored, text, "what comes as text is kept to the letter");
    assert!(stored.len() <= MAX_LENGTH);
    let value = json(&stored);
    assert!(value.is_object() && depth(&value) <= DEEPEST, "{stored}");
    let object = Value::from_json(value.clone()).expect("JSON is a value");
    if let Ok(written) = read("prefs", object) {
        assert_eq!(json(&written), value, "an object means what it says");
    }
    Some(stored)
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).expect("what is stored is JSON")
}

fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Json::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

/// The pseudocode of RFC 7396, section 2.
fn merged_plainly(target: Option<Json>, patch: Json) -> Json {
    let Json::Object(patch) = patch else { return patch };
    let mut object = match target {
        Some(Json::Object(object)) => object,
        _ => serde_json::Map::new(),
    };
    for (name, value) in patch {
        if value.is_null() {
            object.remove(&name);
        } else {
            let value = merged_plainly(object.get(&name).cloned(), value);
            object.insert(name, value);
        }
    }
    Json::Object(object)
}
