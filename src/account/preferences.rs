//! The preferences: a JSON object that the app stores with its user.

use async_graphql::Context;
use async_graphql::Object;

use crate::account::types::Preferences;
use crate::account::types::User;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::policy::Access;
use crate::graphql::policy::Policy;
use crate::graphql::policy::directive::access;
use crate::graphql::scalars::Assoc;

mod text;
mod update;

/// Reads the preferences.
#[derive(Debug, Default)]
pub struct PreferencesQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl PreferencesQuery {
    /// Answers the preferences of the signed-in user.
    #[graphql(directive = access::apply(Access::User))]
    async fn account_get_prefs(&self, ctx: &Context<'_>) -> Result<Option<Preferences>> {
        let caller = ctx.caller().await?;
        Ok(Some(Preferences::new(caller.signed_in()?.user.prefs.clone())))
    }
}

/// Changes the preferences.
#[derive(Debug, Default)]
pub struct PreferencesMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl PreferencesMutation {
    /// Replaces the preferences. They are stored as they come: at most 65,536 bytes of JSON, nested at most 32 deep.
    #[graphql(directive = access::apply(Access::User))]
    async fn account_update_prefs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new preferences: a JSON object.")] prefs: Assoc,
    ) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        let user = update::run(ctx.app(), caller.signed_in()?, ctx.client(), prefs.0).await?;
        Ok(Some(user.into()))
    }
}
