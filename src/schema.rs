//! Merges the features' root fields into the schema, which is built and read once per process.

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
    factor: Factor,
    fields: FieldLimits,
}

/// The most schemas that are kept. A server has one, and asks for it several times while it starts; tests start many
/// servers of few kinds.
const CAPACITY: usize = 8;

/// The schemas of this process, the most recently used first.
static BUILT: Mutex<VecDeque<(Settings, Arc<Schema>)>> = Mutex::new(VecDeque::new());

impl Schema {
    /// The schema of a server with this configuration, built once. Fails if a field declares no access. The error lists
    /// every problem of the configured limits.
    pub fn of(config: &Config) -> anyhow::Result<Arc<Self>> {
        let Limits { factor, fields, .. } = &config.limits;
        Self::find(Settings { mode: config.mode, factor: *factor, fields: fields.clone() })
    }

    /// The schema of a mode, with the declared limits. That of `serve` is committed and published.
    pub fn declared(mode: Mode) -> anyhow::Result<Arc<Self>> {
        Self::find(Settings { mode, factor: Factor::default(), fields: FieldLimits::default() })
    }

    fn find(settings: Settings) -> anyhow::Result<Arc<Self>> {
        // Locked while one is built, so that none is built twice.
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

/// Builds an engine. In development, descriptions also have access, limits and routes, since `GraphiQL` shows no directives.
fn build<Q: ObjectType + Default + 'static>(described: Described) -> EngineOf<Q> {
    EngineOf::build(Q::default(), Mutation::default(), Subscription::default())
        // The gate has validated the document, once for all its requests. It also suggests names where that is allowed.
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
        // The gate limits nesting, with its own error message. The engine's default limit is lower.
        .limit_recursive_depth(DocumentLimits::MAX_NESTING)
        .directive(described)
        .finish()
}
