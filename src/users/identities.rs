//! Identities: the provider accounts that are linked to users.

use async_graphql::{Context, Object};

use super::actor;
use crate::account::types::Done;
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;

mod delete;

/// Changes the identities of users.
#[derive(Debug, Default)]
pub struct UserIdentityMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl UserIdentityMutation {
    /// Unlinks a provider account: it can no longer be used to sign in as this user. Existing sessions stay.
    ///
    /// Errors: `user_identity_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::delete::apply("/v1/users/identities/{identityId}")
    )]
    async fn users_delete_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The identity's id.")] identity_id: String,
    ) -> Result<Option<Done>> {
        delete::run(ctx.app(), &actor(ctx)?, ctx.client(), &identity_id).await?;
        Ok(Some(Done::OK))
    }
}
