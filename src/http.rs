//! HTTP: the routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use self::connections::Connections;
use self::endpoint::Endpoint;
use self::handler::Parts;
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
mod discovery;
mod endpoint;
mod envelope;
mod etag;
mod event_stream;
mod failure;
mod forward_auth;
mod framing;
mod graphiql;
mod graphql;
mod handler;
mod head;
mod health;
mod inbox;
mod introspection;
mod media_type;
mod metrics;
mod misfits;
mod oauth;
pub mod operator;
mod origin;
mod page_files;
mod path;
mod ping;
mod proxy;
mod request_id;
mod rest;
mod revocations;
mod server;
mod start;
mod streamed_body;
mod timeouts;
mod turns;
mod unique_keys;
mod websocket;
mod wire;

pub use handler::Handler;
pub use server::serve;
pub use timeouts::Timeouts;

/// The handler of all routes.
pub fn handler(app: App) -> anyhow::Result<Handler> {
    Ok(Handler::new(parts(app, Connections::default())?))
}

/// What handles the requests of an App, which has these connections.
fn parts(app: App, connections: Connections) -> anyhow::Result<Parts> {
    let schema = Schema::of(&app.config, Audience::Client)?;
    let endpoint = Endpoint::new(app.clone(), &schema, connections)?;
    let mut api = Router::new()
        .route("/v1/graphql", get(websocket::get).post(graphql::post))
        .route("/v1/graphql/mutation", post(graphql::post))
        .merge(rest::router(schema.catalog().rest())?)
        .merge(rest::for_servers(&endpoint));
    if console::is_on(&app) {
        api = api.merge(console::router(&app));
    }
    if app.config.is_dev() {
        // A server for production has a port of its own for them.
        api = api.merge(metrics::router());
    }
    let api = api.with_state(endpoint.clone());
    let mut others = Router::new()
        .merge(descriptions::router())
        .route("/v1/ping", get(ping::get))
        .merge(discovery::router())
        .merge(introspection::router())
        .merge(revocations::router())
        .merge(forward_auth::router())
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
    let routes = routes
        .clone()
        .layer(from_fn_with_state(routes, cors::options))
        .layer(from_fn(access_log::note_route));
    Ok(Parts::new(app, endpoint, routes))
}
