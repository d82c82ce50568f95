//! The security log of a user.

use async_graphql::{Context, Object};

use super::find;
use crate::account::logs::{LogList, read};
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::query::page::Page;

/// Reads the security log of a user.
#[derive(Debug, Default)]
pub struct UserLogQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl UserLogQuery {
    /// Returns the security events of a user, newest first.
    ///
    /// Errors: `user_not_found`, `general_query_invalid`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/{userId}/logs")
    )]
    async fn users_list_logs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(
            desc = "The page: `limit(n)` (1 to 5000, default 25) and `offset(n)`, or as JSON: \
                          `{\"method\":\"limit\",\"values\":[n]}`."
        )]
        queries: Option<Vec<Option<String>>>,
        #[graphql(desc = "Whether to count the events. If false, `total` is 0. Default: true.")]
        total: Option<bool>,
    ) -> Result<Option<LogList>> {
        let page = Page::read(&queries.unwrap_or_default())?;
        let user = find(ctx, &user_id).await?;
        let counted = total != Some(false);
        Ok(Some(read(ctx, &user.key(), page, counted).await?))
    }
}
