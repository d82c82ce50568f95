//! OAuth sign-in: the field that returns the URL to begin at. The rest is plain HTTP.

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

/// Begins OAuth sign-ins.
#[derive(Debug, Default)]
pub struct OAuthQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl OAuthQuery {
    /// Returns a URL. Open it in the user's browser to sign in with a provider account. Afterwards the
    /// browser is sent to `success` with `userId` and `secret`; pass both to `accountCreateSession` within a
    /// minute. If the browser is already signed in by cookie, the provider account is linked to that user
    /// instead.
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
        #[graphql(
            desc = "The provider's name in the server's configuration, for example `google`."
        )]
        provider: String,
        #[graphql(
            desc = "Where the browser is sent after success: a URL on one of the project's platforms, or one with an app's scheme. Required, although the type allows null."
        )]
        success: Option<String>,
        #[graphql(
            desc = "Where the browser is sent after a failure, with the query parameter `error`: the error as JSON."
        )]
        failure: Option<String>,
        #[graphql(desc = "OAuth scopes to request in addition to the default ones.")]
        scopes: Option<Vec<Option<String>>>,
    ) -> Result<Option<OAuth2Url>> {
        let options = start::SignInOptions {
            provider,
            success: success.unwrap_or_default(),
            failure: failure.unwrap_or_default(),
            scopes: scopes.unwrap_or_default().into_iter().flatten().collect(),
            hands_token: true,
        };
        let url = start::url(ctx.app(), ctx.client(), &options)?;
        Ok(Some(OAuth2Url { url }))
    }
}

/// Where an OAuth sign-in begins.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "OAuth2Url")]
pub struct OAuth2Url {
    /// The URL to open in a browser.
    url: String,
}
