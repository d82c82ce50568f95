//! The preferences of a user.

use async_graphql::{Context, Object};

use super::{actor, find};
use crate::account::arguments;
use crate::account::preferences::update;
use crate::account::types::Preferences;
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::graphql::scalars::Assoc;

/// Reads the preferences of a user.
#[derive(Debug, Default)]
pub struct UserPreferencesQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl UserPreferencesQuery {
    /// Returns the preferences of a user.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/{userId}/prefs")
    )]
    async fn users_get_prefs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<Preferences>> {
        let user = find(ctx, &user_id).await?;
        Ok(Some(user.into()))
    }
}

/// Changes the preferences of a user.
#[derive(Debug, Default)]
pub struct UserPreferencesMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl UserPreferencesMutation {
    /// Replaces all preferences of a user. They are stored as sent: at most 65,536 bytes of JSON, nested at
    /// most 32 levels deep.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/prefs")
    )]
    async fn users_update_prefs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The new preferences: a JSON object.")] prefs: Assoc,
    ) -> Result<Option<Preferences>> {
        let user_id = arguments::id("userId", &user_id)?;
        let user = update::run(ctx.app(), &actor(ctx)?, ctx.client(), &user_id, prefs.0).await?;
        Ok(Some(user.into()))
    }
}
