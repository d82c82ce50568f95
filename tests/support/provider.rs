//! An OpenID Connect provider on loopback, which can be made to fail or to lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

mod endpoints;

/// The user at the provider, as claims.
#[derive(Clone)]
pub(crate) struct ProviderUser(pub(crate) Value);

impl ProviderUser {
    /// A user with an address that the provider has verified, or not.
    pub(crate) fn new(subject: &str, email: &str, verified: bool) -> Self {
        Self(json!({"sub": subject, "email": email, "email_verified": verified, "name": "Ada"}))
    }
}

/// A fault of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Its token endpoint answers this status.
    Refuses(u16),
    /// Its token endpoint redirects.
    Redirects,
    /// Its token endpoint answers two megabytes.
    Floods,
    /// Its token endpoint never responds.
    Hangs,
    /// Its metadata name a token endpoint on another port.
    LeadsElsewhere(u16),
    /// A member of its metadata is this.
    Metadata(&'static str, Value),
    /// Its metadata and keys are plain text with a byte order mark.
    PlainText,
    /// A member of its token answers is this.
    Tokens(&'static str, Value),
    /// Its profile endpoint returns this status.
    RefusesProfile(u16),
    /// Its profile endpoint returns this status.
    RefusesEmails(u16),
    /// A claim of its ID tokens is this; null for none.
    Claims(&'static str, Value),
    /// Its ID tokens have this header, and are signed by its key all the same.
    Header(Value),
    /// Its ID tokens are signed by a key that it doesn't publish.
    OtherKey,
    /// It returns no ID token.
    NoIdToken,
    /// Its userinfo is another user's.
    OtherUserInfo,
    /// It renews tokens without a new refresh token.
    KeepsRefreshToken,
}

/// The provider.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) port: u16,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    provider_user: ProviderUser,
    fault: Fault,
    /// The codes that can be exchanged, with their challenge and nonce.
    codes: HashMap<String, (String, Value)>,
    agreed: usize,
    refresh_token: String,
    issued: usize,
    renewals: usize,
    calls: Vec<String>,
    authorizations: Vec<String>,
    traceparents: Vec<String>,
    pause: Duration,
    key: u8,
    /// Whether its metadata are unavailable, and how often they were requested.
    is_away: bool,
    requests: usize,
    on_tokens: Option<Box<dyn FnOnce() -> tokio::task::JoinHandle<()> + Send>>,
}

impl Provider {
    /// Starts a provider with a signed-in user.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Inner {
            provider_user: ProviderUser::new("ada", "ada@example.com", true),
            fault: Fault::None,
            codes: HashMap::new(),
            agreed: 0,
            refresh_token: String::new(),
            issued: 0,
            renewals: 0,
            calls: Vec::new(),
            authorizations: Vec::new(),
            traceparents: Vec::new(),
            pause: Duration::ZERO,
            key: 1,
            is_away: false,
            requests: 0,
            on_tokens: None,
        };
        let provider = Self { port, inner: Arc::new(Mutex::new(inner)) };
        let router = endpoints::router().with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    /// The configuration of a server that has it as `fake`.
    pub(crate) fn settings(&self) -> String {
        format!(
            "public_url = \"{}\"\n{}",
            super::browser::PUBLIC_URL,
            self.settings_of("fake", "kind = \"oidc\"\nissuer = \"ISSUER\"")
        )
    }

    /// The configuration of a server that takes its ID tokens from apps: as `fake`, as `google`, and as `apple`.
    pub(crate) fn settings_of_apps(&self) -> String {
        let of = |kind: &str| {
            format!(
                "kind = \"{kind}\"\nissuer = \"ISSUER\"\nid_tokens = true\n\
                 native_client_ids = \"phone  tablet\""
            )
        };
        let names = [("fake", "oidc"), ("google", "google"), ("apple", "apple")];
        let providers: String = names.map(|(id, kind)| self.settings_of(id, &of(kind))).concat();
        format!("public_url = \"{}\"\n{providers}", super::browser::PUBLIC_URL)
    }

    /// A new ID token, as an app gets it.
    pub(crate) fn app_token(&self, nonce: Option<&str>) -> String {
        let issuer = self.issuer();
        let mut inner = self.inner();
        inner.issued += 1;
        inner.id_token(&issuer, &json!(nonce))
    }

    /// The configuration of another name for it.
    pub(crate) fn settings_of(&self, id: &str, more: &str) -> String {
        let more = more.replace("ISSUER", &self.issuer());
        format!(
            "[providers.{id}]\nclient_id = \"client\"\nclient_secret = \"client's secret\"\n{more}\n"
        )
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Changes its user.
    pub(crate) fn be(&self, provider_user: ProviderUser) {
        self.inner().provider_user = provider_user;
    }

    /// Sets a fault.
    pub(crate) fn fail(&self, fault: Fault) {
        self.inner().fault = fault;
    }

    /// Makes its metadata return 503, or not.
    pub(crate) fn be_away(&self, is_away: bool) {
        self.inner().is_away = is_away;
    }

    /// How often its metadata were requested.
    pub(crate) fn requests(&self) -> usize {
        self.inner().requests
    }

    /// Makes renewals and metadata take a while.
    pub(crate) fn pause(&self, pause: Duration) {
        self.inner().pause = pause;
    }

    /// Replaces its key, as providers do now and then.
    pub(crate) fn rotate_key(&self) {
        self.inner().key += 1;
    }

    /// Runs a function once, after it has created tokens and before it responds.
    pub(crate) fn on_tokens(
        &self,
        act: impl FnOnce() -> tokio::task::JoinHandle<()> + Send + 'static,
    ) {
        self.inner().on_tokens = Some(Box::new(act));
    }

    /// How often it renewed tokens.
    pub(crate) fn renewals(&self) -> usize {
        self.inner().renewals
    }

    /// The bodies sent to its token endpoint.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.inner().calls.clone()
    }

    /// The `traceparent` headers sent to its token endpoint.
    pub(crate) fn traceparents(&self) -> Vec<String> {
        self.inner().traceparents.clone()
    }

    /// The `Authorization` headers sent to its token endpoint.
    pub(crate) fn authorizations(&self) -> Vec<String> {
        self.inner().authorizations.clone()
    }

    /// The refresh token that it accepts.
    pub(crate) fn refresh_token(&self) -> String {
        self.inner().refresh_token.clone()
    }

    /// The user agrees: returns the callback URL.
    pub(crate) fn agree(&self, there: &Url) -> Url {
        let query: HashMap<_, _> = there.query_pairs().into_owned().collect();
        assert_eq!(query["response_type"], "code");
        assert_eq!(query["client_id"], "client");
        let mut inner = self.inner();
        inner.agreed += 1;
        let code = format!("code {}", inner.agreed);
        let challenge = query.get("code_challenge").cloned().unwrap_or_default();
        inner.codes.insert(code.clone(), (challenge, json!(query.get("nonce"))));
        back(&query, &[("code", &code)])
    }

    /// The user declines.
    pub(crate) fn refuse(there: &Url) -> Url {
        back(&there.query_pairs().into_owned().collect(), &[("error", "access_denied")])
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

fn back(query: &HashMap<String, String>, parameters: &[(&str, &str)]) -> Url {
    let mut url: Url = query["redirect_uri"].parse().unwrap();
    url.query_pairs_mut().extend_pairs(parameters).append_pair("state", &query["state"]);
    url
}
