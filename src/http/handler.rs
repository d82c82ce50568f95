//! Handles requests: what is the same for all routes, around the router.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower::ServiceExt;

use super::endpoint::Endpoint;
use super::head::Doubtful;
use super::{access_log, compression, cors, failure, graphql, path, server};
use crate::app::App;
use crate::request_log;

/// Handles the requests of a server. Cheap to clone.
#[derive(Clone)]
pub struct Handler(Arc<Parts>);

struct Parts {
    app: App,
    endpoint: Endpoint,
    routes: Router,
}

impl Handler {
    /// Handles requests by `routes`. Those of POST to `endpoint` are known without the router: they are nearly all.
    pub(super) fn new(app: App, endpoint: Endpoint, routes: Router) -> Self {
        Self(Arc::new(Parts { app, endpoint, routes }))
    }

    /// Answers a request, which is logged after the last byte of the response.
    pub async fn answer(&self, request: Request) -> Response {
        access_log::log(&self.0.app, request, |request| self.checked(request)).await
    }

    /// Answers a request unless its head is invalid. A panic becomes a server error.
    async fn checked(&self, request: Request) -> Response {
        if let Some(doubtful) = request.extensions().get::<Doubtful>() {
            return doubtful.refuse();
        }
        let routed = AssertUnwindSafe(self.routed(path::normalize(request))).catch_unwind();
        let mut response = routed.await.unwrap_or_else(|_| failure::panicked());
        if self.0.app.is_draining() {
            server::close_after(&mut response);
        }
        response
    }

    async fn routed(&self, request: Request) -> Response {
        let Parts { app, endpoint, routes } = &*self.0;
        let began = Instant::now();
        let page = cors::Page::of(&request);
        let takes_gzip = compression::takes_gzip(request.headers());
        let response = if graphql::is_post(&request) {
            request_log::note_route(request.uri().path());
            let (parts, body) = request.into_parts();
            // On the heap, so that the futures around it are small.
            let posted = Box::pin(graphql::post(State(endpoint.clone()), parts, body));
            posted.await.into_response()
        } else {
            let Ok(response) = routes.clone().oneshot(request).await;
            response
        };
        let mut response = compression::compress(response, takes_gzip).await;
        page.admit(app, response.headers_mut());
        app.metrics.count_response(response.status().as_u16(), began.elapsed());
        response
    }
}
