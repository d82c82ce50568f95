//! Tests of user agents: what Appwrite's own detector answered, row by row, and a few more.

use proptest::prelude::*;

use super::*;

mod literals;
mod matchers;

/// The parts of an agent: system, client, device; parts of these are separated by `/`, as in `WIN/Windows/10`.
fn summary(text: &str) -> [String; 3] {
    let agent = parse(text);
    let engine = [&*agent.client_engine, &agent.client_engine_version];
    let client =
        [&*agent.client_type, &agent.client_code, &agent.client_name, &agent.client_version];
    [
        [&*agent.os_code, &agent.os_name, &agent.os_version].join("/"),
        [&client[..], &engine].concat().join("/"),
        [&*agent.device_name, &agent.device_brand, &agent.device_model].join("/"),
    ]
}

fn check(rows: &[(&str, [&str; 3])]) {
    for (text, expected) in rows {
        assert_eq!(summary(text), *expected, "{text}");
    }
}

#[test]
fn browsers_on_desktops_read_as_with_appwrite() {
    check(&[
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/70.0.3538.77 Safari/537.36",
            ["WIN/Windows/10", "browser/CH/Chrome/70.0/Blink/70.0.3538.77", "desktop//"],
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Version/16.1 Safari/605.1.15",
            ["MAC/Mac/10.15", "browser/SF/Safari/16.1/WebKit/605.1.15", "desktop/Apple/"],
        ),
        (
            "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:107.0) Gecko/20100101 Firefox/107.0",
            ["UBT/Ubuntu/", "browser/FF/Firefox/107.0/Gecko/107.0", "desktop//"],
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/107.0.0.0 Safari/537.36 Edg/107.0.1418.42",
            ["WIN/Windows/10", "browser/PS/Microsoft Edge/107.0/Blink/107.0.0.0", "desktop//"],
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/106.0.0.0 Safari/537.36 OPR/92.0.0.0",
            ["WIN/Windows/10", "browser/OP/Opera/92.0/Blink/106.0.0.0", "desktop//"],
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/107.0.0.0 Safari/537.36",
            ["COS/Chrome OS/14541.0", "browser/CH/Chrome/107.0/Blink/107.0.0.0", "desktop//"],
        ),
    ]);
}

#[test]
fn browsers_on_phones_and_tablets_read_as_with_appwrite() {
    check(&[
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) AppleWebKit/605.1.15 \
             (KHTML, like Gecko) Version/16.1 Mobile/15E148 Safari/604.1",
            [
                "IOS/iOS/16.1",
                "browser/MF/Mobile Safari/16.1/WebKit/605.1.15",
                "smartphone/Apple/iPhone",
            ],
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Version/15.6 Mobile/15E148 Safari/604.1",
            [
                "IPA/iPadOS/15.6",
                "browser/MF/Mobile Safari/15.6/WebKit/605.1.15",
                "tablet/Apple/iPad",
            ],
        ),
        // Appwrite didn't know the brand and model of a phone as new as that; they are right.
        (
            "Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/107.0.0.0 Mobile Safari/537.36",
            [
                "AND/Android/13",
                "browser/CM/Chrome Mobile/107.0/Blink/107.0.0.0",
                "smartphone/Google/Pixel 7",
            ],
        ),
        // Appwrite says `Galaxy S21 5G`: uap-core has no names for model numbers.
        (
            "Mozilla/5.0 (Linux; Android 12; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) \
             SamsungBrowser/19.0 Chrome/102.0.5005.125 Mobile Safari/537.36",
            [
                "AND/Android/12",
                "browser/SB/Samsung Browser/19.0/WebKit/537.36",
                "smartphone/Samsung/SM-G991B",
            ],
        ),
    ]);
}

#[test]
fn libraries_and_tools_read_as_with_appwrite() {
    check(&[
        ("curl/7.88.1", ["//", "library//curl/7.88//", "//"]),
        ("python-requests/2.28.1", ["//", "library//Python Requests/2.28//", "//"]),
        ("okhttp/4.9.3", ["AND/Android/", "library//OkHttp/4.9//", "//"]),
        ("Go-http-client/1.1", ["//", "library//Go-http-client/1.1//", "//"]),
        ("PostmanRuntime/7.29.2", ["//", "library//Postman Desktop/7.29//", "//"]),
        (
            "AppwriteCLI/1.0.0 (linux; x64)",
            ["LIN/GNU/Linux/", "desktop/cli/Appwrite CLI/1.0.0//", "desktop//"],
        ),
    ]);
}

#[test]
fn what_appwrite_does_not_know_is_empty() {
    for text in [
        "axios/1.1.3",
        "reqwest/0.11",
        "",
        "UNKNOWN",
        "AppwritePythonSDK/1.2.0",
        "AppwriteWebSDK/10.1.0",
    ] {
        assert_eq!(*parse(text), UserAgent::default(), "{text}");
    }
}

#[test]
fn apps_and_libraries_are_no_browsers() {
    check(&[
        ("Dart/2.18 (dart:io)", ["//", "library//Dart/2.18//", "//"]),
        ("node-fetch/1.0 (+https://example.com)", ["//", "library//Node Fetch/1.0//", "//"]),
        (
            "AppwriteFlutterSDK/8.1.0 (Android 13; Pixel 7)",
            ["AND/Android/13", "/////", "smartphone//"],
        ),
        ("com.example.app/1.0.0 (Windows NT; ADAS-PC)", ["WIN/Windows/", "/////", "desktop//"]),
        ("com.example.app/1.0.0 (Macintosh; MacBookPro18,1)", ["MAC/Mac/", "/////", "desktop//"]),
        ("com.example.app/1.0.0 (Macintosh; iMac21,1)", ["MAC/Mac/", "/////", "desktop//"]),
        ("Example/1 CFNetwork/1399 Darwin/22.1.0", ["IOS/iOS/16.1", "/////", "smartphone/Apple/"]),
        (
            "AppwriteCLI/4.2.0 (Darwin Darwin Kernel Version 22.1.0; arm64)",
            ["MAC/Mac/", "desktop/cli/Appwrite CLI/4.2.0//", "desktop//"],
        ),
        ("AppwriteCLI", ["//", "desktop/cli/Appwrite CLI///", "desktop//"]),
    ]);
}

#[test]
fn other_browsers_and_devices_are_known() {
    check(&[
        (
            "Mozilla/5.0 (Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko",
            ["WIN/Windows/8.1", "browser/IE/Internet Explorer/11.0/Trident/7.0", "desktop//"],
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) AppleWebKit/605.1.15 \
             (KHTML, like Gecko) CriOS/107.0.5304.66 Mobile/15E148 Safari/604.1",
            [
                "IOS/iOS/16.1",
                "browser/CI/Chrome Mobile iOS/107.0/WebKit/605.1.15",
                "smartphone/Apple/iPhone",
            ],
        ),
        // Chrome names every Android device `K`.
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/120.0.0.0 Mobile Safari/537.36",
            ["AND/Android/10", "browser/CM/Chrome Mobile/120.0/Blink/120.0.0.0", "smartphone//"],
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/120.0.0.0 Safari/537.36",
            ["AND/Android/10", "browser/CH/Chrome/120.0/Blink/120.0.0.0", "tablet//"],
        ),
        (
            "Mozilla/5.0 (Android 13; Mobile; rv:107.0) Gecko/107.0 Firefox/107.0",
            ["AND/Android/13", "browser/FM/Firefox Mobile/107.0/Gecko/107.0", "smartphone//"],
        ),
        (
            "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 \
             (KHTML, like Gecko) Chrome/99.0.4844.88 Mobile Safari/537.36",
            ["HAR/HarmonyOS/", "browser/CM/Chrome Mobile/99.0/Blink/99.0.4844.88", "smartphone//"],
        ),
        (
            "Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) \
             Version/13.0 Safari/605.1.15",
            [
                "PS3/PlayStation/",
                "browser/SF/Safari/13.0/WebKit/605.1.15",
                "console/Sony/PlayStation 5",
            ],
        ),
    ]);
}

/// C-36: tablets that ask for pages of desktops are tablets where the header gives them away.
#[test]
fn tablets_in_desktop_mode_are_tablets() {
    const IPAD: &str =
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
    let of = |product: &str| parse(&format!("{IPAD} {product}"));
    for (product, client) in [
        ("Version/17.4 Mobile/15E148 Safari/604.1", "Safari"),
        ("Mobile/15E148", "Apple Mail"),
        ("Mobile/15E148 [FBAN/FBIOS;FBAV/450.0.0.38.108;FBDV/iPad13,4]", "Facebook"),
        ("CriOS/124.0.6367.88 Version/11.1.1 Safari/605.1.15", "Chrome Mobile iOS"),
        ("CriOS/124.0.6367.88 Mobile/15E148 Safari/604.1", "Chrome Mobile iOS"),
        ("FxiOS/125.0 Safari/605.1.15", "Firefox Mobile iOS"),
        ("Version/17.0 EdgiOS/123.0.2420.102 Mobile/15E148 Safari/605.1.15", "Microsoft Edge"),
    ] {
        let agent = of(product);
        assert_eq!(
            (&*agent.os_code, &*agent.os_name, &*agent.os_version),
            ("IPA", "iPadOS", ""),
            "{product}"
        );
        // An app may name the very model, as `iPad13,4`.
        let is_ipad = agent.device_brand == "Apple" && agent.device_model.starts_with("iPad");
        assert!(is_ipad && agent.device_name == "tablet", "{product}: {agent:?}");
        let is_client = agent.client_name.is_empty() || agent.client_name == client;
        assert!(is_client, "{product}: {}", agent.client_name);
    }
    for mac in ["Version/17.4 Safari/605.1.15", "Chrome/124.0.0.0 Safari/537.36"] {
        assert_eq!(of(mac).device_name, "desktop", "{mac}");
        assert_eq!(of(mac).os_code, "MAC", "{mac}");
    }
}

/// C-36: so are other tablets.
#[test]
fn other_tablets_are_tablets() {
    for text in [
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0 Chrome/117.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Silk/120.3.1 like Chrome/120.0.6099.193 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 11; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/120.3.1 like Chrome/120.0.6099.193 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13; SM-X700; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/124.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Android 14; Tablet; rv:125.0) Gecko/125.0 Firefox/125.0",
        "Mozilla/5.0 (Windows NT 6.3; ARM; Trident/7.0; Touch; rv:11.0) like Gecko",
        "Mozilla/5.0 (iPad; CPU OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/124.0.6367.88 Mobile/15E148 Safari/604.1",
    ] {
        assert_eq!(parse(text).device_name, "tablet", "{text}");
    }
    for text in [
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/124.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    ] {
        assert_eq!(parse(text).device_name, "desktop", "{text}");
    }
}

#[test]
fn a_long_header_is_cut_between_characters() {
    assert_eq!(cut("short"), "short");
    assert_eq!(cut(&"a".repeat(600)).len(), 512);
    assert_eq!(cut(&"€".repeat(600)).len(), 510);
    assert_eq!(parse(&format!("{}curl/7.88.1", " ".repeat(512))), parse(&" ".repeat(512)));
}

#[test]
fn remembered_headers_take_so_much_memory() {
    for number in 0..8192 {
        parse(&format!("x{number}"));
    }
    PARSED.run_pending_tasks();
    assert!(PARSED.weighted_size() <= CAPACITY);
}

proptest! {
    #[test]
    fn any_header_is_survived(text: String) {
        parse(&text);
    }
}
