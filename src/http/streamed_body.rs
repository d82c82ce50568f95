//! Sends a body that stays open for long, such as that of an event stream, without hyper.
//!
//! hyper keeps two buffers of 8 KiB each for a connection, and what it needs for the next request. So it sends only the
//! head of such a response, and a task of its own sends the body.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Method, Version};
use axum::response::Response;
use futures_util::stream::pending;
use http_body_util::BodyExt;
use hyper::Request;
use hyper::body::Buf;
use tokio::io::AsyncWriteExt;
use tokio::select;

use super::server::Open;
use super::wire::Wire;

/// Marks a response whose body stays open for long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Streamed;

/// What follows a chunk.
const END_OF_CHUNK: &[u8] = b"\r\n";
/// What follows the last chunk.
const END: &[u8] = b"0\r\n\r\n";

/// The body of a connection's last response, if hyper is not to send it.
#[derive(Clone, Debug, Default)]
pub(super) struct StreamedBody(Arc<Mutex<Option<Body>>>);

impl StreamedBody {
    /// Keeps the body of a marked response, and leaves hyper one that neither sends anything nor ends.
    pub(super) fn keep(&self, mut response: Response) -> Response {
        if response.extensions().get::<Streamed>().is_none() {
            return response;
        }
        // The connection ends with the body.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response.map(|body| {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
            Body::from_stream(pending::<Result<Bytes, Infallible>>())
        })
    }

    /// The body, if there is one and it is not taken yet.
    pub(super) fn take(&self) -> Option<Body> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whether a response whose length isn't known is sent in chunks, as [`start`] does.
pub(super) fn is_chunked<T>(request: &Request<T>) -> bool {
    request.version() == Version::HTTP_11 && request.method() != Method::HEAD
}

/// Sends a body in chunks, behind a head that says so, until it ends or the client is gone. Holds `open` until then.
pub(super) fn start(mut wire: Wire, mut body: Body, open: Open) {
    tokio::spawn(async move {
        let is_complete = send(&mut wire, &mut body).await.is_ok();
        drop(body);
        if is_complete {
            wire.linger().await;
        }
        // The server has served the connection once the line of the log is written.
        drop((wire, open));
    });
}

/// Sends a body and its end. One that is cut off has none. Errors of a connection are the client's.
async fn send(wire: &mut Wire, body: &mut Body) -> io::Result<()> {
    send_chunks(wire, body).await?;
    wire.write_all(END).await?;
    wire.shutdown().await
}

async fn send_chunks(wire: &mut Wire, body: &mut Body) -> io::Result<()> {
    loop {
        let frame = select! {
            frame = body.frame() => frame,
            () = wire.closed() => return Err(io::ErrorKind::ConnectionAborted.into()),
        };
        let Some(frame) = frame else { return Ok(()) };
        let data = frame.map_err(io::Error::other)?.into_data().unwrap_or_default();
        // An empty chunk would be the end.
        if !data.is_empty() {
            let size = format!("{:x}\r\n", data.len());
            let mut chunk = size.as_bytes().chain(data).chain(END_OF_CHUNK);
            wire.write_all_buf(&mut chunk).await?;
        }
    }
}
