//! Phone numbers: one that is taken is in E.164 form, and every spelling of it has its key.
#![no_main]

use accountd::address::{phone_key, Phone};
use fuzz::within_limit;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let key = within_limit(|| phone_key(input));
    assert!(key[1..].bytes().all(|byte| byte.is_ascii_digit()), "{key}");
    let Some(phone) = within_limit(|| Phone::parse(input)) else { return };

    let number = phone.as_str();
    assert!(input.contains(number), "a number is taken as it came, but for what stands around it");
    assert_eq!(number, key, "{number}");
    assert!((8..=16).contains(&number.len()), "{number}");
    let code = phone.country_code().to_string();
    assert!(number[1..].starts_with(&code), "{number} {code}");
    let spelled: String = number[1..].chars().flat_map(|digit| [digit, '-']).collect();
    assert_eq!(phone_key(&format!("00{spelled}")), key, "{spelled}");
});
