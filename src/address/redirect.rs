//! URLs that mails link to and browsers are redirected to: only those of the project's own apps.

use std::fmt;

use entity::Timestamp;
use url::Url;

/// The longest URL, in bytes.
const MAX_LENGTH: usize = 2_048;

/// A URL of one of the project's apps, which may get a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect(Url);

impl Redirect {
    /// Parses a URL. It must lead to one of `platforms`: one of their hosts by http or https, or one of
    /// their app schemes (`com.example.app:`), with one or two slashes (RFC 8252 7.1). Fails also if another
    /// parser could read it differently (NW-1).
    pub fn parse(text: &str, platforms: &[String]) -> Option<Self> {
        let is_ambiguous = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
        if text.len() > MAX_LENGTH || text.contains(is_ambiguous) {
            return None;
        }
        let (scheme, rest) = text.split_once(":/")?;
        let url = Url::parse(text).ok().filter(|url| url.scheme().eq_ignore_ascii_case(scheme))?;
        if !matches!(url.scheme(), "http" | "https") {
            let scheme = format!("{}:", url.scheme());
            return platforms.contains(&scheme).then_some(Self(url));
        }
        let authority = rest.strip_prefix('/')?.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() || authority.contains(['@', '%']) {
            return None;
        }
        is_listed(url.host_str()?, platforms.iter().map(String::as_str)).then_some(Self(url))
    }

    /// Whether it leads to an app instead of a page.
    pub fn is_app(&self) -> bool {
        !matches!(self.0.scheme(), "http" | "https")
    }

    /// The URL with these parameters added. A parameter with the same name is replaced; everything else
    /// stays (NW-3).
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut url = self.0.clone();
        let is_ours = |pair: &str| {
            let mut named = url::form_urlencoded::parse(pair.as_bytes());
            named.any(|(name, _)| parameters.iter().any(|(ours, _)| name == *ours))
        };
        let query = self.0.query().unwrap_or_default();
        let mut pairs: Vec<String> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !is_ours(pair))
            .map(str::to_owned)
            .collect();
        for (name, value) in parameters {
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            pairs.push(format!("{name}={value}"));
        }
        url.set_query(Some(&pairs.join("&")));
        url.into()
    }

    /// The URL that redeems a secret: with `userId`, `secret` and `expire`.
    pub fn redeeming(&self, user_id: &str, secret: &str, expires_at: Timestamp) -> String {
        let expire = expires_at.to_string();
        self.with(&[("userId", user_id), ("secret", secret), ("expire", &expire)])
    }
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// Whether `host`, in the form of a parsed URL, is a platform, or a subdomain of one that is written
/// `*.host`.
pub fn is_listed<'a>(host: &str, platforms: impl IntoIterator<Item = &'a str>) -> bool {
    platforms.into_iter().any(|platform| match platform.strip_prefix('*') {
        Some(suffix) => host.strip_suffix(suffix).is_some_and(is_name),
        None => host == platform,
    })
}

/// Whether no label of a name is empty.
fn is_name(name: &str) -> bool {
    name.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests;
