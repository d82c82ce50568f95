//! Tokens with which a user signs in.

use async_graphql::{Context, Object};

use super::actor;
use crate::account::arguments;
use crate::account::types::Token;
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;

mod create;

/// Creates tokens for a user.
#[derive(Debug, Default)]
pub struct UserTokenMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl UserTokenMutation {
    /// Creates a secret with which a client signs in as the user, once, with `accountCreateSession`. It
    /// verifies no address. A new secret of fewer than 32 characters replaces the earlier ones; of longer
    /// ones, the newest three are valid.
    ///
    /// Errors: `user_not_found`, `general_bad_request`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users/{userId}/tokens")
    )]
    async fn users_create_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(
            desc = "How many characters the secret has: 4 to 128. Default: 6. Prefer 32 or more if no human types it. Below 32, they are digits and lower-case letters without i, l, o and u."
        )]
        length: Option<i32>,
        #[graphql(desc = "How many seconds the secret is valid: 60 to 31536000. Default: 900.")]
        expire: Option<i32>,
    ) -> Result<Option<Token>> {
        ctx.client().check_gets_secrets()?;
        let user_id = arguments::id("userId", &user_id)?;
        let form = create::Form::read(length, expire)?;
        let created = create::run(ctx.app(), &actor(ctx)?, ctx.client(), &user_id, form).await?;
        let (token, secret) = created;
        Ok(Some(Token::from(token).with_secret(secret)))
    }
}
