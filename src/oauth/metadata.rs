//! A provider's endpoints, from its discovery document.

use serde_json::Value;
use url::Url;

use super::answer::{Answer, Unusable, quote_text, words_of};
use crate::config::is_safe;

/// A provider's endpoints, and how the client authenticates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The authorization endpoint.
    pub authorization: Url,
    /// The token endpoint.
    pub token: Url,
    /// The URL of its keys; none if it signs nothing.
    pub keys: Option<Url>,
    /// The userinfo endpoint.
    pub userinfo: Option<Url>,
    /// Whether client id and secret go into the header `Authorization` instead of the body.
    pub takes_basic: bool,
}

impl Metadata {
    /// Parses the discovery document of `issuer`. It must name exactly that issuer.
    pub fn read(issuer: &str, body: &[u8]) -> Result<Self, Unusable> {
        let answer = Answer::read("discovery document", body)?;
        if answer.text("issuer") != Some(issuer) {
            let expected = format!("{}, the `issuer` of the settings", quote_text(issuer));
            return Err(answer.refuse_value("issuer", &expected));
        }
        // The configuration accepts plain HTTP only for an issuer on this machine.
        let issuer_origin = Url::parse(issuer).ok().map(|issuer| issuer.origin());
        let url = |member: &str| {
            let url = Url::parse(answer.required_text(member)?).ok();
            let is_issuers = |url: &Url| Some(url.origin()) == issuer_origin;
            let url = url.filter(|url| (is_safe(url) || is_issuers(url)) && url.has_host());
            url.ok_or_else(|| answer.refuse_value(member, &"an https URL"))
        };
        let methods = answer.get("token_endpoint_auth_methods_supported");
        let takes_basic = |value: &Value| words_of(value).contains(&"client_secret_basic");
        Ok(Self {
            authorization: url("authorization_endpoint")?,
            token: url("token_endpoint")?,
            keys: Some(url("jwks_uri")?),
            userinfo: answer
                .text("userinfo_endpoint")
                .map(|_| url("userinfo_endpoint"))
                .transpose()?,
            takes_basic: methods.is_none_or(takes_basic),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://id.example.com";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example.com/authorize",
            "token_endpoint": "https://token.example.net/token?tenant=1",
            "jwks_uri": "https://keys.example.org/keys",
            "userinfo_endpoint": null,
            "scopes_supported": 7,
            "claims_supported": {"odd": [true]},
        })
    }

    #[test]
    fn only_what_is_used_is_read() {
        let mut document = document();
        let read = Metadata::read(ISSUER, document.to_string().as_bytes()).unwrap();
        assert_eq!(read.token.as_str(), "https://token.example.net/token?tenant=1");
        assert_eq!((read.userinfo, read.takes_basic), (None, true));

        document["token_endpoint_auth_methods_supported"] = json!("client_secret_post");
        document["userinfo_endpoint"] = json!("https://id.example.com/userinfo");
        let read = Metadata::read(ISSUER, document.to_string().as_bytes()).unwrap();
        assert!(!read.takes_basic && read.userinfo.is_some());
    }

    /// C-28: the member that is at fault is named, with what was expected.
    #[test]
    fn what_is_used_has_to_fit() {
        for (member, value, expected) in [
            ("issuer", json!("https://id.example.com/"), "`issuer` is \"https://id.example.com/\""),
            ("issuer", json!(null), "`issuer` is missing, expected \"https://id.example.com\""),
            ("authorization_endpoint", json!("http://id.example.com/"), "expected an https URL"),
            ("token_endpoint", json!(["https://id.example.com/"]), "`token_endpoint` is a list"),
            ("jwks_uri", json!("keys"), "`jwks_uri` is \"keys\", expected an https URL"),
            ("userinfo_endpoint", json!("mailto:x"), "`userinfo_endpoint` is \"mailto:x\""),
        ] {
            let mut document = document();
            document[member] = value;
            let error = Metadata::read(ISSUER, document.to_string().as_bytes()).unwrap_err();
            let error = error.to_string();
            assert!(error.starts_with("discovery document: "), "{error}");
            assert!(error.contains(expected), "{error}");
        }
    }
}
