//! Shared by the tests: a server for each, callers, responses.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::time::Instant;

use accountd::app::Sources;
use accountd::clock::Clock;
use accountd::config::{Audience, Mode};
use accountd::crypto::keys::Keys;
use accountd::crypto::sha256_hex;
use accountd::graphql::catalog::Catalog;
use accountd::http::{Handler, Timeouts};
use accountd::outbox::inbox;
use accountd::outbox::inbox::Wanted;
use accountd::random::Random;
use accountd::schema::Schema;
use accountd::{App, Config};
use entity::Timestamp;
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use tokio::net::TcpListener;

mod answer;
mod authenticator;
mod browser;
mod caller;
mod database;
mod fake_server;
mod fields;
mod log;
#[path = "../../src/client/country/tests/mmdb.rs"]
mod mmdb;
mod poll;
mod provider;
mod proxy;
mod server;
mod socket;
mod statements;
mod stutter;

pub(crate) use answer::Answer;
pub(crate) use authenticator::{Authenticator, Made};
pub(crate) use browser::{Browser, PUBLIC_URL, error_of, token_of};
pub(crate) use caller::Caller;
pub(crate) use database::{Folder, connect};
pub(crate) use fake_server::{Behaviour, FakeServer, Secured, private_certificate};
pub(crate) use fields::{fields_of, has_argument, root_fields};
pub(crate) use log::Log;
pub(crate) use mmdb::database as country_database;
pub(crate) use poll::poll_times;
pub(crate) use provider::{Fault, Provider, ProviderUser};
pub(crate) use proxy::Proxy;
pub(crate) use server::{MASTER_SECRET, Server, accountd, exchange, stores, try_post};
pub(crate) use socket::Socket;
pub(crate) use statements::recorded;
pub(crate) use stutter::Stutter;

/// When every test begins: 2026-11-23T12:00:00Z.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_795_435_200_000);

/// Configuration: rate limits in the database, even if the tests have a Redis.
pub(crate) const NO_REDIS: &str = "# no Redis";

/// Configuration: limits as wide as those of `accountd dev`.
pub(crate) const LIMITS_OF_DEV: &str = "# limits of dev";

/// A password that is on no list.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The server of one test: with its own database, a clock that stands still, and all that handles requests.
#[derive(Clone)]
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) clock: Clock,
    handler: Handler,
    settings: String,
    folder: Arc<Folder>,
    database: String,
}

impl TestApp {
    /// A server with the configuration of tests.
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// A server with this TOML added to the configuration.
    pub(crate) async fn with(settings: &str) -> Self {
        let (folder, database) = database::migrated().await;
        Self::start(settings, Arc::new(folder), database, Clock::fake(START)).await
    }

    /// A server as in production, with this TOML added to the configuration.
    pub(crate) async fn in_production(settings: &str) -> Self {
        let (folder, database) = database::migrated().await;
        let clock = Clock::fake(START);
        Self::start_as(Mode::Serve, settings, Arc::new(folder), database, clock).await
    }

    /// Restarts the server on the same data, as after a crash.
    pub(crate) async fn restarted(self) -> Self {
        let Self { app, clock, handler, settings, folder, database } = self;
        drop((app, handler));
        // The lock is released with the last handle to the server.
        Self::start(&settings, folder, database, clock.restarted()).await
    }

    /// Restarts the server on the same data, with this TOML added to the configuration.
    pub(crate) async fn restarted_with(self, settings: &str) -> Self {
        Self { settings: settings.to_owned(), ..self }.restarted().await
    }

    /// A separate connection to the same database, which sees what is committed.
    pub(crate) async fn outside(&self) -> DatabaseConnection {
        connect(&self.database).await
    }

    /// Host and port of the database server.
    pub(crate) fn database_host(&self) -> String {
        let url = url::Url::parse(&self.database).unwrap();
        format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432))
    }

    /// Another server on the same database, at another address.
    pub(crate) async fn by_way_of(&self, address: SocketAddr) -> Self {
        let mut url = url::Url::parse(&self.database).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(address.port())).unwrap();
        let (folder, clock) = (Arc::clone(&self.folder), self.clock.clone());
        let app = Self::start(&self.settings, folder, url.to_string(), clock).await;
        Self { database: self.database.clone(), ..app }
    }

    /// Another server on the same database, if the tests' database can be shared.
    pub(crate) async fn another(&self) -> Option<Self> {
        let Self { settings, folder, database, clock, .. } = self.clone();
        if !self.app.db.is_shared() {
            return None;
        }
        Some(Self::start(&settings, folder, database, clock).await)
    }

    /// Three servers on one database; if it can't be shared, this one three times.
    pub(crate) async fn three(&self) -> [Self; 3] {
        let second = self.another().await.unwrap_or_else(|| self.clone());
        let third = self.another().await.unwrap_or_else(|| self.clone());
        [self.clone(), second, third]
    }

    async fn start(settings: &str, folder: Arc<Folder>, database: String, clock: Clock) -> Self {
        Self::start_as(Mode::Dev, settings, folder, database, clock).await
    }

    async fn start_as(
        mode: Mode,
        settings: &str,
        folder: Arc<Folder>,
        database: String,
        clock: Clock,
    ) -> Self {
        statements::record();
        let settings = settings.to_owned();
        let file = folder.path().join("accountd.toml");
        std::fs::write(&file, format!("{settings}\n{TEST_CONFIG}")).unwrap();
        let environment = [
            ("ACCOUNTD_DATABASE__URL".to_owned(), database.clone()),
            // What a test writes isn't needed after a crash, so PostgreSQL need not flush it.
            ("ACCOUNTD_DATABASE__ALLOW_DATA_LOSS".to_owned(), "true".to_owned()),
        ];
        // A test of master secrets has its own.
        let secret = ("ACCOUNTD_MASTER_SECRET".to_owned(), sha256_hex(database.as_bytes()));
        let secret = (!settings.contains("master_secret =")).then_some(secret);
        let redis = std::env::var("TEST_REDIS_URL").ok().filter(|_| settings != NO_REDIS);
        let redis = redis.map(|url| ("ACCOUNTD_REDIS__URL".to_owned(), url));
        // Tests have the limits of production unless they say otherwise.
        let is_dev = settings == LIMITS_OF_DEV;
        let factor = ("ACCOUNTD_LIMITS__FACTOR".to_owned(), "1".to_owned());
        let environment = environment.into_iter().chain(redis).chain(secret);
        let environment = environment.chain((!is_dev).then_some(factor));
        let config = Config::load(Some(&file), environment, mode).unwrap();
        let sources = Sources { clock: clock.clone(), random: Random::System };
        let app = App::start_with(config, sources).await.unwrap();
        let handler = accountd::http::handler(app.clone()).unwrap();
        Self { app, clock, handler, settings, folder, database }
    }

    /// The folder of its files, which is deleted with the last handle.
    pub(crate) fn folder(&self) -> Arc<Folder> {
        self.folder.clone()
    }

    /// The keys that the server derives from its master secret.
    pub(crate) fn keys(&self) -> Keys {
        Keys::new(self.app.config.read_master_secret().unwrap().expose().as_bytes())
    }

    /// Advances the clock.
    pub(crate) fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// The server's handler of requests.
    pub(crate) fn handler(&self) -> Handler {
        self.handler.clone()
    }

    /// Serves at a port of the loopback interface, until the test ends.
    pub(crate) async fn listen(&self) -> SocketAddr {
        self.listen_with(Timeouts::new(&self.app.config.limits)).await
    }

    /// Serves it with other time limits.
    pub(crate) async fn listen_with(&self, timeouts: Timeouts) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = std::future::pending();
        tokio::spawn(accountd::http::serve(listener, self.handler(), timeouts, stop));
        address
    }

    /// A caller without credentials, at an unused address.
    pub(crate) fn guest(&self) -> Caller {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let host = NEXT.fetch_add(1, Ordering::SeqCst);
        let ip: IpAddr = [10, (host >> 16) as u8, (host >> 8) as u8, host as u8].into();
        self.guest_at(ip)
    }

    /// One of the project's servers, with an API key for users and sessions.
    pub(crate) fn server(&self) -> Caller {
        self.guest().with_key("ak_server")
    }

    /// A caller without credentials at `ip`.
    pub(crate) fn guest_at(&self, ip: IpAddr) -> Caller {
        Caller::new(self.handler(), SocketAddr::new(ip, 40_000))
    }

    /// Signs up `email` with [`PASSWORD`] and signs in: a caller with the session secret.
    pub(crate) async fn user(&self, email: &str) -> Caller {
        self.sign_up(email).await;
        self.sign_in(email).await
    }

    /// Signs up `email` with [`PASSWORD`], and returns the new user's id.
    pub(crate) async fn sign_up(&self, email: &str) -> String {
        let variables = json!({"userId": "unique()", "email": email, "password": PASSWORD});
        let answer = self.guest().run("accountCreate", variables).await;
        answer.data()["accountCreate"]["_id"].as_str().unwrap().to_owned()
    }

    /// Signs in `email` with [`PASSWORD`].
    pub(crate) async fn sign_in(&self, email: &str) -> Caller {
        self.user_with(email, PASSWORD).await
    }

    /// Signs in `email` with `password`.
    pub(crate) async fn user_with(&self, email: &str, password: &str) -> Caller {
        let guest = self.guest();
        let variables = json!({"email": email, "password": password});
        let answer = guest.run("accountCreateEmailPasswordSession", variables).await;
        let session = &answer.data()["accountCreateEmailPasswordSession"];
        guest.with_session(session["secret"].as_str().unwrap())
    }

    /// The newest message to an address, as the inbox shows it; null if there is none.
    pub(crate) async fn newest(&self, to: &str) -> Value {
        self.guest().newest(to).await
    }

    /// How many messages were sent to an address, or would have been.
    pub(crate) async fn count_messages(&self, to: &str) -> usize {
        let wanted = Wanted { to: Some(to.to_owned()), ..Wanted::default() };
        inbox::list(&self.app, &wanted, 1_000).await.unwrap().len()
    }

    /// Signs up and in, and returns a caller with a JWT instead of the session's secret.
    pub(crate) async fn jwt_user(&self, email: &str) -> Caller {
        let session = self.user(email).await;
        let jwt = session.jwt().await;
        self.guest().with_jwt(&jwt)
    }
}

/// The configuration of tests: that of development with cheap hashes and a second project.
const TEST_CONFIG: &str = r#"
[redis]
# A machine that builds and tests at once is no outage of Redis.
patience_ms = 10000

[password]
memory_kib = 8
iterations = 1

[[projects]]
id = "default"
name = "Default"
platforms = ["localhost", "example.com", "app.example.com", "com.example.app:"]
passkeys.rp_id = "example.com"
[[projects.api_keys]]
# of the key ak_forward
hash = "0eb78a225d5d9563c32e852da0051b7fff80fc559d2ee9463cf44e604c598807"
scopes = ["client.forward"]
[[projects.api_keys]]
name = "The server"
# of the key ak_server
hash = "ebd1bd2a13b9a520de7174f9fe09590e7fdbfc46db0fecb4edcb2c6c9e06590a"
scopes = ["users.read", "users.write", "sessions.read", "sessions.write"]
[[projects.api_keys]]
# of the key ak_hashes
hash = "9a807e304d5aa79a54dd0bf2afc5c8bda3b8bfcf7efdcbb825d16b9983bc6f88"
scopes = ["users.read", "users.write", "users.hashes"]
[[projects.api_keys]]
# of the key ak_exempt
hash = "34c37ba15c4addaf8bc6b34aad6a2d4d686b1470e655390e2cb5bacd24a3fe70"
scopes = ["limits.exempt"]
[[projects.api_keys]]
# of the key ak_expired
hash = "44e94c78b445048c4b48a5b19eb5c08c82ff5dcd47a06f7a0ddeedb736cac4a0"
scopes = ["users.read"]
expires = "2026-11-24"
[projects.password]
dictionary = false

[[projects]]
id = "other"
name = "Other"
platforms = ["other.example.com"]
passkeys.rp_id = "example.com"
[[projects.api_keys]]
# of the key ak_other
hash = "b4c0a2a7c699a282dcdbbf7cef7bde7d9bfa87b2098f3a8cb71588d897751b31"
scopes = ["users.read", "users.write", "sessions.read", "sessions.write"]
"#;

/// The text of `schema/operations/<operation>.graphql`, or of `server/` there for a field that only servers have.
pub(crate) fn operation(name: &str) -> String {
    let is_of_servers = !name.starts_with("account") && name != "pingGet";
    let folder = if is_of_servers { "server/" } else { "" };
    let path = format!("{}/schema/operations/{folder}{name}.graphql", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{path} is missing"))
}

/// The catalog of the client's schema of a mode.
pub(crate) fn catalog(mode: Mode) -> Arc<Catalog> {
    Arc::clone(Schema::declared(mode, Audience::Client).unwrap().catalog())
}

/// The catalog of the server's schema of a mode.
pub(crate) fn server_catalog(mode: Mode) -> Arc<Catalog> {
    Arc::clone(Schema::declared(mode, Audience::Server).unwrap().catalog())
}

/// The SDL of the client's schema of a mode.
pub(crate) fn sdl(mode: Mode) -> String {
    Schema::declared(mode, Audience::Client).unwrap().sdl().to_owned()
}

/// The SDL of the server's schema of a mode, which has all fields.
pub(crate) fn server_sdl(mode: Mode) -> String {
    Schema::declared(mode, Audience::Server).unwrap().sdl().to_owned()
}

/// How many rounds a test runs: few in `.ci/run`, the full number of the requirement in `.ci/slow`.
pub(crate) fn rounds(quick: usize, slow: usize) -> usize {
    if std::env::var_os("TEST_SLOW").is_some() { slow } else { quick }
}

/// Checks in `.ci/slow` that what `started` began was done within `limit`. Elsewhere others may keep the machine busy.
pub(crate) fn check_within(limit: Duration, started: Instant) {
    let took = started.elapsed();
    assert!(std::env::var_os("TEST_SLOW").is_none() || took < limit, "{took:?} of {limit:?}");
}

/// No variables.
pub(crate) fn none() -> Value {
    json!({})
}
