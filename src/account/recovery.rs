//! Recovery: setting a new password by e-mail.

use async_graphql::{Context, Object};

use crate::account::tokens::with_minimum_duration;
use crate::account::types::Token;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedBudget;
use crate::graphql::declare::{access, limit, rest};
use crate::graphql::policy::LimitKey::{Email, Ip, UserId};
use crate::graphql::policy::{HOUR, Policy};

mod create;
mod update;

/// Sets a new password without the old one.
#[derive(Debug, Default)]
pub struct RecoveryMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl RecoveryMutation {
    /// Sends an e-mail with a link for setting a new password, valid for one hour. The response is the same
    /// whether or not the address has an account. The link has `userId` and `secret` for
    /// `accountUpdateRecovery`.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_smtp_disabled`, `user_not_found`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/recovery"),
        directive = limit::calls::apply(10, HOUR, [Email]),
        directive = limit::calls::apply(10, HOUR, [Ip])
    )]
    async fn account_create_recovery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's e-mail address.")] email: String,
        #[graphql(
            desc = "The page that the link opens, on one of the project's platforms. It gets the query parameters \
                    `userId`, `secret` and `expire`."
        )]
        url: String,
    ) -> Result<Option<Token>> {
        let token =
            with_minimum_duration(create::run(ctx.app(), ctx.client(), &email, &url)).await?;
        Ok(Some(token.into()))
    }

    /// Sets a new password with the secret from a recovery e-mail, and ends all sessions of the user. It
    /// also verifies the e-mail address.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_password_mismatch`, `user_not_found`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::put::apply("/v1/account/recovery"),
        directive = limit::calls::apply(10, HOUR, [UserId]),
        directive = limit::calls::apply(600, HOUR, SharedBudget::Confirm.per([Ip]))
    )]
    #[expect(clippy::too_many_arguments, reason = "the API has them")]
    async fn account_update_recovery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `userId` from the link.")] user_id: String,
        #[graphql(desc = "The `secret` from the link.", secret)] secret: String,
        #[graphql(desc = "The new password: 8 to 256 bytes.", secret)] password: String,
        #[graphql(
            desc = "The new password again, if your app asks for it twice; an error is returned if they differ.",
            secret
        )]
        password_again: Option<String>,
    ) -> Result<Option<Token>> {
        let request = update::Request { user_id, secret, password, password_again };
        let token = update::run(ctx.app(), ctx.client(), request).await?;
        Ok(Some(token.into()))
    }
}
