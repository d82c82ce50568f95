//! The server's shared state, cheap to clone.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use entity::{ProjectId, Timestamp};
use tokio::select;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::client::api_key::ApiKeys;
use crate::client::country::Countries;
use crate::clock;
use crate::clock::Clock;
use crate::config::{Config, Project};
use crate::crypto::encrypter::Encrypter;
use crate::crypto::jwt::{Jwt, Occasion};
use crate::crypto::keys::Keys;
use crate::crypto::one_time_secret::CodeHasher;
use crate::crypto::password::Password;
use crate::crypto::password_hash::PasswordHasher;
use crate::crypto::recovery_code::StoredCodes;
use crate::crypto::totp::Seeds;
use crate::db::lock_file::LockFile;
use crate::db::{Db, generation};
use crate::dev_provider::DevProvider;
use crate::error::{Result, catalog};
use crate::keyed_mutex::KeyedMutex;
use crate::limiter::Limiter;
use crate::message::Messages;
use crate::metrics::Metrics;
use crate::notices::Notices;
use crate::oauth::Providers;
use crate::otlp::Traces;
use crate::random::Random;

mod assembly;

use assembly::Shared;

/// Within how many milliseconds open connections end after a change of the configuration.
const RECONNECTING: u64 = 10_000;

/// How long shutdown waits for connections to be returned.
const CLOSING: Duration = Duration::from_secs(5);

/// The shared state of the server.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The contents of an [`App`].
pub struct Parts {
    /// The configuration the server was started with.
    pub config: Config,
    /// The database of all rows.
    pub db: Db,
    /// Tells the time.
    pub clock: Clock,
    /// Draws ids and secrets.
    pub random: Random,
    /// Enforces rate limits.
    pub limiter: Limiter,
    /// Makes and verifies JWTs.
    pub jwt: Arc<Jwt>,
    /// Hashes the codes of mails and text messages.
    pub codes: CodeHasher,
    /// Encrypts the secrets of authenticators.
    pub seeds: Seeds,
    /// Encrypts the hashes of recovery codes.
    pub recovery_codes: StoredCodes,
    /// Composes and sends messages.
    pub messages: Messages,
    /// The OAuth providers.
    pub providers: Providers,
    /// The provider `dev`, in development only.
    pub dev_provider: Option<Arc<DevProvider>>,
    /// Encrypts the tokens of providers.
    pub provider_tokens: Encrypter,
    /// Encrypts the state of OAuth sign-ins under way.
    pub oauth_flows: Encrypter,
    /// Encrypts the API keys in cookies of the console.
    pub console_keys: Encrypter,
    /// Hashes passwords, a few at a time.
    pub passwords: PasswordHasher,
    /// The metrics of the process.
    pub metrics: Arc<Metrics>,
    /// Traces, if they are exported.
    pub traces: Option<Arc<Traces>>,
    /// When it was started.
    pub started_at: Timestamp,
    /// Logs warnings once each.
    pub notices: Arc<Notices>,
    /// Looks up the country of an IP address.
    pub countries: Countries,
    /// The API keys of the configuration.
    pub api_keys: ApiKeys,
    /// Serializes password hashes for one recovery secret.
    pub recoveries: Arc<KeyedMutex>,
    projects: HashMap<ProjectId, Arc<Project>>,
    phase: Arc<watch::Sender<Phase>>,
    /// Whether another App has taken its place.
    is_replaced: watch::Sender<bool>,
    keys: Arc<Keys>,
    lock: Option<Arc<LockFile>>,
}

/// How far the server has shut down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Serving,
    Draining,
    Stopping,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The clock and the random source, which tests replace.
#[derive(Clone)]
pub struct Sources {
    /// Tells the time.
    pub clock: Clock,
    /// Draws ids and secrets.
    pub random: Random,
}

impl Default for Sources {
    fn default() -> Self {
        Self { clock: Clock::system(), random: Random::System }
    }
}

impl App {
    /// Opens everything in `config`: locks the data directory, migrates the database, loads the keys.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        Box::pin(Self::start_with(config, Sources::default())).await
    }

    /// The same with another clock and random source.
    pub async fn start_with(config: Config, sources: Sources) -> anyhow::Result<Self> {
        let keys = Keys::read(&config)?;
        let lock = LockFile::acquire(config.database.file())?;
        let is_accepted = generation::check(&config).await?;
        let db = Db::open(config.database.url.expose().as_str()).await?;
        let db = db.keep_accounts(config.database.account_cache_bytes).await?;
        let db = db.with_replicas(&config.database).await?;
        if !config.database.allow_data_loss {
            db.check_durability().await?;
        }
        let mut clock = sources.clock;
        if db.is_shared() {
            clock = clock.set_by(clock::of_database(db.read()).await?);
        }
        generation::start(db.writer(), &config, is_accepted, clock.now(), &sources.random).await?;
        let jwt = Jwt::open(&config, &keys)?;
        jwt.keep(&db, &sources.random, &clock, Occasion::Start).await?;
        let limiter = Limiter::open(&config, &db, &keys, &clock).await?;
        let metrics = Arc::new(Metrics::new(catalog::CATALOG.iter().map(|error| error.name)));
        let shared = Shared {
            traces: Traces::open(&config.otlp, &metrics)?.map(Arc::new),
            limiter,
            jwt: Arc::new(jwt),
            metrics,
            passwords: PasswordHasher::new(&config.password)?,
            notices: Arc::default(),
            recoveries: Arc::default(),
            started_at: clock.now(),
            clock,
            db,
            random: sources.random,
            phase: Arc::new(watch::Sender::new(Phase::Serving)),
            keys: Arc::new(keys),
            lock: lock.map(Arc::new),
        };
        Self::assemble(config, shared)
    }

    /// The project with this id.
    pub fn project(&self, id: &ProjectId) -> Option<Arc<Project>> {
        self.projects.get(id).cloned()
    }

    /// The host names of the apps of all projects.
    pub fn platforms(&self) -> impl Iterator<Item = &str> {
        self.projects.values().flat_map(|project| project.platforms.iter().map(String::as_str))
    }

    /// Hashes a password for storing.
    pub async fn hash_password(&self, password: &Password) -> Result<String> {
        self.passwords.hash(password, self.random.bytes()).await
    }

    /// Begins the next generation of an embedded database, which makes older copies recognisable (see
    /// `db/generation.rs`).
    pub async fn advance_generation(&self) -> anyhow::Result<()> {
        let Some(database) = self.config.database.file() else { return Ok(()) };
        generation::advance(self.db.writer(), &database, self.clock.now(), &self.random).await
    }

    /// Closes the database. An embedded one is then a single file.
    pub async fn close(&self) {
        if let Err(error) = self.advance_generation().await {
            tracing::warn!("the last generation of the database could not begin: {error:#}");
        }
        // A request that still runs keeps its connection; then SQLite's WAL stays beside the file.
        let _ = timeout(CLOSING, self.db.close()).await;
        if let Some(traces) = &self.traces {
            traces.flush().await;
        }
    }

    /// Begins draining: asks proxies and clients to go elsewhere, while everything is still served.
    pub fn drain(&self) {
        self.phase.send_replace(Phase::Draining);
    }

    /// Begins stopping: no new connections and events; running requests finish.
    pub fn stop(&self) {
        self.phase.send_replace(Phase::Stopping);
    }

    /// Whether the server is draining.
    pub fn is_draining(&self) -> bool {
        match *self.phase.borrow() {
            Phase::Serving => false,
            Phase::Draining | Phase::Stopping => true,
        }
    }

    /// Whether the server is stopping.
    pub fn is_stopping(&self) -> bool {
        *self.phase.borrow() == Phase::Stopping
    }

    /// Waits until open connections have to end: the server is stopping, or another App has taken the place of this one. Then
    /// each waits for another while, so that not all clients connect again at once.
    pub async fn until_done(&self) {
        let replaced = async {
            // The sender lives as long as the App.
            let _ = self.is_replaced.subscribe().wait_for(|is_replaced| *is_replaced).await;
            let share = u64::from(u16::from_le_bytes(self.random.bytes()));
            sleep(Duration::from_millis(share.saturating_mul(RECONNECTING) >> 16)).await;
        };
        select! {
            () = self.until_stopping() => {}
            () = replaced => {}
        }
    }

    /// Waits until the server is stopping.
    pub async fn until_stopping(&self) {
        // The sender lives as long as the server.
        let _ = self.phase.subscribe().wait_for(|phase| *phase == Phase::Stopping).await;
    }
}
