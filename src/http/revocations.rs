//! `GET /v1/projects/{project}/revocations`: the sessions that were ended and the users who were blocked or deleted while
//! tokens of theirs may live, as a signed list or as server-sent events. For servers that verify tokens by themselves.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use entity::{ProjectId, revocation};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::select;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::time::sleep;

use super::failure::Failure;
use super::streamed_body::Streamed;
use super::{client, etag};
use crate::account::revocations::feed::Feeds;
use crate::account::revocations::{lifetime, list, page};
use crate::app::App;
use crate::config::Scope;
use crate::error::Result;

/// How often a comment is sent, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(12);
/// How long an unchanged list counts as the same, in seconds.
const PERIOD: i64 = 300;
/// How long a signed list is valid, in seconds: one that counts as the same still is.
const VALIDITY: i64 = 600;

pub(super) fn router() -> Router<App> {
    let router = Router::new().route("/v1/projects/{project}/revocations", get(answer));
    router.layer(Extension(Feeds::default()))
}

async fn answer(
    State(app): State<App>,
    Extension(feeds): Extension<Feeds>,
    Path(project): Path<String>,
    parts: Parts,
) -> Result<Response, Failure> {
    let scope = Scope::RevocationsRead;
    let client = client::read_with_scope(&app, &parts, project, scope).await?;
    let project = client.project.id.clone();
    let accepts = parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    if accepts.is_some_and(|accept| accept.contains("text/event-stream")) {
        // Before the list is read: nothing is missed between them.
        let rows = feeds.subscribe(&app, &project).await?.ok_or(Failure::TooManyConnections)?;
        return Ok(events(Feed { app, project, parts, listed: Some(0), rows }));
    }
    Ok(signed_list(&app, &project, &parts.headers).await?)
}

/// A revocation as it is sent: what it is about, when it happened, and until when tokens may live that it concerns.
fn describe(app: &App, row: &revocation::Model) -> Value {
    let (iat, exp) = (row.created_at.seconds(), (row.created_at + lifetime(app)).seconds());
    match &row.session_id {
        Some(session) => json!({"sub": row.user_id, "iat": iat, "exp": exp, "sid": session}),
        None => json!({"sub": row.user_id, "iat": iat, "exp": exp}),
    }
}

/// The list as a JWT, signed like tokens of users, but for another audience.
async fn signed_list(app: &App, project: &ProjectId, headers: &HeaderMap) -> Result<Response> {
    let rows = list(app, project).await?;
    let list: Vec<_> = rows.iter().map(|row| describe(app, row)).collect();
    let now = app.clock.now();
    let iat = now.seconds();
    // It changes from time to time, so that nobody keeps a list that has expired.
    let period = iat.checked_div(PERIOD);
    let tag = etag::of(&json!([period, list]).to_string());
    let head = [(ETAG, tag.as_str()), (CACHE_CONTROL, "private, no-cache")];
    if etag::is_known(&tag, headers) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    let issuer = app.config.issuer(project);
    let claims = json!({
        "iss": issuer,
        "aud": format!("{issuer}/revocations"),
        "iat": iat,
        "exp": iat.saturating_add(VALIDITY),
        "revocations": list,
    });
    let signed = app.jwt.sign_any_length(project, &claims, now)?;
    Ok((head, [(CONTENT_TYPE, "application/jwt")], signed).into_response())
}

/// The list, and each later revocation, as an event of its own. A client that reconnects gets the whole list again.
fn events(feed: Feed) -> Response {
    let batches = stream::unfold(feed, |mut feed| async move {
        let events = feed.next().await?;
        Some((stream::iter(events.into_iter().map(Ok::<_, Infallible>)), feed))
    });
    let head = [("x-accel-buffering", "no"), ("cache-control", "no-cache, no-store, no-transform")];
    (Extension(Streamed), head, Sse::new(batches.flatten())).into_response()
}

/// What a stream sends: the list in pages, then what is new.
struct Feed {
    app: App,
    project: ProjectId,
    /// The request, whose key must still be valid whenever something is sent.
    parts: Parts,
    /// The last row of the list that was read; none behind the end of the list.
    listed: Option<i64>,
    rows: Receiver<Arc<revocation::Model>>,
}

impl Feed {
    /// Waits for the next events, or for the time of a comment. None when the server stops or is reconfigured, the key was revoked, the client
    /// is too slow, or the database can't be read: the client reconnects.
    async fn next(&mut self) -> Option<Vec<Event>> {
        let events = match self.listed {
            Some(after) => self.next_of_list(after).await?,
            None => self.next_new().await?,
        };
        let (project, scope) = (self.project.to_string(), Scope::RevocationsRead);
        client::read_with_scope(&self.app, &self.parts, project, scope).await.ok()?;
        Some(events)
    }

    async fn next_of_list(&mut self, after: i64) -> Option<Vec<Event>> {
        let rows = page(&self.app, &self.project, after).await;
        let rows = rows.inspect_err(|error| tracing::warn!("revocations: {error:#}")).ok()?;
        self.listed = rows.last().map(|row| row.id);
        Some(rows.iter().map(|row| self.event(row)).collect())
    }

    async fn next_new(&mut self) -> Option<Vec<Event>> {
        let first = select! {
            row = self.rows.recv() => row.ok()?,
            () = sleep(KEEP_ALIVE) => return Some(vec![Event::default().comment("")]),
            () = self.app.until_done() => return None,
        };
        let mut events = vec![self.event(&first)];
        loop {
            match self.rows.try_recv() {
                Ok(row) => events.push(self.event(&row)),
                Err(TryRecvError::Empty) => return Some(events),
                Err(TryRecvError::Closed | TryRecvError::Lagged(_)) => return None,
            }
        }
    }

    fn event(&self, row: &revocation::Model) -> Event {
        Event::default().event("revocation").data(describe(&self.app, row).to_string())
    }
}
