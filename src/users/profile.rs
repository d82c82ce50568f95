//! Reading, changing, blocking and deleting a user.

use async_graphql::{Context, Object};

use super::{actor, find, shown};
use crate::account::arguments;
use crate::account::password::update as update_password;
use crate::account::profile::update_contact::NewContact;
use crate::account::profile::{delete, update_contact, update_name, update_status};
use crate::account::types::{Done, User};
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;

pub(super) mod update_labels;
mod update_verification;

use update_verification::Contact;

/// Reads a user.
#[derive(Debug, Default)]
pub struct UserQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl UserQuery {
    /// Returns a user.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/{userId}")
    )]
    async fn users_get(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<User>> {
        let user = find(ctx, &user_id).await?;
        Ok(Some(shown(ctx, user)))
    }
}

/// Changes a user.
#[derive(Debug, Default)]
pub struct UserMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl UserMutation {
    /// Deletes a user, with sessions, identities, preferences and security log. This can't be undone. The id,
    /// the e-mail address and the phone number are free at once.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::delete::apply("/v1/users/{userId}")
    )]
    async fn users_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<Done>> {
        let user_id = arguments::id("userId", &user_id)?;
        delete::run(ctx.app(), &actor(ctx)?, ctx.client(), &user_id).await?;
        Ok(Some(Done::OK))
    }

    /// Blocks a user, or unblocks one who was blocked. Blocking ends all sessions of the user, and a blocked
    /// user can't sign in.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/status")
    )]
    async fn users_update_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "Whether the user may sign in: false blocks the user.")] status: bool,
    ) -> Result<Option<User>> {
        let user_id = arguments::id("userId", &user_id)?;
        let (app, actor, client) = (ctx.app(), actor(ctx)?, ctx.client());
        let user = update_status::run(app, &actor, client, &user_id, status).await?;
        Ok(Some(shown(ctx, user)))
    }

    /// Replaces all labels of a user.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::put::apply("/v1/users/{userId}/labels")
    )]
    async fn users_update_labels(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(
            desc = "The labels: up to 1000, each 1 to 36 of a-z, A-Z and 0-9. Repeated ones are stored once."
        )]
        labels: Vec<Option<String>>,
    ) -> Result<Option<User>> {
        let user_id = arguments::id("userId", &user_id)?;
        let (app, actor, client) = (ctx.app(), actor(ctx)?, ctx.client());
        let user = update_labels::run(app, &actor, client, &user_id, labels).await?;
        Ok(Some(shown(ctx, user)))
    }

    /// Changes the name of a user.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/name")
    )]
    async fn users_update_name(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The new name: up to 128 characters; an empty one removes it.")]
        name: String,
    ) -> Result<Option<User>> {
        let user_id = arguments::id("userId", &user_id)?;
        let (app, actor, client) = (ctx.app(), actor(ctx)?, ctx.client());
        let user = update_name::run(app, &actor, client, &user_id, name).await?;
        Ok(Some(shown(ctx, user)))
    }

    /// Changes the e-mail address of a user. The new address is not verified, and no e-mail is sent.
    ///
    /// Errors: `user_not_found`, `user_target_already_exists`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/email")
    )]
    async fn users_update_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The new e-mail address; an empty one removes it.")] email: String,
    ) -> Result<Option<User>> {
        let user_id = arguments::id("userId", &user_id)?;
        let email = if email.is_empty() { None } else { Some(arguments::email(&email)?) };
        let (app, actor, client) = (ctx.app(), actor(ctx)?, ctx.client());
        let contact = NewContact::Email(email);
        let user = update_contact::run(app, &actor, client, &user_id, contact).await?;
        Ok(Some(shown(ctx, user)))
    }

    /// Changes the phone number of a user. The new number is not verified, and no SMS is sent.
    ///
    /// Errors: `user_not_found`, `user_target_already_exists`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/phone")
    )]
    async fn users_update_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(
            desc = "The new phone number with `+` and country code, for example `+16175551212`; an empty one removes \
                    it."
        )]
        number: String,
    ) -> Result<Option<User>> {
        let user_id = arguments::id("userId", &user_id)?;
        let phone =
            if number.is_empty() { None } else { Some(arguments::phone("number", &number)?) };
        let (app, actor, client) = (ctx.app(), actor(ctx)?, ctx.client());
        let contact = NewContact::Phone(phone);
        let user = update_contact::run(app, &actor, client, &user_id, contact).await?;
        Ok(Some(shown(ctx, user)))
    }

    /// Sets the password of a user, and ends the user's sessions, unless the project keeps them when a
    /// password changes. No e-mail is sent.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/password")
    )]
    async fn users_update_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(
            desc = "The new password: 8 characters to 256 bytes. An empty one removes the password: the user can then only sign \
                    in in other ways.",
            secret
        )]
        password: String,
    ) -> Result<Option<User>> {
        let user_id = arguments::id("userId", &user_id)?;
        let (app, client) = (ctx.app(), ctx.client());
        let user = update_password::run(app, &actor(ctx)?, client, &user_id, &password).await?;
        Ok(Some(shown(ctx, user)))
    }

    /// Marks the e-mail address of a user as verified, or as not verified.
    ///
    /// Errors: `user_not_found`, `user_email_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/verification")
    )]
    async fn users_update_email_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "Whether the address is verified.")] email_verification: bool,
    ) -> Result<Option<User>> {
        verify(ctx, &user_id, Contact::Email, email_verification).await
    }

    /// Marks the phone number of a user as verified, or as not verified.
    ///
    /// Errors: `user_not_found`, `user_phone_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/verification/phone")
    )]
    async fn users_update_phone_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "Whether the number is verified.")] phone_verification: bool,
    ) -> Result<Option<User>> {
        verify(ctx, &user_id, Contact::Phone, phone_verification).await
    }
}

async fn verify(
    ctx: &Context<'_>,
    user_id: &str,
    contact: Contact,
    verified: bool,
) -> Result<Option<User>> {
    let user_id = arguments::id("userId", user_id)?;
    let (app, client, verified) = (ctx.app(), ctx.client(), (contact, verified));
    let user = update_verification::run(app, &actor(ctx)?, client, &user_id, verified).await?;
    Ok(Some(shown(ctx, user)))
}
