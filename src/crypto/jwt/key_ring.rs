//! The keys of one project: which signs, and which verify.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{SigningKeyId, Timestamp};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::{Claims, Key};
use crate::config::JwtAlgorithm;

/// How long a key still verifies after it has stopped signing: the longest lifetime of a token, and time for clocks that
/// differ, and for servers that have not heard of its successor.
pub const RETIREMENT: Duration = Duration::from_mins(15 + 2);

/// How many verified tokens are remembered.
const REMEMBERED: u64 = 10_000;

/// The keys of a project, in the order in which they begin.
#[derive(Debug)]
pub struct KeyRing {
    keys: Vec<RingKey>,
    /// The keys of HS256 of previous master secrets, which verify as long as that of the newest does.
    previous: Vec<Arc<Key>>,
    /// The claims of tokens whose signature was verified, by their SHA-256. They are as valid as the ring.
    verified: Cache<[u8; 32], Arc<Claims>>,
}

/// A key with its times.
#[derive(Debug)]
pub struct RingKey {
    /// The id of its row: that of the key, but for HS256.
    pub id: SigningKeyId,
    /// The key.
    pub key: Arc<Key>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it begins to sign.
    pub active_at: Timestamp,
}

/// The state of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is published, and signs later.
    Next,
    /// It signs.
    Current,
    /// It signs no more; its tokens are still valid.
    Retiring,
    /// It is no longer a key of the project.
    Gone,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retiring => "retiring",
            Self::Gone => "gone",
        })
    }
}

/// When a key begins to sign, and its id: what orders the keys of a project.
pub type KeyOrder<'a> = (Timestamp, &'a str);

/// The state of a key, whose successor is the next one in the order of `keys`.
pub fn state<'a>(
    key: KeyOrder<'a>,
    keys: impl Iterator<Item = KeyOrder<'a>>,
    now: Timestamp,
) -> State {
    let (active_at, _) = key;
    match keys.filter(|order| *order > key).min() {
        _ if now < active_at => State::Next,
        Some((next, _)) if now >= next + RETIREMENT => State::Gone,
        Some((next, _)) if now >= next => State::Retiring,
        Some(_) | None => State::Current,
    }
}

impl RingKey {
    fn order(&self) -> KeyOrder<'_> {
        (self.active_at, self.id.as_str())
    }
}

impl KeyRing {
    /// A ring of these keys, in the order in which they begin, and of the keys of HS256 of previous master secrets.
    pub(super) fn new(keys: Vec<RingKey>, previous: Vec<Arc<Key>>) -> Self {
        Self { keys, previous, verified: Cache::new(REMEMBERED) }
    }

    /// The keys that are not gone, with their states.
    pub fn keys(&self, now: Timestamp) -> impl Iterator<Item = (&RingKey, State)> {
        let states = self.keys.iter().map(move |key| (key, self.state(key.order(), now)));
        states.filter(|(_, state)| *state != State::Gone)
    }

    /// The state of a key, of the ring or not. Only those of the ring succeed others.
    pub(super) fn state(&self, key: KeyOrder<'_>, now: Timestamp) -> State {
        state(key, self.keys.iter().map(RingKey::order), now)
    }

    /// The key that begins last.
    pub(super) fn newest(&self) -> Option<&RingKey> {
        self.keys.last()
    }

    /// The key that signs.
    pub(super) fn current(&self, now: Timestamp) -> Option<&Key> {
        let current = self.keys(now).filter(|(_, state)| *state == State::Current).last();
        current.map(|(key, _)| key.key.as_ref())
    }

    /// The key whose tokens have this header, if it isn't gone.
    fn find(&self, header: &str, now: Timestamp) -> Option<&Key> {
        let has_header = |key: &&Key| key.header == header;
        let mut keys = self.keys(now).map(|(key, _)| key.key.as_ref());
        keys.find(has_header).or_else(|| {
            let is_hs256 = |(key, _): (&RingKey, _)| key.key.algorithm() == JwtAlgorithm::Hs256;
            let previous = self.previous.iter().map(Arc::as_ref).find(has_header);
            previous.filter(|_| self.keys(now).any(is_hs256))
        })
    }

    /// The claims of a token that a key of the ring has signed; none if the header isn't that of one of them.
    pub(super) fn read(&self, token: &str, now: Timestamp) -> Option<Arc<Claims>> {
        let (header, rest) = token.split_once('.')?;
        let key = self.find(header, now)?;
        let remember = key.algorithm() != JwtAlgorithm::Hs256;
        let hash = remember.then(|| Sha256::digest(token).into());
        if let Some(claims) = hash.and_then(|hash| self.verified.get(&hash)) {
            return Some(claims);
        }
        let (payload, signature) = rest.split_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let message = token.get(..header.len().checked_add(payload.len())?.checked_add(1)?)?;
        if !key.has_signed(message.as_bytes(), &signature) {
            return None;
        }
        let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        let claims = Arc::new(claims);
        if let Some(hash) = hash {
            self.verified.insert(hash, Arc::clone(&claims));
        }
        Some(claims)
    }
}
