//! Resolves the caller from the request's credentials.

use std::sync::Arc;

use entity::{ProjectId, SessionId, Timestamp, session, user};

use crate::app::App;
use crate::auth::active_session::{SessionKey, find_active};
use crate::auth::credentials::{Credentials, FetchSite};
use crate::auth::factors;
use crate::crypto::session_secret::SessionSecret;
use crate::error::{Error, Result};
use crate::request_log;
use crate::request_log::CallerKind;

/// The caller of a request.
#[derive(Clone, Debug)]
pub enum Caller {
    /// Not signed in; with the reason why a presented credential was not accepted.
    Guest(RejectedCredential),
    /// A user with a session.
    SignedIn(Box<SignedIn>),
    /// A user whose session lacks a second factor: only few fields, which ask for it, know the user.
    HalfOpen(Box<SignedIn>),
    /// A blocked user: every field fails.
    Blocked,
    /// Credentials of two sessions, or too many credentials: every field fails.
    Conflict,
}

/// A rejected credential, with the cause for developers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectedCredential {
    /// A JWT.
    Jwt(&'static str),
    /// A session secret.
    Session(&'static str),
    /// No credential was presented.
    Missing(&'static str),
}

/// A user with the presented session, as of this request.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The user.
    pub user: Arc<user::Model>,
    /// The session of the credential: `current`.
    pub session: Arc<session::Model>,
    /// How the session was presented.
    pub by: CredentialKind,
    /// When the credential expires.
    pub until: Timestamp,
}

/// How a caller presented a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// With a JWT.
    Jwt,
    /// With its own secret, in a header.
    Secret,
    /// With its own secret, in a cookie.
    Cookie,
}

impl Caller {
    /// Resolves the caller from `credentials` in `project`; a single credential takes one query.
    ///
    /// Several credentials are accepted if the valid ones are of the same session.
    pub async fn resolve(
        app: &App,
        project: &ProjectId,
        credentials: &Credentials,
    ) -> Result<Self> {
        let caller = Self::find(app, project, credentials).await?;
        request_log::note_caller(caller.kind());
        Ok(caller)
    }

    async fn find(app: &App, project: &ProjectId, credentials: &Credentials) -> Result<Self> {
        if credentials.is_excessive() {
            return Ok(Self::Conflict);
        }
        let mut found: Option<SignedIn> = None;
        let mut rejected = None;
        let jwts = credentials.jwts.iter().map(|jwt| (CredentialKind::Jwt, jwt));
        let by = if credentials.cookie { CredentialKind::Cookie } else { CredentialKind::Secret };
        let sessions = credentials.sessions.iter().map(|secret| (by, secret));
        for (by, text) in jwts.chain(sessions) {
            let presented = match by {
                CredentialKind::Jwt if credentials.jwts.len() > 1 => {
                    Err(RejectedCredential::Jwt("two JWTs were sent"))
                }
                CredentialKind::Jwt => find_by_jwt(app, project, text).await?,
                CredentialKind::Secret | CredentialKind::Cookie => {
                    find_by_secret(app, project, (by, text)).await?
                }
            };
            match (presented, &found) {
                (Ok(one), Some(other)) if one.session.id != other.session.id => {
                    return Ok(Self::Conflict);
                }
                (Ok(_), Some(_)) => {}
                (Ok(one), None) => found = Some(one),
                (Err(cause), _) => rejected = rejected.or(Some(cause)),
            }
        }
        Ok(match found {
            Some(signed_in) if !signed_in.user.enabled => Self::Blocked,
            Some(signed_in) if signed_in.lacks_factor(app).await? => {
                Self::HalfOpen(Box::new(signed_in))
            }
            Some(signed_in) => Self::SignedIn(Box::new(signed_in)),
            None => Self::Guest(rejected.unwrap_or(RejectedCredential::missing(credentials))),
        })
    }

    /// Its name in the log.
    fn kind(&self) -> CallerKind {
        match self {
            Self::Guest(_) => CallerKind::Guest,
            Self::SignedIn(caller) | Self::HalfOpen(caller) => match caller.by {
                CredentialKind::Jwt => CallerKind::Jwt,
                CredentialKind::Secret => CallerKind::Session,
                CredentialKind::Cookie => CallerKind::Cookie,
            },
            Self::Blocked => CallerKind::Blocked,
            Self::Conflict => CallerKind::Conflict,
        }
    }

    /// The caller's user and session, or an error.
    pub fn signed_in(&self) -> Result<&SignedIn> {
        match self {
            Self::SignedIn(signed_in) => Ok(signed_in),
            Self::HalfOpen(_) => Err(Error::UserMoreFactorsRequired),
            Self::Blocked => Err(Error::UserBlocked),
            Self::Conflict => Err(Error::UserJwtAndCookieSet),
            Self::Guest(rejected) => Err((*rejected).into()),
        }
    }

    /// The same, also if the session lacks a second factor.
    pub fn with_session(&self) -> Result<&SignedIn> {
        match self {
            Self::HalfOpen(signed_in) => Ok(signed_in),
            Self::SignedIn(_) | Self::Blocked | Self::Conflict | Self::Guest(_) => self.signed_in(),
        }
    }
}

impl SignedIn {
    /// Whether the session lacks a second factor.
    async fn lacks_factor(&self, app: &App) -> Result<bool> {
        let Self { user, session, .. } = self;
        // Boxed, so that the futures of the many others are small.
        let db = app.db.read();
        Ok(user.mfa && Box::pin(factors::is_half_open(app, db, user, session)).await?)
    }

    /// The error if the session has ended.
    pub fn session_ended(&self) -> Error {
        const CAUSE: &str = "the session has ended";
        match self.by {
            CredentialKind::Jwt => RejectedCredential::Jwt(CAUSE).into(),
            CredentialKind::Secret | CredentialKind::Cookie => {
                RejectedCredential::Session(CAUSE).into()
            }
        }
    }

    /// Replaces the id `current` by that of the presented session.
    pub fn session_id(&self, id: &str) -> SessionId {
        match id {
            "current" => self.session.id.clone(),
            id => SessionId::new(id),
        }
    }
}

impl From<RejectedCredential> for Error {
    fn from(rejected: RejectedCredential) -> Self {
        match rejected {
            RejectedCredential::Jwt(cause) => Self::UserJwtInvalid(cause),
            RejectedCredential::Session(cause) | RejectedCredential::Missing(cause) => {
                Self::GeneralUnauthorizedScope(cause)
            }
        }
    }
}

impl RejectedCredential {
    /// The reason why a half-open session signs nobody in.
    pub const HALF_OPEN: Self = Self::Session("the sign-in lacks a second factor");

    /// The reason why `credentials` are empty.
    fn missing(credentials: &Credentials) -> Self {
        Self::Missing(match credentials.from {
            FetchSite::SameOrigin => "no credential was sent",
            FetchSite::SameSite => {
                "no credential was sent; a page of another origin than the server's sends its cookies by fetch only \
                 with `credentials: \"include\"`"
            }
            FetchSite::CrossSite => {
                "no credential was sent; the page is on another site than the server, where browsers hold cookies \
                 back: call the server by the page's own host, such as http://localhost:8080"
            }
        })
    }

    /// The kind of the credential, and the reason.
    pub fn explain(self) -> (&'static str, &'static str) {
        match self {
            Self::Jwt(cause) => ("jwt", cause),
            Self::Session(cause) => ("session", cause),
            Self::Missing(cause) => ("none", cause),
        }
    }
}

type Presented = std::result::Result<SignedIn, RejectedCredential>;

async fn find_by_jwt(app: &App, project: &ProjectId, token: &str) -> Result<Presented> {
    let claims = app.jwt.verify_newest(&app.db, token, project, app.clock.now()).await?;
    let Some(claims) = claims else {
        return Ok(Err(RejectedCredential::Jwt(
            "the JWT is malformed, forged, expired or for another project",
        )));
    };
    let until = claims.until();
    let key = SessionKey::Id(claims.sid.clone());
    let found = find_active(app, project, &claims.sub, key).await?;
    let found = found.map(|(session, user)| SignedIn {
        until: until.min(session.expires_at),
        user,
        session,
        by: CredentialKind::Jwt,
    });
    Ok(found.ok_or(RejectedCredential::Jwt("the session of the JWT has ended")))
}

async fn find_by_secret(
    app: &App,
    project: &ProjectId,
    (by, text): (CredentialKind, &str),
) -> Result<Presented> {
    let Some(secret) = SessionSecret::decode(text) else {
        return Ok(Err(RejectedCredential::Session("the session secret is malformed")));
    };
    let key = SessionKey::SecretHash(secret.hash());
    let found = find_active(app, project, secret.user_id(), key).await?;
    let found =
        found.map(|(session, user)| SignedIn { until: session.expires_at, user, session, by });
    Ok(found.ok_or(RejectedCredential::Session("the session has ended, or never existed")))
}
