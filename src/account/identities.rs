//! Identities: the provider accounts that are linked to a user.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::identity;

use crate::account::oauth::provider_tokens::TokenOwner;
use crate::account::types::Done;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, limit, rest};
use crate::graphql::policy::LimitKey::Ip;
use crate::graphql::policy::{HOUR, Policy};
use crate::graphql::scalars::DateTime;
use crate::oauth::ProviderTokens;
use crate::query::page::Page;

pub(crate) mod delete;
mod list;

/// Reads the identities.
#[derive(Debug, Default)]
pub struct IdentityQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl IdentityQuery {
    /// Returns the provider accounts that the signed-in user can sign in with, oldest first.
    ///
    /// Errors: `general_query_invalid`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/identities")
    )]
    async fn account_list_identities(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The page: `limit(n)` (1 to 5000, default 25) and `offset(n)`, or as JSON: \
                          `{\"method\":\"limit\",\"values\":[n]}`."
        )]
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
    /// Unlinks a provider account: it can no longer be used to sign in as this user. Existing sessions stay. The last way to
    /// sign in can't be deleted.
    ///
    /// Errors: `user_identity_not_found`, `user_last_sign_in_method`.
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
        let caller = caller.signed_in()?;
        let (actor, id) = (Actor::User(caller), &caller.user.id);
        delete::run(ctx.app(), &actor, ctx.client(), id, &identity_id).await?;
        Ok(Some(Done::OK))
    }
}

/// A page of the user's identities.
#[derive(Clone, Debug, SimpleObject)]
pub struct IdentityList {
    /// How many identities the user has in total.
    pub(crate) total: u64,
    /// The identities on this page, oldest first.
    pub(crate) identities: Vec<Identity>,
}

/// A provider account that is linked to a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct Identity {
    /// The identity's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the provider account was linked.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When the identity last signed in or its tokens were renewed.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The id of the user it is linked to.
    user_id: ID,
    /// The provider's name in the server's configuration, for example `google`.
    provider: String,
    /// The id of the account at the provider.
    provider_uid: String,
    /// The e-mail address that the provider has returned, verified or not; empty if none.
    provider_email: String,
    /// The provider's access token from the latest sign-in or renewal; empty for servers.
    provider_access_token: String,
    /// When the access token expires; null if the provider doesn't say, and for servers.
    provider_access_token_expiry: Option<DateTime>,
    /// The provider's refresh token; empty if none, and for servers.
    provider_refresh_token: String,
}

impl Identity {
    fn new(app: &App, identity: identity::Model) -> Self {
        let tokens = TokenOwner::Identity(&identity).open(app).unwrap_or_default();
        Self::with_tokens(identity, tokens)
    }

    /// The response to a server: without the provider's tokens, which only the user sees.
    pub(crate) fn for_server(identity: identity::Model) -> Self {
        Self::with_tokens(identity, ProviderTokens::default())
    }

    fn with_tokens(identity: identity::Model, tokens: ProviderTokens) -> Self {
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
