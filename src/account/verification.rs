//! Verification: proving to own the e-mail address.

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

/// Verifies the e-mail address.
#[derive(Debug, Default)]
pub struct VerificationMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl VerificationMutation {
    /// Mails the signed-in user a link that verifies the e-mail address, for seven days. `accountCreateEmailVerification`
    /// is the later name.
    #[graphql(
        directive = access::apply(Access::User),
        directive = rate_limit::apply(10, HOUR, vec![LimitKey::User], Some("createVerification".to_owned()))
    )]
    async fn account_create_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Where the link leads: a page of the project's platforms, which is given `userId`, `secret` \
                          and `expire`."
        )]
        url: String,
    ) -> Result<Option<Token>> {
        create(ctx, &url).await
    }

    /// Mails the signed-in user a link that verifies the e-mail address, for seven days.
    #[graphql(
        directive = access::apply(Access::User),
        directive = rate_limit::apply(10, HOUR, vec![LimitKey::User], Some("createVerification".to_owned()))
    )]
    async fn account_create_email_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Where the link leads: a page of the project's platforms, which is given `userId`, `secret` \
                          and `expire`."
        )]
        url: String,
    ) -> Result<Option<Token>> {
        create(ctx, &url).await
    }

    /// Verifies an e-mail address with the secret of a verification mail. Nobody needs to be signed in.
    /// `accountUpdateEmailVerification` is the later name.
    #[graphql(
        directive = access::apply(Access::Public),
        directive = rate_limit::apply(10, HOUR, vec![LimitKey::UserId], Some("updateVerification".to_owned()))
    )]
    async fn account_update_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `userId` of the link.")] user_id: String,
        #[graphql(desc = "The `secret` of the link.", secret)] secret: String,
    ) -> Result<Option<Token>> {
        update(ctx, &user_id, &secret).await
    }

    /// Verifies an e-mail address with the secret of a verification mail. Nobody needs to be signed in.
    #[graphql(
        directive = access::apply(Access::Public),
        directive = rate_limit::apply(10, HOUR, vec![LimitKey::UserId], Some("updateVerification".to_owned()))
    )]
    async fn account_update_email_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `userId` of the link.")] user_id: String,
        #[graphql(desc = "The `secret` of the link.", secret)] secret: String,
    ) -> Result<Option<Token>> {
        update(ctx, &user_id, &secret).await
    }
}

async fn create(ctx: &Context<'_>, url: &str) -> Result<Option<Token>> {
    let caller = ctx.caller().await?;
    let token = create::run(ctx.app(), caller.signed_in()?, ctx.client(), url).await?;
    Ok(Some(token.into()))
}

async fn update(ctx: &Context<'_>, user_id: &str, secret: &str) -> Result<Option<Token>> {
    let token = update::run(ctx.app(), ctx.client(), user_id, secret).await?;
    Ok(Some(token.into()))
}
