//! The session cookies of answers: handed out, prolonged, taken back.

use async_graphql::Context;
use axum::http::header::SET_COOKIE;
use entity::session;

use crate::auth::cookie::{ended_cookie, session_cookie};
use crate::crypto::session_secret::SessionSecret;
use crate::graphql::context::FieldContext;

/// Sets the session cookie, valid until the session expires.
pub(super) fn set_cookie(ctx: &Context<'_>, session: &session::Model, secret: &SessionSecret) {
    let (app, project) = (ctx.app(), &ctx.client().project);
    let ttl = session.expires_at.since(app.clock.now());
    ctx.append_http_header(SET_COOKIE, session_cookie(&app.config, project, secret, ttl));
}

/// Extends the cookie that was sent for `session` to the session's new end.
pub(super) fn prolong_cookie(ctx: &Context<'_>, session: &session::Model) {
    let credentials = &ctx.request().credentials;
    let mut secrets = credentials.sessions.iter().filter_map(|text| SessionSecret::decode(text));
    let presented = secrets.find(|secret| secret.hash() == session.secret_hash);
    if let (true, Some(secret)) = (credentials.cookie, presented) {
        set_cookie(ctx, session, &secret);
    }
}

/// Records that the caller's session has ended, and deletes its cookie, if the browser has sent one.
pub(super) fn end_cookie(ctx: &Context<'_>) {
    ctx.request().note_signed_out();
    if ctx.request().credentials.cookie {
        let cookie = ended_cookie(&ctx.app().config, &ctx.client().project);
        ctx.append_http_header(SET_COOKIE, cookie);
    }
}
