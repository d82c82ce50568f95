//! Second factors: the switch, the list, and challenges.

use async_graphql::{Context, Object};

use crate::account::cookies::prolong_cookie;
use crate::account::sessions::hand_over;
use crate::account::sessions::open::Opened;
use crate::account::types::{MfaChallenge, MfaFactors, Session, User};
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
use crate::graphql::declare::{access, fresh, limit, rest};
use crate::graphql::policy::{HOUR, LimitKey, Policy, RECENTLY};

mod channel;
mod create_challenge;
pub(crate) mod freshness;
mod list;
pub(super) mod session_factors;
pub(crate) mod update;
mod update_challenge;
mod wrong_codes;

/// The keys by which wrong codes, and challenges, are counted. Someone who knows only the password can't use up the tries at an IP
/// address where the user has shown a factor before, nor those of recovery codes.
pub(super) const GUESSES: [LimitKey; 3] = [LimitKey::User, LimitKey::KnownIp, LimitKey::Guessable];

/// Reads the second factors.
#[derive(Debug, Default)]
pub struct MfaQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl MfaQuery {
    /// Returns the second factors that the user could show in this session: those that are set up, turned on in the
    /// project, and not of the kind that the user has signed in with.
    #[graphql(
        name = "accountListMFAFactors",
        directive = access::half_open::apply(),
        directive = rest::get::apply("/v1/account/mfa/factors")
    )]
    async fn account_list_mfa_factors(&self, ctx: &Context<'_>) -> Result<Option<MfaFactors>> {
        list_factors(ctx).await
    }

    /// Returns the second factors that the user could show in this session. Other spelling of `accountListMFAFactors`.
    #[graphql(name = "accountListMfaFactors", directive = access::half_open::apply())]
    async fn list_mfa_factors(&self, ctx: &Context<'_>) -> Result<Option<MfaFactors>> {
        list_factors(ctx).await
    }
}

/// Turns second factors on and off, and shows them.
#[derive(Debug, Default)]
pub struct MfaMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl MfaMutation {
    /// Turns second factors on or off for the signed-in user. Once they are on, a sign-in is complete only after a second
    /// factor was shown, if the user has one. The user's other sessions end. Turning them off needs a sign-in or a
    /// challenge within the last 30 minutes.
    ///
    /// Errors: `user_challenge_required`.
    #[graphql(
        name = "accountUpdateMFA",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::patch::apply("/v1/account/mfa")
    )]
    async fn account_update_mfa(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether second factors are on.")] mfa: bool,
    ) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        let user = update::run(ctx.app(), caller.signed_in()?, ctx.client(), mfa).await?;
        Ok(Some(user.into()))
    }

    /// Asks for a second factor, within ten minutes and five tries. For `email` and `phone` a six-digit code is sent. Pass
    /// it with `accountUpdateMFAChallenge` in the same session.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_smtp_disabled`, `general_phone_disabled`, `user_email_not_found`,
    /// `user_email_not_verified`, `user_phone_not_found`, `user_phone_not_verified`, `user_authenticator_not_found`,
    /// `user_recovery_codes_not_found`.
    #[graphql(
        name = "accountCreateMFAChallenge",
        directive = access::half_open::apply(),
        directive = rest::post::apply("/v1/account/mfa/challenges"),
        directive = rest::post::apply("/v1/account/mfa/challenge"),
        directive = limit::calls::apply(100, HOUR, SharedQuota::CreateChallenge.per([LimitKey::Ip])),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateChallenge.per(GUESSES))
    )]
    async fn account_create_mfa_challenge(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "`totp`, `email`, `phone` or `recoveryCode`, in upper or lower case. Not of the same kind as the sign-in."
        )]
        factor: String,
    ) -> Result<Option<MfaChallenge>> {
        create_challenge(ctx, &factor).await
    }

    /// Asks for a second factor. Other spelling of `accountCreateMFAChallenge`.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_smtp_disabled`, `general_phone_disabled`, `user_email_not_found`,
    /// `user_email_not_verified`, `user_phone_not_found`, `user_phone_not_verified`, `user_authenticator_not_found`,
    /// `user_recovery_codes_not_found`.
    #[graphql(
        name = "accountCreateMfaChallenge",
        directive = access::half_open::apply(),
        directive = limit::calls::apply(100, HOUR, SharedQuota::CreateChallenge.per([LimitKey::Ip])),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateChallenge.per(GUESSES))
    )]
    async fn create_mfa_challenge(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "`totp`, `email`, `phone` or `recoveryCode`, in upper or lower case. Not of the same kind as the sign-in."
        )]
        factor: String,
    ) -> Result<Option<MfaChallenge>> {
        create_challenge(ctx, &factor).await
    }

    /// Shows a second factor. Completes the sign-in, if one was missing: the session is then valid for its full length, and
    /// a browser gets a new cookie.
    ///
    /// Errors: `user_invalid_token`, `user_auth_method_unsupported`.
    #[graphql(
        name = "accountUpdateMFAChallenge",
        directive = access::half_open::apply(),
        directive = rest::put::apply("/v1/account/mfa/challenges"),
        directive = rest::put::apply("/v1/account/mfa/challenge"),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SecondFactor.per([LimitKey::Ip])),
        directive = limit::failures::apply(10, HOUR, SharedQuota::SecondFactor.per(GUESSES))
    )]
    async fn account_update_mfa_challenge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge's id.")] challenge_id: String,
        #[graphql(
            desc = "The code: that of the message, of the authenticator app, or a recovery code.",
            secret
        )]
        otp: String,
    ) -> Result<Option<Session>> {
        update_challenge(ctx, &challenge_id, &otp).await
    }

    /// Shows a second factor. Other spelling of `accountUpdateMFAChallenge`.
    ///
    /// Errors: `user_invalid_token`, `user_auth_method_unsupported`.
    #[graphql(
        name = "accountUpdateMfaChallenge",
        directive = access::half_open::apply(),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SecondFactor.per([LimitKey::Ip])),
        directive = limit::failures::apply(10, HOUR, SharedQuota::SecondFactor.per(GUESSES))
    )]
    async fn update_mfa_challenge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge's id.")] challenge_id: String,
        #[graphql(
            desc = "The code: that of the message, of the authenticator app, or a recovery code.",
            secret
        )]
        otp: String,
    ) -> Result<Option<Session>> {
        update_challenge(ctx, &challenge_id, &otp).await
    }
}

async fn list_factors(ctx: &Context<'_>) -> Result<Option<MfaFactors>> {
    let caller = ctx.caller().await?;
    list::run(ctx.app(), caller.with_session()?).await.map(Some)
}

async fn create_challenge(ctx: &Context<'_>, factor: &str) -> Result<Option<MfaChallenge>> {
    let caller = ctx.caller().await?;
    let caller = caller.with_session()?;
    let challenge = create_challenge::run(ctx.app(), caller, ctx.client(), factor).await?;
    Ok(Some(challenge.into()))
}

async fn update_challenge(ctx: &Context<'_>, id: &str, otp: &str) -> Result<Option<Session>> {
    let caller = ctx.caller().await?;
    let caller = caller.with_session()?;
    let passed = update_challenge::run(ctx.app(), caller, ctx.client(), id, otp).await?;
    ctx.reset_failed_attempts().await;
    let update_challenge::Passed { session, secret } = passed;
    if let Some(secret) = secret {
        ctx.request().note_signed_out();
        return Ok(Some(hand_over(ctx, Opened { session, secret })));
    }
    prolong_cookie(ctx, &session);
    Ok(Some(Session::new(ctx.app(), session, true, ctx.client())))
}
