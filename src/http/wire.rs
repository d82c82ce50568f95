//! Follows the bytes of a connection: rejects other protocols, closes slow heads and clients that stop
//! reading, and marks requests whose end is in doubt.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tracing::debug;

use super::framing::{Foreign, Framing};
use super::timeouts::Timeouts;

mod requests;

pub(super) use requests::Requests;

/// How long to read after HTTP/2's preface: closing earlier could lose the response.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// How much a client may send that nobody reads, in bytes.
const MAX_DROPPED: usize = 64 * 1024;

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

impl Wire {
    /// Follows the requests of a connection.
    pub(super) fn new(stream: TcpStream, peer: SocketAddr, timeouts: Timeouts) -> Self {
        // A small event shall not wait for the client to acknowledge the one before. If it can't be set, it only waits.
        let _ = stream.set_nodelay(true);
        let (framing, requests) = (Framing::default(), Requests::default());
        let deadline = Box::pin(sleep(timeouts.head));
        Self { stream, peer, framing, timeouts, deadline, requests, stalled: None }
    }

    /// What is known of its requests.
    pub(super) fn requests(&self) -> Requests {
        self.requests.clone()
    }

    /// Waits until the client closes the connection, or has sent more than [`MAX_DROPPED`]. What it sends is dropped: no request
    /// follows.
    pub(super) async fn closed(&self) {
        let (mut dropped, mut bytes) = (0_usize, [0; 64]);
        while dropped <= MAX_DROPPED {
            // Polled as `poll_read` does, whose waker this replaces: it keeps the memory of its task.
            if poll_fn(|cx| self.stream.poll_read_ready(cx)).await.is_err() {
                return;
            }
            match self.stream.try_read(&mut bytes) {
                Ok(0) => return,
                Ok(length) => dropped = dropped.saturating_add(length),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    /// Waits until the client has closed, too, but not for long. Closing with bytes that were not read resets the connection,
    /// and what the client has not read is lost.
    pub(super) async fn linger(&self) {
        let _ = timeout(CLOSE_TIMEOUT, self.closed()).await;
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
        self.requests.note_heads(heads, self.framing.doubt());
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
        self.requests.note_stalled(sent.is_pending());
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
