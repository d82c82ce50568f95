//! The schema: the features' root fields together, and their description in SDL.

use std::sync::Arc;

use async_graphql::{
    Data, Executor, MergedObject, MergedSubscription, ObjectType, Request, Response,
    SDLExportOptions, SchemaBuilder, ValidationMode,
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
use crate::app::App;
use crate::config::{Config, Mode};
use crate::dev_inbox::DevInboxQuery;
use crate::graphql::described::Described;
use crate::graphql::policy::{LimitSettings, Policies};

/// Reads accounts.
#[derive(Debug, Default, MergedObject)]
pub struct Query(ProfileQuery, PreferencesQuery, SessionQuery, LogQuery, IdentityQuery, OAuthQuery);

/// Reads accounts, and the messages that a development server keeps.
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

/// Follows accounts.
#[derive(Debug, Default, MergedSubscription)]
pub struct Subscription(EventSubscription);

/// Changes accounts.
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

/// An engine with the fields of a mode.
type Engine<Q> = async_graphql::Schema<Q, Mutation, Subscription>;

/// The engine with all fields of its mode.
#[derive(Clone)]
pub enum Schema {
    /// What is published.
    Serve(Engine<Query>),
    /// The same with the fields that only developers have.
    Dev(Engine<DevQuery>),
}

impl Executor for Schema {
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

/// The schema that serves `app`. Fails when a field doesn't declare who may call it, and on limits of the settings that
/// no field can have.
pub fn build(app: &App) -> anyhow::Result<Schema> {
    Ok(match app.config.mode {
        Mode::Serve => Schema::Serve(engine(app)?),
        Mode::Dev => Schema::Dev(engine(app)?),
    })
}

fn engine<Q: ObjectType + Default + 'static>(app: &App) -> anyhow::Result<Engine<Q>> {
    let policies = Arc::new(Policies::default());
    // The gate bounds how deep a document nests, and has its own message for it. The engine's usual bound is a tighter one.
    let nesting = app.config.limits.document.nesting;
    let builder = builder(app.config.mode, limits(&app.config)?).limit_recursive_depth(nesting);
    let engine = builder.data(app.clone()).data(Arc::clone(&policies)).finish();
    policies.read(&engine.sdl())?;
    Ok(engine)
}

/// The limits that the settings give fields. Fails with everything that is wrong with them.
pub fn limits(config: &Config) -> anyhow::Result<LimitSettings> {
    LimitSettings::read(&config.limits, || sdl(config.mode))
}

/// The SDL of a mode, with the limits that fields declare; that of `serve` is committed and published.
pub fn sdl(mode: Mode) -> String {
    print(mode, LimitSettings::default())
}

/// The SDL of a server with these settings: the limits in it are those that hold.
pub fn sdl_of(config: &Config) -> anyhow::Result<String> {
    Ok(print(config.mode, limits(config)?))
}

/// Types, fields and arguments are sorted by name.
fn print(mode: Mode, limits: LimitSettings) -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    match mode {
        Mode::Serve => builder::<Query>(mode, limits).finish().sdl_with_options(options),
        Mode::Dev => builder::<DevQuery>(mode, limits).finish().sdl_with_options(options),
    }
}

/// Begins an engine; in development its descriptions have all that a developer may ask, for a page that shows no directives.
fn builder<Q: ObjectType + Default + 'static>(
    mode: Mode,
    limits: LimitSettings,
) -> SchemaBuilder<Q, Mutation, Subscription> {
    // The gate has validated the document, once and for all its runs; it also suggests names where it may.
    Engine::build(Q::default(), Mutation::default(), Subscription::default())
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
        .directive(Described { limits, in_full: mode == Mode::Dev })
}
