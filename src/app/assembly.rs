//! The parts of an App: those made from a configuration, and those that outlive it.

use std::sync::Arc;

use entity::Timestamp;
use tokio::sync::watch;

use super::{App, Parts, Phase};
use crate::client::api_key::ApiKeys;
use crate::client::country::Countries;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::encrypter::Encrypter;
use crate::crypto::jwt::Jwt;
use crate::crypto::keys::Keys;
use crate::crypto::one_time_secret::CodeHasher;
use crate::crypto::password_hash::PasswordHasher;
use crate::crypto::recovery_code::StoredCodes;
use crate::crypto::totp::Seeds;
use crate::db::Db;
use crate::db::lock_file::LockFile;
use crate::dev_provider::DevProvider;
use crate::keyed_mutex::KeyedMutex;
use crate::limiter::Limiter;
use crate::message::Messages;
use crate::metrics::Metrics;
use crate::notices::Notices;
use crate::oauth::Providers;
use crate::otlp::Traces;
use crate::random::Random;

/// The parts that outlive a configuration.
pub(super) struct Shared {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) random: Random,
    pub(super) limiter: Limiter,
    pub(super) jwt: Arc<Jwt>,
    pub(super) passwords: PasswordHasher,
    pub(super) metrics: Arc<Metrics>,
    pub(super) notices: Arc<Notices>,
    pub(super) recoveries: Arc<KeyedMutex>,
    pub(super) traces: Option<Arc<Traces>>,
    pub(super) started_at: Timestamp,
    pub(super) phase: Arc<watch::Sender<Phase>>,
    pub(super) keys: Arc<Keys>,
    pub(super) lock: Option<Arc<LockFile>>,
}

impl App {
    /// The parts made from the configuration, beside those that outlive it.
    pub(super) fn assemble(config: Config, shared: Shared) -> anyhow::Result<Self> {
        let keys = &*shared.keys;
        let projects = config
            .projects
            .iter()
            .map(|project| (project.id.clone(), Arc::new(project.clone())))
            .collect();
        let dev_provider = DevProvider::open(&config, keys, &shared.clock, &shared.random)?;
        Ok(Self(Arc::new(Parts {
            codes: CodeHasher::new(keys.derive_all("codes"))?,
            seeds: Seeds::new(keys.derive_all("authenticators")),
            recovery_codes: StoredCodes::new(keys.derive_all("recovery codes")),
            messages: Messages::open(&config, keys)?,
            providers: Providers::open(&config)?,
            dev_provider: dev_provider.map(Arc::new),
            provider_tokens: Encrypter::new(keys.derive_all("provider tokens")),
            oauth_flows: Encrypter::new(keys.derive_all("oauth flows")),
            console_keys: Encrypter::new(keys.derive_all("console keys")),
            countries: Countries::open(config.geoip.database.as_deref())?,
            api_keys: ApiKeys::new(&config.projects),
            limiter: shared.limiter,
            db: shared.db,
            jwt: shared.jwt,
            metrics: shared.metrics,
            passwords: shared.passwords,
            notices: shared.notices,
            recoveries: shared.recoveries,
            traces: shared.traces,
            started_at: shared.started_at,
            clock: shared.clock,
            random: shared.random,
            projects,
            phase: shared.phase,
            is_replaced: watch::Sender::new(false),
            config,
            keys: shared.keys,
            lock: shared.lock,
        })))
    }

    /// The same server with another configuration, in place of this App. It shares what a configuration doesn't change while a
    /// server runs: see [`Config::keep`].
    pub fn reconfigured(&self, config: Config) -> anyhow::Result<Self> {
        let Parts { metrics, passwords, notices, recoveries, .. } = &*self.0;
        let shared = Shared {
            limiter: self.limiter.reconfigured(&config),
            jwt: Arc::new(self.jwt.reconfigured(&config, &self.keys)?),
            metrics: Arc::clone(metrics),
            passwords: passwords.clone(),
            notices: Arc::clone(notices),
            recoveries: Arc::clone(recoveries),
            traces: self.traces.clone(),
            started_at: self.started_at,
            clock: self.clock.clone(),
            db: self.db.clone(),
            random: self.random.clone(),
            phase: Arc::clone(&self.phase),
            keys: Arc::clone(&self.keys),
            lock: self.lock.clone(),
        };
        Self::assemble(config, shared)
    }

    /// Begins to leave all work to the App that has taken its place.
    pub fn replace(&self) {
        self.is_replaced.send_replace(true);
    }

    /// Whether its work is another's, or ends because the server stops.
    pub fn is_done(&self) -> bool {
        *self.is_replaced.borrow() || self.is_stopping()
    }
}
