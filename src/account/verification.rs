//! Verification of the e-mail address and the phone number.

use async_graphql::{Context, Object};
use entity::token::Purpose;

use crate::account::types::Token;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
use crate::graphql::declare::{access, limit, rest};
use crate::graphql::policy::LimitKey::{Ip, User, UserId};
use crate::graphql::policy::{HOUR, Policy};

mod create_email;
mod create_phone;
mod update;

/// Verifies the e-mail address and the phone number.
#[derive(Debug, Default)]
pub struct VerificationMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl VerificationMutation {
    /// Sends the signed-in user an e-mail with a link that verifies the address, valid for seven days. Redeem
    /// its secret with `accountUpdateVerification`. Older name of `accountCreateEmailVerification`.
    ///
    /// Errors: `general_smtp_disabled`, `user_email_not_found`, `user_email_already_verified`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::post::apply("/v1/account/verification"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateVerification.per([User]))
    )]
    async fn account_create_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The page that the link opens, on one of the project's platforms. It gets the query parameters \
                    `userId`, `secret` and `expire`."
        )]
        url: String,
    ) -> Result<Option<Token>> {
        create_email(ctx, &url).await
    }

    /// Sends the signed-in user an e-mail with a link that verifies the address, valid for seven days. Redeem
    /// its secret with `accountUpdateEmailVerification`.
    ///
    /// Errors: `general_smtp_disabled`, `user_email_not_found`, `user_email_already_verified`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::post::apply("/v1/account/verifications/email"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateVerification.per([User]))
    )]
    async fn account_create_email_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The page that the link opens, on one of the project's platforms. It gets the query parameters \
                    `userId`, `secret` and `expire`."
        )]
        url: String,
    ) -> Result<Option<Token>> {
        create_email(ctx, &url).await
    }

    /// Verifies an e-mail address with the secret from a verification e-mail. Works without being signed in.
    /// Older name of `accountUpdateEmailVerification`.
    ///
    /// Errors: `user_invalid_token`, `user_not_found`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::put::apply("/v1/account/verification"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::UpdateVerification.per([UserId])),
        directive = limit::calls::apply(600, HOUR, SharedQuota::Confirm.per([Ip]))
    )]
    async fn account_update_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `userId` from the link.")] user_id: String,
        #[graphql(desc = "The `secret` from the link.", secret)] secret: String,
    ) -> Result<Option<Token>> {
        update(ctx, Purpose::EmailVerification, &user_id, &secret).await
    }

    /// Verifies an e-mail address with the secret from a verification e-mail. Works without being signed in.
    ///
    /// Errors: `user_invalid_token`, `user_not_found`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::put::apply("/v1/account/verifications/email"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::UpdateVerification.per([UserId])),
        directive = limit::calls::apply(600, HOUR, SharedQuota::Confirm.per([Ip]))
    )]
    async fn account_update_email_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `userId` from the link.")] user_id: String,
        #[graphql(desc = "The `secret` from the link.", secret)] secret: String,
    ) -> Result<Option<Token>> {
        update(ctx, Purpose::EmailVerification, &user_id, &secret).await
    }

    /// Sends the signed-in user an e-mail with a six-digit code that verifies the address, valid for 15
    /// minutes and five attempts. Redeem it with `accountUpdateEmailVerificationOTP`.
    ///
    /// Errors: `general_smtp_disabled`, `user_email_not_found`, `user_email_already_verified`.
    #[graphql(
        name = "accountCreateEmailVerificationOTP",
        directive = access::user::apply(),
        directive = rest::post::apply("/v1/account/verifications/email/otp"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateVerification.per([User]))
    )]
    async fn account_create_email_verification_otp(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Whether the response and the e-mail should show the same security phrase. Default: false."
        )]
        phrase: Option<bool>,
    ) -> Result<Option<Token>> {
        let caller = ctx.caller().await?;
        let (caller, wanted) = (caller.signed_in()?, phrase.unwrap_or_default());
        let (token, phrase) =
            create_email::by_code(ctx.app(), caller, ctx.client(), wanted).await?;
        Ok(Some(Token::from(token).with_phrase(phrase)))
    }

    /// Verifies an e-mail address with the code from a verification e-mail. Works without being signed in.
    /// The secret of a link is not accepted.
    ///
    /// Errors: `user_invalid_token`, `user_not_found`.
    #[graphql(
        name = "accountUpdateEmailVerificationOTP",
        directive = access::anyone::apply(),
        directive = rest::put::apply("/v1/account/verifications/email/otp"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::UpdateVerification.per([UserId])),
        directive = limit::calls::apply(600, HOUR, SharedQuota::Confirm.per([Ip]))
    )]
    async fn account_update_email_verification_otp(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The code from the e-mail.", secret)] secret: String,
    ) -> Result<Option<Token>> {
        update(ctx, Purpose::EmailVerificationOtp, &user_id, &secret).await
    }

    /// Sends the signed-in user an SMS with a six-digit code that verifies the number, valid for 15 minutes
    /// and five attempts. Redeem it with `accountUpdatePhoneVerification`.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_phone_disabled`, `user_phone_not_found`, `user_phone_already_verified`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::post::apply("/v1/account/verification/phone"),
        directive = rest::post::apply("/v1/account/verifications/phone"),
        directive = limit::calls::apply(10, HOUR, [User])
    )]
    async fn account_create_phone_verification(&self, ctx: &Context<'_>) -> Result<Option<Token>> {
        let caller = ctx.caller().await?;
        let token = create_phone::run(ctx.app(), caller.signed_in()?, ctx.client()).await?;
        Ok(Some(token.into()))
    }

    /// Verifies a phone number with the code from a verification SMS. Works without being signed in.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_not_found`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::put::apply("/v1/account/verification/phone"),
        directive = rest::put::apply("/v1/account/verifications/phone"),
        directive = limit::calls::apply(10, HOUR, [UserId]),
        directive = limit::calls::apply(600, HOUR, SharedQuota::Confirm.per([Ip]))
    )]
    async fn account_update_phone_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The code from the SMS.", secret)] secret: String,
    ) -> Result<Option<Token>> {
        update(ctx, Purpose::PhoneVerification, &user_id, &secret).await
    }
}

async fn create_email(ctx: &Context<'_>, url: &str) -> Result<Option<Token>> {
    let caller = ctx.caller().await?;
    let token = create_email::by_link(ctx.app(), caller.signed_in()?, ctx.client(), url).await?;
    Ok(Some(token.into()))
}

async fn update(
    ctx: &Context<'_>,
    purpose: Purpose,
    user_id: &str,
    secret: &str,
) -> Result<Option<Token>> {
    let token = update::run(ctx.app(), ctx.client(), purpose, user_id, secret).await?;
    Ok(Some(token.into()))
}
