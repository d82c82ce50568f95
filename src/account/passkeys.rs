//! Passkeys: adding, listing and deleting them, and signing in with one.

use async_graphql::{Context, Object};

use crate::account::arguments;
use crate::account::sessions::hand_over;
use crate::account::types::{Done, Passkey, PasskeyChallenge, PasskeyList, Session, Token};
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
use crate::graphql::declare::{access, fresh, limit, rest};
use crate::graphql::policy::LimitKey::{Ip, User};
use crate::graphql::policy::{HOUR, Policy, RECENTLY};
use crate::graphql::rest::Method;
use crate::graphql::scalars::Assoc;
use crate::query::page::Page;

mod authenticate;
mod challenge;
mod create;
mod credential;
pub(crate) mod delete;
pub(super) mod device;
pub(crate) mod find;
mod options;
pub(crate) mod relying_party;
mod sign_in;
mod update;
mod verify;

/// How many passkeys a user may have, with those that are being added.
const MAX_PASSKEYS: usize = 10;

/// Reads the passkeys.
#[derive(Debug, Default)]
pub struct PasskeyQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl PasskeyQuery {
    /// Returns the passkeys of the signed-in user, oldest first.
    ///
    /// Errors: `general_query_invalid`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/passkeys")
    )]
    async fn account_list_passkeys(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The page: `limit(n)` (1 to 5000, default 25) and `offset(n)`, or as JSON: \
                          `{\"method\":\"limit\",\"values\":[n]}`."
        )]
        queries: Option<Vec<Option<String>>>,
        #[graphql(desc = "Whether `total` is counted; by default it is.")] total: Option<bool>,
    ) -> Result<Option<PasskeyList>> {
        let page = Page::read(&queries.unwrap_or_default())?;
        let caller = ctx.caller().await?;
        let (user, counted) = (caller.signed_in()?.user.key(), total != Some(false));
        let (total, passkeys) = find::list(ctx.app(), &user, page, counted).await?;
        let passkeys = passkeys.into_iter().map(Passkey::from).collect();
        Ok(Some(PasskeyList { total, passkeys }))
    }

    /// Returns one of the signed-in user's passkeys.
    ///
    /// Errors: `user_passkey_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/passkeys/{passkeyId}")
    )]
    async fn account_get_passkey(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passkey's id.")] passkey_id: String,
    ) -> Result<Option<Passkey>> {
        let caller = ctx.caller().await?;
        let user = caller.signed_in()?.user.key();
        Ok(Some(find::get(ctx.app().db.read(), &user, &passkey_id).await?.into()))
    }
}

/// Changes the passkeys, and signs in with them.
#[derive(Debug, Default)]
pub struct PasskeyMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl PasskeyMutation {
    /// Begins to add a passkey for the signed-in user, who may be anonymous. Pass `publicKey` to the browser
    /// (`navigator.credentials.create`), and its response to `accountUpdatePasskeyVerification` within five minutes. A JWT
    /// can't be used for it.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_passkey_already_exists`, `user_passkey_limit_exceeded`.
    #[graphql(
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::post::apply("/v1/account/passkeys"),
        directive = limit::calls::apply(10, HOUR, [User])
    )]
    async fn account_create_passkey(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id for the passkey: up to 36 of a-z, A-Z, 0-9, period, hyphen and underscore. Without one, or \
                          with `unique()`, it is generated."
        )]
        passkey_id: Option<String>,
        #[graphql(
            desc = "The name for the passkey: up to 128 characters. Without one, it is that of the device, if it is known."
        )]
        name: Option<String>,
    ) -> Result<Option<PasskeyChallenge>> {
        let caller = ctx.caller().await?;
        let (caller, id) = (caller.signed_in()?, arguments::given(passkey_id));
        let id = id.as_deref().unwrap_or("unique()");
        let name = arguments::given(name);
        let (challenge, options) = create::run(ctx.app(), caller, ctx.client(), id, name).await?;
        Ok(Some(PasskeyChallenge::new(challenge, options)))
    }

    /// Adds the passkey with the browser's response. It must come in the session in which `accountCreatePasskey` was called.
    /// The challenge is used up, even if the response is wrong. The user gets an e-mail.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_passkey_invalid`, `user_passkey_already_exists`,
    /// `user_passkey_limit_exceeded`.
    #[graphql(
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::put::apply("/v1/account/passkeys/{passkeyId}/verification"),
        directive = limit::calls::apply(10, HOUR, [User])
    )]
    async fn account_update_passkey_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `passkeyId` of the challenge.")] passkey_id: String,
        #[graphql(desc = "The challenge's `_id`; may be left out.")] challenge_id: Option<String>,
        #[graphql(
            desc = "The browser's response in WebAuthn's JSON, as `credential.toJSON()` makes it.",
            secret
        )]
        credential: Assoc,
    ) -> Result<Option<Passkey>> {
        let caller = ctx.caller().await?;
        let (app, caller) = (ctx.app(), caller.signed_in()?);
        let challenge_id = arguments::given(challenge_id);
        let ids = (passkey_id.as_str(), challenge_id.as_deref());
        Ok(Some(verify::run(app, caller, ctx.client(), ids, credential.0).await?.into()))
    }

    /// Begins to sign in with a passkey. Pass `publicKey` to the browser (`navigator.credentials.get`), and its response to
    /// `accountCreatePasskeySession` or `accountUpdatePasskeyToken` within five minutes.
    ///
    /// Errors: `user_auth_method_unsupported`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/tokens/passkey"),
        directive = limit::calls::apply(100, HOUR, [Ip])
    )]
    async fn account_create_passkey_token(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Option<PasskeyChallenge>> {
        let (challenge, options) = sign_in::begin(ctx.app(), ctx.client()).await?;
        Ok(Some(PasskeyChallenge::new(challenge, options)))
    }

    /// Verifies the browser's response, and returns a token with a secret, which `accountCreateSession` redeems within one
    /// minute. The challenge is used up, even if the response is wrong.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_passkey_invalid`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::with_status::apply(Method::Put, "/v1/account/tokens/passkey", 201),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SignIn.per([Ip]))
    )]
    async fn account_update_passkey_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge's `_id`.")] challenge_id: String,
        #[graphql(
            desc = "The browser's response in WebAuthn's JSON, as `credential.toJSON()` makes it.",
            secret
        )]
        credential: Assoc,
    ) -> Result<Option<Token>> {
        let (app, client) = (ctx.app(), ctx.client());
        let (token, secret) =
            sign_in::create_token(app, client, &challenge_id, credential.0).await?;
        Ok(Some(Token::from(token).with_secret(secret)))
    }

    /// Verifies the browser's response, and signs in at once. The challenge is used up, even if the response is wrong.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_passkey_invalid`, `general_bad_request`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/sessions/passkey"),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SignIn.per([Ip]))
    )]
    async fn account_create_passkey_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The challenge's `_id`.")] challenge_id: String,
        #[graphql(
            desc = "The browser's response in WebAuthn's JSON, as `credential.toJSON()` makes it.",
            secret
        )]
        credential: Assoc,
    ) -> Result<Option<Session>> {
        let (app, client) = (ctx.app(), ctx.client());
        let opened = sign_in::open_session(app, client, &challenge_id, credential.0).await?;
        Ok(Some(hand_over(ctx, opened)))
    }

    /// Renames a passkey.
    ///
    /// Errors: `user_passkey_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::patch::apply("/v1/account/passkeys/{passkeyId}")
    )]
    async fn account_update_passkey(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passkey's id.")] passkey_id: String,
        #[graphql(desc = "The new name: 1 to 128 characters.")] name: String,
    ) -> Result<Option<Passkey>> {
        let caller = ctx.caller().await?;
        let (app, caller) = (ctx.app(), caller.signed_in()?);
        Ok(Some(update::run(app, caller, ctx.client(), &passkey_id, name).await?.into()))
    }

    /// Deletes a passkey: it can no longer be used to sign in. Existing sessions stay. The user gets an e-mail. The last way
    /// to sign in can't be deleted.
    ///
    /// Errors: `user_passkey_not_found`, `user_last_sign_in_method`.
    #[graphql(
        directive = access::user::apply(),
        directive = fresh::within::apply(RECENTLY),
        directive = rest::delete::apply("/v1/account/passkeys/{passkeyId}"),
        directive = limit::calls::apply(100, HOUR, [Ip])
    )]
    async fn account_delete_passkey(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The passkey's id.")] passkey_id: String,
    ) -> Result<Option<Done>> {
        let caller = ctx.caller().await?;
        delete::run(ctx.app(), caller.signed_in()?, ctx.client(), &passkey_id).await?;
        Ok(Some(Done::OK))
    }
}
