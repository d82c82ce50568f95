//! Authenticator apps.

use async_graphql::{Context, Object};

use crate::account::mfa::GUESSES;
use crate::account::types::{Done, MfaType, User};
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
use crate::graphql::declare::{access, fresh, limit, rest};
use crate::graphql::policy::{HOUR, LimitKey, Policy, RECENTLY};
use crate::graphql::rest::Method;

mod create;
pub(crate) mod delete;
mod kind;
mod update;

/// Sets up and removes authenticator apps.
#[derive(Debug, Default)]
pub struct AuthenticatorMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl AuthenticatorMutation {
    /// Adds an authenticator app, whose secret is shown only now. It becomes a factor when `accountUpdateMFAAuthenticator`
    /// has verified a code of it; until then, another call replaces it. A user who already has a second factor needs a
    /// sign-in or a challenge within the last 30 minutes.
    ///
    /// Errors: `user_authenticator_already_verified`, `user_auth_method_unsupported`, `user_challenge_required`.
    #[graphql(
        name = "accountCreateMFAAuthenticator",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::with_status::apply(Method::Post, "/v1/account/mfa/authenticators/{type}", 200)
    )]
    async fn account_create_mfa_authenticator(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "The kind: `totp`.")] kind: String,
    ) -> Result<Option<MfaType>> {
        create(ctx, &kind).await
    }

    /// Adds an authenticator app. Other spelling of `accountCreateMFAAuthenticator`.
    ///
    /// Errors: `user_authenticator_already_verified`, `user_auth_method_unsupported`, `user_challenge_required`.
    #[graphql(
        name = "accountCreateMfaAuthenticator",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY)
    )]
    async fn create_mfa_authenticator(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "The kind: `totp`.")] kind: String,
    ) -> Result<Option<MfaType>> {
        create(ctx, &kind).await
    }

    /// Verifies an authenticator app with a code of it. From then on it is a second factor, also of this session. The user's
    /// other sessions end. `accountUpdateMFA` turns second factors on.
    ///
    /// Errors: `user_authenticator_not_found`, `user_authenticator_already_verified`, `user_invalid_token`.
    #[graphql(
        name = "accountUpdateMFAAuthenticator",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::put::apply("/v1/account/mfa/authenticators/{type}"),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SecondFactor.per([LimitKey::Ip])),
        directive = limit::failures::apply(10, HOUR, SharedQuota::SecondFactor.per(GUESSES))
    )]
    async fn account_update_mfa_authenticator(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "The kind: `totp`.")] kind: String,
        #[graphql(desc = "A code of the app.", secret)] otp: String,
    ) -> Result<Option<User>> {
        update(ctx, &kind, &otp).await
    }

    /// Verifies an authenticator app. Other spelling of `accountUpdateMFAAuthenticator`.
    ///
    /// Errors: `user_authenticator_not_found`, `user_authenticator_already_verified`, `user_invalid_token`.
    #[graphql(
        name = "accountUpdateMfaAuthenticator",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SecondFactor.per([LimitKey::Ip])),
        directive = limit::failures::apply(10, HOUR, SharedQuota::SecondFactor.per(GUESSES))
    )]
    async fn update_mfa_authenticator(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "The kind: `totp`.")] kind: String,
        #[graphql(desc = "A code of the app.", secret)] otp: String,
    ) -> Result<Option<User>> {
        update(ctx, &kind, &otp).await
    }

    /// Removes an authenticator app, and ends the user's other sessions. `mfa` of the user stays as it is. Removing one that is
    /// verified needs a sign-in or a challenge within the last 30 minutes.
    ///
    /// Errors: `user_authenticator_not_found`, `user_challenge_required`.
    #[graphql(
        name = "accountDeleteMFAAuthenticator",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::delete::apply("/v1/account/mfa/authenticators/{type}")
    )]
    async fn account_delete_mfa_authenticator(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "The kind: `totp`.")] kind: String,
    ) -> Result<Option<Done>> {
        delete(ctx, &kind).await
    }

    /// Removes an authenticator app. Other spelling of `accountDeleteMFAAuthenticator`.
    ///
    /// Errors: `user_authenticator_not_found`, `user_challenge_required`.
    #[graphql(
        name = "accountDeleteMfaAuthenticator",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY)
    )]
    async fn delete_mfa_authenticator(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "type", desc = "The kind: `totp`.")] kind: String,
    ) -> Result<Option<Done>> {
        delete(ctx, &kind).await
    }
}

async fn create(ctx: &Context<'_>, kind: &str) -> Result<Option<MfaType>> {
    let caller = ctx.caller().await?;
    let enrolment = create::run(ctx.app(), caller.signed_in()?, ctx.client(), kind).await?;
    Ok(Some(enrolment.into()))
}

async fn update(ctx: &Context<'_>, kind: &str, otp: &str) -> Result<Option<User>> {
    let caller = ctx.caller().await?;
    let user = update::run(ctx.app(), caller.signed_in()?, ctx.client(), kind, otp).await?;
    ctx.reset_failed_attempts().await;
    Ok(Some(user.into()))
}

async fn delete(ctx: &Context<'_>, kind: &str) -> Result<Option<Done>> {
    let caller = ctx.caller().await?;
    delete::run(ctx.app(), caller.signed_in()?, ctx.client(), kind).await?;
    Ok(Some(Done::OK))
}
