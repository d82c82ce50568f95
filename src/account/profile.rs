//! The user: signing up, name, address, number, blocking and deleting.

use std::sync::Arc;

use async_graphql::{Context, Object};
use entity::user;

use crate::account::cookies::{end_cookie, set_cookie};
use crate::account::sessions::open::Opened;
use crate::account::types::{Done, User};
use crate::auth::actor::Actor;
use crate::auth::caller::{Caller, RejectedCredential};
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
use crate::graphql::declare::{access, fresh, limit, rest};
use crate::graphql::policy::{HOUR, LimitKey, Policy, RECENTLY};

mod create;
pub(crate) mod delete;
pub(crate) mod update_contact;
mod update_email;
pub(crate) mod update_name;
mod update_phone;
pub(crate) mod update_status;

/// Reads the user.
#[derive(Debug, Default)]
pub struct ProfileQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl ProfileQuery {
    /// Returns the signed-in user.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account")
    )]
    async fn account_get(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        Ok(Some(Arc::clone(&caller.signed_in()?.user).into()))
    }

    /// Returns the signed-in user, or null if nobody is signed in or a second factor is missing, where `accountGet` returns an error. Call
    /// it when your app starts. In development, `extensions.credential` of the response says which
    /// credential was sent and why it was not accepted.
    #[graphql(directive = access::anyone::apply())]
    async fn account_status(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match &*ctx.caller().await? {
            Caller::Guest(rejected) => {
                ctx.request().record_rejected_credential(*rejected);
                Ok(None)
            }
            Caller::HalfOpen(_) => {
                ctx.request().record_rejected_credential(RejectedCredential::HALF_OPEN);
                Ok(None)
            }
            caller => Ok(Some(Arc::clone(&caller.signed_in()?.user).into())),
        }
    }
}

/// Changes the user.
#[derive(Debug, Default)]
pub struct ProfileMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl ProfileMutation {
    /// Creates a user with an e-mail address and a password. Does not sign in.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_count_exceeded`, `user_email_not_whitelisted`, `user_already_exists`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account"),
        directive = limit::calls::apply(10, HOUR, [LimitKey::Ip])
    )]
    #[expect(clippy::too_many_arguments, reason = "the API has them")]
    async fn account_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of the new user: up to 36 of a-z, A-Z, 0-9, period, hyphen and underscore, beginning \
                    with a letter or digit; `unique()` generates one."
        )]
        user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(desc = "The password: 8 characters to 256 bytes.", secret)] password: String,
        #[graphql(desc = "The name: up to 128 characters.")] name: Option<String>,
    ) -> Result<Option<User>> {
        let new_user = create::NewUser { user_id, email, password, name: name.unwrap_or_default() };
        let user = create::run(ctx.app(), ctx.client(), new_user).await?;
        Ok(Some(user.into()))
    }

    /// Changes the name of the signed-in user.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::patch::apply("/v1/account/name")
    )]
    async fn account_update_name(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new name: 1 to 128 characters.")] name: String,
    ) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let (actor, id) = (Actor::User(caller), &caller.user.id);
        let user = update_name::run(ctx.app(), &actor, ctx.client(), id, name).await?;
        Ok(Some(user.into()))
    }

    /// Changes the e-mail address of the signed-in user. The new address is not verified. For an anonymous
    /// user, the given password becomes the password.
    ///
    /// Errors: `user_email_not_whitelisted`, `user_invalid_credentials`, `user_email_already_exists`, `general_bad_request`.
    #[graphql(
        directive = access::user::apply(),
        directive = fresh::or_password::apply(RECENTLY),
        directive = rest::patch::apply("/v1/account/email"),
        directive = limit::failures::apply(10, HOUR, SharedQuota::OwnPassword.per([LimitKey::User])),
        directive = limit::calls::apply(60, HOUR, SharedQuota::OwnPassword.per([LimitKey::User]))
    )]
    async fn account_update_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new e-mail address.")] email: String,
        #[graphql(
            desc = "The user's password. For a user without one, it becomes the password.",
            secret
        )]
        password: String,
    ) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let changed = update_email::run(ctx.app(), caller, ctx.client(), &email, &password);
        Ok(Some(answer_contact(ctx, changed.await?).await))
    }

    /// Changes the phone number of the signed-in user. The new number is not verified, and no SMS is sent.
    ///
    /// Errors: `user_invalid_credentials`, `user_phone_already_exists`, `general_bad_request`.
    #[graphql(
        directive = access::user::apply(),
        directive = fresh::or_password::apply(RECENTLY),
        directive = rest::patch::apply("/v1/account/phone"),
        directive = limit::failures::apply(10, HOUR, SharedQuota::OwnPassword.per([LimitKey::User])),
        directive = limit::calls::apply(60, HOUR, SharedQuota::OwnPassword.per([LimitKey::User]))
    )]
    async fn account_update_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The new phone number with `+` and country code, for example `+16175551212`."
        )]
        phone: String,
        #[graphql(
            desc = "The user's password. For a user without one, it becomes the password.",
            secret
        )]
        password: String,
    ) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let changed = update_phone::run(ctx.app(), caller, ctx.client(), &phone, &password);
        Ok(Some(answer_contact(ctx, changed.await?).await))
    }

    /// Blocks the signed-in user: every later call of the user fails. Users can't unblock themselves. If a server does, they
    /// sign in anew.
    #[graphql(
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::patch::apply("/v1/account/status")
    )]
    async fn account_update_status(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let (actor, id) = (Actor::User(caller), &caller.user.id);
        let user = update_status::run(ctx.app(), &actor, ctx.client(), id, false).await?;
        end_cookie(ctx);
        Ok(Some(user.into()))
    }

    /// Deletes the signed-in user, with sessions, identities, preferences and security log. This can't be
    /// undone.
    #[graphql(
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::delete::apply("/v1/account")
    )]
    async fn account_delete(&self, ctx: &Context<'_>) -> Result<Option<Done>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        delete::run(ctx.app(), &Actor::User(caller), ctx.client(), &caller.user.id).await?;
        end_cookie(ctx);
        Ok(Some(Done::OK))
    }
}

/// The answer to a new address or number, with a cookie if the session got a new secret.
async fn answer_contact(ctx: &Context<'_>, changed: (user::Model, Option<Opened>)) -> User {
    let (user, renewed) = changed;
    ctx.reset_failed_attempts().await;
    if let Some(Opened { session, secret }) = renewed {
        ctx.request().note_signed_out();
        set_cookie(ctx, &session, &secret);
    }
    user.into()
}
