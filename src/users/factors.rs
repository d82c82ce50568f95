//! Second factors of a user.

use async_graphql::{Context, Object};

use super::{actor, find, shown};
use crate::account::arguments;
use crate::account::authenticators::delete as delete_authenticator;
use crate::account::mfa::update as update_mfa;
use crate::account::recovery_codes::create::Replacing;
use crate::account::recovery_codes::{create as create_codes, masked, remaining};
use crate::account::types::{Done, MfaFactors, MfaRecoveryCodes, User};
use crate::auth::factors::{SecondFactors, has_recovery_codes};
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;

mod reset;

/// Reads the second factors of a user.
#[derive(Debug, Default)]
pub struct UserFactorQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl UserFactorQuery {
    /// Returns the second factors that a user has set up, as far as the project has them turned on.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        name = "usersListMFAFactors",
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/{userId}/mfa/factors")
    )]
    async fn users_list_mfa_factors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<MfaFactors>> {
        list(ctx, &user_id).await
    }

    /// Returns the second factors that a user has set up. Other spelling of `usersListMFAFactors`.
    ///
    /// Errors: `user_not_found`.
    #[graphql(name = "usersListMfaFactors", directive = access::key::apply([Scope::UsersRead]))]
    async fn list_mfa_factors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<MfaFactors>> {
        list(ctx, &user_id).await
    }

    /// Returns how many recovery codes of a user are left. The codes themselves are masked, because only their hashes are
    /// stored.
    ///
    /// Errors: `user_not_found`, `user_recovery_codes_not_found`.
    #[graphql(
        name = "usersGetMFARecoveryCodes",
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/{userId}/mfa/recovery-codes")
    )]
    async fn users_get_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<MfaRecoveryCodes>> {
        codes(ctx, &user_id).await
    }

    /// Returns how many recovery codes of a user are left. Other spelling of `usersGetMFARecoveryCodes`.
    ///
    /// Errors: `user_not_found`, `user_recovery_codes_not_found`.
    #[graphql(name = "usersGetMfaRecoveryCodes", directive = access::key::apply([Scope::UsersRead]))]
    async fn get_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<MfaRecoveryCodes>> {
        codes(ctx, &user_id).await
    }
}

/// Changes the second factors of a user.
#[derive(Debug, Default)]
pub struct UserFactorMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl UserFactorMutation {
    /// Turns second factors on or off for a user. When it is turned on, sessions that have shown one factor only are half-open
    /// from then on; when it is turned off, half-open sessions end.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        name = "usersUpdateMFA",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/mfa")
    )]
    async fn users_update_mfa(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "Whether second factors are on.")] mfa: bool,
    ) -> Result<Option<User>> {
        update(ctx, &user_id, mfa).await
    }

    /// Turns second factors on or off for a user. Other spelling of `usersUpdateMFA`.
    ///
    /// Errors: `user_not_found`.
    #[graphql(name = "usersUpdateMfa", directive = access::key::apply([Scope::UsersWrite]))]
    async fn update_mfa(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "Whether second factors are on.")] mfa: bool,
    ) -> Result<Option<User>> {
        update(ctx, &user_id, mfa).await
    }

    /// Removes all second factors of a user who has lost them: turns them off, and deletes the authenticator app, the
    /// recovery codes and the passkeys. The user gets an e-mail.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        name = "usersResetMFA",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::delete::apply("/v1/users/{userId}/mfa")
    )]
    async fn users_reset_mfa(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<Done>> {
        let user_id = arguments::id("userId", &user_id)?;
        reset::run(ctx.app(), &actor(ctx)?, ctx.client(), &user_id).await?;
        Ok(Some(Done::OK))
    }

    /// Removes the authenticator app of a user. Second factors stay turned on.
    ///
    /// Errors: `user_not_found`, `user_authenticator_not_found`.
    #[graphql(
        name = "usersDeleteMFAAuthenticator",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::delete::apply("/v1/users/{userId}/mfa/authenticators/{type}")
    )]
    async fn users_delete_mfa_authenticator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(name = "type", desc = "The kind: `totp`.")] kind: String,
    ) -> Result<Option<Done>> {
        delete(ctx, &user_id, &kind).await
    }

    /// Removes the authenticator app of a user. Other spelling of `usersDeleteMFAAuthenticator`.
    ///
    /// Errors: `user_not_found`, `user_authenticator_not_found`.
    #[graphql(
        name = "usersDeleteMfaAuthenticator",
        directive = access::key::apply([Scope::UsersWrite])
    )]
    async fn delete_mfa_authenticator(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(name = "type", desc = "The kind: `totp`.")] kind: String,
    ) -> Result<Option<Done>> {
        delete(ctx, &user_id, &kind).await
    }

    /// Creates ten recovery codes for a user, which are shown only now.
    ///
    /// Errors: `user_not_found`, `user_recovery_codes_already_exists`, `general_bad_request`.
    #[graphql(
        name = "usersCreateMFARecoveryCodes",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/mfa/recovery-codes")
    )]
    async fn users_create_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<MfaRecoveryCodes>> {
        create(ctx, &user_id, Replacing::None).await
    }

    /// Creates ten recovery codes for a user. Other spelling of `usersCreateMFARecoveryCodes`.
    ///
    /// Errors: `user_not_found`, `user_recovery_codes_already_exists`, `general_bad_request`.
    #[graphql(
        name = "usersCreateMfaRecoveryCodes",
        directive = access::key::apply([Scope::UsersWrite])
    )]
    async fn create_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<MfaRecoveryCodes>> {
        create(ctx, &user_id, Replacing::None).await
    }

    /// Replaces the recovery codes of a user by ten new ones, which are shown only now.
    ///
    /// Errors: `user_not_found`, `user_recovery_codes_not_found`, `general_bad_request`.
    #[graphql(
        name = "usersUpdateMFARecoveryCodes",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::put::apply("/v1/users/{userId}/mfa/recovery-codes")
    )]
    async fn users_update_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<MfaRecoveryCodes>> {
        create(ctx, &user_id, Replacing::Existing).await
    }

    /// Replaces the recovery codes of a user. Other spelling of `usersUpdateMFARecoveryCodes`.
    ///
    /// Errors: `user_not_found`, `user_recovery_codes_not_found`, `general_bad_request`.
    #[graphql(
        name = "usersUpdateMfaRecoveryCodes",
        directive = access::key::apply([Scope::UsersWrite])
    )]
    async fn update_mfa_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<MfaRecoveryCodes>> {
        create(ctx, &user_id, Replacing::Existing).await
    }
}

async fn list(ctx: &Context<'_>, user_id: &str) -> Result<Option<MfaFactors>> {
    let (app, user) = (ctx.app(), find(ctx, user_id).await?);
    let db = app.db.read();
    let SecondFactors { totp, phone, email } = SecondFactors::of(app, db, &user).await?;
    let recovery_code = has_recovery_codes(db, &user).await?;
    Ok(Some(MfaFactors { totp, phone, email, recovery_code, custom: false }))
}

async fn codes(ctx: &Context<'_>, user_id: &str) -> Result<Option<MfaRecoveryCodes>> {
    let user = find(ctx, user_id).await?;
    Ok(Some(masked(remaining::run(ctx.app(), &user.key()).await?)))
}

async fn update(ctx: &Context<'_>, user_id: &str, mfa: bool) -> Result<Option<User>> {
    let user_id = arguments::id("userId", user_id)?;
    let (app, actor, client) = (ctx.app(), actor(ctx)?, ctx.client());
    let user = update_mfa::run_for_server(app, &actor, client, &user_id, mfa).await?;
    Ok(Some(shown(ctx, user)))
}

async fn delete(ctx: &Context<'_>, user_id: &str, kind: &str) -> Result<Option<Done>> {
    let user_id = arguments::id("userId", user_id)?;
    let (app, actor, client) = (ctx.app(), actor(ctx)?, ctx.client());
    delete_authenticator::run_for_server(app, &actor, client, &user_id, kind).await?;
    Ok(Some(Done::OK))
}

async fn create(
    ctx: &Context<'_>,
    user_id: &str,
    replacing: Replacing,
) -> Result<Option<MfaRecoveryCodes>> {
    ctx.client().check_gets_secrets()?;
    let user_id = arguments::id("userId", user_id)?;
    let (app, actor, client) = (ctx.app(), actor(ctx)?, ctx.client());
    let codes = create_codes::run_for_server(app, &actor, client, &user_id, replacing).await?;
    Ok(Some(MfaRecoveryCodes { remaining: codes.len(), recovery_codes: codes }))
}
