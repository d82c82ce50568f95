//! Signing in with an account at a provider: the field that tells where to begin. The rest happens by plain HTTP.

use async_graphql::{Context, Object, SimpleObject};

use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, limit};
use crate::graphql::policy::LimitKey::Ip;
use crate::graphql::policy::{HOUR, Policy};

pub(crate) mod finish;
pub(crate) mod flow;
mod owner;
pub(super) mod provider_tokens;
pub(super) mod redeem;
mod sign_in;
pub(crate) mod start;

/// Tells where to begin.
#[derive(Debug, Default)]
pub struct OAuthQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl OAuthQuery {
    /// Answers the URL to open in a browser to sign in with an account at a provider. The browser comes back to
    /// `success` with `userId` and `secret`, which `accountCreateSession` redeems within a minute. In a browser that is
    /// signed in by cookie, the account is linked to its user.
    ///
    /// Errors: `user_auth_method_unsupported`, `project_provider_disabled`, `project_provider_unsupported`.
    #[graphql(
        name = "accountCreateOAuth2Token",
        directive = access::anyone::apply(),
        directive = limit::calls::apply(50, HOUR, [Ip])
    )]
    #[expect(
        clippy::too_many_arguments,
        clippy::unused_async,
        reason = "the API has them, and the engine wants a future"
    )]
    async fn account_create_oauth2_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The provider, as the server's settings call it: `google`.")]
        provider: String,
        #[graphql(
            desc = "Where the browser goes when it is done: a page of the project's platforms, or an app's scheme."
        )]
        success: Option<String>,
        #[graphql(desc = "Where it goes with `error` when it could not be done.")] failure: Option<
            String,
        >,
        #[graphql(desc = "Scopes to ask for besides the usual ones.")] scopes: Option<
            Vec<Option<String>>,
        >,
    ) -> Result<Option<OAuth2Url>> {
        let asked = start::SignInOptions {
            provider,
            success: success.unwrap_or_default(),
            failure: failure.unwrap_or_default(),
            scopes: scopes.unwrap_or_default().into_iter().flatten().collect(),
            hands_token: true,
        };
        let url = start::url(ctx.app(), ctx.client(), &asked)?;
        Ok(Some(OAuth2Url { url }))
    }
}

/// Where a sign-in with a provider begins.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "OAuth2Url")]
pub struct OAuth2Url {
    /// The URL to open in a browser.
    url: String,
}
