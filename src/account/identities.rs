//! The identities: with which accounts at providers the user signs in.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::identity;

use crate::account::logs::page::Page;
use crate::account::oauth::provider_tokens::TokenOwner;
use crate::account::types::Done;
use crate::app::App;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, limit, rest};
use crate::graphql::policy::LimitKey::Ip;
use crate::graphql::policy::{HOUR, Policy};
use crate::graphql::scalars::DateTime;

mod delete;
mod list;

/// Reads the identities.
#[derive(Debug, Default)]
pub struct IdentityQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl IdentityQuery {
    /// Answers the accounts at providers with which the signed-in user signs in, oldest first.
    ///
    /// Errors: `general_query_invalid`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/identities")
    )]
    async fn account_list_identities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which page: `limit(n)`, 1 to 5000, 25 when left out, and `offset(n)`; \
                          or `{\"method\":\"limit\",\"values\":[n]}`.")]
        queries: Option<Vec<Option<String>>>,
    ) -> Result<Option<IdentityList>> {
        let page = Page::read(&queries.unwrap_or_default())?;
        let caller = ctx.caller().await?;
        let (total, identities) = list::run(ctx.app(), caller.signed_in()?, page).await?;
        let identities = identities.into_iter().map(|row| Identity::new(ctx.app(), row)).collect();
        Ok(Some(IdentityList { total, identities }))
    }
}

/// Changes the identities.
#[derive(Debug, Default)]
pub struct IdentityMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl IdentityMutation {
    /// Unlinks an account at a provider: who signs in with it is no longer signed in as the user. Sessions stay.
    ///
    /// Errors: `user_identity_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::delete::apply("/v1/account/identities/{identityId}"),
        directive = limit::calls::apply(100, HOUR, [Ip])
    )]
    async fn account_delete_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The identity's id.")] identity_id: String,
    ) -> Result<Option<Done>> {
        let caller = ctx.caller().await?;
        delete::run(ctx.app(), caller.signed_in()?, ctx.client(), &identity_id).await?;
        Ok(Some(Done::OK))
    }
}

/// The identities of a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct IdentityList {
    /// How many identities the user has.
    total: u64,
    /// The identities of the page.
    identities: Vec<Identity>,
}

/// An account at a provider that is linked to the user.
#[derive(Clone, Debug, SimpleObject)]
pub struct Identity {
    /// The identity's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When it was linked.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When it was last used.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The user whom it is linked to.
    user_id: ID,
    /// The provider, as the server's settings call it.
    provider: String,
    /// The account's id at the provider.
    provider_uid: String,
    /// The e-mail address that the provider tells, verified or not; empty where there is none.
    provider_email: String,
    /// The access token of the latest sign-in.
    provider_access_token: String,
    /// When the access token ends; null where the provider doesn't tell.
    provider_access_token_expiry: Option<DateTime>,
    /// The refresh token of the latest sign-in; empty where there is none.
    provider_refresh_token: String,
}

impl Identity {
    fn new(app: &App, identity: identity::Model) -> Self {
        let tokens = TokenOwner::Identity(&identity).open(app).unwrap_or_default();
        Self {
            id: identity.id.as_str().into(),
            created_at: identity.created_at.into(),
            updated_at: identity.updated_at.into(),
            user_id: identity.user_id.as_str().into(),
            provider: identity.provider,
            provider_uid: identity.subject,
            provider_email: identity.email,
            provider_access_token: tokens.access_token,
            provider_access_token_expiry: tokens.expires_at.map(DateTime::from),
            provider_refresh_token: tokens.refresh_token,
        }
    }
}
