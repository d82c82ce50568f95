//! Memberships in teams, which no user has: this server has no teams.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::find;
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::graphql::scalars::DateTime;

/// Reads memberships of a user.
#[derive(Debug, Default)]
pub struct UserMembershipQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl UserMembershipQuery {
    /// Returns the teams of a user: always an empty list, because this server has no teams.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/{userId}/memberships")
    )]
    #[expect(clippy::too_many_arguments, reason = "the API has them")]
    async fn users_list_memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "Ignored: the list is empty.")] queries: Option<Vec<Option<String>>>,
        #[graphql(desc = "Ignored: the list is empty.")] search: Option<String>,
        #[graphql(desc = "Ignored: the list is empty.")] total: Option<bool>,
    ) -> Result<Option<MembershipList>> {
        let _ = (queries, search, total);
        find(ctx, &user_id).await?;
        Ok(Some(MembershipList { total: 0, memberships: Vec::new() }))
    }
}

/// The teams of a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct MembershipList {
    /// How many memberships there are: 0.
    total: u64,
    /// The memberships: none.
    memberships: Vec<Membership>,
}

/// A membership of a user in a team.
#[derive(Clone, Debug, SimpleObject)]
pub struct Membership {
    /// The membership's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the membership was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When the membership was last changed.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The id of the user.
    user_id: ID,
    /// The user's name.
    user_name: String,
    /// The user's e-mail address.
    user_email: String,
    /// The user's phone number.
    user_phone: String,
    /// The id of the team.
    team_id: ID,
    /// The team's name.
    team_name: String,
    /// When the user was invited.
    invited: DateTime,
    /// When the user joined; null if not yet.
    joined: Option<DateTime>,
    /// Whether the user has joined.
    confirm: bool,
    /// Whether the user has turned on a second factor for signing in.
    mfa: bool,
    /// When the user last signed in.
    user_accessed_at: DateTime,
    /// The user's roles in the team.
    roles: Vec<String>,
}
