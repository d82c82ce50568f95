//! The lists of users and of their identities.

use async_graphql::{Context, Object, SimpleObject};

use super::list::Wanted;
use super::{list, list_identities, shown};
use crate::account::identities::{Identity, IdentityList};
use crate::account::types::User;
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::graphql::row::Rows;

/// Lists users and identities.
#[derive(Debug, Default)]
pub struct UserListQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl UserListQuery {
    /// Returns users of the project, oldest first unless the queries order them.
    ///
    /// Errors: `general_query_invalid`, `general_cursor_not_found`, `general_query_timeout`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users")
    )]
    async fn users_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters, orders and page, each as JSON: \
                    `{\"method\":\"equal\",\"attribute\":\"email\",\"values\":[\"ada@example.com\"]}`.")]
        queries: Option<Vec<Option<String>>>,
        #[graphql(
            desc = "Finds users by the beginning of their id, address or number, or of any word of their name. \
                    A user must match all words of the text; ids count only if there is one word beside labels. \
                    `label:x` finds the users with the label `x`."
        )]
        search: Option<String>,
        #[graphql(desc = "Whether to count the users; else `total` is 0.")] total: Option<bool>,
    ) -> Result<Option<UserList>> {
        let queries = queries.unwrap_or_default();
        let wanted = wanted(ctx, &queries, search.as_deref(), total);
        let (total, users) = list::run(ctx.app(), &ctx.client().project.id, wanted).await?;
        Ok(Some(UserList {
            total,
            users: users.into_iter().map(|user| shown(ctx, user)).collect(),
        }))
    }

    /// Returns the provider accounts of all users of the project, oldest first unless the queries order them. The tokens of
    /// providers are not included.
    ///
    /// Errors: `general_query_invalid`, `general_cursor_not_found`, `general_query_timeout`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/identities")
    )]
    async fn users_list_identities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters, orders and page, each as JSON: \
                    `{\"method\":\"equal\",\"attribute\":\"provider\",\"values\":[\"google\"]}`.")]
        queries: Option<Vec<Option<String>>>,
        #[graphql(desc = "Identities can't be searched: fails if it is set.")] search: Option<
            String,
        >,
        #[graphql(desc = "Whether to count the identities; else `total` is 0.")] total: Option<
            bool,
        >,
    ) -> Result<Option<IdentityList>> {
        let queries = queries.unwrap_or_default();
        let wanted = wanted(ctx, &queries, search.as_deref(), total);
        let (total, rows) =
            list_identities::run(ctx.app(), &ctx.client().project.id, wanted).await?;
        let identities = rows.into_iter().map(Identity::for_server).collect();
        Ok(Some(IdentityList { total, identities }))
    }
}

/// A page of the users of a project.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserList {
    /// How many users meet the queries, up to 5,000.
    total: u64,
    /// The users on this page.
    users: Rows<User>,
}

/// The request for a list. Rows are counted unless `total` is false as an argument, or isn't selected.
fn wanted<'a>(
    ctx: &Context<'a>,
    queries: &'a [Option<String>],
    search: Option<&'a str>,
    total: Option<bool>,
) -> Wanted<'a> {
    let total = total.unwrap_or(true) && ctx.look_ahead().field("total").exists();
    let with_hashes = ctx.client().allows(Scope::UsersHashes);
    Wanted { queries, search, total, with_hashes, read_limit: &ctx.request().read_limit }
}
