//! The lists of users and of their identities.

use async_graphql::{Context, Object, SimpleObject};

use super::list::Wanted;
use super::{list, list_identities, shown};
use crate::account::identities::{Identity, IdentityList};
use crate::account::types::User;
use crate::config::Scope;
use crate::error::{Error, Result};
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::query::MAX_LIMIT;

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
        #[graphql(desc = "Filters, orders, the page and its place, each as JSON: \
                    `{\"method\":\"equal\",\"attribute\":\"email\",\"values\":[\"ada@example.com\"]}`.")]
        queries: Option<Vec<Option<String>>>,
        #[graphql(
            desc = "Finds users by the beginning of their id, address or number, or of any word of their name. \
                    Of several words, all must be found. `label:x` finds who has the label `x`."
        )]
        search: Option<String>,
        #[graphql(desc = "Whether to count the users; else `total` is 0.")] total: Option<bool>,
    ) -> Result<Option<UserList>> {
        let queries = queries.unwrap_or_default();
        let wanted =
            Wanted { queries: &queries, search: search.as_deref(), total: counts(ctx, total) };
        let (total, users) = list::run(ctx.app(), &ctx.client().project.id, wanted).await?;
        check_rows(ctx, users.len())?;
        Ok(Some(UserList {
            total,
            users: users.into_iter().map(|user| shown(ctx, user)).collect(),
        }))
    }

    /// Returns the provider accounts of all users of the project, oldest first unless the queries order them.
    ///
    /// Errors: `general_query_invalid`, `general_cursor_not_found`, `general_query_timeout`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead]),
        directive = rest::get::apply("/v1/users/identities")
    )]
    async fn users_list_identities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Filters, orders, the page and its place, each as JSON: \
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
        let wanted =
            Wanted { queries: &queries, search: search.as_deref(), total: counts(ctx, total) };
        let (total, rows) =
            list_identities::run(ctx.app(), &ctx.client().project.id, wanted).await?;
        check_rows(ctx, rows.len())?;
        let identities = rows.into_iter().map(|row| Identity::new(ctx.app(), row)).collect();
        Ok(Some(IdentityList { total, identities }))
    }
}

/// A page of the users of a project.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserList {
    /// How many users meet the queries, up to 5,000.
    total: u64,
    /// The users on this page.
    users: Vec<User>,
}

/// Whether rows are to be counted: unless the argument says no, or nobody looks at the total.
fn counts(ctx: &Context<'_>, total: Option<bool>) -> bool {
    total.unwrap_or(true) && ctx.look_ahead().field("total").exists()
}

/// Fails if the fields of one operation return too many rows.
fn check_rows(ctx: &Context<'_>, rows: usize) -> Result<()> {
    let rows = u64::try_from(rows).unwrap_or(u64::MAX);
    if ctx.request().count_rows(rows) > MAX_LIMIT {
        let problem =
            "this operation would return more than 5000 rows in total; use smaller limits.";
        return Err(Error::argument("queries", problem));
    }
    Ok(())
}
