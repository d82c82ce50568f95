//! A kept-alive HTTP/1.1 connection that asks one thing at a time.

use std::net::SocketAddr;
use std::ops::Range;

use anyhow::{Context, bail, ensure};
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    /// What came in and isn't read yet.
    buffer: Vec<u8>,
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What is read from the head of an answer.
struct Head {
    status: u16,
    body: Range<usize>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("can't connect")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a request and waits for its whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut head = None;
        loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
            if head.is_none() {
                head = parse(&self.buffer)?;
            }
            let Some(Head { status, body }) = &head else { continue };
            if let Some(body) = self.buffer.get(body.clone()) {
                return Ok(Answer { status: *status, body: body.to_vec() });
            }
        }
    }
}

/// Reads the head of an answer, once it is complete.
fn parse(buffer: &[u8]) -> anyhow::Result<Option<Head>> {
    let Some(end) = memmem::find(buffer, b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(buffer.get(..end).unwrap_or_default())?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3));
    let status = status.context("no HTTP/1.1 status")?.parse()?;
    for line in lines {
        let (name, value) = line.split_once(':').context("a malformed header")?;
        if name.eq_ignore_ascii_case("content-length") {
            let start = end.saturating_add(4);
            let length: usize = value.trim().parse()?;
            return Ok(Some(Head { status, body: start..start.saturating_add(length) }));
        }
    }
    bail!("an answer without content-length:\n{text}")
}
