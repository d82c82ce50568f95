//! Sessions: signing in, listing, extending, signing out, and JWTs.

use async_graphql::{Context, Object};

use crate::account::cookies::{end_cookie, prolong_cookie, set_cookie};
use crate::account::types::{Done, Jwt, Session, SessionList};
use crate::auth::accounts;
use crate::auth::actor::Actor;
use crate::client::SecretDelivery;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::limit::SharedQuota;
use crate::graphql::declare::{access, limit, rest};
use crate::graphql::policy::LimitKey::{Email, EmailFromNewIp, Ip, User};
use crate::graphql::policy::{HOUR, MINUTE, Policy};

mod create_anonymous;
mod create_email_password;
mod create_jwt;
pub(crate) mod delete;
pub(crate) mod delete_all;
pub(crate) mod end;
pub(crate) mod find;
pub(crate) mod jwt_claims;
pub(crate) mod open;
mod refresh;
pub(super) mod renew;
mod update;

use open::Opened;

/// Reads the sessions.
#[derive(Debug, Default)]
pub struct SessionQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl SessionQuery {
    /// Returns the active sessions of the signed-in user, oldest first.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/sessions")
    )]
    async fn account_list_sessions(&self, ctx: &Context<'_>) -> Result<Option<SessionList>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let sessions = accounts::live_sessions(ctx.app(), &caller.user.key()).await?;
        let total = sessions.len();
        let sessions = sessions.into_iter().map(|session| {
            let current = session.id == caller.session.id;
            Session::new(ctx.app(), session, current, ctx.client())
        });
        Ok(Some(SessionList { total, sessions: sessions.collect() }))
    }

    /// Returns one of the signed-in user's sessions.
    ///
    /// Errors: `user_session_not_found`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::get::apply("/v1/account/sessions/{sessionId}")
    )]
    async fn account_get_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's id, or `current` for the session of this request.")]
        session_id: String,
    ) -> Result<Option<Session>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let session = find::get(ctx.app(), caller, &session_id).await?;
        let current = session.id == caller.session.id;
        Ok(Some(Session::new(ctx.app(), session, current, ctx.client())))
    }
}

/// Signs in and out.
#[derive(Debug, Default)]
pub struct SessionMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl SessionMutation {
    /// Signs in with an e-mail address and a password. Older name of `accountCreateEmailPasswordSession`.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_credentials`, `general_bad_request`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/sessions"),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SignIn.per([Ip])),
        directive = limit::failures::apply(10, HOUR, SharedQuota::SignIn.per([Email, Ip])),
        directive = limit::failures::apply(100, HOUR, SharedQuota::SignIn.per([EmailFromNewIp]))
    )]
    async fn account_create_email_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(desc = "The password.", secret)] password: String,
    ) -> Result<Option<Session>> {
        sign_in_with_password(ctx, &email, &password).await
    }

    /// Signs in with an e-mail address and a password. The error is the same for an unknown address and a
    /// wrong password.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_invalid_credentials`, `general_bad_request`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/sessions/email"),
        directive = limit::calls::apply(100, HOUR, SharedQuota::SignIn.per([Ip])),
        directive = limit::failures::apply(10, HOUR, SharedQuota::SignIn.per([Email, Ip])),
        directive = limit::failures::apply(100, HOUR, SharedQuota::SignIn.per([EmailFromNewIp]))
    )]
    async fn account_create_email_password_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The e-mail address.")] email: String,
        #[graphql(desc = "The password.", secret)] password: String,
    ) -> Result<Option<Session>> {
        sign_in_with_password(ctx, &email, &password).await
    }

    /// Creates an anonymous user, without e-mail address, phone number and password, and signs in as this
    /// user. The user can add them later.
    ///
    /// Errors: `user_auth_method_unsupported`, `user_count_exceeded`, `user_email_not_whitelisted`,
    /// `user_session_already_exists`, `general_bad_request`.
    #[graphql(
        directive = access::anyone::apply(),
        directive = rest::post::apply("/v1/account/sessions/anonymous"),
        directive = limit::calls::apply(50, HOUR, [Ip])
    )]
    async fn account_create_anonymous_session(&self, ctx: &Context<'_>) -> Result<Option<Session>> {
        let caller = ctx.caller().await?;
        let opened = create_anonymous::run(ctx.app(), &caller, ctx.client()).await?;
        Ok(Some(hand_over(ctx, opened)))
    }

    /// Creates a JWT for the session of this request, valid for up to 15 minutes. A request that is itself
    /// authenticated by a JWT can't create one. Other servers can verify it, unless the project signs with HS256.
    ///
    /// Errors: `user_jwt_creation_denied`.
    #[graphql(
        name = "accountCreateJWT",
        directive = access::user::apply(),
        directive = rest::post::apply("/v1/account/jwts"),
        directive = rest::post::apply("/v1/account/jwt"),
        directive = limit::calls::apply(60, MINUTE, [User])
    )]
    async fn account_create_jwt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many seconds the JWT is valid. Default and maximum: 900.")]
        duration: Option<i32>,
        #[graphql(
            desc = "The template of further claims, one of the project's `jwt.templates`. Default: none."
        )]
        template: Option<String>,
    ) -> Result<Option<Jwt>> {
        let (caller, app) = (ctx.caller().await?, ctx.app());
        let jwt = create_jwt::run(app, caller.signed_in()?, duration, template.as_deref())?;
        Ok(Some(Jwt { jwt }))
    }

    /// Extends a session: it expires one full session length from now, but not later than the project's
    /// maximum after the sign-in. If the session has a refresh token of a provider, the provider's tokens
    /// are renewed.
    ///
    /// Errors: `user_session_not_found`, `project_provider_unsupported`, `user_oauth2_provider_error`.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::patch::apply("/v1/account/sessions/{sessionId}"),
        directive = limit::calls::apply(10, HOUR, [Ip])
    )]
    async fn account_update_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's id, or `current` for the session of this request.")]
        session_id: String,
    ) -> Result<Option<Session>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let session = update::run(ctx.app(), caller, ctx.client(), &session_id).await?;
        let current = session.id == caller.session.id;
        if current {
            prolong_cookie(ctx, &session);
        }
        Ok(Some(Session::new(ctx.app(), session, current, ctx.client())))
    }

    /// Ends one session of the signed-in user. Its JWTs stop working, too. A session that lacks a second factor can end only itself.
    ///
    /// Errors: `user_session_not_found`, `user_more_factors_required`.
    #[graphql(
        directive = access::half_open::apply(),
        directive = rest::delete::apply("/v1/account/sessions/{sessionId}"),
        directive = limit::calls::apply(100, HOUR, [Ip])
    )]
    async fn account_delete_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's id, or `current` for the session of this request.")]
        session_id: String,
    ) -> Result<Option<Done>> {
        let caller = ctx.caller().await?;
        let mut signed_in = caller.with_session()?;
        let id = signed_in.session_id(&session_id);
        if id != signed_in.session.id {
            signed_in = caller.signed_in()?;
        }
        let (caller, actor) = (signed_in, Actor::User(signed_in));
        delete::run(ctx.app(), &actor, ctx.client(), &caller.user.id, &id).await?;
        if id == caller.session.id {
            end_cookie(ctx);
        }
        Ok(Some(Done::OK))
    }

    /// Ends all sessions of the signed-in user, including this one.
    #[graphql(
        directive = access::user::apply(),
        directive = rest::delete::apply("/v1/account/sessions"),
        directive = limit::calls::apply(100, HOUR, [Ip])
    )]
    async fn account_delete_sessions(&self, ctx: &Context<'_>) -> Result<Option<Done>> {
        let caller = ctx.caller().await?;
        let caller = caller.signed_in()?;
        let actor = Actor::User(caller);
        delete_all::run(ctx.app(), &actor, ctx.client(), &caller.user.id).await?;
        end_cookie(ctx);
        Ok(Some(Done::OK))
    }
}

async fn sign_in_with_password(
    ctx: &Context<'_>,
    email: &str,
    password: &str,
) -> Result<Option<Session>> {
    let opened = create_email_password::run(ctx.app(), ctx.client(), email, password).await?;
    ctx.reset_failed_attempts().await;
    Ok(Some(hand_over(ctx, opened)))
}

/// Delivers a new session to its client: as a cookie, and in the body where the client may see the secret.
pub(super) fn hand_over(ctx: &Context<'_>, opened: Opened) -> Session {
    set_cookie(ctx, &opened.session, &opened.secret);
    let client = ctx.client();
    let session = Session::new(ctx.app(), opened.session, true, client);
    if client.secrets == SecretDelivery::Body {
        return session.with_secret(opened.secret.encode());
    }
    session
}
