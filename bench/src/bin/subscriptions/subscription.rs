//! One subscription to `accountEvents`.

use std::convert::Infallible;
use std::net::SocketAddr;

use anyhow::{Context, ensure};
use bench::request::request;
use clap::ValueEnum;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const DOCUMENT: &str = include_str!("../../../../schema/operations/accountEvents.graphql");

/// What a WebSocket asks, and what must be answered.
const PING: [u8; 2] = [0x89, 0];
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

/// How a subscription is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Transport {
    /// As server-sent events.
    Sse,
    /// By `graphql-transport-ws`.
    Websocket,
}

/// An open one.
#[derive(Debug)]
pub(crate) struct Subscription {
    stream: TcpStream,
}

impl Subscription {
    /// Subscribes, and waits until the server serves it.
    pub(crate) async fn open(
        address: SocketAddr,
        transport: Transport,
        token: &str,
        network: &str,
    ) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("can't connect")?;
        stream.set_nodelay(true)?;
        let mut subscription = Self { stream };
        let shown = [("x-appwrite-jwt", token), ("x-forwarded-for", network)];
        match transport {
            Transport::Sse => subscription.post(address, shown).await?,
            Transport::Websocket => subscription.upgrade(address, shown).await?,
        }
        Ok(subscription)
    }

    async fn post(
        &mut self,
        address: SocketAddr,
        [token, network]: [(&str, &str); 2],
    ) -> anyhow::Result<()> {
        let headers = [token, network, ("accept", "text/event-stream")];
        let body = json!({ "query": DOCUMENT }).to_string();
        self.stream.write_all(&request(address, "POST /v1/graphql", &headers, &body)).await?;
        self.expect("text/event-stream").await
    }

    async fn upgrade(
        &mut self,
        address: SocketAddr,
        [token, network]: [(&str, &str); 2],
    ) -> anyhow::Result<()> {
        let headers = [
            token,
            network,
            ("connection", "Upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-protocol", "graphql-transport-ws"),
        ];
        self.stream.write_all(&request(address, "GET /v1/graphql", &headers, "")).await?;
        self.expect(" 101 ").await?;
        self.send(&json!({ "type": "connection_init" })).await?;
        self.expect("connection_ack").await?;
        let payload = json!({ "query": DOCUMENT });
        self.send(&json!({ "type": "subscribe", "id": "1", "payload": payload })).await?;
        self.send(&json!({ "type": "ping" })).await?;
        self.expect("pong").await
    }

    /// Sends a text of one frame. Its mask is zero: that is the same text.
    async fn send(&mut self, message: &Value) -> anyhow::Result<()> {
        let text = message.to_string();
        let length = u16::try_from(text.len())?;
        let mut frame = vec![0x81];
        match u8::try_from(length) {
            Ok(length) if length < 126 => frame.push(0x80 | length),
            Ok(_) | Err(_) => {
                // Masked, and its length in the next two bytes.
                frame.push(0xfe);
                frame.extend(length.to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        Ok(self.stream.write_all(&frame).await?)
    }

    /// Reads until something comes that isn't an error.
    async fn expect(&mut self, expected: &str) -> anyhow::Result<()> {
        let mut came = Vec::new();
        loop {
            let length = self.stream.read_buf(&mut came).await?;
            let text = String::from_utf8_lossy(&came);
            ensure!(length > 0, "the server hung up: {text}");
            ensure!(!text.contains("\"errors\""), "{text}");
            if text.contains(expected) {
                return Ok(());
            }
        }
    }

    /// Keeps it open; ends with an error once the server has ended it, or says more than that it lives.
    pub(crate) async fn keep_open(mut self) -> anyhow::Result<Infallible> {
        let mut came = Vec::with_capacity(64);
        loop {
            ensure!(self.stream.read_buf(&mut came).await? > 0, "the server hung up");
            let text = String::from_utf8_lossy(&came);
            ensure!(!text.contains("event:") && !text.contains("\"id\""), "{text}");
            if came.ends_with(&PING) {
                self.stream.write_all(&PONG).await?;
            }
            came.clear();
        }
    }
}
