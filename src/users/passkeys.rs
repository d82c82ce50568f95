//! Passkeys of a user.

use async_graphql::{Context, Object};

use super::{actor, find};
use crate::account::arguments;
use crate::account::passkeys::delete as delete_passkey;
use crate::account::passkeys::find as find_passkeys;
use crate::account::types::{Done, Passkey, PasskeyList};
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::query::page::Page;

/// Reads the passkeys of a user.
#[derive(Debug, Default)]
pub struct UserPasskeyQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl UserPasskeyQuery {
    /// Returns the passkeys of a user, oldest first: ten at most.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/{userId}/passkeys")
    )]
    async fn users_list_passkeys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<PasskeyList>> {
        let (app, user) = (ctx.app(), find(ctx, &user_id).await?);
        let all = Page::read(&[])?;
        let (total, passkeys) = find_passkeys::list(app, &user.key(), all, true).await?;
        let passkeys = passkeys.into_iter().map(Passkey::from).collect();
        Ok(Some(PasskeyList { total, passkeys }))
    }
}

/// Deletes the passkeys of a user.
#[derive(Debug, Default)]
pub struct UserPasskeyMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl UserPasskeyMutation {
    /// Deletes a passkey of a user, also the last way to sign in. Existing sessions stay.
    ///
    /// Errors: `user_not_found`, `user_passkey_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::delete::apply("/v1/users/{userId}/passkeys/{passkeyId}")
    )]
    async fn users_delete_passkey(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The passkey's id.")] passkey_id: String,
    ) -> Result<Option<Done>> {
        let user_id = arguments::id("userId", &user_id)?;
        let (app, actor, client) = (ctx.app(), actor(ctx)?, ctx.client());
        delete_passkey::run_for_server(app, &actor, client, &user_id, &passkey_id).await?;
        Ok(Some(Done::OK))
    }
}
