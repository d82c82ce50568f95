//! The schema: the features' root fields together, built and read once for each process.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use anyhow::Context;
use async_graphql::{
    Data, Executor, MergedObject, MergedSubscription, ObjectType, Request, Response,
    SDLExportOptions, ValidationMode,
};
use futures_util::stream::BoxStream;

use crate::account::events::EventSubscription;
use crate::account::identities::{IdentityMutation, IdentityQuery};
use crate::account::logs::LogQuery;
use crate::account::oauth::OAuthQuery;
use crate::account::password::PasswordMutation;
use crate::account::passwordless::PasswordlessMutation;
use crate::account::preferences::{PreferencesMutation, PreferencesQuery};
use crate::account::profile::{ProfileMutation, ProfileQuery};
use crate::account::recovery::RecoveryMutation;
use crate::account::sessions::{SessionMutation, SessionQuery};
use crate::account::verification::VerificationMutation;
use crate::config::limits::factor::Factor;
use crate::config::limits::{FieldLimits, Limits};
use crate::config::{Config, DocumentLimits, Mode};
use crate::dev_inbox::DevInboxQuery;
use crate::graphql::catalog::Catalog;
use crate::graphql::described::Described;

/// Reads the account of the signed-in user.
#[derive(Debug, Default, MergedObject)]
pub struct Query(ProfileQuery, PreferencesQuery, SessionQuery, LogQuery, IdentityQuery, OAuthQuery);

/// Reads the account of the signed-in user, and the messages that a development server keeps.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Query")]
pub struct DevQuery(
    ProfileQuery,
    PreferencesQuery,
    SessionQuery,
    LogQuery,
    IdentityQuery,
    OAuthQuery,
    DevInboxQuery,
);

/// Subscribes to changes of the account of the signed-in user.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(EventSubscription);

/// Signs up and in, and changes the account of the signed-in user.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    ProfileMutation,
    PasswordMutation,
    PreferencesMutation,
    SessionMutation,
    PasswordlessMutation,
    RecoveryMutation,
    VerificationMutation,
    IdentityMutation,
);

/// An engine with the fields of one mode.
type EngineOf<Q> = async_graphql::Schema<Q, Mutation, Subscription>;

/// The engine with all fields of its mode.
#[derive(Clone)]
pub enum Engine {
    /// For `serve`.
    Serve(EngineOf<Query>),
    /// For `dev`, with fields for developers.
    Dev(EngineOf<DevQuery>),
}

impl Executor for Engine {
    async fn execute(&self, request: Request) -> Response {
        match self {
            Self::Serve(engine) => engine.execute(request).await,
            Self::Dev(engine) => engine.execute(request).await,
        }
    }

    fn execute_stream(
        &self,
        request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        match self {
            Self::Serve(engine) => Executor::execute_stream(engine, request, session_data),
            Self::Dev(engine) => Executor::execute_stream(engine, request, session_data),
        }
    }
}

/// The engine, and what is known of its fields. It belongs to no server: what a field needs comes with each request.
pub struct Schema {
    engine: Engine,
    sdl: String,
    catalog: Arc<Catalog>,
    warnings: Vec<String>,
}

/// What schemas differ by.
#[derive(Clone, PartialEq, Eq)]
struct Settings {
    mode: Mode,
    factor: Factor,
    fields: FieldLimits,
}

/// How many schemas are kept. A server has one, and asks for it more than once while it starts; tests start many servers of
/// few kinds.
const CAPACITY: usize = 8;

/// The schemas of this process, the last one used first.
static BUILT: Mutex<VecDeque<(Settings, Arc<Schema>)>> = Mutex::new(VecDeque::new());

impl Schema {
    /// The schema of a server with these settings, built once. Fails when a field doesn't declare who may call it, and with
    /// everything that is wrong with the limits of the settings.
    pub fn of(config: &Config) -> anyhow::Result<Arc<Self>> {
        let Limits { factor, fields, .. } = &config.limits;
        Self::find(Settings { mode: config.mode, factor: *factor, fields: fields.clone() })
    }

    /// The schema of a mode, with the limits that fields declare; that of `serve` is committed and published.
    pub fn declared(mode: Mode) -> anyhow::Result<Arc<Self>> {
        Self::find(Settings { mode, factor: Factor::default(), fields: FieldLimits::default() })
    }

    fn find(settings: Settings) -> anyhow::Result<Arc<Self>> {
        // Held while one is built, so that nobody builds it twice.
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
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
        let engine = match settings.mode {
            Mode::Serve => Engine::Serve(build(described)),
            Mode::Dev => Engine::Dev(build(described)),
        };
        let warnings =
            outcome.try_recv().context("the engine has shown its fields to nobody")??;
        let sdl = engine.print();
        let catalog = Arc::new(Catalog::read(&sdl)?);
        Ok(Self { engine, sdl, catalog, warnings })
    }

    /// What executes operations.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Its description; the limits in it are those that hold.
    pub fn sdl(&self) -> &str {
        &self.sdl
    }

    /// What is read from the SDL.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// What of the limits of the settings works and is hardly meant so: a line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl Engine {
    /// Types, fields and arguments are sorted by name.
    fn print(&self) -> String {
        let options = SDLExportOptions::new()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items()
            .include_specified_by();
        match self {
            Self::Serve(engine) => engine.sdl_with_options(options),
            Self::Dev(engine) => engine.sdl_with_options(options),
        }
    }
}

/// Builds an engine; in development its descriptions have all that a developer may ask, for a page that shows no directives.
fn build<Q: ObjectType + Default + 'static>(described: Described) -> EngineOf<Q> {
    EngineOf::build(Q::default(), Mutation::default(), Subscription::default())
        // The gate has validated the document, once for all its requests. It also suggests names where that is
    // allowed.
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
        // The gate limits nesting, with its own error message. The engine's default limit is lower.
        .limit_recursive_depth(DocumentLimits::MAX_NESTING)
        .directive(described)
        .finish()
}
