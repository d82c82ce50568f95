//! Merges the features' root fields into the schema, and prints its SDL.

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
type Engine<Q> = async_graphql::Schema<Q, Mutation, Subscription>;

/// The engine with all fields of its mode.
#[derive(Clone)]
pub enum Schema {
    /// For `serve`.
    Serve(Engine<Query>),
    /// For `dev`, with fields for developers.
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

/// Builds the schema for `app`. Fails if a field declares no access, or if a configured limit is invalid.
pub fn build(app: &App) -> anyhow::Result<Schema> {
    Ok(match app.config.mode {
        Mode::Serve => Schema::Serve(engine(app)?),
        Mode::Dev => Schema::Dev(engine(app)?),
    })
}

fn engine<Q: ObjectType + Default + 'static>(app: &App) -> anyhow::Result<Engine<Q>> {
    let policies = Arc::new(Policies::default());
    // The gate limits nesting, with its own error message. The engine's default limit is lower.
    let nesting = app.config.limits.document.nesting;
    let builder = builder(app.config.mode, limits(&app.config)?).limit_recursive_depth(nesting);
    let engine = builder.data(app.clone()).data(Arc::clone(&policies)).finish();
    policies.read(&engine.sdl())?;
    Ok(engine)
}

/// Reads the configured limits of fields. The error lists every problem.
pub fn limits(config: &Config) -> anyhow::Result<LimitSettings> {
    LimitSettings::read(&config.limits, || sdl(config.mode))
}

/// The SDL of a mode, with the declared limits. That of `serve` is committed and published.
pub fn sdl(mode: Mode) -> String {
    print(mode, LimitSettings::default())
}

/// The SDL with the limits that this configuration puts in force.
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

/// Begins building an engine. In development, descriptions also have access, limits and routes, since
/// `GraphiQL` shows no directives.
fn builder<Q: ObjectType + Default + 'static>(
    mode: Mode,
    limits: LimitSettings,
) -> SchemaBuilder<Q, Mutation, Subscription> {
    // The gate has validated the document, once for all its requests. It also suggests names where that is
    // allowed.
    Engine::build(Q::default(), Mutation::default(), Subscription::default())
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
        .directive(Described { limits, in_full: mode == Mode::Dev })
}
