//! The schema: the features' root fields together, and their description in SDL.

use std::sync::Arc;

use async_graphql::EmptySubscription;
use async_graphql::MergedObject;
use async_graphql::SDLExportOptions;
use async_graphql::SchemaBuilder;

use crate::account::logs::LogQuery;
use crate::account::password::PasswordMutation;
use crate::account::preferences::PreferencesMutation;
use crate::account::preferences::PreferencesQuery;
use crate::account::profile::ProfileMutation;
use crate::account::profile::ProfileQuery;
use crate::account::sessions::SessionMutation;
use crate::account::sessions::SessionQuery;
use crate::app::App;
use crate::graphql::policy::Policies;

/// Reads accounts.
#[derive(Debug, Default, MergedObject)]
pub struct Query(ProfileQuery, PreferencesQuery, SessionQuery, LogQuery);

/// Changes accounts.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(ProfileMutation, PasswordMutation, PreferencesMutation, SessionMutation);

/// The engine with all fields.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema that serves `app`. Fails when a field doesn't declare who may call it.
pub fn build(app: &App) -> anyhow::Result<Schema> {
    let policies = Arc::new(Policies::default());
    let schema = builder().data(app.clone()).data(Arc::clone(&policies)).finish();
    policies.read(&schema.sdl(), &["Query", "Mutation"])?;
    Ok(schema)
}

/// The SDL as it is committed and published: types, fields and arguments sorted by name.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    builder().finish().sdl_with_options(options)
}

fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    // Suggestions would map the schema for whoever may not introspect it (security.md EN-8).
    Schema::build(Query::default(), Mutation::default(), EmptySubscription).disable_suggestions()
}
