//! Handles requests: what is the same for all routes, around the router.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tower::ServiceExt;

use super::endpoint::Endpoint;
use super::head::Doubtful;
use super::{access_log, compression, cors, failure, graphql, metrics, path, server};
use crate::app::App;
use crate::metrics::{Route, Tracked};
use crate::request_log;

/// What requests without a route are counted as.
const UNKNOWN_ROUTE: &str = "none";

/// Handles the requests of a server. Cheap to clone; all clones have the same settings.
#[derive(Clone)]
pub struct Handler {
    current: Arc<RwLock<Arc<Parts>>>,
    serves: Serves,
}

/// What a port has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Serves {
    /// All routes.
    Everything,
    /// The metrics, and nothing else.
    Metrics,
}

/// What handles requests by the current settings.
pub(super) struct Parts {
    app: App,
    endpoint: Endpoint,
    routes: Router,
    metrics: Router,
    /// What POSTs to the endpoint are counted by, by their paths.
    posts: Vec<(&'static str, Arc<Route>)>,
}

impl Parts {
    /// Handles requests by `routes`. Those of POST to `endpoint` are known without the router: they are nearly all.
    pub(super) fn new(app: App, endpoint: Endpoint, routes: Router) -> Self {
        let metrics = metrics::router()
            .with_state(endpoint.clone())
            .fallback(failure::route_not_found)
            .method_not_allowed_fallback(failure::method_not_allowed)
            .layer(from_fn(access_log::note_route));
        let posts = graphql::PATHS.map(|path| (path, app.metrics.routes.route(path))).into();
        Self { app, endpoint, routes, metrics, posts }
    }
}

/// What handles requests by other settings.
pub struct Prepared(Arc<Parts>);

impl Handler {
    /// Handles all requests.
    pub(super) fn new(parts: Parts) -> Self {
        let current = Arc::new(RwLock::new(Arc::new(parts)));
        Self { current, serves: Serves::Everything }
    }

    /// Handles requests for the metrics, and no others.
    #[must_use]
    pub fn of_metrics(&self) -> Self {
        Self { serves: Serves::Metrics, ..self.clone() }
    }

    /// What handles requests by the settings of `app`, for [`Self::replace`].
    pub fn prepare(&self, app: App) -> anyhow::Result<Prepared> {
        let connections = self.current().endpoint.connections.clone();
        Ok(Prepared(Arc::new(super::parts(app, connections)?)))
    }

    /// Handles requests from now on by other settings. Those that run keep theirs.
    pub fn replace(&self, prepared: Prepared) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = prepared.0;
    }

    /// Counts an open connection until what is returned is dropped.
    pub(super) fn count_connection(&self) -> Tracked {
        self.current().app.metrics.connections.track()
    }

    fn current(&self) -> Arc<Parts> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers a request, which is logged after the last byte of the response.
    pub async fn answer(&self, request: Request) -> Response {
        let (parts, serves) = (self.current(), self.serves);
        access_log::log(&parts.app, request, |request| parts.checked(request, serves)).await
    }
}

impl Parts {
    /// Answers a request unless its head is invalid. A panic becomes a server error.
    async fn checked(&self, request: Request, serves: Serves) -> Response {
        if let Some(doubtful) = request.extensions().get::<Doubtful>() {
            return doubtful.refuse();
        }
        let routed = AssertUnwindSafe(self.routed(path::normalize(request), serves)).catch_unwind();
        let mut response = routed.await.unwrap_or_else(|_| failure::panicked());
        if self.app.is_draining() {
            server::close_after(&mut response);
        }
        response
    }

    async fn routed(&self, request: Request, serves: Serves) -> Response {
        let Self { app, endpoint, posts, .. } = self;
        let (routes, posts) = match serves {
            Serves::Everything => (&self.routes, posts.as_slice()),
            Serves::Metrics => (&self.metrics, [].as_slice()),
        };
        let began = Instant::now();
        let post = posts.iter().find(|(path, _)| graphql::is_post_to(path, &request));
        let page = cors::Page::of(app, &request);
        let accepts_gzip = compression::accepts_gzip(request.headers());
        let response = if let Some((path, _)) = post {
            request_log::note_route(path);
            let (parts, body) = request.into_parts();
            // On the heap, so that the futures around it are small.
            let posted = Box::pin(graphql::post(State(endpoint.clone()), parts, body));
            posted.await.into_response()
        } else {
            let Ok(response) = routes.clone().oneshot(request).await;
            response
        };
        let matched = response.extensions().get::<MatchedPath>().cloned();
        let mut response = compression::compress(response, accepts_gzip).await;
        page.admit(app, response.headers_mut());
        let (status, elapsed) = (response.status().as_u16(), began.elapsed());
        if let Some((_, route)) = post {
            route.count(status, elapsed);
        } else {
            let template = matched.as_ref().map_or(UNKNOWN_ROUTE, MatchedPath::as_str);
            app.metrics.routes.route(template).count(status, elapsed);
        }
        response
    }
}
