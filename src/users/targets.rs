//! Targets of messages, which no user has: this server has no push messages.

use async_graphql::{Context, Object, SimpleObject};

use super::find;
use crate::account::types::{Done, Target};
use crate::config::Scope;
use crate::error::{Error, Result};
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;

/// Reads targets of a user.
#[derive(Debug, Default)]
pub struct UserTargetQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl UserTargetQuery {
    /// Returns the targets of messages to a user: always an empty list, because this server has no push
    /// messages. Messages of this server go to the user's e-mail address and phone number.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/{userId}/targets")
    )]
    async fn users_list_targets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "Ignored: the list is empty.")] queries: Option<Vec<Option<String>>>,
        #[graphql(desc = "Ignored: the list is empty.")] total: Option<bool>,
    ) -> Result<Option<TargetList>> {
        let _ = (queries, total);
        find(ctx, &user_id).await?;
        Ok(Some(TargetList { total: 0, targets: Vec::new() }))
    }

    /// Fails: a user has no targets.
    ///
    /// Errors: `user_not_found`, `user_target_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/{userId}/targets/{targetId}")
    )]
    async fn users_get_target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The target's id.")] target_id: String,
    ) -> Result<Option<Target>> {
        let _ = target_id;
        not_found(ctx, &user_id).await
    }
}

/// Changes targets of a user.
#[derive(Debug, Default)]
pub struct UserTargetMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl UserTargetMutation {
    /// Fails: a user has no targets.
    ///
    /// Errors: `user_not_found`, `user_target_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::patch::apply("/v1/users/{userId}/targets/{targetId}")
    )]
    #[expect(clippy::too_many_arguments, reason = "the API has them")]
    async fn users_update_target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The target's id.")] target_id: String,
        #[graphql(desc = "Ignored: there is no target.")] identifier: Option<String>,
        #[graphql(desc = "Ignored: there is no target.")] provider_id: Option<String>,
        #[graphql(desc = "Ignored: there is no target.")] name: Option<String>,
    ) -> Result<Option<Target>> {
        let _ = (target_id, identifier, provider_id, name);
        not_found(ctx, &user_id).await
    }

    /// Fails: a user has no targets.
    ///
    /// Errors: `user_not_found`, `user_target_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::delete::apply("/v1/users/{userId}/targets/{targetId}")
    )]
    async fn users_delete_target(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The target's id.")] target_id: String,
    ) -> Result<Option<Done>> {
        let _ = target_id;
        not_found(ctx, &user_id).await
    }
}

/// The error for a target of a user, who has none.
async fn not_found<T>(ctx: &Context<'_>, user_id: &str) -> Result<T> {
    find(ctx, user_id).await?;
    Err(Error::UserTargetNotFound)
}

/// The targets of messages to a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct TargetList {
    /// How many targets there are: 0.
    total: u64,
    /// The targets: none.
    targets: Vec<Target>,
}
