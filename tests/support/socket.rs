//! A WebSocket client, as far as `graphql-transport-ws` needs one.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::TestApp;

/// Longer than anything takes that should happen.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// An open socket.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens a socket with these headers; returns the status if the server rejects it.
    pub(crate) async fn open(app: &TestApp, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
        Self::connect(app, &[&protocol, headers].concat()).await
    }

    /// Opens a socket with only these headers.
    pub(crate) async fn connect(app: &TestApp, headers: &[(&str, &str)]) -> Result<Self, u16> {
        Self::connect_at(app.listen().await, headers).await
    }

    /// The same at another port.
    pub(crate) async fn connect_at(
        address: SocketAddr,
        headers: &[(&str, &str)],
    ) -> Result<Self, u16> {
        let url = format!("ws://{address}/v1/graphql");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let name: axum::http::HeaderName = name.parse().unwrap();
            let value = axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request.headers_mut().insert(name, value);
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Self(stream)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a socket and sends its first message with `payload`.
    pub(crate) async fn begin(app: &TestApp, payload: Value) -> Self {
        Self::open(app, &[]).await.unwrap().initiated(payload).await
    }

    /// Sends the first message.
    pub(crate) async fn initiated(mut self, payload: Value) -> Self {
        self.send_message(&json!({"type": "connection_init", "payload": payload})).await;
        assert_eq!(self.receive().await["type"], "connection_ack");
        self
    }

    /// Opens a socket of the session with this secret.
    pub(crate) async fn of(app: &TestApp, session: &str) -> Self {
        Self::begin(app, json!({"x-appwrite-session": session})).await
    }

    pub(crate) async fn send_message(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// Begins an operation.
    pub(crate) async fn subscribe(&mut self, id: &str, document: &str) {
        let payload = json!({"query": document});
        self.send_message(&json!({"id": id, "type": "subscribe", "payload": payload})).await;
    }

    /// The next message.
    pub(crate) async fn receive(&mut self) -> Value {
        loop {
            match timeout(TIME_LIMIT, self.0.next()).await.expect("a message") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no message, but {other:?}"),
            }
        }
    }

    /// Whether no message arrives for a moment.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        timeout(Duration::from_millis(300), self.0.next()).await.is_err()
    }

    /// Waits for the end: the code, and the messages before it.
    pub(crate) async fn closed(&mut self) -> (u16, Vec<Value>) {
        let (code, _, messages) = self.farewell().await;
        (code, messages)
    }

    /// Waits for the end: the code, its reason, and the messages before it.
    pub(crate) async fn farewell(&mut self) -> (u16, String, Vec<Value>) {
        let mut messages = Vec::new();
        loop {
            match timeout(TIME_LIMIT, self.0.next()).await.expect("the end") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.as_str().to_owned(), messages);
                }
                Some(Ok(Message::Text(text))) => {
                    messages.push(serde_json::from_str(&text).unwrap());
                }
                Some(Ok(_)) => {}
                other => panic!("no code, but {other:?}"),
            }
        }
    }
}
