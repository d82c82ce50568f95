//! The operations: a request in, JSON out.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::anyhow;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::http::header::USER_AGENT;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{rows, Bare};
use crate::clock::Time;
use crate::jwt::Claims;
use crate::rows::{Client, Session, User};

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

/// Answers the caller.
pub(crate) async fn get(State(bare): Shared, headers: HeaderMap) -> Result<Json<User>, Failure> {
    let claims = claims(&bare, &headers)?;
    let user = bare.store.read(|db| rows::find_caller(db, &claims))?;
    Ok(Json(user.ok_or(UNAUTHORIZED)?))
}

/// The sessions of the caller.
#[derive(Debug, Serialize)]
pub(crate) struct Sessions {
    total: usize,
    sessions: Vec<Session>,
}

/// Answers the sessions of the caller.
pub(crate) async fn sessions(
    State(bare): Shared,
    headers: HeaderMap,
) -> Result<Json<Sessions>, Failure> {
    let claims = claims(&bare, &headers)?;
    let sessions = bare.store.read(|db| {
        let Some(_user) = rows::find_caller(db, &claims)? else { return Ok(None) };
        rows::list_sessions(db, &claims).map(Some)
    })?;
    let sessions = sessions.ok_or(UNAUTHORIZED)?;
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
    Json(NewPrefs { prefs }): Json<NewPrefs>,
) -> Result<Json<User>, Failure> {
    let claims = claims(&bare, &headers)?;
    if serde_json::from_str::<Map<String, Value>>(&prefs).is_err() {
        return Err(Failure::Refused(StatusCode::BAD_REQUEST));
    }
    let client = client(peer, &headers);
    let changed = bare.store.write(move |tx| {
        let Some(user) = rows::find_caller(tx, &claims)? else { return Ok(None) };
        rows::update_prefs(tx, user, &client, prefs).map(Some)
    });
    Ok(Json(changed.await?.ok_or(UNAUTHORIZED)?))
}

/// Who wants to sign in.
#[derive(Debug, Deserialize)]
pub(crate) struct Login {
    email: String,
    password: String,
}

/// A new session with its secret.
#[derive(Debug, Serialize)]
pub(crate) struct SignedIn {
    #[serde(flatten)]
    session: Session,
    secret: String,
}

/// Checks a password and opens a session.
pub(crate) async fn sign_in(
    State(bare): Shared,
    ConnectInfo(peer): Peer,
    headers: HeaderMap,
    Json(Login { email, password }): Json<Login>,
) -> Result<Json<SignedIn>, Failure> {
    let email = email.trim().to_lowercase();
    let found = bare.store.read(|db| rows::find_by_email(db, &email))?;
    let (_, stored) = found.ok_or(UNAUTHORIZED)?;
    let checked = stored.clone().ok_or(UNAUTHORIZED)?;
    if !bare.passwords.verify(password, checked).await? {
        return Err(UNAUTHORIZED);
    }
    let client = client(peer, &headers);
    let secret = random::<32>()?;
    let hash = sha256(&secret);
    let id = format!("{:012x}{}", Time::now().0, random::<4>()?);
    let opened = bare.store.write(move |tx| {
        // The password may have changed since.
        let found = rows::find_by_email(tx, &email)?.filter(|(_, now)| *now == stored);
        let Some((user, _)) = found else { return Ok(None) };
        rows::open_session(tx, &user, &client, id, &hash).map(Some)
    });
    let session = opened.await?.ok_or(UNAUTHORIZED)?;
    Ok(Json(SignedIn { session, secret }))
}

/// A token. Not measured.
#[derive(Debug, Serialize)]
pub(crate) struct Token {
    jwt: String,
}

/// Makes a token for the session whose secret is shown. Not measured.
pub(crate) async fn jwt(State(bare): Shared, headers: HeaderMap) -> Result<Json<Token>, Failure> {
    let secret = text(&headers, "x-appwrite-session");
    let (user, id) = bare.store.read(|db| rows::find_by_secret(db, &sha256(secret)))?;
    Ok(Json(Token { jwt: bare.jwt.sign(&user, &id)? }))
}

fn claims(bare: &Bare, headers: &HeaderMap) -> Result<Claims, Failure> {
    bare.jwt.verify(text(headers, "x-appwrite-jwt")).ok_or(UNAUTHORIZED)
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
    Ok(hex(&bytes))
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
