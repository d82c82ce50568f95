//! OAuth sign-in: the field that returns the URL to begin at, and the one that takes an ID token. The rest is plain HTTP.

use async_graphql::{Context, Object, SimpleObject};

use crate::account::sessions::hand_over;
use crate::account::types::Session;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
use crate::graphql::declare::{access, limit, rest};
use crate::graphql::policy::LimitKey::Ip;
use crate::graphql::policy::{HOUR, Policy};

pub(crate) mod finish;
pub(crate) mod flow;
mod id_token;
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

/// Signs in with ID tokens.
#[derive(Debug, Default)]
pub struct OAuthMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl OAuthMutation {
    /// Signs in with an ID token that the app has got from a provider itself, for example by Google's or Apple's own
    /// sign-in on a phone. A token signs in once. If somebody is signed in, the provider account is linked to that user,
    /// and the new session replaces the old one; the project may ask for a recent sign-in.
    ///
    /// Errors: `user_auth_method_unsupported`, `project_provider_disabled`, `project_provider_unsupported`,
    /// `user_oauth2_token_invalid`, `user_oauth2_provider_error`, `user_already_exists`, `general_bad_request`,
    /// `user_count_exceeded`, `user_email_not_whitelisted`, `general_unauthorized_scope`, `user_challenge_required`,
    /// `user_reauthentication_required`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/sessions/id-token"),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SignIn.per([Ip])),
        directive = limit::failures::apply(10, HOUR, [Ip])
    )]
    #[expect(clippy::too_many_arguments, reason = "the API has them")]
    async fn account_create_id_token_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The provider's name in the server's configuration, for example `google` or `apple`."
        )]
        provider: String,
        #[graphql(desc = "The ID token, at most 8192 bytes.", secret)] id_token: String,
        #[graphql(
            desc = "The nonce that the app has passed to the provider, as it was before hashing. Apple's tokens need one.",
            secret
        )]
        nonce: Option<String>,
        #[graphql(
            desc = "The provider's access token. It is only stored, for the session and the identity.",
            secret
        )]
        access_token: Option<String>,
        #[graphql(desc = "How many seconds the access token is valid.")]
        access_token_expiry: Option<i32>,
        #[graphql(
            desc = "The user's name, used if neither the user nor the token has one: Apple only gives it to the app."
        )]
        name: Option<String>,
    ) -> Result<Option<Session>> {
        let caller = ctx.caller().await?;
        let request = id_token::Request {
            provider,
            id_token,
            nonce,
            access_token: access_token.unwrap_or_default(),
            access_token_expiry,
            name: name.unwrap_or_default(),
        };
        let caller = caller.signed_in().ok();
        let opened = id_token::run(ctx.app(), ctx.client(), caller, request).await?;
        ctx.reset_failed_attempts().await;
        Ok(Some(hand_over(ctx, opened)))
    }
}

/// Where an OAuth sign-in begins.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "OAuth2Url")]
pub struct OAuth2Url {
    /// The URL to open in a browser.
    url: String,
}
