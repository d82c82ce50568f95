//! The Users API: what the project's servers, with their API keys, do with its users.
//!
//! Most fields run the operations of the account feature, with another actor.

use std::sync::Arc;

use async_graphql::{Context, MergedObject};
use entity::user;
use sea_orm::EntityTrait;

use crate::account::arguments;
use crate::account::types::User;
use crate::auth::actor::Actor;
use crate::config::Scope;
use crate::db::FindUnique;
use crate::error::{Error, Result};
use crate::graphql::context::FieldContext;

pub mod creation;
pub mod factors;
pub mod identities;
pub mod list;
pub mod list_identities;
pub mod lists;
pub mod logs;
pub mod memberships;
pub mod passkeys;
pub mod preferences;
pub mod profile;
mod search;
pub mod sessions;
pub mod targets;
pub mod tokens;
pub mod transfer;

use creation::UserCreationMutation;
use factors::{UserFactorMutation, UserFactorQuery};
use identities::UserIdentityMutation;
use lists::UserListQuery;
use logs::UserLogQuery;
use memberships::UserMembershipQuery;
use passkeys::{UserPasskeyMutation, UserPasskeyQuery};
use preferences::{UserPreferencesMutation, UserPreferencesQuery};
use profile::{UserMutation, UserQuery};
use sessions::{UserSessionMutation, UserSessionQuery};
use targets::{UserTargetMutation, UserTargetQuery};
use tokens::UserTokenMutation;
use transfer::{TransferMutation, TransferQuery};

/// Reads the users of the project.
#[derive(Debug, Default, MergedObject)]
pub struct UsersQuery(
    UserQuery,
    UserListQuery,
    UserPreferencesQuery,
    UserSessionQuery,
    UserLogQuery,
    UserMembershipQuery,
    UserFactorQuery,
    UserPasskeyQuery,
    UserTargetQuery,
    TransferQuery,
);

/// Creates, changes and deletes users of the project.
#[derive(Debug, Default, MergedObject)]
pub struct UsersMutation(
    UserCreationMutation,
    UserMutation,
    UserPreferencesMutation,
    UserSessionMutation,
    UserTokenMutation,
    UserIdentityMutation,
    UserFactorMutation,
    UserPasskeyMutation,
    UserTargetMutation,
    TransferMutation,
);

/// The server or the operator that acts.
fn actor(ctx: &Context<'_>) -> Result<Actor<'static>> {
    match &ctx.client().key {
        Some(key) => Ok(Actor::Key(Arc::clone(key))),
        None if ctx.client().is_operator => Ok(Actor::Operator),
        // Checked by the guard before: every field here requires a key.
        None => Err(Error::GeneralUnauthorizedScope("no API key was sent")),
    }
}

/// The user of the project with this id.
async fn find(ctx: &Context<'_>, user_id: &str) -> Result<user::Model> {
    let key = (ctx.client().project.id.clone(), arguments::id("userId", user_id)?);
    let user = user::Entity::find_by_id(key).find_unique(ctx.app().db.read()).await?;
    user.ok_or(Error::UserNotFound)
}

/// The user, as the server of this request sees it.
fn shown(ctx: &Context<'_>, user: user::Model) -> User {
    User::for_server(user, ctx.client().allows(Scope::UsersHashes))
}
