//! URLs that mails link to and browsers are redirected to: only those of the project's own apps.

use std::fmt;

use entity::Timestamp;
use url::{ParseError, Url};

/// The longest URL, in bytes.
const MAX_LENGTH: usize = 2_048;

/// A URL of one of the project's apps, which may get a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect(Url);

/// Why a URL is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RejectedUrl {
    /// It is too long.
    #[error("must have at most {MAX_LENGTH} bytes.")]
    TooLong,
    /// Parsers could differ in what they read.
    #[error("must not have spaces, backslashes or control characters.")]
    Characters,
    /// Its scheme is missing, or the slash behind it.
    #[error(
        "must be a whole URL, such as `https://app.example.com/page` or `com.example.app:/page`."
    )]
    Incomplete,
    /// Its scheme can't be that of an app.
    #[error("must begin with `https://`, `http://` or an app's own scheme.")]
    Scheme,
    /// Its host is missing, malformed or percent-encoded.
    #[error("must have a valid host, without percent-encoding.")]
    Host,
    /// Its port is no port.
    #[error("must have a valid port: a number up to 65535.")]
    Port,
    /// A user name or password stands before its host.
    #[error("must not have a user name or password before its host.")]
    UserName,
    /// It leads to none of the platforms; with the one to add: its host, or its scheme with a colon.
    #[error("must be a URL whose host, or whose app's scheme, is one of the project's platforms.")]
    Unlisted(String),
}

impl Redirect {
    /// Parses a URL. It must lead to one of `platforms`: one of their hosts by http or https, or one of
    /// their app schemes (`com.example.app:`), with one or two slashes (RFC 8252 7.1). Fails also if another
    /// parser could read it differently (NW-1).
    pub fn parse(text: &str, platforms: &[String]) -> Result<Self, RejectedUrl> {
        let is_ambiguous = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
        if text.len() > MAX_LENGTH {
            return Err(RejectedUrl::TooLong);
        }
        if text.contains(is_ambiguous) {
            return Err(RejectedUrl::Characters);
        }
        let (scheme, rest) = text.split_once(":/").ok_or(RejectedUrl::Incomplete)?;
        let url = Url::parse(text).map_err(RejectedUrl::of)?;
        if !url.scheme().eq_ignore_ascii_case(scheme) {
            return Err(RejectedUrl::Incomplete);
        }
        if !matches!(url.scheme(), "http" | "https") {
            let platform = format!("{}:", url.scheme());
            return if platforms.contains(&platform) {
                Ok(Self(url))
            } else if is_app_scheme(&platform) {
                Err(RejectedUrl::Unlisted(platform))
            } else {
                Err(RejectedUrl::Scheme)
            };
        }
        let rest = rest.strip_prefix('/').ok_or(RejectedUrl::Incomplete)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(RejectedUrl::UserName);
        }
        if authority.is_empty() || authority.contains('%') {
            return Err(RejectedUrl::Host);
        }
        let host = url.host_str().ok_or(RejectedUrl::Host)?;
        if !is_listed(host, platforms.iter().map(String::as_str)) {
            return Err(RejectedUrl::Unlisted(host.to_owned()));
        }
        Ok(Self(url))
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

impl RejectedUrl {
    fn of(error: ParseError) -> Self {
        match error {
            ParseError::InvalidPort => Self::Port,
            ParseError::RelativeUrlWithoutBase => Self::Incomplete,
            // All others are about the host.
            _ => Self::Host,
        }
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

/// Whether `platform` is the scheme of an app: `com.example.app:`.
pub fn is_app_scheme(platform: &str) -> bool {
    /// Schemes with a special meaning for browsers.
    const TAKEN: [&str; 12] = [
        "about",
        "blob",
        "data",
        "file",
        "ftp",
        "http",
        "https",
        "javascript",
        "mailto",
        "vbscript",
        "ws",
        "wss",
    ];
    platform.strip_suffix(':').is_some_and(|scheme| {
        scheme.starts_with(|c: char| c.is_ascii_lowercase())
            && scheme.chars().all(|c| {
                c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '+' | '-')
            })
            && !TAKEN.contains(&scheme)
    })
}

#[cfg(test)]
mod tests;
