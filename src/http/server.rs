//! Connections: taken over, given up where a client is too slow or sends too much, and let go of when the server drains.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::server::conn::http1::UpgradeableConnection;
use hyper::service::{HttpService, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;
use tower::ServiceExt;
use tracing::warn;

use super::head;
use super::patience::Patience;
use super::wire::{Requests, Wire};
use crate::app::App;

/// The longest head of a request, in bytes. A longer one is answered with 431.
const HEAD_BYTES: usize = 16 * 1024;
/// How long a connection is still listened to when the server stops.
const LAST_LOOK: Duration = Duration::from_millis(100);
/// How long to wait for others to close connections when there may be no more of them.
const FULL_PAUSE: Duration = Duration::from_secs(1);

/// Held for as long as a connection is open, also by what it was upgraded to.
#[derive(Clone, Debug)]
pub(super) struct Open {
    _receiver: watch::Receiver<()>,
}

/// Serves `router` until `stop` comes, then ends what is under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    // Counted from the end of the request before. What is slower than that within a head ends by the `Wire`.
    http.timer(TokioTimer::new()).header_read_timeout(patience.idle).max_buf_size(HEAD_BYTES);
    // Each connection has a receiver for as long as it is open.
    let (stopping, open) = watch::channel(());
    let start = |(stream, peer)| {
        let router = router.clone();
        let wire = Wire::new(stream, peer, patience);
        let requests = wire.requests();
        let held = Open { _receiver: open.clone() };
        let service = service_fn(move |request| {
            answer(router.clone(), request, peer, held.clone(), requests.clone())
        });
        let connection = http.serve_connection(TokioIo::new(wire), service).with_upgrades();
        tokio::spawn(hold(connection, open.clone()));
    };
    let mut stop = pin!(stop);
    loop {
        select! {
            accepted = accept(&listener) => start(accepted),
            () = &mut stop => break,
        }
    }
    take_over_waiting(listener, start);
    drop(open);
    stopping.send_replace(());
    stopping.closed().await;
}

/// Takes over the connections that still wait, then closes the port: closing resets those that wait, with the requests that
/// were sent on them.
fn take_over_waiting(listener: TcpListener, start: impl Fn((TcpStream, SocketAddr))) {
    let Ok(listener) = listener.into_std() else { return };
    // Asks the system itself, which may know of connections that have not been reported yet. It doesn't wait for any.
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                let stream =
                    stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
                if let Ok(stream) = stream {
                    start((stream, peer));
                }
            }
            Err(error) if is_clients(&error) => {}
            Err(_) => return,
        }
    }
}

/// Announces on each answer that the connection closes behind it, once the server drains.
///
/// A client or proxy that has read this sends its next request on another connection. Connections that are closed without
/// notice can lose a request that is just being sent (AV-6).
pub(super) async fn close_when_draining(
    State(app): State<App>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    // The header of a switched protocol names that protocol.
    if app.is_draining() && response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Talks with a client until one of both has enough; once the server is stopping, until the request under way is answered.
async fn hold<S>(
    connection: UpgradeableConnection<TokioIo<Wire>, S>,
    mut stopping: watch::Receiver<()>,
) where
    S: HttpService<Incoming, ResBody = Body, Error = Infallible>,
{
    let mut connection = pin!(connection);
    // What goes wrong with a connection is the client's to know.
    select! {
        // First, so that a request that has just arrived is read and answered, and the connection isn't closed as an idle one.
        biased;
        _ = connection.as_mut() => return,
        _ = stopping.changed() => {}
    }
    // A connection that was just taken over has not said yet that a request lies in it.
    select! {
        _ = connection.as_mut() => return,
        () = sleep(LAST_LOOK) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Takes over the next connection.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_clients(&error) => {}
            Err(error) => {
                warn!(
                    "no connection can be taken over: {error}; if it is the limit of open files, raise it (ulimit -n, LimitNOFILE)"
                );
                sleep(FULL_PAUSE).await;
            }
        }
    }
}

/// Whether a connection was given up by its client before it was taken over.
fn is_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};

    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn answer(
    router: Router,
    mut request: Request<Incoming>,
    peer: SocketAddr,
    open: Open,
    requests: Requests,
) -> Result<Response, Infallible> {
    if let Err(problem) = head::check(&mut request, requests.doubt_of_next()) {
        request.extensions_mut().insert(head::Doubtful(problem));
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(open);
    let response = router.oneshot(request.map(Body::new)).await?;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        requests.end();
    }
    Ok(response)
}
