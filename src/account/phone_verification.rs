//! Phone verification: proving to own the phone number.

use async_graphql::Context;
use async_graphql::Object;

use crate::account::types::Token;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::policy::Access;
use crate::graphql::policy::HOUR;
use crate::graphql::policy::LimitKey;
use crate::graphql::policy::Policy;
use crate::graphql::policy::directive::access;
use crate::graphql::policy::directive::rate_limit;

mod create;
mod update;

/// Verifies the phone number.
#[derive(Debug, Default)]
pub struct PhoneVerificationMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl PhoneVerificationMutation {
    /// Sends the signed-in user's phone a code of six digits, good for 15 minutes and five tries.
    #[graphql(
        directive = access::apply(Access::User),
        directive = rate_limit::apply(10, HOUR, vec![LimitKey::User], Option::None)
    )]
    async fn account_create_phone_verification(&self, ctx: &Context<'_>) -> Result<Option<Token>> {
        let caller = ctx.caller().await?;
        let token = create::run(ctx.app(), caller.signed_in()?, ctx.client()).await?;
        Ok(Some(token.into()))
    }

    /// Verifies a phone number with the code that was sent to it. Nobody needs to be signed in.
    #[graphql(
        directive = access::apply(Access::Public),
        directive = rate_limit::apply(10, HOUR, vec![LimitKey::UserId], Option::None)
    )]
    async fn account_update_phone_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The code.", secret)] secret: String,
    ) -> Result<Option<Token>> {
        let token = update::run(ctx.app(), ctx.client(), &user_id, &secret).await?;
        Ok(Some(token.into()))
    }
}
