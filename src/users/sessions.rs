//! The sessions of a user, and JWTs for them.

use async_graphql::{Context, Object};
use entity::SessionId;

use super::{actor, find};
use crate::account::arguments;
use crate::account::sessions::{delete, delete_all};
use crate::account::types::{Done, Jwt, Session, SessionList};
use crate::auth::accounts;
use crate::config::Scope;
use crate::error::Result;
use crate::graphql::context::FieldContext;
use crate::graphql::declare::{access, rest};
use crate::graphql::policy::Policy;

mod create;
mod create_jwt;

/// Reads the sessions of a user.
#[derive(Debug, Default)]
pub struct UserSessionQuery;

#[Object(guard = "Policy::of(\"Query\")")]
impl UserSessionQuery {
    /// Returns the active sessions of a user, oldest first. Neither their secrets nor the tokens of providers are included.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersRead, Scope::SessionsRead]),
        directive = rest::get::apply("/v1/users/{userId}/sessions")
    )]
    async fn users_list_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "Whether to count the sessions. If false, `total` is 0. Default: true.")]
        total: Option<bool>,
    ) -> Result<Option<SessionList>> {
        let user = find(ctx, &user_id).await?;
        let sessions = accounts::live_sessions(ctx.app(), &user.key()).await?;
        let total = if total == Some(false) { 0 } else { sessions.len() };
        let sessions =
            sessions.into_iter().map(|session| Session::for_server(session, ctx.client()));
        Ok(Some(SessionList { total, sessions: sessions.collect() }))
    }
}

/// Opens and ends sessions of a user.
#[derive(Debug, Default)]
pub struct UserSessionMutation;

#[Object(guard = "Policy::of(\"Mutation\")")]
impl UserSessionMutation {
    /// Opens a session for a user. The response contains the secret: send it in the header
    /// `X-Appwrite-Session`, or set it as the session's cookie. The oldest sessions end if the user has more
    /// than the project allows.
    ///
    /// Errors: `user_not_found`, `user_blocked`, `general_bad_request`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite, Scope::SessionsWrite]),
        directive = rest::post::apply("/v1/users/{userId}/sessions")
    )]
    async fn users_create_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<Session>> {
        let user_id = arguments::id("userId", &user_id)?;
        let opened = create::run(ctx.app(), &actor(ctx)?, ctx.client(), &user_id).await?;
        let session = Session::for_server(opened.session, ctx.client());
        Ok(Some(session.with_secret(opened.secret.encode())))
    }

    /// Ends one session of a user. Its JWTs stop working, too.
    ///
    /// Errors: `user_not_found`, `user_session_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite, Scope::SessionsWrite]),
        directive = rest::delete::apply("/v1/users/{userId}/sessions/{sessionId}")
    )]
    async fn users_delete_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(desc = "The session's id.")] session_id: String,
    ) -> Result<Option<Done>> {
        let user_id = arguments::id("userId", &user_id)?;
        let session_id = SessionId::new(session_id);
        delete::run(ctx.app(), &actor(ctx)?, ctx.client(), &user_id, &session_id).await?;
        Ok(Some(Done::OK))
    }

    /// Ends all sessions of a user. Succeeds also if there are none.
    ///
    /// Errors: `user_not_found`.
    #[graphql(
        directive = access::key::apply([Scope::UsersWrite, Scope::SessionsWrite]),
        directive = rest::delete::apply("/v1/users/{userId}/sessions")
    )]
    async fn users_delete_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
    ) -> Result<Option<Done>> {
        let user_id = arguments::id("userId", &user_id)?;
        delete_all::run(ctx.app(), &actor(ctx)?, ctx.client(), &user_id).await?;
        Ok(Some(Done::OK))
    }

    /// Creates a JWT for a session of a user. It stops working when the session ends.
    ///
    /// Errors: `user_not_found`, `user_session_not_found`, `user_blocked`, `user_more_factors_required`,
    /// `general_bad_request`.
    #[expect(clippy::too_many_arguments, reason = "the API has them")]
    #[graphql(
        name = "usersCreateJWT",
        directive = access::key::apply([Scope::UsersWrite]),
        directive = rest::post::apply("/v1/users/{userId}/jwts")
    )]
    async fn users_create_jwt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] user_id: String,
        #[graphql(
            desc = "The session's id. Default: `recent`, the newest session that doesn't lack a second factor."
        )]
        session_id: Option<String>,
        #[graphql(
            desc = "How many seconds the JWT is valid: 0 to 3600, at most the server's `jwt.ttl_seconds`. Default: 900."
        )]
        duration: Option<i32>,
        #[graphql(
            desc = "The template of further claims, one of the project's `jwt.templates`. Default: none."
        )]
        template: Option<String>,
    ) -> Result<Option<Jwt>> {
        ctx.client().check_gets_secrets()?;
        let user = find(ctx, &user_id).await?;
        let kind = (duration, template.as_deref());
        let jwt = create_jwt::run(ctx.app(), &user, session_id.as_deref(), kind).await?;
        Ok(Some(Jwt { jwt }))
    }
}
