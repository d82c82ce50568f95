//! JSON Web Tokens, bound to a session that is looked up on every request.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::ensure;
use entity::{ProjectId, SessionId, SigningKeyId, Timestamp, UserId, signing_key};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::config::{Config, JwtAlgorithm};
use crate::crypto::encrypter::Encrypter;
use crate::crypto::keys::{Keys, PurposeKeys};
use crate::error::Result;

mod keeper;
mod key;
mod key_ring;
mod refresh;
mod rsa;

pub use keeper::{INTERVAL, LEAD, Occasion, SPREAD};
pub use key::Key;
pub use key_ring::{KeyOrder, KeyRing, RETIREMENT, RingKey, State, state};

/// The leeway for clocks of other servers, in seconds (SJ-3).
const LEEWAY: i64 = 5;
/// How far ahead a token's creation may be, in seconds.
const MAX_AHEAD: i64 = 60;
/// The longest JWT, in bytes.
const MAX_LENGTH: usize = 4096;
/// Before any token.
const EVER: Timestamp = Timestamp::from_millis(0);

/// The claims that the server reads. All are required; times are whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The project it is for.
    pub aud: ProjectId,
    /// The user it speaks for.
    pub sub: UserId,
    /// The session that it is valid with.
    pub sid: SessionId,
    /// When it was created.
    pub iat: u32,
    /// When it expires.
    pub exp: u32,
    /// The same as `sub`, for existing clients.
    #[serde(rename = "userId")]
    pub user_id: UserId,
    /// The same as `sid`, for existing clients.
    #[serde(rename = "sessionId")]
    pub session_id: SessionId,
}

impl Claims {
    /// When the token expires, with the leeway.
    pub fn until(&self) -> Timestamp {
        let seconds = i64::from(self.exp).saturating_add(LEEWAY);
        Timestamp::from_millis(seconds.saturating_mul(1000))
    }
}

/// Signs and verifies JWTs, with the keys of each project.
#[derive(Debug)]
pub struct Jwt {
    /// The keys of HS256, of all projects: the newest, and those of previous master secrets.
    hs256: (Arc<Key>, Vec<Arc<Key>>),
    encrypter: Encrypter,
    /// The maximum lifetime of a token, in seconds.
    max_ttl: u32,
    /// How the tokens of each project are signed.
    algorithms: Vec<(ProjectId, JwtAlgorithm)>,
    /// The time between two rotations.
    rotation: Option<Duration>,
    rings: RwLock<Rings>,
    /// When the last successful read of the keys began. One reads at a time, so that nobody puts older keys back.
    read_at: Mutex<Option<Instant>>,
}

/// The rings of all projects, and the rows that they were made of.
#[derive(Debug, Default)]
struct Rings {
    rows: Vec<signing_key::Model>,
    rings: HashMap<ProjectId, Arc<KeyRing>>,
}

impl Jwt {
    /// Creates it without stored keys, which [`Self::load`] reads.
    pub fn open(config: &Config, keys: &Keys) -> anyhow::Result<Self> {
        let algorithms = config.projects.iter().map(|project| {
            (project.id.clone(), project.jwt.algorithm.unwrap_or(config.jwt.algorithm))
        });
        let PurposeKeys { newest, previous } = keys.derive_all("jwt");
        let hs256 = |key: &[u8; 32]| Key::hs256(key).map(Arc::new);
        let previous = previous.iter().map(hs256).collect::<anyhow::Result<_>>()?;
        let jwt = Self {
            hs256: (hs256(&newest)?, previous),
            encrypter: Encrypter::new(keys.derive_all("signing keys")),
            max_ttl: config.jwt.ttl_seconds,
            algorithms: algorithms.collect(),
            rotation: config.jwt.rotation(),
            rings: RwLock::default(),
            read_at: Mutex::default(),
        };
        jwt.replace(Vec::new());
        Ok(jwt)
    }

    /// The same keys for another configuration.
    pub fn reconfigured(&self, config: &Config, keys: &Keys) -> anyhow::Result<Self> {
        let jwt = Self::open(config, keys)?;
        let rings = self.rings.read().unwrap_or_else(PoisonError::into_inner);
        jwt.replace(rings.rows.clone());
        drop(rings);
        Ok(jwt)
    }

    /// How the tokens of a project are signed.
    pub(crate) fn algorithm(&self, project: &ProjectId) -> Option<JwtAlgorithm> {
        let mut algorithms = self.algorithms.iter();
        algorithms.find(|(id, _)| id == project).map(|(_, algorithm)| *algorithm)
    }

    /// The keys of a project.
    pub fn ring(&self, project: &ProjectId) -> Option<Arc<KeyRing>> {
        let rings = self.rings.read().unwrap_or_else(PoisonError::into_inner);
        rings.rings.get(project).cloned()
    }

    /// Signs the claims of a token with the project's current key. Fails if it is longer than [`Self::verify`] takes.
    pub fn sign(
        &self,
        project: &ProjectId,
        claims: &impl Serialize,
        now: Timestamp,
    ) -> anyhow::Result<String> {
        let token = self.sign_any_length(project, claims, now)?;
        ensure!(token.len() <= MAX_LENGTH, "a JWT of {} bytes is too long", token.len());
        Ok(token)
    }

    /// Signs what other servers read, with the project's current key.
    pub fn sign_any_length(
        &self,
        project: &ProjectId,
        claims: &impl Serialize,
        now: Timestamp,
    ) -> anyhow::Result<String> {
        let ring = self.ring(project);
        let key = ring.as_ref().and_then(|ring| ring.current(now));
        let key = key.ok_or_else(|| anyhow::anyhow!("the project {project} has no key"))?;
        key.sign(&serde_json::to_vec(claims)?)
    }

    /// The claims of a token that this server has issued for `project` and that has not expired at `now`.
    ///
    /// Rejects tokens from the future or with too long a lifetime: a server's clock was wrong, or the key
    /// has leaked (SJ-3).
    pub fn verify(&self, token: &str, project: &ProjectId, now: Timestamp) -> Option<Arc<Claims>> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let claims = self.ring(project)?.read(token, now)?;
        let expired = now >= claims.until();
        let same = claims.user_id == claims.sub && claims.session_id == claims.sid;
        let ahead = i64::from(claims.iat).saturating_sub(now.seconds());
        let lives = i64::from(claims.exp).saturating_sub(claims.iat.into());
        let plausible = ahead <= MAX_AHEAD && (1..=self.max_ttl.into()).contains(&lives);
        (claims.aud == *project && !expired && same && plausible).then_some(claims)
    }

    /// Reads the keys of all projects.
    pub async fn load(&self, db: &impl ConnectionTrait) -> Result<()> {
        let mut read_at = self.read_at.lock().await;
        self.read(db, &mut read_at).await
    }

    async fn read(&self, db: &impl ConnectionTrait, read_at: &mut Option<Instant>) -> Result<()> {
        let began = Instant::now();
        self.replace(signing_key::Entity::find_in_order().all(db).await?);
        *read_at = Some(began);
        Ok(())
    }

    /// Makes the rings of these rows. Unchanged ones stay, with the tokens that they remember.
    fn replace(&self, rows: Vec<signing_key::Model>) {
        let mut rings = self.rings.write().unwrap_or_else(PoisonError::into_inner);
        if !rings.rings.is_empty() && rings.rows == rows {
            return;
        }
        let ring = |(project, algorithm): &(ProjectId, JwtAlgorithm)| {
            let (newest, previous) = self.hs256.clone();
            let keys = match algorithm {
                // Stored ones are of a server that has not heard of the change yet.
                JwtAlgorithm::Hs256 => {
                    let id = SigningKeyId::new(newest.id.as_str());
                    vec![RingKey { id, key: newest, created_at: EVER, active_at: EVER }]
                }
                JwtAlgorithm::Es256 | JwtAlgorithm::Rs256 | JwtAlgorithm::EdDsa => {
                    let own = rows.iter().filter(|row| row.project_id == *project);
                    own.filter_map(|row| self.decrypt(row)).collect()
                }
            };
            (project.clone(), Arc::new(KeyRing::new(keys, previous)))
        };
        rings.rings = self.algorithms.iter().map(ring).collect();
        rings.rows = rows;
    }
}
