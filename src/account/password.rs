//! The password: changing it, and showing it to change something else.

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

/// Changes the password.
#[derive(Debug, Default)]
pub struct PasswordMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl PasswordMutation {
    /// Changes the password, and ends the user's other sessions.
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
        #[graphql(desc = "The new password, of 8 to 256 bytes.", secret)] password: String,
        #[graphql(desc = "The present password; needed by all who have one.", secret)]
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

/// That a user has shown the right password; or the password that a user who had none shall have.
pub(super) struct ProvenPassword {
    /// The stored hash that was checked.
    checked: Option<String>,
    /// The hash of a first password.
    first: Option<String>,
}

impl ProvenPassword {
    /// Checks `password` against the user's; hashes it for a user who has none.
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

    /// Begins a change of `user`, as it is now, with the first password if it is one.
    ///
    /// Refuses if the password was changed while this one was being checked.
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
