//! Preferences: a JSON object that an app stores with its user.

use std::sync::Arc;

use async_graphql::{Context, Object};

use crate::account::types::{Preferences, User};
use crate::auth::actor::Actor;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::graphql::scalars::Assoc;

pub mod merge;
mod patch;
pub mod text;
pub(crate) mod update;

/// Reads the preferences.
#[derive(Debug, Default)]
pub struct PreferencesQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl PreferencesQuery {
    /// Returns the preferences of the signed-in user.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/prefs")
    )]
    async fn account_get_prefs(&self, ctx: &Context<'_>) -> Result<Option<Preferences>> {
        let caller = ctx.caller().await?;
        Ok(Some(Arc::clone(&caller.signed_in()?.user).into()))
    }
}

/// Changes the preferences.
#[derive(Debug, Default)]
pub struct PreferencesMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl PreferencesMutation {
    /// Replaces all preferences of the signed-in user. They are stored as sent: at most 65,536 bytes of
    /// JSON, nested at most 32 levels deep. Numbers in an object are rounded as in JavaScript. Send the JSON as a text to keep
    /// all digits.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::patch::apply("/v1/account/prefs")
    )]
    async fn account_update_prefs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new preferences: a JSON object.")] prefs: Assoc,
    ) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let (actor, id) = (Actor::User(caller), &caller.user.id);
        let user = update::run(ctx.app(), &actor, ctx.client(), id, prefs.0).await?;
        Ok(Some(user.into()))
    }

    /// Changes some of the preferences by a JSON Merge Patch (RFC 7396): keys in the patch are set, keys
    /// whose value is null are removed, objects are merged, and all others stay.
    ///
    /// Errors: `user_prefs_conflict`.
    #[graphql(directive = access::user::apply())]
    async fn account_patch_prefs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patch: a JSON object.")] patch: Assoc,
        #[graphql(
            desc = "The `revision` that the patch is based on. If the preferences have changed since, nothing is \
                    changed, and the error is `user_prefs_conflict`."
        )]
        if_revision: Option<i32>,
    ) -> Result<Option<User>> {
        let (app, client) = (ctx.app(), ctx.client());
        let caller = ctx.caller().await?;
        let user = patch::run(app, caller.signed_in()?, client, patch.0, if_revision).await?;
        Ok(Some(user.into()))
    }
}
