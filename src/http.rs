//! HTTP: the router.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower::Layer;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;

use self::endpoint::Endpoint;
use crate::app::App;
use crate::config::Audience;
use crate::schema::Schema;

mod access_log;
mod client;
mod compression;
mod connections;
mod console;
mod cors;
mod descriptions;
mod dev_provider;
mod endpoint;
mod envelope;
mod event_stream;
mod failure;
mod framing;
mod graphiql;
mod graphql;
mod head;
mod health;
mod inbox;
mod media_type;
mod metrics;
mod oauth;
pub mod operator;
mod origin;
mod page_files;
mod path;
mod proxy;
mod request_id;
mod rest;
mod server;
mod start;
mod timeouts;
mod unique_keys;
mod websocket;
mod wire;

pub use server::serve;
pub use timeouts::Timeouts;

/// The router with all routes.
pub fn router(app: App) -> anyhow::Result<Router> {
    let schema = Schema::of(&app.config, Audience::Client)?;
    let endpoint = Endpoint::new(app.clone(), &schema)?;
    let cors = cors::layer(&app);
    let mut api = Router::new()
        .route("/v1/graphql", get(websocket::get).post(graphql::post))
        // The official SDKs send their mutations here.
        .route("/v1/graphql/mutation", post(graphql::post))
        .merge(rest::router(schema.catalog().rest())?)
        .merge(rest::for_servers(&endpoint));
    if console::is_on(&app) {
        api = api.merge(console::router(&app));
    }
    let api = api.with_state(endpoint);
    let mut others = Router::new()
        .merge(descriptions::router())
        .route("/metrics", get(metrics::get))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .merge(oauth::router())
        .merge(start::router(app.config.is_dev()));
    if app.config.graphql.graphiql {
        others = others.merge(graphiql::router());
    }
    if app.config.is_dev() {
        others = others.merge(inbox::router(app.clone()));
    }
    if let Some(provider) = &app.dev_provider {
        others = others.merge(dev_provider::router(app.clone(), Arc::clone(provider)));
    }
    let routes = api
        .merge(others.with_state(app.clone()))
        .fallback(failure::route_not_found)
        .method_not_allowed_fallback(failure::method_not_allowed)
        .layer(DefaultBodyLimit::disable());
    let layered = routes
        .clone()
        .layer(compression::layer())
        .layer(from_fn(compression::negotiate))
        .layer(cors)
        .layer(from_fn_with_state(routes, cors::options))
        .layer(from_fn_with_state(app.clone(), metrics::count))
        .layer(CatchPanicLayer::custom(failure::panicked))
        .layer(from_fn_with_state(app.clone(), server::close_when_draining))
        .layer(from_fn(access_log::note_route));
    // Outermost, because the path selects the route.
    let normalized = MapRequestLayer::new(path::normalize).layer(layered);
    Ok(Router::new()
        .fallback_service(normalized)
        .layer(from_fn(head::refuse_doubtful))
        .layer(from_fn_with_state(app, access_log::log)))
}
