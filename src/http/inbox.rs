//! `/inbox`: shows developers the messages that the server would send.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use entity::message;
use sea_orm::ActiveEnum;
use serde::Serialize;

use super::client::is_local;
use super::failure::Failure;
use crate::app::App;
use crate::dev_inbox::NOT_LOCAL;
use crate::message::Content;
use crate::outbox::inbox;
use crate::outbox::inbox::Wanted;

/// How many messages the page shows.
const MAX_MESSAGES: u64 = 100;
/// The page runs only its own script. Mails in it run none, because their texts are untrusted.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      connect-src 'self'; img-src data:; frame-src 'none'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// The routes of the inbox.
pub(super) fn router(app: App) -> Router<App> {
    Router::new()
        .route("/inbox", get(async || asset("text/html", include_str!("inbox/index.html"))))
        .route(
            "/inbox/inbox.js",
            get(async || asset("text/javascript", include_str!("inbox/inbox.js"))),
        )
        .route("/inbox/inbox.css", get(async || asset("text/css", include_str!("inbox/inbox.css"))))
        .route("/inbox/messages", get(messages))
        .layer(middleware::from_fn_with_state(app, guard))
}

/// Rejects other pages: a name that someone has pointed at this machine would have the inbox's origin, and a
/// platform's page could read it by CORS.
async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    if !is_local(&app, request.headers(), request.extensions()) {
        return (StatusCode::FORBIDDEN, format!("{NOT_LOCAL}\n")).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, format!("{kind}; charset=utf-8"))], text).into_response()
}

/// A message for the page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InboxMessage {
    id: String,
    created_at: String,
    channel: String,
    kind: String,
    project: String,
    to: String,
    state: String,
    attempts: i32,
    error: String,
    subject: String,
    text: String,
    html: String,
    code: String,
    link: String,
}

impl From<(message::Model, Content)> for InboxMessage {
    fn from((message, content): (message::Model, Content)) -> Self {
        Self {
            id: message.id.to_string(),
            created_at: message.created_at.to_string(),
            channel: message.channel.to_value(),
            kind: message.kind,
            project: message.project_id.to_string(),
            to: message.recipient,
            state: message.state.to_value(),
            attempts: message.attempts.get(),
            error: message.error,
            subject: content.subject,
            text: content.text,
            html: content.html,
            code: content.code,
            link: content.link,
        }
    }
}

/// Returns the newest messages of all projects.
async fn messages(State(app): State<App>) -> Result<Json<serde_json::Value>, Failure> {
    let messages = inbox::list(&app, &Wanted::default(), MAX_MESSAGES).await?;
    let messages: Vec<InboxMessage> = messages.into_iter().map(InboxMessage::from).collect();
    Ok(Json(serde_json::json!({ "messages": messages })))
}
