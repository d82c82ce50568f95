//! Follows the bytes of a connection: rejects other protocols, closes slow heads and clients that stop
//! reading, and marks requests whose end is in doubt.

use std::future::{pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tracing::debug;

use super::framing::{Doubt, Foreign, Framing};
use super::timeouts::Timeouts;

/// How long to read after HTTP/2's preface: closing earlier could lose the response.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The response to HTTP/2.
const NO_HTTP2: &str =
    "This server speaks HTTP/1.1. HTTP/2 and TLS are for the proxy in front of it.\n";

/// A connection whose requests are followed.
pub(super) struct Wire {
    stream: TcpStream,
    peer: SocketAddr,
    framing: Framing,
    timeouts: Timeouts,
    /// When the head being received must be complete, or a rejected client gone.
    deadline: Pin<Box<Sleep>>,
    requests: Requests,
    /// When the client must have read on; none while it does.
    stalled: Option<Pin<Box<Sleep>>>,
}

/// What is known of a connection's requests, shared with their handlers.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// How many heads have been read.
    heads: AtomicU64,
    /// The number of the request in doubt.
    found: OnceLock<(u64, Doubt)>,
    /// How many requests have been handled.
    answered: AtomicU64,
    /// Whether the last one was answered with 101: what follows is another protocol.
    are_over: AtomicBool,
    /// Whether the client must read on before more can be sent.
    is_stalled: AtomicBool,
}

impl Requests {
    /// The doubt about the next request.
    pub(super) fn doubt_of_next(&self) -> Option<Doubt> {
        let next = self.0.answered.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        match self.0.found.get() {
            Some((number, doubt)) if *number == next => Some(*doubt),
            // hyper has found a head where none was seen.
            _ if next > self.0.heads.load(Ordering::Relaxed) => Some(Doubt::Unfollowed),
            _ => None,
        }
    }

    /// No request follows, because the server has agreed to another protocol. The request for an upgrade
    /// isn't enough: the server may ignore it and read further requests.
    pub(super) fn end(&self) {
        self.0.are_over.store(true, Ordering::Relaxed);
    }

    fn are_over(&self) -> bool {
        self.0.are_over.load(Ordering::Relaxed)
    }

    /// Whether the client must read on before more can be sent.
    pub(super) fn is_stalled(&self) -> bool {
        self.0.is_stalled.load(Ordering::Relaxed)
    }
}

impl Wire {
    /// Follows the requests of a connection.
    pub(super) fn new(stream: TcpStream, peer: SocketAddr, timeouts: Timeouts) -> Self {
        let (framing, requests) = (Framing::default(), Requests::default());
        let deadline = Box::pin(sleep(timeouts.head));
        Self { stream, peer, framing, timeouts, deadline, requests, stalled: None }
    }

    /// What is known of its requests.
    pub(super) fn requests(&self) -> Requests {
        self.requests.clone()
    }

    /// Waits until the client closes the connection. If the client has sent more, that is noticed only when something is sent
    /// to it.
    pub(super) async fn closed(&self) {
        let mut byte = [0];
        // Not read: it would have to be kept. Polled as `poll_read` does, whose waker this replaces: it keeps the memory of its
        // task.
        let peeked = poll_fn(|cx| self.stream.poll_peek(cx, &mut ReadBuf::new(&mut byte))).await;
        if peeked.is_ok_and(|length| length > 0) {
            pending::<()>().await;
        }
    }

    /// Processes received bytes.
    fn look_at(&mut self, bytes: &[u8]) {
        if self.requests.are_over() {
            return;
        }
        let before = (self.framing.awaits_head(), self.framing.heads());
        self.framing.read(bytes);
        let heads = self.framing.heads();
        if self.framing.awaits_head() && before != (true, heads) {
            self.wait_for(self.timeouts.head);
        }
        self.requests.0.heads.store(heads, Ordering::Relaxed);
        if let Some(doubt) = self.framing.doubt() {
            self.requests.0.found.get_or_init(|| (heads, doubt));
        }
    }

    /// Whether a head is being received. Bytes that came together with an upgrade count as one until it is
    /// answered.
    fn awaits_head(&self) -> bool {
        !self.requests.are_over() && self.framing.awaits_head()
    }

    /// Answers a client of another protocol, as far as it can understand that.
    fn turn_away(&mut self, foreign: Foreign) {
        let peer = self.peer;
        match foreign {
            Foreign::Tls => debug!(%peer, "a TLS handshake came: TLS is for the proxy in front"),
            Foreign::Http2 => {
                debug!(%peer, "HTTP/2 came: it is for the proxy in front, which speaks HTTP/1.1");
                let answer = format!(
                    "HTTP/1.1 505 HTTP Version Not Supported\r\ncontent-type: text/plain; charset=utf-8\r\n\
                     content-length: {}\r\nconnection: close\r\n\r\n{NO_HTTP2}",
                    NO_HTTP2.len()
                );
                // There is room: nothing was sent on the connection yet.
                let _ = self.stream.try_write(answer.as_bytes());
                self.wait_for(CLOSE_TIMEOUT);
            }
        }
    }

    /// The result of sending: an error if the client has read nothing for too long.
    fn unless_stalled<T>(
        &mut self,
        cx: &mut Context<'_>,
        sent: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        self.requests.0.is_stalled.store(sent.is_pending(), Ordering::Relaxed);
        if sent.is_ready() {
            self.stalled = None;
            return sent;
        }
        let progress = self.timeouts.progress;
        let deadline = self.stalled.get_or_insert_with(|| Box::pin(sleep(progress)));
        deadline.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    fn wait_for(&mut self, timeouts: Duration) {
        let deadline = Instant::now().checked_add(timeouts);
        self.deadline.as_mut().reset(deadline.unwrap_or_else(Instant::now));
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        loop {
            let known = self.framing.foreign();
            if Pin::new(&mut self.stream).poll_read(cx, buf)?.is_pending() {
                let waits = known.is_some() || self.awaits_head();
                if !waits || self.deadline.as_mut().poll(cx).is_pending() {
                    return Poll::Pending;
                }
                let late = Err(io::ErrorKind::TimedOut.into());
                return Poll::Ready(if known.is_some() { Ok(()) } else { late });
            }
            let bytes = buf.filled().get(before..).unwrap_or_default();
            let is_end = bytes.is_empty();
            if known.is_none() {
                self.look_at(bytes);
            }
            let Some(foreign) = self.framing.foreign() else { return Poll::Ready(Ok(())) };
            // hyper sees only the end.
            buf.set_filled(before);
            if known.is_none() {
                self.turn_away(foreign);
            }
            let is_over = is_end || self.deadline.deadline() <= Instant::now();
            if is_over || foreign == Foreign::Tls {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_stalled(cx, sent)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.unless_stalled(cx, sent)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// C-17: each doubt is of one request, and a request whose head was not seen is in doubt.
    #[test]
    fn a_doubt_is_of_its_request() {
        let requests = Requests::default();
        requests.0.heads.store(2, Ordering::Relaxed);
        requests.0.found.set((2, Doubt::Coding)).unwrap();

        assert_eq!(requests.doubt_of_next(), None);
        assert_eq!(requests.clone().doubt_of_next(), Some(Doubt::Coding));
        assert_eq!(requests.doubt_of_next(), Some(Doubt::Unfollowed));
    }

    /// Both ends of a connection that has had a request, and what began like another head.
    async fn connected(timeouts: Timeouts) -> (TcpStream, Wire) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, peer) = listener.accept().await.unwrap();
        let mut wire = Wire::new(stream, peer, timeouts);
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\nx").await.unwrap();
        let mut read = [0; 28];
        wire.read_exact(&mut read).await.unwrap();
        (client, wire)
    }

    /// NW-8: a head that doesn't come to its end is given up, unless it turns out to be another protocol that the server has
    /// agreed to.
    #[tokio::test]
    async fn another_protocol_has_no_heads() {
        let head = Duration::from_millis(50);
        let timeouts = Timeouts { head, idle: Duration::ZERO, progress: Duration::ZERO };
        let (_client, mut slow) = connected(timeouts).await;
        let (mut client, mut switched) = connected(timeouts).await;
        switched.requests().end();

        assert_eq!(slow.read_u8().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        let later = async {
            sleep(head.saturating_mul(2)).await;
            client.write_all(b"y").await.unwrap();
        };
        let (read, ()) = tokio::join!(switched.read_u8(), later);
        assert_eq!(read.unwrap(), b'y');
    }
}
