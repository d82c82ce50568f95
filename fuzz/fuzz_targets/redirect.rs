//! Redirect URLs: one that is taken leads to a listed host, as a second and simpler reader sees it.
#![no_main]

use std::sync::LazyLock;

use accountd::address::Redirect;
use fuzz::within_limit;
use libfuzzer_sys::fuzz_target;

const SCHEME: &str = "com.example.app:/";

static PLATFORMS: LazyLock<Vec<String>> = LazyLock::new(|| {
    ["example.com", "*.example.org", "127.0.0.1", "com.example.app:"].map(str::to_owned).to_vec()
});

fuzz_target!(|input: &str| {
    let Ok(redirect) = within_limit(|| Redirect::parse(input, &PLATFORMS)) else { return };

    let url = within_limit(|| redirect.with(&[("secret", "a&b"), ("userId", "ada")]));

    assert!(url.is_ascii(), "{url}");
    assert!(url.starts_with(SCHEME) || is_listed(host_of(&url)), "{url}");
    // It is taken again, and the parameters replace themselves.
    let again = Redirect::parse(&url, &PLATFORMS);
    let again = again.map(|again| again.with(&[("secret", "a&b"), ("userId", "ada")]));
    assert!(url.len() > 2048 || again.as_ref().ok() == Some(&url), "{url} {again:?}");
    carries_each_once(&url, &[("secret", "a&b"), ("userId", "ada")]);
});

/// The host, as one who knows nothing about URLs cuts it out.
fn host_of(url: &str) -> &str {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.unwrap_or_else(|| panic!("{url} has another scheme"));
    let authority = rest.split(['/', '?', '#', '\\', '@']).next().unwrap_or_default();
    authority.split(':').next().unwrap_or_default()
}

fn is_listed(host: &str) -> bool {
    matches!(host, "example.com" | "127.0.0.1")
        || host.ends_with(".example.org") && !host.starts_with('.') && !host.contains("..")
}

fn carries_each_once(url: &str, parameters: &[(&str, &str)]) {
    let url = url::Url::parse(url).expect("an answer is a URL");
    for (name, value) in parameters {
        let found: Vec<_> = url.query_pairs().filter(|(found, _)| found == name).collect();
        assert!(matches!(found.as_slice(), [(_, found)] if found == value), "{url}");
    }
}
