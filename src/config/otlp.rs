//! The export of traces.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use url::Url;

use super::{ConfigErrors, Secret, SecretUrl, is_loopback};
use crate::files;

/// Where a collector takes traces, below its base URL.
const PATH: &str = "/v1/traces";

/// Traces over OTLP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Otlp {
    /// The collector's URL. Without it, there are no traces.
    pub endpoint: Option<SecretUrl>,
    /// Headers for the collector: `name=value`, separated by commas. Read them with [`Otlp::read_headers`].
    pub headers: Option<Secret>,
    /// The file that holds the headers instead, each also on a line of its own.
    pub headers_file: Option<PathBuf>,
    /// The share of traces that are recorded, from 0 to 1.
    pub sample: f64,
    /// The name of the service in traces.
    pub service_name: String,
}

impl Otlp {
    /// Where traces are posted.
    pub fn traces_url(&self) -> Option<Url> {
        let mut url = self.endpoint.as_ref()?.expose().clone();
        let base = url.path().trim_end_matches('/');
        let path = if base.ends_with(PATH) { base.to_owned() } else { format!("{base}{PATH}") };
        url.set_path(&path);
        Some(url)
    }

    /// Reads the headers. The error names the setting, and no value.
    pub fn read_headers(&self) -> anyhow::Result<HeaderMap> {
        match (&self.headers, &self.headers_file) {
            (Some(_), Some(_)) => {
                bail!("otlp.headers and otlp.headers_file are both set: keep one")
            }
            (Some(headers), None) => parse(headers.expose().split(',')).context("otlp.headers"),
            (None, Some(path)) => {
                let headers =
                    files::read_private(path).and_then(|text| parse(text.split([',', '\n'])));
                headers.with_context(|| format!("otlp.headers_file {}", path.display()))
            }
            (None, None) => Ok(HeaderMap::new()),
        }
    }

    /// The setting that has the headers, if there are any.
    fn headers_setting(&self) -> Option<&'static str> {
        let in_file = self.headers_file.as_ref().map(|_| "otlp.headers_file");
        self.headers.as_ref().map(|_| "otlp.headers").or(in_file)
    }

    /// Warns of headers that nobody gets.
    pub(super) fn warn_of_no_endpoint(&self) -> Option<String> {
        let setting = self.headers_setting().filter(|_| self.endpoint.is_none())?;
        Some(format!("{setting}: there are no traces without otlp.endpoint"))
    }

    /// Warns of headers that others on the network can read.
    pub(super) fn warn_of_plain_headers(&self) -> Option<String> {
        let (setting, url) = (self.headers_setting()?, self.endpoint.as_ref()?.expose());
        let is_open = url.scheme() == "http" && !is_loopback(url);
        is_open.then(|| format!("{setting}: they are sent without encryption; use https"))
    }

    /// Adds what is wrong.
    pub(super) fn check(&self, problems: &mut ConfigErrors) {
        if let Some(endpoint) = &self.endpoint {
            let url = endpoint.expose();
            let is_http = matches!(url.scheme(), "http" | "https") && endpoint.has_host();
            problems.when(!is_http, "otlp.endpoint: neither http://host nor https://host");
            let has_user = !url.username().is_empty() || url.password().is_some();
            problems.when(has_user, "otlp.endpoint: credentials belong into otlp.headers");
            let has_more = url.query().is_some() || url.fragment().is_some();
            problems.when(has_more, "otlp.endpoint: nothing may stand behind a ? or #");
        }
        if let Err(problem) = self.read_headers() {
            problems.note(format!("{problem:#}"));
        }
        problems.when(!(0.0..=1.0).contains(&self.sample), "otlp.sample: from 0 to 1");
        let is_unnamed = self.service_name.trim().is_empty();
        problems.when(is_unnamed, "otlp.service_name: empty");
    }
}

/// Reads headers, each `name=value`.
fn parse<'a>(pairs: impl Iterator<Item = &'a str>) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for pair in pairs.map(str::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').context("not a list of name=value")?;
        let name = HeaderName::try_from(name.trim())
            .map_err(|_| anyhow!("what stands before a = is not the name of a header"))?;
        let mut value = HeaderValue::try_from(value.trim())
            .map_err(|_| anyhow!("{name}: not the value of a header"))?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use tempfile::NamedTempFile;

    use super::*;

    fn otlp(endpoint: &str, headers: &str) -> Otlp {
        Otlp {
            endpoint: Some(endpoint.to_owned().try_into().unwrap()),
            headers: Some(Secret::new(headers)),
            headers_file: None,
            sample: 1.0,
            service_name: "accountd".to_owned(),
        }
    }

    #[test]
    fn traces_are_posted_below_the_base_url() {
        for (endpoint, expected) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("https://collector.example.com/", "https://collector.example.com/v1/traces"),
            ("https://example.com/otlp", "https://example.com/otlp/v1/traces"),
            ("https://example.com/otlp/v1/traces", "https://example.com/otlp/v1/traces"),
        ] {
            assert_eq!(otlp(endpoint, "").traces_url().unwrap().as_str(), expected);
        }
    }

    #[test]
    fn headers_are_a_list() {
        let headers = otlp("http://c", "authorization=Basic YTpi==, x-tenant = 7,").read_headers();

        let headers = headers.unwrap();
        assert_eq!(headers.len(), 2);
        assert_eq!(headers["authorization"], "Basic YTpi==");
        assert_eq!(headers["x-tenant"], "7");
    }

    /// DL-7: a file with a token that others can read is refused, and no problem with one names what is in it.
    #[test]
    fn headers_may_be_in_a_file() {
        let file = NamedTempFile::new().unwrap();
        let of_file = |text: &str, mode| {
            fs::write(file.path(), text).unwrap();
            fs::set_permissions(file.path(), Permissions::from_mode(mode)).unwrap();
            let path = Some(file.path().to_owned());
            Otlp { headers: None, headers_file: path, ..otlp("http://collector", "") }
        };
        let problem = |otlp: &Otlp| format!("{:#}", otlp.read_headers().unwrap_err());
        let place = format!("otlp.headers_file {}", file.path().display());

        let headers = of_file("authorization=Bearer s3cret\nx-tenant=7, x-site=a\n", 0o600);
        let read = headers.read_headers().unwrap();
        assert_eq!((read.len(), &read["authorization"]), (3, &"Bearer s3cret".parse().unwrap()));
        assert!(read["authorization"].is_sensitive());
        let warning = headers.warn_of_plain_headers().unwrap();
        assert!(warning.starts_with("otlp.headers_file: "), "{warning}");
        let shared = "others can access it (mode 0640): use 0600";
        assert_eq!(problem(&of_file("a=s3cret", 0o640)), format!("{place}: {shared}"));
        let no_list = "not a list of name=value";
        assert_eq!(problem(&of_file("s3cret", 0o400)), format!("{place}: {no_list}"));
        let both = Otlp { headers: Some(Secret::new("a=b")), ..headers };
        assert_eq!(problem(&both), "otlp.headers and otlp.headers_file are both set: keep one");
        let missing = Otlp { headers: None, headers_file: Some("/nowhere".into()), ..both };
        assert!(problem(&missing).starts_with("otlp.headers_file /nowhere: "));
    }

    #[test]
    fn problems_name_no_secret() {
        let mut problems = ConfigErrors::default();
        for headers in ["s3cret", "s3 cret=x", "a=s3cret\nx"] {
            otlp("http://c", headers).check(&mut problems);
        }
        otlp("ftp://c", "").check(&mut problems);
        otlp("http://ada:s3cret@c/?s3cret", "").check(&mut problems);
        for sample in [-0.1, 1.1, f64::NAN] {
            Otlp { sample, service_name: " ".to_owned(), ..otlp("http://c", "") }
                .check(&mut problems);
        }

        let message = problems.into_result().unwrap_err().to_string();
        assert!(!message.contains("s3"), "{message}");
        for problem in [
            "otlp.headers: not a list of name=value",
            "otlp.headers: what stands before a = is not the name of a header",
            "otlp.headers: a: not the value of a header",
            "otlp.endpoint: neither http://host nor https://host",
            "otlp.endpoint: credentials belong into otlp.headers",
            "otlp.endpoint: nothing may stand behind a ? or #",
            "otlp.sample: from 0 to 1",
            "otlp.service_name: empty",
        ] {
            assert!(message.contains(problem), "{problem}: {message}");
        }
    }
}
