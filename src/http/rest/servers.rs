//! `/v1/users…`: the routes of fields for servers. They are made when they are first called, since only callers with an API
//! key need the schema behind them.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{from_fn, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, on};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use tower::ServiceExt;

use super::{filter, forbid_caching, make_router};
use crate::app::App;
use crate::config::Audience;
use crate::error::{Error, MissingScopes};
use crate::graphql::policy::Access;
use crate::graphql::rest::Rest;
use crate::http::endpoint::Endpoint;
use crate::http::failure::Failure;
use crate::http::{access_log, failure};
use crate::schema::Schema;

/// The routes, once they are made.
#[derive(Default)]
struct Routes {
    /// For callers with an API key.
    open: OnceCell<Router>,
    /// For all others: each says which scopes it needs.
    closed: OnceCell<Router>,
}

/// Everything below `/v1/users`.
pub(in crate::http) fn router(endpoint: &Endpoint) -> Router<Endpoint> {
    let (routes, endpoint) = (Arc::new(Routes::default()), endpoint.clone());
    let handler = move |request: Request| {
        let (routes, endpoint) = (Arc::clone(&routes), endpoint.clone());
        async move { routes.answer(&endpoint, request).await }
    };
    Router::new().route("/v1/users", any(handler.clone())).route("/v1/users/{*rest}", any(handler))
}

impl Routes {
    async fn answer(&self, endpoint: &Endpoint, request: Request) -> Result<Response, Failure> {
        let (mut parts, body) = request.into_parts();
        // Before the route is looked for, because the key decides which routes there are.
        let visitor = endpoint.visitor(&parts).await?;
        // Otherwise it would become the beginning of the route's.
        parts.extensions.remove::<MatchedPath>();
        let router = if visitor.client.is_admin() {
            parts.extensions.insert(visitor);
            self.open.get_or_try_init(|| open(endpoint)).await
        } else {
            self.closed.get_or_try_init(|| closed(&endpoint.app)).await
        };
        let router = router.map_err(Error::from)?.clone();
        let Ok(response) = router.oneshot(Request::from_parts(parts, body)).await;
        Ok(response)
    }
}

/// The routes of the server's schema.
async fn open(endpoint: &Endpoint) -> anyhow::Result<Router> {
    let schema = Schema::load(&endpoint.app, Audience::Server).await?;
    let router = make_router(schema.catalog().rest(), |route| route.access == Access::Key)?;
    Ok(finish(router.with_state(endpoint.clone())))
}

/// The same routes without anything behind them. The schema isn't kept: anyone can call these.
async fn closed(app: &App) -> anyhow::Result<Router> {
    let app = app.clone();
    let router = spawn_blocking(move || {
        let schema = Schema::once(&app.config, Audience::Server)?;
        anyhow::Ok(rejections(schema.catalog().rest()))
    });
    Ok(finish(router.await.context("a schema was not built")??))
}

/// A route for each field for servers, which refuses.
fn rejections(rest: &Rest) -> Router {
    let mut router = Router::new();
    for route in rest.routes.iter().filter(|route| route.access == Access::Key) {
        let scopes = route.scopes.clone();
        let handler = move || {
            let missing = MissingScopes { key_of: None, scopes: scopes.clone() };
            async move { Failure::from(Error::GeneralMissingScopes(missing)).into_response() }
        };
        router = router.route(&route.path, on(filter(route.method), handler));
    }
    router.layer(map_response(forbid_caching))
}

fn finish(router: Router) -> Router {
    router
        .fallback(failure::route_not_found)
        .method_not_allowed_fallback(failure::method_not_allowed)
        // The log shows the route instead of the one for all.
        .layer(from_fn(access_log::note_route))
}
