//! Merges the features' root fields into the schema, which is built and read once per process.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};

use anyhow::Context;
use async_graphql::{MergedObject, MergedSubscription};
use tokio::task::spawn_blocking;

use crate::account::authenticators::AuthenticatorMutation;
use crate::account::events::EventSubscription;
use crate::account::for_sdks::{SdkMutation, SdkQuery};
use crate::account::identities::{IdentityMutation, IdentityQuery};
use crate::account::logs::LogQuery;
use crate::account::mfa::{MfaMutation, MfaQuery};
use crate::account::oauth::{OAuthMutation, OAuthQuery};
use crate::account::passkeys::{PasskeyMutation, PasskeyQuery};
use crate::account::password::PasswordMutation;
use crate::account::passwordless::PasswordlessMutation;
use crate::account::preferences::{PreferencesMutation, PreferencesQuery};
use crate::account::profile::{ProfileMutation, ProfileQuery};
use crate::account::recovery::RecoveryMutation;
use crate::account::recovery_codes::{RecoveryCodeMutation, RecoveryCodeQuery};
use crate::account::sessions::{SessionMutation, SessionQuery};
use crate::account::verification::VerificationMutation;
use crate::app::App;
use crate::config::limits::FieldLimits;
use crate::config::limits::factor::Factor;
use crate::config::{Audience, Config, Mode};
use crate::console::ConsoleQuery;
use crate::dev_inbox::DevInboxQuery;
use crate::graphql::catalog::Catalog;
use crate::graphql::described::{Declared, Described};
use crate::messages::{MessageMutation, MessageQuery};
use crate::users::{UsersMutation, UsersQuery};

mod engine;

pub use engine::Engine;

/// The queries that every schema has.
#[derive(Debug, Default, MergedObject)]
struct AccountQuery(
    ProfileQuery,
    PreferencesQuery,
    SessionQuery,
    LogQuery,
    IdentityQuery,
    PasskeyQuery,
    OAuthQuery,
    MfaQuery,
    RecoveryCodeQuery,
    SdkQuery,
);

/// Reads the account of the signed-in user.
#[derive(Debug, Default, MergedObject)]
pub struct Query(AccountQuery);

/// Reads the account of the signed-in user, and the messages that a development server keeps.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Query")]
struct DevQuery(AccountQuery, DevInboxQuery);

/// Reads the account of the signed-in user, and for servers the users and messages of the project.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Query")]
struct ServerQuery(AccountQuery, UsersQuery, MessageQuery, ConsoleQuery);

/// Reads the account of the signed-in user, for servers the users and messages of the project, and the contents that a development
/// server keeps.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Query")]
struct ServerDevQuery(AccountQuery, UsersQuery, MessageQuery, ConsoleQuery, DevInboxQuery);

/// Subscribes to changes of the account of the signed-in user.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(EventSubscription);

/// The mutations that every schema has.
#[derive(Debug, Default, MergedObject)]
struct AccountMutation(
    ProfileMutation,
    PasswordMutation,
    PreferencesMutation,
    SessionMutation,
    PasswordlessMutation,
    RecoveryMutation,
    VerificationMutation,
    IdentityMutation,
    MfaMutation,
    AuthenticatorMutation,
    RecoveryCodeMutation,
    OAuthMutation,
    SdkMutation,
    PasskeyMutation,
);

/// Signs up and in, and changes the account of the signed-in user.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(AccountMutation);

/// Signs up and in, changes the account of the signed-in user, and for servers the users and messages of the project.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Mutation")]
struct ServerMutation(AccountMutation, UsersMutation, MessageMutation);

/// The engine and its catalog. Servers with the same settings share it: what fields need comes with each request.
pub struct Schema {
    engine: Engine,
    sdl: String,
    catalog: Arc<Catalog>,
    warnings: Vec<String>,
}

/// The settings that change a schema.
#[derive(Clone, PartialEq, Eq)]
struct Settings {
    mode: Mode,
    audience: Audience,
    factor: Factor,
    fields: FieldLimits,
}

/// The most schemas that are kept. A server has one, and asks for it several times while it starts, and a second one once
/// a caller has an API key; tests start many servers of few kinds.
const CAPACITY: usize = 8;

/// The schemas of this process, the most recently used first.
static BUILT: Mutex<VecDeque<(Settings, Arc<Schema>)>> = Mutex::new(VecDeque::new());

impl Schema {
    /// The schema of a server with this configuration for an audience, built once. Fails if a field declares no access.
    /// The error lists every problem of the configured limits.
    pub fn of(config: &Config, audience: Audience) -> anyhow::Result<Arc<Self>> {
        Self::find(Settings::of(config, audience))
    }

    /// The same on a thread that may take its time, since building one does.
    pub async fn load(app: &App, audience: Audience) -> anyhow::Result<Arc<Self>> {
        let app = app.clone();
        let loaded = spawn_blocking(move || Self::of(&app.config, audience));
        loaded.await.context("a schema was not built")?
    }

    /// The same for one use: if it isn't kept already, it is built and not kept.
    pub fn once(config: &Config, audience: Audience) -> anyhow::Result<Arc<Self>> {
        let settings = Settings::of(config, audience);
        let kept =
            kept().iter().find(|(known, _)| *known == settings).map(|(_, it)| Arc::clone(it));
        kept.map_or_else(|| Self::build(&settings).map(Arc::new), Ok)
    }

    /// The schema of a mode for an audience, with the declared limits. Those of `serve` are committed and published.
    pub fn declared(mode: Mode, audience: Audience) -> anyhow::Result<Arc<Self>> {
        let (factor, fields) = (Factor::default(), FieldLimits::default());
        Self::find(Settings { mode, audience, factor, fields })
    }

    fn find(settings: Settings) -> anyhow::Result<Arc<Self>> {
        // Locked while one is built, so that none is built twice.
        let mut built = kept();
        let known = built.iter().position(|(known, _)| *known == settings);
        let schema = match known.and_then(|at| built.remove(at)) {
            Some((_, schema)) => schema,
            None => Arc::new(Self::build(&settings)?),
        };
        built.push_front((settings, Arc::clone(&schema)));
        built.truncate(CAPACITY);
        Ok(schema)
    }

    fn build(settings: &Settings) -> anyhow::Result<Self> {
        let (sender, outcome) = mpsc::channel();
        let described = Described {
            factor: settings.factor,
            fields: settings.fields.clone(),
            in_full: settings.mode == Mode::Dev,
            outcome: sender,
        };
        let engine = Engine::build(settings.mode, settings.audience, described);
        let Declared { warnings, rows } =
            outcome.try_recv().context("the engine has shown its fields to nobody")??;
        let sdl = engine.print();
        let catalog = Arc::new(Catalog::read(&sdl, &rows)?);
        Ok(Self { engine, sdl, catalog, warnings })
    }

    /// Executes operations.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The SDL, with the limits in force.
    pub fn sdl(&self) -> &str {
        &self.sdl
    }

    /// The types, policies and routes of the SDL.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Warnings about configured limits that are valid, but probably not intended; a line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl Settings {
    fn of(config: &Config, audience: Audience) -> Self {
        let limits = &config.limits;
        Self {
            mode: config.mode,
            audience,
            factor: limits.factor,
            fields: limits.fields_of(audience),
        }
    }
}

/// The schemas that are kept.
fn kept() -> MutexGuard<'static, VecDeque<(Settings, Arc<Schema>)>> {
    BUILT.lock().unwrap_or_else(PoisonError::into_inner)
}
