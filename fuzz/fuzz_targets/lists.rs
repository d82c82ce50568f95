//! Query strings of the list of users: whatever is asked for, it is read within the limits of time and memory, and what is
//! refused is refused with a message that names the argument.
//!
//! Each line of an input is a query.
#![no_main]

use accountd::query::ListQuery;
use accountd::users::list::UserAttribute;
use fuzz::within_limit;
use libfuzzer_sys::fuzz_target;

type Users = ListQuery<UserAttribute>;

fuzz_target!(|input: &str| {
    let queries: Vec<Option<String>> = input.lines().map(|line| Some(line.to_owned())).collect();
    let list = match within_limit(|| Users::read(&queries)) {
        Ok(list) => list,
        Err(error) => {
            let (kind, code) = error.wire();
            assert!(
                ["general_argument_invalid", "general_query_invalid"].contains(&kind),
                "{kind}"
            );
            assert_eq!((code, error.at_fault()), (400, Some("queries")));
            return;
        }
    };

    assert!((1..=5_000).contains(&list.limit) && list.offset <= 1_000_000, "{list:?}");
    assert!(queries.len() <= 100);
    // Each query is fine alone, too.
    for query in queries {
        assert!(Users::read(&[query]).is_ok(), "a part of what was taken is taken");
    }
    // The same again means the same.
    let again: Vec<Option<String>> = input.lines().map(|line| Some(line.to_owned())).collect();
    assert_eq!(Users::read(&again).ok(), Some(list));
});
