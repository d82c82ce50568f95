//! Changing the password, and proving it in order to change something else.

use async_graphql::{Context, Object};
use entity::{Timestamp, user};
use sea_orm::{IntoActiveModel, Set};

use crate::account::arguments;
use crate::account::types::User;
use crate::app::App;
use crate::client::Client;
use crate::crypto::password_hash::Verified;
use crate::error::{Error, Result};
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedBudget;
use crate::graphql::declare::{access, limit, rest};
use crate::graphql::policy::{HOUR, LimitKey, Policy};

mod update;

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
        directive = rest::patch::apply("/v1/account/password"),
        directive = limit::failures::apply(10, HOUR, SharedBudget::OwnPassword.per([LimitKey::User])),
        directive = limit::calls::apply(60, HOUR, SharedBudget::OwnPassword.per([LimitKey::User]))
    )]
    async fn account_update_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new password: 8 to 256 bytes.", secret)] password: String,
        #[graphql(desc = "The current password; required unless the user has none yet.", secret)]
        old_password: Option<String>,
    ) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let old_password = old_password.unwrap_or_default();
        let user = update::run(ctx.app(), caller, ctx.client(), &password, &old_password).await?;
        ctx.reset_failed_attempts().await;
        Ok(Some(user.into()))
    }
}

/// The outcome of checking a password: the user's own was right, or a user without one gets this one.
pub(super) struct ProvenPassword {
    /// The stored hash that the password was checked against.
    checked: Option<String>,
    /// The hash of the user's first password.
    first: Option<String>,
}

impl ProvenPassword {
    /// Checks `password` against the user's. For a user without one, hashes it as the first password.
    pub(super) async fn check(
        app: &App,
        user: &user::Model,
        client: &Client,
        password: &str,
    ) -> Result<Self> {
        let checked = user.password_hash.clone();
        if checked.is_none() {
            let dictionary = client.project.password.dictionary;
            let password = arguments::new_password(password, dictionary)?;
            return Ok(Self { checked, first: Some(app.hash_password(&password).await?) });
        }
        let password = arguments::shown_password("password", password)?;
        match app.passwords.verify(&password, checked.as_deref()).await? {
            Verified::Wrong => Err(Error::UserInvalidCredentials),
            Verified::Right | Verified::RightButWeak => Ok(Self { checked, first: None }),
        }
    }

    /// Begins an update of `user`, which sets the first password if the user had none.
    ///
    /// Fails if the password has changed since it was checked.
    pub(super) fn apply(self, user: user::Model, now: Timestamp) -> Result<user::ActiveModel> {
        if user.password_hash != self.checked {
            return Err(Error::UserInvalidCredentials);
        }
        let mut user = user.into_active_model();
        if let Some(first) = self.first {
            user.password_hash = Set(Some(first));
            user.password_updated_at = Set(Some(now));
        }
        Ok(user)
    }
}
