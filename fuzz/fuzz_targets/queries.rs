//! Query strings of lists: whatever is asked for, a page has its bounds, and both grammars mean the same one.
//!
//! Each line of an input is a query.
#![no_main]

use accountd::query::page::Page;
use fuzz::within_limit;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let queries: Vec<Option<String>> = input.lines().map(|line| Some(line.to_owned())).collect();
    let Ok(page) = within_limit(|| Page::read(&queries)) else { return };

    assert!((1..=5_000).contains(&page.limit) && page.offset <= 1_000_000, "{page:?}");
    assert!(queries.len() <= 100);
    for (limit, offset) in [
        (format!("limit({})", page.limit), format!("offset({})", page.offset)),
        (json("limit", page.limit), json("offset", page.offset)),
    ] {
        assert_eq!(read(&[&limit, &offset]), Some(page), "both grammars say it");
        assert_eq!(read(&[&offset, &limit]), Some(page), "in either order");
    }
    // Each query is fine alone, too, and asks for nothing but what it names.
    for query in queries.iter().flatten() {
        let alone = read(&[query]).expect("a part of what was taken is taken");
        let names = |method: &str| query.contains(method) || query.contains('\\');
        assert!(names("limit") || alone.limit == 25, "{query}");
        assert!(names("offset") || alone.offset == 0, "{query}");
    }
});

fn read(queries: &[&str]) -> Option<Page> {
    let queries: Vec<_> = queries.iter().map(|query| Some((*query).to_owned())).collect();
    Page::read(&queries).ok()
}

fn json(method: &str, number: u64) -> String {
    serde_json::json!({"method": method, "values": [number]}).to_string()
}
