//! The password.

use async_graphql::{Context, Object};

use crate::account::types::User;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
use crate::graphql::declare::{access, fresh, limit, rest};
use crate::graphql::policy::{HOUR, LimitKey, Policy, RECENTLY};

pub(super) mod proof;
pub(crate) mod update;

/// Changes passwords.
#[derive(Debug, Default)]
pub struct PasswordMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl PasswordMutation {
    /// Changes the password of the signed-in user, and ends the user's other sessions.
    ///
    /// Errors: `user_invalid_credentials`.
    #[graphql(
        directive = access::user::apply(),
        directive = fresh::or_password::apply(RECENTLY),
        directive = rest::patch::apply("/v1/account/password"),
        directive = limit::failures::apply(10, HOUR, SharedQuota::OwnPassword.per([LimitKey::User])),
        directive = limit::calls::apply(60, HOUR, SharedQuota::OwnPassword.per([LimitKey::User]))
    )]
    async fn account_update_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new password: 8 characters to 256 bytes.", secret)] password: String,
        #[graphql(desc = "The current password; required unless the user has none yet.", secret)]
        old_password: Option<String>,
    ) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let old_password = old_password.unwrap_or_default();
        let changed =
            update::run_for_user(ctx.app(), caller, ctx.client(), &password, &old_password);
        let user = changed.await?;
        ctx.reset_failed_attempts().await;
        Ok(Some(user.into()))
    }
}
