//! For operators, beside users: the project's settings and counters.

use async_graphql::{Context, Object};

use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::access;
use crate::graphql::policy::Policy;

mod counters;
mod project;

use counters::Stats;
use project::ProjectSettings;

/// Reads what operators look at.
#[derive(Debug, Default)]
pub struct ConsoleQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl ConsoleQuery {
    /// Returns the project and its settings, which are part of the server's configuration.
    #[graphql(directive = access::key::apply([Scope::UsersRead]))]
    #[expect(clippy::unused_async, reason = "the derive takes nothing else")]
    async fn project_get(&self, ctx: &Context<'_>) -> Result<Option<ProjectSettings>> {
        Ok(Some(ProjectSettings::new(ctx.app(), &ctx.client().project)))
    }

    /// Returns what has happened in the project in the last hour.
    #[graphql(directive = access::key::apply([Scope::UsersRead]))]
    async fn stats_get(&self, ctx: &Context<'_>) -> Result<Option<Stats>> {
        Ok(Some(counters::run(ctx.app(), &ctx.client().project.id).await?))
    }
}
