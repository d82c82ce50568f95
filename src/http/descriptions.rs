//! `GET /v1/schema.graphql` and `GET /v1/openapi.json`, available while introspection is on. They describe the caller's
//! schema: the server's for a caller with an API key.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, ETAG, VARY};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use tokio::sync::OnceCell;

use super::compression::NoSecret;
use super::failure::Failure;
use super::{client, etag, failure};
use crate::app::App;
use crate::config::Audience;
use crate::error::Error;
use crate::openapi;
use crate::schema::Schema;

/// A description for each audience, made at the first request for it.
struct Description {
    kind: Kind,
    for_clients: OnceCell<Made>,
    for_servers: OnceCell<Made>,
}

/// What describes the server.
#[derive(Clone, Copy)]
enum Kind {
    Sdl,
    OpenApi,
}

/// The text of a description, with its tag.
struct Made {
    text: String,
    etag: String,
}

/// The routes of the descriptions.
pub(super) fn router() -> Router<App> {
    let descriptions = [("/v1/schema.graphql", Kind::Sdl), ("/v1/openapi.json", Kind::OpenApi)];
    let mut router = Router::new();
    for (path, kind) in descriptions {
        let (for_clients, for_servers) = (OnceCell::new(), OnceCell::new());
        let description = Arc::new(Description { kind, for_clients, for_servers });
        let handler = move |State(app): State<App>, parts: Parts| {
            let description = Arc::clone(&description);
            async move {
                if app.config.graphql.introspection {
                    description.answer(&app, &parts).await
                } else {
                    Ok(failure::route_not_found().await)
                }
            }
        };
        router = router.route(path, get(handler));
    }
    router
}

impl Description {
    /// Returns the description, or 304 if the client has it.
    async fn answer(&self, app: &App, parts: &Parts) -> Result<Response, Failure> {
        // Only an API key says who is asking.
        let has_key =
            client::presents_key(&parts.headers) && client::read(app, parts).await?.key.is_some();
        let (slot, audience) = if has_key {
            (&self.for_servers, Audience::Server)
        } else {
            (&self.for_clients, Audience::Client)
        };
        let made = slot.get_or_try_init(|| make(app, self.kind, audience)).await;
        let made = made.map_err(Error::from)?;
        let head = [(ETAG, made.etag.as_str()), (VARY, "x-appwrite-key")];
        if etag::is_known(&made.etag, &parts.headers) {
            return Ok((StatusCode::NOT_MODIFIED, head).into_response());
        }
        let content_type = [(CONTENT_TYPE, self.kind.content_type())];
        Ok((head, content_type, Extension(NoSecret), made.text.clone()).into_response())
    }
}

/// Describes the schema of an audience.
async fn make(app: &App, kind: Kind, audience: Audience) -> anyhow::Result<Made> {
    let schema = Schema::load(app, audience).await?;
    let text = match kind {
        Kind::Sdl => schema.sdl().to_owned(),
        Kind::OpenApi => {
            let server = app.config.public_url.as_ref();
            let server = server.map(|url| url.as_str().trim_end_matches('/'));
            openapi::describe(schema.catalog().rest(), server.unwrap_or(openapi::DEV_SERVER))
        }
    };
    let etag = etag::of(&text);
    Ok(Made { text, etag })
}

impl Kind {
    fn content_type(self) -> &'static str {
        match self {
            Self::Sdl => "text/plain; charset=utf-8",
            Self::OpenApi => "application/json; charset=utf-8",
        }
    }
}
