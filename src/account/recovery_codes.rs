//! Recovery codes.

use async_graphql::{Context, Object};

use crate::account::types::MfaRecoveryCodes;
use crate::crypto::recovery_code::MASKED;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, fresh, rest};
use crate::graphql::policy::{Policy, RECENTLY};

pub(crate) mod create;
pub(crate) mod remaining;

use create::Replacing;

/// Reads recovery codes.
#[derive(Debug, Default)]
pub struct RecoveryCodeQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl RecoveryCodeQuery {
    /// Returns how many recovery codes are left. The codes themselves are masked, because only their hashes are stored.
    ///
    /// Errors: `user_recovery_codes_not_found`.
    #[graphql(
        name = "accountGetMFARecoveryCodes",
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/mfa/recovery-codes")
    )]
    async fn account_get_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<MfaRecoveryCodes>> {
        get(ctx).await
    }

    /// Returns how many recovery codes are left. Other spelling of `accountGetMFARecoveryCodes`.
    ///
    /// Errors: `user_recovery_codes_not_found`.
    #[graphql(
        name = "accountGetMfaRecoveryCodes",
        directive = access::user::apply()
    )]
    async fn get_mfa_recovery_codes(&self, ctx: &Context<'_>) -> Result<Option<MfaRecoveryCodes>> {
        get(ctx).await
    }
}

/// Creates recovery codes.
#[derive(Debug, Default)]
pub struct RecoveryCodeMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl RecoveryCodeMutation {
    /// Creates ten recovery codes, which are shown only now. Each completes one sign-in when no other second factor is at hand.
    /// A user whose second factors are on needs a sign-in or a challenge within the last 30 minutes.
    ///
    /// Errors: `user_recovery_codes_already_exists`, `user_challenge_required`.
    #[graphql(
        name = "accountCreateMFARecoveryCodes",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::post::apply("/v1/account/mfa/recovery-codes")
    )]
    async fn account_create_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<MfaRecoveryCodes>> {
        create(ctx, Replacing::None).await
    }

    /// Creates ten recovery codes. Other spelling of `accountCreateMFARecoveryCodes`.
    ///
    /// Errors: `user_recovery_codes_already_exists`, `user_challenge_required`.
    #[graphql(
        name = "accountCreateMfaRecoveryCodes",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY)
    )]
    async fn create_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<MfaRecoveryCodes>> {
        create(ctx, Replacing::None).await
    }

    /// Replaces the recovery codes by ten new ones, which are shown only now. Needs a sign-in or a challenge within the last 30
    /// minutes.
    ///
    /// Errors: `user_recovery_codes_not_found`, `user_challenge_required`.
    #[graphql(
        name = "accountUpdateMFARecoveryCodes",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::patch::apply("/v1/account/mfa/recovery-codes")
    )]
    async fn account_update_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<MfaRecoveryCodes>> {
        create(ctx, Replacing::Existing).await
    }

    /// Replaces the recovery codes. Other spelling of `accountUpdateMFARecoveryCodes`.
    ///
    /// Errors: `user_recovery_codes_not_found`, `user_challenge_required`.
    #[graphql(
        name = "accountUpdateMfaRecoveryCodes",
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY)
    )]
    async fn update_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<MfaRecoveryCodes>> {
        create(ctx, Replacing::Existing).await
    }
}

async fn get(ctx: &Context<'_>) -> Result<Option<MfaRecoveryCodes>> {
    let caller = ctx.caller().await?;
    let remaining = remaining::run(ctx.app(), &caller.signed_in()?.user.key()).await?;
    Ok(Some(masked(remaining)))
}

/// As many masked codes as are left.
pub(crate) fn masked(remaining: usize) -> MfaRecoveryCodes {
    MfaRecoveryCodes { recovery_codes: vec![MASKED.to_owned(); remaining], remaining }
}

async fn create(ctx: &Context<'_>, replacing: Replacing) -> Result<Option<MfaRecoveryCodes>> {
    let caller = ctx.caller().await?;
    let codes = create::run(ctx.app(), caller.signed_in()?, ctx.client(), replacing).await?;
    Ok(Some(MfaRecoveryCodes { remaining: codes.len(), recovery_codes: codes }))
}
