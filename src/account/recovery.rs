//! Recovery: setting a new password by e-mail.

use async_graphql::{Context, Object};
use entity::token::Purpose;

use crate::account::arguments;
use crate::account::tokens::with_minimum_duration;
use crate::account::types::Token;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
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
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateRecovery.per([Email])),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateRecovery.per([Ip]))
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
            with_minimum_duration(create::by_link(ctx.app(), ctx.client(), &email, &url)).await?;
        Ok(Some(token.into()))
    }

    /// Sets a new password with the secret from a recovery e-mail, and ends all sessions of the user. It
    /// also verifies the e-mail address.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_password_mismatch`, `user_not_found`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::put::apply("/v1/account/recovery"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::UpdateRecovery.per([UserId])),
        directive = limit::calls::apply(600, HOUR, SharedQuota::Confirm.per([Ip]))
    )]
    #[expect(clippy::too_many_arguments, reason = "the API has them")]
    async fn account_update_recovery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `userId` from the link.")] user_id: String,
        #[graphql(desc = "The `secret` from the link.", secret)] secret: String,
        #[graphql(desc = "The new password: 8 characters to 256 bytes.", secret)] password: String,
        #[graphql(
            desc = "The new password again, if your app asks for it twice; an error is returned if they differ.",
            secret
        )]
        password_again: Option<String>,
    ) -> Result<Option<Token>> {
        let purpose = Purpose::Recovery;
        let password_again = arguments::given(password_again);
        let request = update::Request { purpose, user_id, secret, password, password_again };
        let token = update::run(ctx.app(), ctx.client(), request).await?;
        // All sessions of the user, so perhaps the caller's.
        ctx.request().note_signed_out();
        Ok(Some(token.into()))
    }

    /// Sends an e-mail with a six-digit code for setting a new password, valid for 15 minutes and five
    /// attempts. The response is the same whether or not the address has an account. Redeem the code with
    /// `accountUpdateRecoveryOTP`.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_smtp_disabled`, `user_not_found`.
    #[graphql(
        name = "accountCreateRecoveryOTP",
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/recovery/otp"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateRecovery.per([Email])),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateRecovery.per([Ip]))
    )]
    async fn account_create_recovery_otp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's e-mail address.")] email: String,
        #[graphql(
            desc = "Whether the response and the e-mail should show the same security phrase. Default: false."
        )]
        phrase: Option<bool>,
    ) -> Result<Option<Token>> {
        let wanted = phrase.unwrap_or_default();
        let sent = create::by_code(ctx.app(), ctx.client(), &email, wanted);
        let (token, phrase) = with_minimum_duration(sent).await?;
        Ok(Some(Token::from(token).with_phrase(phrase)))
    }

    /// Sets a new password with the code from a recovery e-mail, and ends all sessions of the user. It also
    /// verifies the e-mail address. It doesn't sign in. The secret of a link is not accepted.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_not_found`.
    #[graphql(
        name = "accountUpdateRecoveryOTP",
        directive = access::anyone::apply(),
        directive = rest::put::apply("/v1/account/recovery/otp"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::UpdateRecovery.per([UserId])),
        directive = limit::calls::apply(600, HOUR, SharedQuota::Confirm.per([Ip]))
    )]
    async fn account_update_recovery_otp(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The `userId` from the response to the request for the code, or the user's id."
        )]
        user_id: String,
        #[graphql(desc = "The code from the e-mail.", secret)] secret: String,
        #[graphql(desc = "The new password: 8 characters to 256 bytes.", secret)] password: String,
    ) -> Result<Option<Token>> {
        let purpose = Purpose::RecoveryOtp;
        let request = update::Request { purpose, user_id, secret, password, password_again: None };
        let token = update::run(ctx.app(), ctx.client(), request).await?;
        // All sessions of the user, so perhaps the caller's.
        ctx.request().note_signed_out();
        Ok(Some(token.into()))
    }
}
