//! The operations: a request in, JSON out. Each reads and parses the very body that accountd gets.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::anyhow;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::header::{COOKIE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bench::clock::Time;
use bench::hex;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::Bare;
use crate::answer::{Client, Sessions, SignedIn, User};
use crate::store::{Caller, Credential, NewSession};

type Shared = State<Arc<Bare>>;
type Peer = ConnectInfo<SocketAddr>;

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The client's fault.
    Refused(StatusCode),
    /// Ours.
    Internal(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(status) => status.into_response(),
            Self::Internal(error) => {
                (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response()
            }
        }
    }
}

const UNAUTHORIZED: Failure = Failure::Refused(StatusCode::UNAUTHORIZED);

/// The body of a GraphQL request. Its document is read, and that is all.
#[derive(Debug, Deserialize)]
pub(crate) struct Body<V> {
    #[serde(rename = "query")]
    _document: String,
    variables: V,
}

/// Answers the caller.
pub(crate) async fn get(State(bare): Shared, headers: HeaderMap) -> Result<Json<User>, Failure> {
    Ok(Json(find_caller(&bare, &headers).await?.user))
}

/// Answers the caller, asked with a document.
pub(crate) async fn query(
    State(bare): Shared,
    headers: HeaderMap,
    Json(_): Json<Body<IgnoredAny>>,
) -> Result<Json<User>, Failure> {
    Ok(Json(find_caller(&bare, &headers).await?.user))
}

/// Answers the sessions of the caller.
pub(crate) async fn sessions(
    State(bare): Shared,
    headers: HeaderMap,
    Json(_): Json<Body<IgnoredAny>>,
) -> Result<Json<Sessions>, Failure> {
    let caller = find_caller(&bare, &headers).await?;
    let sessions = bare.store.list_sessions(&caller).await?;
    Ok(Json(Sessions { total: sessions.len(), sessions }))
}

/// What the preferences shall be: a text that holds a JSON object.
#[derive(Debug, Deserialize)]
pub(crate) struct NewPrefs {
    prefs: String,
}

/// Replaces the preferences of the caller.
pub(crate) async fn prefs(
    State(bare): Shared,
    ConnectInfo(peer): Peer,
    headers: HeaderMap,
    Json(body): Json<Body<NewPrefs>>,
) -> Result<Json<User>, Failure> {
    let shown = credential(&bare, &headers).ok_or(UNAUTHORIZED)?;
    let NewPrefs { prefs } = body.variables;
    if serde_json::from_str::<Map<String, Value>>(&prefs).is_err() {
        return Err(Failure::Refused(StatusCode::BAD_REQUEST));
    }
    let changed = bare.store.update_prefs(shown, client(peer, &headers), prefs).await?;
    Ok(Json(changed.ok_or(UNAUTHORIZED)?))
}

/// Who wants to sign in.
#[derive(Debug, Deserialize)]
pub(crate) struct Login {
    email: String,
    password: String,
}

/// Checks a password and opens a session.
pub(crate) async fn sign_in(
    State(bare): Shared,
    ConnectInfo(peer): Peer,
    headers: HeaderMap,
    Json(body): Json<Body<Login>>,
) -> Result<Json<SignedIn>, Failure> {
    let Login { email, password } = body.variables;
    let email = email.trim().to_lowercase();
    let stored = bare.store.find_password_hash(&email)?.ok_or(UNAUTHORIZED)?;
    if !bare.passwords.verify(password, stored.clone()).await? {
        return Err(UNAUTHORIZED);
    }
    let secret = random::<32>()?;
    let new = NewSession {
        id: format!("{:012x}{}", Time::now().0, random::<4>()?),
        secret_hash: hex::sha256(&secret),
        password_hash: stored,
    };
    let opened = bare.store.open_session(email, client(peer, &headers), new).await?;
    Ok(Json(SignedIn { session: opened.ok_or(UNAUTHORIZED)?, secret }))
}

async fn find_caller(bare: &Bare, headers: &HeaderMap) -> Result<Caller, Failure> {
    let shown = credential(bare, headers).ok_or(UNAUTHORIZED)?;
    bare.store.find_caller(&shown).await?.ok_or(UNAUTHORIZED)
}

/// What shows a session: the token, or else the cookie.
fn credential(bare: &Bare, headers: &HeaderMap) -> Option<Credential> {
    if headers.contains_key("x-appwrite-jwt") {
        let claims = bare.jwt.verify(text(headers, "x-appwrite-jwt"))?;
        return Some(Credential::Token { user: claims.sub, session: claims.sid });
    }
    let mut cookies = text(headers, COOKIE.as_str()).split("; ");
    let cookie = cookies.find_map(|pair| pair.strip_prefix("a_session_default="))?;
    let Cookie { secret } = serde_json::from_slice(&STANDARD.decode(cookie).ok()?).ok()?;
    Some(Credential::SecretHash(hex::sha256(secret)))
}

/// The session's cookie.
#[derive(Deserialize)]
struct Cookie {
    secret: String,
}

fn client(peer: SocketAddr, headers: &HeaderMap) -> Client {
    let user_agent = text(headers, USER_AGENT.as_str()).to_owned();
    Client { ip: peer.ip().to_string(), user_agent }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn random<const N: usize>() -> anyhow::Result<String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("no random numbers: {error}"))?;
    Ok(hex::encode(&bytes))
}
