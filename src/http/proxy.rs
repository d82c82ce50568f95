//! Warns of a proxy that is not trusted: all its clients would silently share one client's rate limits.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderMap;
use ipnet::IpNet;
use tracing::warn;

/// The headers with which proxies forward clients. Only the first is read.
const HEADERS: [&str; 3] = ["x-forwarded-for", "forwarded", "x-real-ip"];

/// Warns once that a forwarding header is ignored.
pub(super) fn warn_if_ignored(headers: &HeaderMap, peer: IpAddr, trusted: &[IpNet]) {
    static WARNED: AtomicBool = AtomicBool::new(false);
    if WARNED.load(Ordering::Relaxed) {
        return;
    }
    let Some(warning) = warning(headers, peer, trusted) else { return };
    if !WARNED.swap(true, Ordering::Relaxed) {
        warn!("{warning}");
    }
}

/// The warning about an ignored header.
fn warning(headers: &HeaderMap, peer: IpAddr, trusted: &[IpNet]) -> Option<String> {
    let peer = peer.to_canonical();
    let is_trusted = trusted.iter().any(|network| network.contains(&peer));
    let mut sent = HEADERS.into_iter().filter(|name| headers.contains_key(*name));
    match (sent.next()?, is_trusted) {
        ("x-forwarded-for", true) => None,
        (header, true) => Some(format!(
            "the trusted proxy {peer} sends `{header}`, which is not read: have it send `X-Forwarded-For`. Until then, all \
             its clients count as one for the rate limits."
        )),
        (header, false) => Some(format!(
            "`{header}` from {peer} is ignored, since `trusted_proxies` (ACCOUNTD_TRUSTED_PROXIES) doesn't list that \
             address. If it is a proxy of yours, list it: until then, all its clients count as one for the rate limits. \
             This is said once."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C-49: a header is ignored from a peer that isn't trusted, and from a trusted one if it is not the one that is read.
    #[test]
    fn what_is_ignored_is_reported() {
        let warning_for = |peer: &str, names: &[&'static str]| {
            let headers =
                names.iter().map(|name| (name.parse().unwrap(), "1.2.3.4".parse().unwrap()));
            let headers: HeaderMap = headers.collect();
            warning(&headers, peer.parse().unwrap(), &["10.0.0.0/8".parse().unwrap()])
        };

        for header in HEADERS {
            let warning = warning_for("::ffff:192.0.2.1", &[header]).unwrap();
            assert!(warning.contains("`trusted_proxies`"), "{warning}");
            assert!(warning.contains(header) && warning.contains(" 192.0.2.1 "), "{warning}");
        }
        assert!(warning_for("10.0.0.1", &["forwarded"]).unwrap().contains("`X-Forwarded-For`"));
        assert_eq!(warning_for("10.0.0.1", &["x-forwarded-for", "x-real-ip"]), None);
        assert_eq!(warning_for("192.0.2.1", &["via"]), None);
    }
}
