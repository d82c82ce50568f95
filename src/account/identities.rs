//! Identities: the provider accounts that are linked to a user.

use std::sync::OnceLock;

use async_graphql::{Context, SimpleObject};
use entity::identity;

use crate::account::oauth::provider_tokens::TokenOwner;
use crate::account::types::Done;
use crate::app::App;
use crate::auth::actor::Actor;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, fresh, limit, rest};
use crate::graphql::policy::LimitKey::Ip;
use crate::graphql::policy::{HOUR, Policy, RECENTLY};
use crate::graphql::row::{Field, Id, Object, Rows, fields, object};
use crate::graphql::scalars::DateTime;
use crate::oauth::ProviderTokens;
use crate::query::page::Page;

pub(crate) mod delete;
mod list;

/// Reads the identities.
#[derive(Debug, Default)]
pub struct IdentityQuery;

#[async_graphql::Object(guard = "Policy::of(\"Query\")")]
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
        #[graphql(desc = "Whether `total` is counted; by default it is.")] total: Option<bool>,
    ) -> Result<Option<IdentityList>> {
        let page = Page::read(&queries.unwrap_or_default())?;
        let caller = ctx.caller().await?;
        let (caller, counted) = (caller.signed_in()?, total != Some(false));
        let (total, identities) = list::run(ctx.app(), caller, page, counted).await?;
        let identities = identities.into_iter().map(|row| Identity::new(ctx.app(), row)).collect();
        Ok(Some(IdentityList { total, identities }))
    }
}

/// Changes the identities.
#[derive(Debug, Default)]
pub struct IdentityMutation;

#[async_graphql::Object(guard = "Policy::of(\"Mutation\")")]
impl IdentityMutation {
    /// Unlinks a provider account: it can no longer be used to sign in as this user. Existing sessions stay. The last way to
    /// sign in can't be deleted.
    ///
    /// Errors: `user_identity_not_found`, `user_last_sign_in_method`.
    #[graphql(
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
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
#[derive(Clone, SimpleObject)]
pub struct IdentityList {
    /// How many identities the user has in total; 0 if `total` is false.
    pub(crate) total: u64,
    /// The identities on this page, oldest first.
    pub(crate) identities: Rows<Identity>,
}

/// An identity in a response.
#[derive(Clone)]
pub struct Identity {
    row: identity::Model,
    /// Decrypts the provider's tokens, if the reader may see them.
    app: Option<App>,
    tokens: OnceLock<ProviderTokens>,
}

impl Object for Identity {
    const NAME: &'static str = "Identity";
    const DESCRIPTION: &'static str = "A provider account that is linked to a user.";
    const FIELDS: &'static [&'static [Field<Self>]] = &[fields! {
        /// The identity's id.
        _id: Id<'_> = |it| Id(it.row.id.as_str());
        /// When the provider account was linked.
        _createdAt: DateTime = |it| it.row.created_at.into();
        /// When the identity last signed in or its tokens were renewed.
        _updatedAt: DateTime = |it| it.row.updated_at.into();
        /// The id of the user it is linked to.
        userId: Id<'_> = |it| Id(it.row.user_id.as_str());
        /// The provider's name in the server's configuration, for example `google`.
        provider: &str = |it| &it.row.provider;
        /// The id of the account at the provider.
        providerUid: &str = |it| &it.row.subject;
        /// The e-mail address that the provider has returned, verified or not; empty if none.
        providerEmail: &str = |it| &it.row.email;
        /// The provider's access token from the latest sign-in or renewal; empty for servers.
        providerAccessToken: &str = |it| &it.tokens().access_token;
        /// When the access token expires; null if the provider doesn't say, and for servers.
        providerAccessTokenExpiry: Option<DateTime> = |it| it.tokens().expires_at.map(DateTime);
        /// The provider's refresh token; empty if none, and for servers.
        providerRefreshToken: &str = |it| &it.tokens().refresh_token;
    }];
}

object!(Identity);

impl Identity {
    fn new(app: &App, row: identity::Model) -> Self {
        Self { app: Some(app.clone()), ..Self::for_server(row) }
    }

    /// The response to a server: without the provider's tokens, which only the user sees.
    pub(crate) fn for_server(row: identity::Model) -> Self {
        Self { row, app: None, tokens: OnceLock::new() }
    }

    /// The provider's tokens, decrypted once.
    fn tokens(&self) -> &ProviderTokens {
        self.tokens.get_or_init(|| {
            let decrypt = |app| TokenOwner::Identity(&self.row).decrypt(app);
            self.app.as_ref().and_then(decrypt).unwrap_or_default()
        })
    }
}
