//! E-mail addresses: one that is taken has one spelling and one key, and mail can be sent to it.
#![no_main]

use accountd::address::{email_key, Email};
use fuzz::within_limit;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let key = within_limit(|| email_key(input));
    let Some(email) = within_limit(|| Email::parse(input)) else { return };

    let stored = email.as_str();
    assert_eq!(Email::parse(stored).as_ref(), Some(&email), "{stored}");
    assert_eq!(email_key(stored), key, "{input:?} {stored}");
    let plain = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
    assert!(stored.bytes().all(plain), "{stored:?}");
    assert_eq!(stored.matches('@').count(), 1, "{stored}");
    assert!(stored.len() <= 320, "{stored}");
    assert!(stored.parse::<lettre::Address>().is_ok(), "{stored} can't be written to");
});
