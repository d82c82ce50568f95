//! Many users at once: import and export as lines of JSON.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::UserId;

use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::access;
use crate::graphql::policy::Policy;
use crate::users::actor;

mod export;
mod hash;
mod import;
mod problem;
mod row;

use export::Wanted;

/// Exports users.
#[derive(Debug, Default)]
pub struct TransferQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl TransferQuery {
    /// Returns users as rows of JSON that `usersImport` reads, by their ids in ascending order.
    #[graphql(directive = access::key::apply([Scope::UsersRead]))]
    async fn users_export(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only users with a greater id: the `last` of the page before.")]
        after: Option<String>,
        #[graphql(
            desc = "How many users: 1 to 1,000. Default: 1,000. A page has fewer if it would have more than 4 MiB."
        )]
        limit: Option<i32>,
    ) -> Result<Option<ExportPage>> {
        let after = after.map(UserId::new);
        let wanted = Wanted { after, limit, with_hashes: false };
        let read_limit = &ctx.request().read_limit;
        Ok(Some(export::page(ctx.app(), ctx.client(), wanted, read_limit).await?))
    }

    /// Returns users as `usersExport` does, with the hashes of their passwords.
    #[graphql(directive = access::key::apply([Scope::UsersHashes]))]
    async fn users_export_with_hashes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only users with a greater id: the `last` of the page before.")]
        after: Option<String>,
        #[graphql(
            desc = "How many users: 1 to 1,000. Default: 1,000. A page has fewer if it would have more than 4 MiB."
        )]
        limit: Option<i32>,
    ) -> Result<Option<ExportPage>> {
        let after = after.map(UserId::new);
        let wanted = Wanted { after, limit, with_hashes: true };
        let read_limit = &ctx.request().read_limit;
        Ok(Some(export::page(ctx.app(), ctx.client(), wanted, read_limit).await?))
    }
}

/// Imports users.
#[derive(Debug, Default)]
pub struct TransferMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl TransferMutation {
    /// Creates up to 1,000 users in one step. Rows that can't be used are left out and reported. Rows whose user exists
    /// already, with the same id, address, number and name, are counted, and the user stays as it is.
    #[graphql(directive = access::key::apply([Scope::UsersWrite]))]
    async fn users_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The users, each as a JSON object: `id`, `email`, `emailVerification`, `phone`, \
                    `phoneVerification`, `name`, `hash` or `passwordHash`, `passwordUpdate`, `labels`, `prefs`, \
                    `status`, `createdAt`. All are optional, but one of `id`, `email` and `phone`.",
            secret
        )]
        rows: Vec<String>,
        #[graphql(desc = "Only check the rows, and create nothing. Default: false.")]
        dry_run: Option<bool>,
    ) -> Result<Option<ImportResult>> {
        let actor = actor(ctx)?;
        let is_dry = dry_run.unwrap_or_default();
        Ok(Some(import::run(ctx.app(), &actor, ctx.client(), &rows, is_dry).await?))
    }
}

/// A page of exported users.
#[derive(Clone, Debug, SimpleObject)]
pub struct ExportPage {
    /// The users, each as a JSON object.
    rows: Vec<String>,
    /// The id of the last user on this page; null if the page is empty.
    last: Option<ID>,
}

/// What an import has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, SimpleObject)]
pub struct ImportResult {
    /// How many users were created, or would have been.
    created: u32,
    /// How many rows are of users who exist already.
    unchanged: u32,
    /// The rows that can't be used, in order.
    problems: Vec<RowProblem>,
}

/// Why a row can't be used.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct RowProblem {
    /// The row's place in `rows`, from 0.
    row: u32,
    /// What is wrong with it.
    problem: String,
}
