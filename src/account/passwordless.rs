//! Signing in without a password: by a link or code that was sent to the user.

use async_graphql::{Context, Object};
use entity::token::Purpose;

use crate::account::sessions::hand_over;
use crate::account::tokens::with_minimum_duration;
use crate::account::types::{Session, Token};
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
use crate::graphql::declare::{access, limit, rest};
use crate::graphql::policy::LimitKey::{Email, Ip, Phone, UserId};
use crate::graphql::policy::{HOUR, Policy};
use crate::graphql::rest::Method;

mod create_email_code;
mod create_magic_link;
mod create_phone_code;
mod redeem;
mod send_code;

/// The purposes that `accountUpdateMagicURLSession` redeems.
const MAGIC_URL: &[Purpose] = &[Purpose::MagicUrlSession, Purpose::MagicUrlToken];
/// The purposes that `accountUpdatePhoneSession` redeems.
const PHONE: &[Purpose] = &[Purpose::PhoneSession, Purpose::PhoneToken];
/// The purposes that `accountCreateSession` redeems.
const TOKEN: &[Purpose] = &[
    Purpose::MagicUrlToken,
    Purpose::PhoneToken,
    Purpose::EmailToken,
    Purpose::OAuth2Token,
    Purpose::ServerToken,
    Purpose::PasskeyToken,
];

/// Signs in with links and codes.
#[derive(Debug, Default)]
pub struct PasswordlessMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl PasswordlessMutation {
    /// Sends an e-mail with a sign-in link, valid for one hour, and a six-digit code for signing in on
    /// another device. Redeem either with `accountUpdateMagicURLSession`; the user is then created if the
    /// address is new. Older name of `accountCreateMagicURLToken`.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_smtp_disabled`, `user_count_exceeded`, `user_email_not_whitelisted`.
    #[graphql(
        name = "accountCreateMagicURLSession",
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/sessions/magic-url"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateMagicUrl.per([Email])),
        directive = limit::calls::apply(60, HOUR, SharedQuota::CreateMagicUrl.per([Ip]))
    )]
    #[expect(clippy::too_many_arguments, reason = "the API has them")]
    async fn account_create_magic_url_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of the new user, if the address is new; `unique()` generates one."
        )]
        user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(
            desc = "The page that the link opens, on one of the project's platforms. It gets the query parameters \
                    `userId`, `secret`, `expire` and `project`. Without a URL, the e-mail has only the code."
        )]
        url: Option<String>,
        #[graphql(
            desc = "Whether the response and the e-mail should show the same security phrase. Default: false."
        )]
        phrase: Option<bool>,
    ) -> Result<Option<Token>> {
        let (url, phrase) = (url.unwrap_or_default(), phrase.unwrap_or_default());
        let new_link = create_magic_link::NewMagicLink { user_id, email, url, phrase };
        create_magic_link(ctx, Purpose::MagicUrlSession, new_link).await
    }

    /// Sends an e-mail with a sign-in link, valid for one hour, and a six-digit code for signing in on
    /// another device. Redeem either with `accountCreateSession`; the user is then created if the address is
    /// new.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_smtp_disabled`, `user_count_exceeded`, `user_email_not_whitelisted`.
    #[graphql(
        name = "accountCreateMagicURLToken",
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/tokens/magic-url"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreateMagicUrl.per([Email])),
        directive = limit::calls::apply(60, HOUR, SharedQuota::CreateMagicUrl.per([Ip]))
    )]
    #[expect(clippy::too_many_arguments, reason = "the API has them")]
    async fn account_create_magic_url_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of the new user, if the address is new; `unique()` generates one."
        )]
        user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(
            desc = "The page that the link opens, on one of the project's platforms. It gets the query parameters \
                    `userId`, `secret`, `expire` and `project`. Without a URL, the e-mail has only the code."
        )]
        url: Option<String>,
        #[graphql(
            desc = "Whether the response and the e-mail should show the same security phrase. Default: false."
        )]
        phrase: Option<bool>,
    ) -> Result<Option<Token>> {
        let (url, phrase) = (url.unwrap_or_default(), phrase.unwrap_or_default());
        let new_link = create_magic_link::NewMagicLink { user_id, email, url, phrase };
        create_magic_link(ctx, Purpose::MagicUrlToken, new_link).await
    }

    /// Sends an e-mail with a six-digit sign-in code, valid for 15 minutes and five attempts. Redeem it with
    /// `accountCreateSession`; the user is then created if the address is new.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_smtp_disabled`, `user_count_exceeded`, `user_email_not_whitelisted`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/tokens/email"),
        directive = limit::calls::apply(10, HOUR, [Email]),
        directive = limit::calls::apply(60, HOUR, [Ip])
    )]
    async fn account_create_email_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of the new user, if the address is new; `unique()` generates one."
        )]
        user_id: String,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(
            desc = "Whether the response and the e-mail should show the same security phrase. Default: false."
        )]
        phrase: Option<bool>,
    ) -> Result<Option<Token>> {
        let wanted = phrase.unwrap_or_default();
        let sent = create_email_code::run(ctx.app(), ctx.client(), &user_id, &email, wanted);
        let (token, phrase) = with_minimum_duration(sent).await?;
        Ok(Some(Token::from(token).with_phrase(phrase)))
    }

    /// Sends an SMS with a six-digit sign-in code, valid for 15 minutes and five attempts. Redeem it with
    /// `accountUpdatePhoneSession`; the user is then created if the number is new. Older name of
    /// `accountCreatePhoneToken`.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_phone_disabled`, `user_count_exceeded`, `user_email_not_whitelisted`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/sessions/phone"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreatePhone.per([Phone])),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreatePhone.per([Ip]))
    )]
    async fn account_create_phone_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of the new user, if the number is new; `unique()` generates one."
        )]
        user_id: String,
        #[graphql(
            desc = "The phone number with `+` and country code, for example `+16175551212`."
        )]
        phone: String,
    ) -> Result<Option<Token>> {
        create_phone_code(ctx, Purpose::PhoneSession, &user_id, &phone).await
    }

    /// Sends an SMS with a six-digit sign-in code, valid for 15 minutes and five attempts. Redeem it with
    /// `accountCreateSession`; the user is then created if the number is new.
    ///
    /// Errors: `user_auth_method_unsupported`, `general_phone_disabled`, `user_count_exceeded`, `user_email_not_whitelisted`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/tokens/phone"),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreatePhone.per([Phone])),
        directive = limit::calls::apply(10, HOUR, SharedQuota::CreatePhone.per([Ip]))
    )]
    async fn account_create_phone_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The id of the new user, if the number is new; `unique()` generates one."
        )]
        user_id: String,
        #[graphql(
            desc = "The phone number with `+` and country code, for example `+16175551212`."
        )]
        phone: String,
    ) -> Result<Option<Token>> {
        create_phone_code(ctx, Purpose::PhoneToken, &user_id, &phone).await
    }

    /// Signs in with the secret of a magic link, or with the code from the same e-mail.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_not_found`, `general_bad_request`,
    /// `user_count_exceeded`, `user_email_not_whitelisted`.
    #[graphql(
        name = "accountUpdateMagicURLSession",
        directive = access::anyone::apply(),
        directive = rest::with_status::apply(Method::Put, "/v1/account/sessions/magic-url", 201),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SignIn.per([Ip])),
        directive = limit::calls::apply(10, HOUR, SharedQuota::Redeem.per([UserId]))
    )]
    async fn account_update_magic_url_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The `userId` from the link, or from the response to the request for it."
        )]
        user_id: String,
        #[graphql(desc = "The `secret` from the link, or the code.", secret)] secret: String,
    ) -> Result<Option<Session>> {
        redeem(ctx, MAGIC_URL, &user_id, &secret).await
    }

    /// Signs in with a code that was sent by SMS.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_not_found`, `general_bad_request`,
    /// `user_count_exceeded`, `user_email_not_whitelisted`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::with_status::apply(Method::Put, "/v1/account/sessions/phone", 201),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SignIn.per([Ip])),
        directive = limit::calls::apply(10, HOUR, SharedQuota::Redeem.per([UserId]))
    )]
    async fn account_update_phone_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The `userId` from the response to the request for the code.")]
        user_id: String,
        #[graphql(desc = "The code.", secret)] secret: String,
    ) -> Result<Option<Session>> {
        redeem(ctx, PHONE, &user_id, &secret).await
    }

    /// Signs in with the secret or code of `accountCreateEmailToken`, `accountCreateMagicURLToken`,
    /// `accountCreatePhoneToken`, `accountCreateOAuth2Token` or `accountUpdatePasskeyToken`, or with one that a server of the app has created.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_token`, `user_not_found`, `general_bad_request`,
    /// `user_count_exceeded`, `user_email_not_whitelisted`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/sessions/token"),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SignIn.per([Ip])),
        directive = limit::calls::apply(10, HOUR, SharedQuota::Redeem.per([UserId]))
    )]
    async fn account_create_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The `userId` from the link, or from the response to the request for it."
        )]
        user_id: String,
        #[graphql(desc = "The `secret` from the link, or the code.", secret)] secret: String,
    ) -> Result<Option<Session>> {
        redeem(ctx, TOKEN, &user_id, &secret).await
    }
}

async fn create_magic_link(
    ctx: &Context<'_>,
    purpose: Purpose,
    new_link: create_magic_link::NewMagicLink,
) -> Result<Option<Token>> {
    let sent = create_magic_link::run(ctx.app(), ctx.client(), purpose, new_link);
    let (token, phrase) = with_minimum_duration(sent).await?;
    Ok(Some(Token::from(token).with_phrase(phrase)))
}

async fn create_phone_code(
    ctx: &Context<'_>,
    purpose: Purpose,
    user_id: &str,
    phone: &str,
) -> Result<Option<Token>> {
    let sent = create_phone_code::run(ctx.app(), ctx.client(), purpose, user_id, phone);
    let token = with_minimum_duration(sent).await?;
    Ok(Some(token.into()))
}

async fn redeem(
    ctx: &Context<'_>,
    purposes: &[Purpose],
    user_id: &str,
    secret: &str,
) -> Result<Option<Session>> {
    let opened = redeem::run(ctx.app(), ctx.client(), purposes, user_id, secret).await?;
    Ok(Some(hand_over(ctx, opened)))
}
