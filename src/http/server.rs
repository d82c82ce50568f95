//! Accepts connections, closes those that are too slow or send too much, and drains them.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::future::poll_fn;
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
use tracing::warn;

use super::handler::Handler;
use super::head;
use super::streamed_body;
use super::streamed_body::StreamedBody;
use super::timeouts::Timeouts;
use super::turns::Turn;
use super::wire::{Requests, Wire};
use crate::metrics::Tracked;

/// The longest head of a request, in bytes. A longer one is answered with 431.
pub(super) const HEAD_BYTES: usize = 16 * 1024;
/// How long a connection is still read when the server stops.
const LAST_LOOK: Duration = Duration::from_millis(100);
/// How long to wait for others to close connections when there are too many.
pub(super) const FULL_PAUSE: Duration = Duration::from_secs(1);

/// Held while a connection is open, also after an upgrade.
#[derive(Clone, Debug)]
pub(super) struct Open {
    _receiver: watch::Receiver<()>,
    _counted: Arc<Tracked>,
}

/// What the requests of a connection share.
#[derive(Clone, Debug)]
struct Connection {
    peer: SocketAddr,
    requests: Requests,
    turn: Turn,
    body: StreamedBody,
    // Dropped last: the server has served the connection once the line of the log is written, with the body.
    open: Open,
}

impl Connection {
    /// Serves requests until the connection ends. Returns the body that is to be sent without hyper once the response's head
    /// is sent.
    async fn serve<C: Future>(&self, connection: Pin<&mut C>) -> Option<Body> {
        let mut serving = pin!(self.turn.serve(connection));
        poll_fn(|cx| match serving.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(None),
            Poll::Pending if self.requests.is_stalled() => Poll::Pending,
            Poll::Pending => self.body.take().map_or(Poll::Pending, |body| Poll::Ready(Some(body))),
        })
        .await
    }
}

/// Serves by `handler` until `stop`, then finishes running requests.
pub async fn serve(
    listener: TcpListener,
    handler: Handler,
    timeouts: Timeouts,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    // Idle time is counted from the end of the previous request. Slow heads are closed by `Wire`.
    http.timer(TokioTimer::new()).header_read_timeout(timeouts.idle).max_buf_size(HEAD_BYTES);
    // Each connection holds a receiver while it is open.
    let (stopping, open) = watch::channel(());
    let start = |(stream, peer)| {
        let handler = handler.clone();
        let wire = Wire::new(stream, peer, timeouts);
        let counted = Arc::new(handler.count_connection());
        let shared = Connection {
            peer,
            open: Open { _receiver: open.clone(), _counted: counted },
            requests: wire.requests(),
            turn: Turn::default(),
            body: StreamedBody::default(),
        };
        let of_requests = shared.clone();
        let service =
            service_fn(move |request| answer(handler.clone(), request, of_requests.clone()));
        let mut connection = http.serve_connection(TokioIo::new(wire), service).with_upgrades();
        let stopping = open.clone();
        // A function would hold the memory of the connection twice.
        tokio::spawn(async move {
            let body = serve_connection(Pin::new(&mut connection), &shared, stopping).await;
            if let (Some(body), Some(parts)) = (body, connection.into_parts()) {
                streamed_body::start(parts.io.into_inner(), body, shared.open);
            }
        });
    };
    let mut stop = pin!(stop);
    loop {
        select! {
            accepted = accept(&listener) => start(accepted),
            () = &mut stop => break,
        }
    }
    accept_waiting(listener, start);
    drop(open);
    stopping.send_replace(());
    stopping.closed().await;
}

/// Accepts the waiting connections, then closes the port: closing it would reset them, and lose requests
/// already sent.
fn accept_waiting(listener: TcpListener, start: impl Fn((TcpStream, SocketAddr))) {
    let Ok(listener) = listener.into_std() else { return };
    // Calls the system directly, which may know of connections that have not been reported yet. It doesn't
    // block.
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

/// Adds `Connection: close` to a response, because the server drains.
///
/// Clients and proxies then use another connection. Closing without notice can lose a request that is being
/// sent (AV-6).
pub(super) fn close_after(response: &mut Response) {
    // For an upgraded connection, the header names the protocol.
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

/// Serves a connection until one side closes it, or until the current request is answered when the server
/// stops. Returns the body that is to be sent without hyper.
async fn serve_connection<S>(
    mut connection: Pin<&mut UpgradeableConnection<TokioIo<Wire>, S>>,
    shared: &Connection,
    mut stopping: watch::Receiver<()>,
) -> Option<Body>
where
    S: HttpService<Incoming, ResBody = Body, Error = Infallible>,
{
    // Errors of a connection are the client's.
    select! {
        // First, so that a request that has just arrived is answered, and its connection isn't closed as
        // idle.
        biased;
        body = shared.serve(connection.as_mut()) => return body,
        _ = stopping.changed() => {}
    }
    // A connection that was just accepted may already contain a request.
    select! {
        body = shared.serve(connection.as_mut()) => return body,
        () = sleep(LAST_LOOK) => connection.as_mut().graceful_shutdown(),
    }
    shared.serve(connection).await
}

/// Accepts the next connection.
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

/// Whether the client closed a connection before it was accepted.
fn is_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};

    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn answer(
    handler: Handler,
    mut request: Request<Incoming>,
    connection: Connection,
) -> Result<Response, Infallible> {
    let Connection { peer, requests, turn, body, open } = connection;
    turn.take().await;
    if let Err(problem) = head::check(&mut request, requests.doubt_of_next()) {
        request.extensions_mut().insert(head::Doubtful(problem));
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    request.extensions_mut().insert(open);
    let is_chunked = streamed_body::is_chunked(&request);
    let response = handler.answer(request.map(Body::new)).await;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        requests.end();
    }
    turn.end();
    Ok(if is_chunked { body.keep(response) } else { response })
}
