//! Honest and hostile URLs.

use super::*;

fn platforms() -> Vec<String> {
    [
        "example.com",
        "*.apps.example.com",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "xn--bcher-kva.example",
    ]
    .iter()
    .chain(&["com.example.app:"])
    .map(|platform| (*platform).to_owned())
    .collect()
}

fn is_taken(text: &str) -> bool {
    Redirect::parse(text, &platforms()).is_ok()
}

/// NW-1: twenty honest URLs all pass.
#[test]
fn honest_urls_pass() {
    for text in [
        "https://example.com",
        "https://example.com/",
        "http://example.com/reset",
        "https://example.com:8443/reset",
        "https://EXAMPLE.com/reset",
        "HTTPS://example.com/reset",
        "https://example.com/a/b?c=d&e=f",
        "https://example.com/?next=https%3A%2F%2Fevil.test",
        "https://example.com/?next=https://evil.test/",
        "https://example.com/#/reset",
        "https://example.com?x=1#top",
        "https://example.com/@ada",
        "https://example.com/a%20b",
        "https://shop.apps.example.com/reset",
        "https://a.b.apps.example.com/reset",
        "http://localhost:3000/reset",
        "http://127.0.0.1:5173/",
        "http://[::1]:5173/",
        "https://bücher.example/zurück",
        "com.example.app://reset?x=1",
        // C-29: RFC 8252 7.1.
        "com.example.app:/cb",
        "com.example.app:/oauth2redirect/example-provider?x=1#top",
        "com.example.app:///cb",
    ] {
        assert!(is_taken(text), "{text}");
    }
}

/// NW-1, N-49, N-50: hostile URLs all fail.
#[test]
fn hostile_urls_fail() {
    assert!(HOSTILE.len() >= 80, "{}", HOSTILE.len());
    for text in HOSTILE {
        assert!(!is_taken(text), "{text}");
    }
    assert!(!is_taken(&format!("https://example.com/{}", "a".repeat(2_048))));
}

/// URLs that look as if they led to a platform, and don't.
const HOSTILE: &[&str] = &[
    "http://evil.test/",
    "https://example.com.evil.test",
    "https://.apps.example.com",
    "https://a..apps.example.com",
    "https://example.com@evil.test",
    "https://example.com:443@evil.test",
    "https://user:password@example.com",
    "https://user@example.com",
    "https://@example.com",
    "https://evil.test@example.com",
    "https://evil.test#example.com",
    "https://evil.test?example.com",
    "https://evil.test/example.com",
    "https://evil.test/@example.com",
    "https://evil.test\\example.com",
    "https://example.com\\@evil.test",
    "https://example.com\\.evil.test",
    "https:\\\\example.com",
    "https:/\\example.com",
    "//example.com",
    "///example.com",
    "/\\example.com",
    "/reset",
    "reset",
    "example.com",
    "example.com/reset",
    "https:example.com",
    "https:/example.com",
    "https:///example.com",
    "https:////example.com",
    "https://",
    "https:///",
    "https://?example.com",
    "https://#example.com",
    "://example.com",
    "javascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "JavaScript://example.com/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data://example.com/x",
    "vbscript://example.com/x",
    "file://example.com/etc/passwd",
    "file:///etc/passwd",
    "ftp://example.com/",
    "ws://example.com/",
    "blob:https://example.com/x",
    "about:blank",
    "mailto://example.com",
    "other.app://example.com",
    "com.example.app.evil://reset",
    "com.example.app.evil:/reset",
    "other.app:/cb",
    "javascript:/example.com/%0aalert(1)",
    "data:/example.com",
    "com.example.app:\\/cb",
    "com.example.app:/c b",
    "com.example.app:reset",
    " https://example.com",
    "https://example.com ",
    "\thttps://example.com",
    "https://exam\tple.com",
    "https://exam\nple.com",
    "https://example.com\r\nBcc: x@y.z",
    "https://example.com/\u{0}",
    "https://example.com/\u{2028}",
    "https://example.com/a b",
    "https://example%2ecom",
    "https://ex%61mple.com",
    "https://example.com%2eevil.test",
    "https://example.com%00.evil.test",
    "https://example.com%40evil.test",
    "https://example.com.",
    "https://example.com..",
    "https://.example.com",
    "https://sub.example.com",
    "https://apps.example.com",
    "https://evilapps.example.com",
    "https://evil-example.com",
    "https://examplecom",
    "https://example.co",
    "https://example.com:99999",
    "https://example.com:evil.test",
    "https://[::1",
    "https://[::2]/",
    "http://127.1.2.3/",
    "http://127.0.0.2/",
    "http://2130706434/",
    "http://localhost.evil.test/",
    "http://localhost:3000@evil.test/",
    "https://xn--example-9ua.com",
    "https://еxample.com",
    "https://example。com.evil.test",
    "https://ex\u{ad}ample.com.evil.test",
    "https://example.com\u{ff0f}.evil.test",
    "https://example.com\u{2024}evil.test",
    "",
];

/// NW-1: whatever passes leads to a listed host, also in the eyes of a parser that knows nothing of browsers.
#[test]
fn what_passes_reads_the_same_to_a_plain_parser() {
    let pieces = [
        "https",
        "http",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "#",
        "?",
        "%40",
        "%2f",
        "example.com",
        "evil.test",
        ".",
        "[::1]",
        "localhost",
        ":80",
        "user",
        "com.example.app",
        "\t",
        "。",
    ];
    let random = crate::random::Random::seeded(7);
    let mut taken = 0;
    for round in 0..200_000_u32 {
        let picks = random.bytes::<7>();
        let start = if round % 2 == 0 { "https://" } else { "" };
        let text: String =
            picks.iter().map(|pick| pieces[usize::from(*pick) % pieces.len()]).collect();
        let text = format!("{start}{text}");
        let Ok(redirect) = Redirect::parse(&text, &platforms()) else { continue };
        taken += 1;
        let sent = redirect.with(&[]);
        // An app reads what is behind its scheme as it likes.
        if sent.starts_with("com.example.app:/") {
            continue;
        }
        let uri: axum::http::Uri =
            sent.trim_end_matches('?').parse().unwrap_or_else(|_| panic!("{text} {sent}"));
        let host = uri.host().unwrap();
        assert!(is_listed(host, platforms().iter().map(String::as_str)), "{text} {sent}");
    }
    assert!(taken > 100, "{taken}");
}

/// NW-3: `userId`, `secret` and `expire` are replaced, other parameters and the fragment stay, values are encoded.
#[test]
fn parameters_are_replaced_and_encoded() {
    let time = Timestamp::from_millis(1_795_442_277_927);
    let expire = "2026-11-23T13%3A57%3A57.927%2B00%3A00";
    for (url, link) in [
        ("https://example.com", "https://example.com/?"),
        ("https://example.com/a?x=1&y=%20+", "https://example.com/a?x=1&y=%20+&"),
        ("https://example.com/?userId=evil&secret=evil&expire=evil", "https://example.com/?"),
        ("https://example.com/?user%49d=evil&x=1&secret", "https://example.com/?x=1&"),
        ("com.example.app://reset", "com.example.app://reset?"),
        ("com.example.app:/cb?x=1", "com.example.app:/cb?x=1&"),
    ] {
        let redirect = Redirect::parse(url, &platforms()).unwrap();
        assert_eq!(
            redirect.redeeming("a&b", "s=1#2", time),
            format!("{link}userId=a%26b&secret=s%3D1%232&expire={expire}")
        );
    }
    let redirect = Redirect::parse("https://example.com/?x=1#/top?secret=2", &platforms()).unwrap();
    let link = redirect.redeeming("ada", "s", time);
    assert_eq!(
        link,
        format!("https://example.com/?x=1&userId=ada&secret=s&expire={expire}#/top?secret=2")
    );
}
