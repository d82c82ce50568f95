//! Accounts that are kept in memory: users with their sessions, as they are in the file.
//!
//! A kept account is never older than what a query would find: the connection that writes names the users whose rows its
//! statements touch (`sqlite/watch.rs`). From then on until the change is committed or undone, nothing is kept of them. A
//! reader may keep what it has read unless its user was touched meanwhile.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entity::{UserKey, session, user};
use hashlink::LruCache;
use tokio::time::Instant;

/// How many locks the accounts share.
const SHARDS: usize = 64;
/// How long nobody looks whether another program has written.
const UNWATCHED: Duration = Duration::from_millis(100);
/// The memory of an account besides its texts: entries of the map, counters of references.
const OVERHEAD: usize = 256;
/// The overhead of an allocation, on average.
const ROUNDING: usize = 8;

/// A user with all sessions, oldest first, also expired ones.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) user: Arc<user::Model>,
    pub(crate) sessions: Vec<Arc<session::Model>>,
}

/// The accounts that are kept; those that nobody has asked for the longest give way to others.
#[derive(Clone, Debug)]
pub(crate) struct Accounts(Arc<Shards>);

#[derive(Debug)]
struct Shards {
    all: Vec<Mutex<Shard>>,
    hasher: RandomState,
    /// How many bytes a shard may take.
    max_bytes: usize,
    opened: Instant,
    /// Until when it is certain that what is kept is as in the file, in milliseconds since `opened`.
    certain_until: AtomicU64,
}

#[derive(Debug)]
struct Shard {
    /// How often accounts of the shard were forgotten.
    version: Version,
    /// The users whose rows an open transaction has touched.
    changing: HashSet<UserKey>,
    kept: LruCache<UserKey, Kept>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    account: Arc<Account>,
    bytes: usize,
}

/// Tells whether an account was forgotten between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Version(u64);

impl Accounts {
    /// Keeps so many bytes of accounts.
    pub(super) fn new(max_bytes: usize) -> Self {
        let shard = || Shard {
            version: Version(0),
            changing: HashSet::new(),
            kept: LruCache::new_unbounded(),
            bytes: 0,
        };
        Self(Arc::new(Shards {
            all: (0..SHARDS).map(|_| Mutex::new(shard())).collect(),
            hasher: RandomState::new(),
            max_bytes: max_bytes.div_euclid(SHARDS),
            opened: Instant::now(),
            certain_until: AtomicU64::new(0),
        }))
    }

    /// The account, if it is kept.
    pub(crate) fn find(&self, key: &UserKey) -> Option<Arc<Account>> {
        let mut shard = self.shard(key)?;
        shard.kept.get(key).map(|kept| Arc::clone(&kept.account))
    }

    /// The version for [`Accounts::keep`]. Read it before the account is read.
    pub(crate) fn version(&self, key: &UserKey) -> Option<Version> {
        self.shard(key).map(|shard| shard.version)
    }

    /// Keeps an account that was read after `version` was asked for, unless it may have changed meanwhile.
    pub(crate) fn keep(&self, key: UserKey, version: Version, account: Arc<Account>) {
        let bytes = account.bytes();
        let Some(mut shard) = self.shard(&key) else { return };
        let is_current = shard.version == version && !shard.changing.contains(&key);
        if !is_current || bytes > self.0.max_bytes {
            return;
        }
        shard.remove(&key);
        shard.kept.insert(key, Kept { account, bytes });
        shard.bytes = shard.bytes.saturating_add(bytes);
        while shard.bytes > self.0.max_bytes
            && let Some((_, oldest)) = shard.kept.remove_lru()
        {
            shard.bytes = shard.bytes.saturating_sub(oldest.bytes);
        }
    }

    /// Forgets an account, and keeps nothing of it until the change has ended.
    pub(super) fn begin_change(&self, key: UserKey) {
        if let Some(mut shard) = self.shard(&key) {
            shard.remove(&key);
            shard.changing.insert(key);
        }
    }

    /// Lets an account be kept again, unless it was read before: whether the change was committed or undone.
    pub(super) fn end_change(&self, key: &UserKey) {
        if let Some(mut shard) = self.shard(key) {
            shard.advance();
            shard.changing.remove(key);
        }
    }

    /// Forgets all accounts.
    pub(super) fn forget_all(&self) {
        for shard in &self.0.all {
            let mut shard = lock(shard);
            shard.advance();
            shard.kept.clear();
            shard.bytes = 0;
        }
    }

    /// Whether no other program has written until a moment ago.
    pub(super) fn are_certain(&self) -> bool {
        let certain_until = Duration::from_millis(self.0.certain_until.load(Ordering::Acquire));
        self.0.opened.elapsed() < certain_until
    }

    /// Records that what is kept was as in the file at `at`.
    pub(super) fn record_certainty(&self, at: Instant) {
        let until = at.saturating_duration_since(self.0.opened).saturating_add(UNWATCHED);
        let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        self.0.certain_until.store(until, Ordering::Release);
    }

    fn shard(&self, key: &UserKey) -> Option<MutexGuard<'_, Shard>> {
        let hash = usize::try_from(self.0.hasher.hash_one(key) >> u32::BITS).ok()?;
        self.0.all.get(hash.checked_rem(SHARDS)?).map(lock)
    }

    /// How many bytes are kept.
    pub(crate) fn bytes(&self) -> usize {
        self.0.all.iter().map(|shard| lock(shard).bytes).sum()
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shard {
    fn advance(&mut self) {
        self.version = Version(self.version.0.wrapping_add(1));
    }

    fn remove(&mut self, key: &UserKey) {
        if let Some(kept) = self.kept.remove(key) {
            self.bytes = self.bytes.saturating_sub(kept.bytes);
        }
    }
}

impl Account {
    /// About how much memory the account takes.
    fn bytes(&self) -> usize {
        let sessions = self.sessions.iter().map(|session| session_bytes(session));
        sessions.fold(user_bytes(&self.user).saturating_add(OVERHEAD), usize::saturating_add)
    }
}

fn user_bytes(user: &user::Model) -> usize {
    // All columns, so that none can be forgotten.
    let user::Model {
        project_id,
        id,
        created_at: _,
        updated_at: _,
        accessed_at: _,
        name,
        email,
        email_verified: _,
        phone,
        phone_verified: _,
        password_hash,
        password_updated_at: _,
        enabled: _,
        prefs,
        prefs_revision: _,
        labels,
        mfa: _,
    } = user;
    // The key is kept twice: in the row and in the map.
    let texts =
        [project_id.as_str(), project_id.as_str(), id.as_str(), id.as_str(), name, prefs, labels];
    let options = [email, phone, password_hash].into_iter().flatten();
    texts_bytes(texts.into_iter().chain(options.map(String::as_str)))
        .saturating_add(size_of::<user::Model>())
}

fn session_bytes(session: &session::Model) -> usize {
    let session::Model {
        id,
        project_id,
        user_id,
        created_at: _,
        updated_at: _,
        expires_at: _,
        secret_hash,
        provider,
        provider_uid,
        ip,
        user_agent,
        country_code,
        provider_tokens,
        refreshing_until: _,
        factors,
        mfa_updated_at: _,
        half_open: _,
    } = session;
    let keys = [id.as_str(), project_id.as_str(), user_id.as_str()];
    let texts = [secret_hash, provider, provider_uid, ip, user_agent, country_code, factors];
    let texts = texts.into_iter().chain(provider_tokens).map(String::as_str);
    texts_bytes(keys.into_iter().chain(texts)).saturating_add(size_of::<session::Model>())
}

fn texts_bytes<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    let bytes = texts.map(|text| text.len().saturating_add(ROUNDING));
    bytes.fold(0, usize::saturating_add)
}

#[cfg(test)]
pub(super) mod tests;
