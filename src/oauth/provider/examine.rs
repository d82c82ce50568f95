//! Tests a provider without a user, for `accountd doctor`.

use entity::{ProjectId, Timestamp};
use url::Url;

use super::Provider;
use crate::http_client::causes;
use crate::oauth::answer::quote_text;
use crate::oauth::metadata::Metadata;
use crate::oauth::remembered::Age;
use crate::oauth::tokens::TokenFailure;

/// A made-up code and verifier.
const MADE_UP: &str = "accountd-doctor-asks-with-a-made-up-code-and-verifier";

/// A finding about one part of a provider.
#[derive(Debug)]
pub struct Finding {
    /// The part.
    pub part: &'static str,
    /// The finding, or what is wrong.
    pub result: Result<String, String>,
}

impl Provider {
    /// Tests whether the metadata can be fetched, if there are any.
    pub async fn check(&self, now: Timestamp) -> Result<&'static str, String> {
        self.discovery.metadata(&self.http, now).await?;
        Ok(if self.endpoints.is_some() { "in order" } else { "its metadata can be read" })
    }

    /// Tests everything from the configuration to the token endpoint, as far as possible.
    pub async fn examine(&self, project: &ProjectId, now: Timestamp) -> Vec<Finding> {
        let client = format!(
            "client_id {}, scopes {:?}",
            quote_text(&self.client_id),
            self.scopes(&[]).join(" ")
        );
        let callback = format!("let the provider send users back to {}", self.redirect(project));
        let mut findings = vec![found("settings", client), found("callback", callback)];
        let metadata = match self.discovery.metadata(&self.http, now).await {
            Ok(metadata) => metadata,
            Err(cause) => {
                findings.push(Finding { part: "discovery", result: Err(cause) });
                return findings;
            }
        };
        findings.push(found(
            "discovery",
            match self.endpoints {
                Some(_) => "not needed: the endpoints of this kind are known".to_owned(),
                None => format!("{} names the issuer {}", self.discovery.url(), self.issuer()),
            },
        ));
        findings.push(self.endpoint("authorization endpoint", &metadata.authorization));
        if let Some(keys) = &metadata.keys {
            findings.push(self.examine_keys(keys, now).await);
        }
        match (&metadata.userinfo, self.endpoints) {
            (Some(url), _) => findings.push(self.endpoint("userinfo", url)),
            (None, None) => {
                findings
                    .push(found("userinfo", "none: addresses come with ID tokens only".to_owned()));
            }
            (None, Some(endpoints)) => {
                let what = format!(
                    "{} returns the user of a token: can't be tested without a sign-in",
                    endpoints.profile
                );
                findings.push(found("profile", what));
            }
        }
        let result = self.examine_token_endpoint(&metadata, project, now).await;
        findings.push(Finding { part: "token endpoint", result });
        findings
    }

    /// Tests whether an endpoint may be called.
    fn endpoint(&self, part: &'static str, url: &Url) -> Finding {
        let result = self.http.check_host(url);
        Finding { part, result: result.map(|()| url.to_string()).map_err(|error| causes(&error)) }
    }

    async fn examine_keys(&self, url: &Url, now: Timestamp) -> Finding {
        let result = match self.discovery.keys(&self.http, now, Age::Usual).await {
            Ok(keys) if keys.is_empty() => {
                Err(format!("{url} has no key that an ID token can be checked with"))
            }
            Ok(keys) => Ok(format!("{url}, usable keys: {}", keys.len())),
            Err(cause) => Err(cause),
        };
        Finding { part: "keys", result }
    }

    /// Exchanges a made-up code: a provider that complains about the code has accepted the client.
    async fn examine_token_endpoint(
        &self,
        metadata: &Metadata,
        project: &ProjectId,
        now: Timestamp,
    ) -> Result<String, String> {
        let redirect = self.redirect(project);
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", MADE_UP),
            ("redirect_uri", redirect.as_str()),
        ];
        if self.takes_verifier() {
            form.push(("code_verifier", MADE_UP));
        }
        let url = &metadata.token;
        let answer = self.post_to_token_endpoint(metadata, form, now).await;
        match answer.map_err(|cause| format!("{url}: {cause}"))? {
            Ok(_) => {
                Err(format!("{url} has given tokens for a made-up code: don't trust this provider"))
            }
            Err(TokenFailure::Refused { code, description }) => judge(url, &code, &description),
            Err(failure) => Err(format!("{url}: {failure}")),
        }
    }
}

/// Interprets the error for a made-up code.
fn judge(url: &Url, code: &str, description: &str) -> Result<String, String> {
    let said = match description {
        "" => format!("{url} answered {}", quote_text(code)),
        description => format!("{url} answered {} ({})", quote_text(code), quote_text(description)),
    };
    match code {
        "invalid_grant" | "bad_verification_code" | "invalid_code" => {
            Ok(format!("{said} to a made-up code: endpoint, client and secret are right"))
        }
        "invalid_client"
        | "unauthorized_client"
        | "incorrect_client_credentials"
        | "invalid_client_id"
        | "bad_client_secret" => Err(format!("{said}: client_id or client_secret is wrong")),
        "redirect_uri_mismatch" | "invalid_redirect_uri" | "bad_redirect_uri" => {
            Err(format!("{said}: the provider doesn't know the callback above"))
        }
        _ => Ok(format!("{said} to a made-up code, which says nothing about client and secret")),
    }
}

fn found(part: &'static str, what: String) -> Finding {
    Finding { part, result: Ok(what) }
}
