//! What the official SDKs call, and this server has none of: consents, which users give to apps that sign in with an OAuth 2
//! provider, and push targets, the devices that push messages go to. And pings, which they send to try their settings.

use async_graphql::{ID, Object, SimpleObject};

use crate::account::types::{Done, Target};
use crate::error::{Error, Result};
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;
use crate::graphql::scalars::DateTime;
use crate::query::page::Page;

/// The response to a ping.
pub(crate) const PONG: &str = "Pong!";

/// Responds to pings, and reads consents.
#[derive(Debug, Default)]
pub struct SdkQuery;

#[Object(guard = "Policy::of(\"Query\")")]
#[expect(clippy::unused_async, unused_variables, reason = "the engine and the SDL want them")]
impl SdkQuery {
    /// Returns `Pong!`: the endpoint and the project are right. The same as `GET /v1/ping`, which responds with plain text.
    #[graphql(directive = access::anyone::apply())]
    async fn ping_get(&self) -> Option<&'static str> {
        Some(PONG)
    }

    /// Returns the consents of the signed-in user: always an empty list, because this server is no OAuth 2
    /// provider. For Appwrite's SDKs.
    ///
    /// Errors: `general_query_invalid`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/consents")
    )]
    async fn account_list_consents(
        &self,
        #[graphql(desc = "The page: `limit(n)` and `offset(n)`.")] queries: Option<
            Vec<Option<String>>,
        >,
        #[graphql(desc = "Whether to count the consents.")] total: Option<bool>,
    ) -> Result<Option<Oauth2ConsentList>> {
        Page::read(&queries.unwrap_or_default())?;
        Ok(Some(Oauth2ConsentList { total: 0, consents: Vec::new() }))
    }

    /// Fails: the user has no consent. For Appwrite's SDKs.
    ///
    /// Errors: `user_consent_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/consents/{consentId}")
    )]
    async fn account_get_consent(
        &self,
        #[graphql(desc = "The consent's id.")] consent_id: String,
    ) -> Result<Option<Oauth2Consent>> {
        Err(Error::UserConsentNotFound)
    }

    /// Fails: the user has no consent. For Appwrite's SDKs.
    ///
    /// Errors: `user_consent_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/consents/{consentId}/tokens")
    )]
    async fn account_list_consent_tokens(
        &self,
        #[graphql(desc = "The consent's id.")] consent_id: String,
        #[graphql(desc = "The page: `limit(n)` and `offset(n)`.")] queries: Option<
            Vec<Option<String>>,
        >,
        #[graphql(desc = "Whether to count the tokens.")] total: Option<bool>,
    ) -> Result<Option<Oauth2ConsentTokenList>> {
        Err(Error::UserConsentNotFound)
    }

    /// Fails: the user has no consent. For Appwrite's SDKs.
    ///
    /// Errors: `user_consent_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/consents/{consentId}/tokens/{tokenId}")
    )]
    async fn account_get_consent_token(
        &self,
        #[graphql(desc = "The consent's id.")] consent_id: String,
        #[graphql(desc = "The token's id.")] token_id: String,
    ) -> Result<Option<Oauth2ConsentToken>> {
        Err(Error::UserConsentNotFound)
    }
}

/// Revokes consents, and changes push targets.
#[derive(Debug, Default)]
pub struct SdkMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
#[expect(clippy::unused_async, unused_variables, reason = "the engine and the SDL want them")]
impl SdkMutation {
    /// Fails: the user has no push target, because this server sends no push messages. For Appwrite's SDKs.
    ///
    /// Errors: `user_target_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::put::apply("/v1/account/targets/{targetId}/push")
    )]
    async fn account_update_push_target(
        &self,
        #[graphql(desc = "The target's id.")] target_id: String,
        #[graphql(desc = "The token of the device.")] identifier: String,
    ) -> Result<Option<Target>> {
        Err(Error::UserTargetNotFound)
    }

    /// Fails: the user has no push target, because this server sends no push messages. For Appwrite's SDKs.
    ///
    /// Errors: `user_target_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::delete::apply("/v1/account/targets/{targetId}/push")
    )]
    async fn account_delete_push_target(
        &self,
        #[graphql(desc = "The target's id.")] target_id: String,
    ) -> Result<Option<Done>> {
        Err(Error::UserTargetNotFound)
    }

    /// Fails: the user has no consent. For Appwrite's SDKs.
    ///
    /// Errors: `user_consent_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::delete::apply("/v1/account/consents/{consentId}")
    )]
    async fn account_delete_consent(
        &self,
        #[graphql(desc = "The consent's id.")] consent_id: String,
    ) -> Result<Option<Done>> {
        Err(Error::UserConsentNotFound)
    }

    /// Fails: the user has no consent. For Appwrite's SDKs.
    ///
    /// Errors: `user_consent_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::delete::apply("/v1/account/consents/{consentId}/tokens/{tokenId}")
    )]
    async fn account_delete_consent_token(
        &self,
        #[graphql(desc = "The consent's id.")] consent_id: String,
        #[graphql(desc = "The token's id.")] token_id: String,
    ) -> Result<Option<Done>> {
        Err(Error::UserConsentNotFound)
    }
}

/// The consents of a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct Oauth2ConsentList {
    /// How many consents there are: 0.
    total: u64,
    /// The consents: none.
    consents: Vec<Oauth2Consent>,
}

/// What a user allows an app that signs in with this server.
#[derive(Clone, Debug, SimpleObject)]
pub struct Oauth2Consent {
    /// The consent's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When it was given.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When it was last changed.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The id of the user.
    user_id: ID,
    /// The id of the app.
    app_id: String,
    /// The URL of the app's metadata, if it is known by it.
    cimd_url: String,
    /// The scopes that are allowed.
    scopes: Vec<String>,
    /// The resources that are allowed.
    resources: Vec<String>,
    /// The authorization details, as JSON.
    authorization_details: String,
    /// When it expires; null if never.
    expire: Option<DateTime>,
}

/// The tokens of a consent.
#[derive(Clone, Debug, SimpleObject)]
pub struct Oauth2ConsentTokenList {
    /// How many tokens there are.
    total: u64,
    /// The tokens.
    tokens: Vec<Oauth2ConsentToken>,
}

/// A token of an app, with those that it was renewed from.
#[derive(Clone, Debug, SimpleObject)]
pub struct Oauth2ConsentToken {
    /// The token's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When it was issued.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When it was last renewed.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The id of the consent.
    consent_id: ID,
    /// The id of the user.
    user_id: ID,
    /// The id of the app.
    app_id: String,
    /// The URL of the app's metadata, if it is known by it.
    cimd_url: String,
    /// The scopes of the token.
    scopes: Vec<String>,
    /// The resources of the token.
    resources: Vec<String>,
    /// The authorization details, as JSON.
    authorization_details: String,
    /// When it expires.
    expire: DateTime,
}
