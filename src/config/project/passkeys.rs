//! The passkeys of a project: for which domain, and from which pages.

use entity::ProjectId;
use serde::Deserialize;
use url::{Host, Url};

use crate::address::is_listed;
use crate::config::ConfigErrors;

/// The prefix of an Android app's origin.
const ANDROID: &str = "android:apk-key-hash:";

/// The relying party of a project's passkeys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Passkeys {
    /// The domain that passkeys are made for; without one there are no passkeys.
    pub rp_id: Option<String>,
    /// The name that devices show; the project's name if it is empty.
    pub rp_name: String,
    /// The origins of pages and apps; those of the platforms on the domain if it is empty.
    pub origins: Vec<String>,
}

impl Passkeys {
    /// Whether `origin`, as a browser has written it, may use the passkeys.
    pub fn has_origin(&self, origin: &str, platforms: &[String]) -> bool {
        if !self.origins.is_empty() {
            return self.origins.iter().any(|known| known == origin);
        }
        let Some((rp_id, url)) = self.rp_id.as_deref().zip(parse_origin(origin)) else {
            return false;
        };
        let host = url.host_str().unwrap_or_default();
        is_web(&url)
            && is_below(host, rp_id)
            && is_listed(host, platforms.iter().map(String::as_str))
    }

    pub(super) fn check(&self, id: &ProjectId, platforms: &[String], problems: &mut ConfigErrors) {
        let Some(rp_id) = &self.rp_id else {
            problems.when(
                !self.origins.is_empty(),
                format!("projects.{id}.passkeys.origins: needs passkeys.rp_id, the domain of the passkeys"),
            );
            return;
        };
        if let Err(problem) = check_rp_id(rp_id) {
            problems.note(format!("projects.{id}.passkeys.rp_id: `{rp_id}` {problem}"));
            return;
        }
        for origin in &self.origins {
            if let Err(problem) = check_origin(origin, rp_id) {
                problems.note(format!("projects.{id}.passkeys.origins: `{origin}` {problem}"));
            }
        }
        let is_on_rp_id = |platform: &String| {
            let host = platform.strip_prefix("*.").unwrap_or(platform);
            is_below(host, rp_id)
        };
        problems.when(
            self.origins.is_empty() && !platforms.iter().any(is_on_rp_id),
            format!(
                "projects.{id}.passkeys: no platform is on `{rp_id}`, so that no page could use a passkey; add one to \
                 `platforms`, or set passkeys.origins"
            ),
        );
    }
}

/// Checks that browsers make passkeys for `rp_id`.
fn check_rp_id(rp_id: &str) -> Result<(), &'static str> {
    match Host::parse(rp_id) {
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => {
            return Err("is an IP address; passkeys need a domain");
        }
        Ok(Host::Domain(domain)) if domain == rp_id && !domain.ends_with('.') => {}
        Ok(Host::Domain(_)) | Err(_) => {
            return Err("is no domain in lower case, such as example.com");
        }
    }
    if rp_id != "localhost" && psl::suffix_str(rp_id) == Some(rp_id) {
        return Err("is a public suffix, under which anyone can have a domain");
    }
    Ok(())
}

/// Checks that pages or an app of `origin` can use passkeys of `rp_id`.
fn check_origin(origin: &str, rp_id: &str) -> Result<(), &'static str> {
    if let Some(hash) = origin.strip_prefix(ANDROID) {
        return if hash.is_empty() { Err("has no hash") } else { Ok(()) };
    }
    let url = parse_origin(origin).filter(|_| !origin.contains('*'));
    let url = url.ok_or("is no origin, such as https://app.example.com, without a path")?;
    if !is_web(&url) {
        return Err("is neither https nor http://localhost");
    }
    if !is_below(url.host_str().unwrap_or_default(), rp_id) {
        return Err("is not on passkeys.rp_id");
    }
    Ok(())
}

/// Reads an origin that is written as browsers do.
fn parse_origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (url.origin().ascii_serialization() == text).then_some(url)
}

/// Whether browsers have passkeys on pages of this scheme and host.
fn is_web(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => url.host_str().is_some_and(|host| is_below(host, "localhost")),
        _ => false,
    }
}

/// Whether `host` is `domain`, or one below it.
fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(rp_id: &str, origins: &[&str], platforms: &[&str]) -> String {
        let passkeys = Passkeys {
            rp_id: Some(rp_id.to_owned()),
            origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            ..Passkeys::default()
        };
        let platforms: Vec<_> = platforms.iter().map(|&platform| platform.to_owned()).collect();
        let mut problems = ConfigErrors::default();
        passkeys.check(&ProjectId::new("default"), &platforms, &mut problems);
        problems.into_result().err().map(|problems| problems.to_string()).unwrap_or_default()
    }

    #[test]
    fn an_rp_id_is_a_domain_of_ones_own() {
        for good in
            ["example.com", "app.example.com", "example.co.uk", "me.github.io", "host.internal"]
        {
            assert_eq!(problems(good, &[], &[good]), "", "{good}");
        }
        for (bad, why) in [
            ("127.0.0.1", "IP address"),
            ("[::1]", "IP address"),
            ("2130706433", "IP address"),
            ("com", "public suffix"),
            ("co.uk", "public suffix"),
            ("github.io", "public suffix"),
            ("intranet", "public suffix"),
            ("Example.com", "no domain"),
            ("https://example.com", "no domain"),
            ("example.com:8443", "no domain"),
            ("example.com.", "no domain"),
            ("bücher.example", "no domain"),
            ("", "no domain"),
        ] {
            assert!(problems(bad, &[], &["app.example"]).contains(why), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_on_the_rp_id() {
        for good in [
            "https://example.com",
            "https://login.example.com",
            "https://example.com:8443",
            "android:apk-key-hash:kEzEPJr8",
        ] {
            assert_eq!(problems("example.com", &[good], &[]), "", "{good}");
        }
        for (bad, why) in [
            ("http://example.com", "neither https"),
            ("https://example.org", "not on"),
            ("https://badexample.com", "not on"),
            ("https://example.com.evil.test", "not on"),
            ("https://example.com/", "no origin"),
            ("https://EXAMPLE.com", "no origin"),
            ("https://example.com:443", "no origin"),
            ("example.com", "no origin"),
            ("https://*.example.com", "no origin"),
            ("android:apk-key-hash:", "no hash"),
        ] {
            let found = problems("example.com", &[bad], &[]);
            assert!(found.contains(why), "{bad}: {found}");
        }
        assert_eq!(problems("localhost", &["http://localhost:5173"], &[]), "");
        assert!(problems("localhost", &["http://127.0.0.1:5173"], &[]).contains("neither https"));
        assert!(problems("example.com", &[], &["example.org"]).contains("no platform"));
    }

    #[test]
    fn pages_of_platforms_on_the_rp_id_are_origins() {
        let passkeys =
            |rp_id: &str| Passkeys { rp_id: Some(rp_id.to_owned()), ..Passkeys::default() };
        let platforms = ["example.com", "*.example.com", "example.org", "localhost", "127.0.0.1"];
        let platforms = platforms.map(str::to_owned);

        for (rp_id, origin, expected) in [
            ("example.com", "https://example.com", true),
            ("example.com", "https://a.b.example.com", true),
            ("example.com", "https://example.com:8443", true),
            ("example.com", "http://example.com", false),
            ("example.com", "https://example.org", false),
            ("example.com", "https://example.com.evil.test", false),
            ("example.com", "https://badexample.com", false),
            ("example.com", "https://example.com/", false),
            ("example.com", "https://user@example.com", false),
            ("example.com", "null", false),
            ("example.com", "", false),
            ("example.net", "https://example.net", false),
            ("localhost", "http://localhost:5173", true),
            ("localhost", "http://localhost", true),
            ("localhost", "http://127.0.0.1:5173", false),
        ] {
            assert_eq!(passkeys(rp_id).has_origin(origin, &platforms), expected, "{origin}");
        }
    }

    #[test]
    fn listed_origins_are_the_only_ones() {
        let passkeys = Passkeys {
            rp_id: Some("example.com".to_owned()),
            origins: vec![
                "https://app.example.com".to_owned(),
                "android:apk-key-hash:x".to_owned(),
            ],
            ..Passkeys::default()
        };
        let platforms = ["example.com".to_owned()];

        for (origin, expected) in [
            ("https://app.example.com", true),
            ("android:apk-key-hash:x", true),
            ("https://example.com", false),
            ("https://app.example.com:8443", false),
            ("android:apk-key-hash:y", false),
        ] {
            assert_eq!(passkeys.has_origin(origin, &platforms), expected, "{origin}");
        }
    }
}
