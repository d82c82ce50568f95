//! GraphQL over WebSocket: `graphql-transport-ws`.
//!
//! Each operation is handled like one by POST: same guard, same limits, and its own check of the session.
//! The socket is closed once the session ends (WS-1 to WS-5).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{ORIGIN, UPGRADE};
use axum::http::request::Parts;
use axum::response::Response;
use tokio::select;
use tokio::time::timeout;

use super::connections::ConnectionPermit;
use super::endpoint::{Endpoint, Visitor};
use super::envelope::Parameters;
use super::failure::Failure;
use super::origin::is_allowed;
use super::server::Open;
use super::{client, graphiql, graphql};
use crate::auth::session_watch::SessionWatch;
use crate::client::SecretDelivery;
use crate::error::Error;
use crate::request_log;
use crate::request_log::RequestLog;

mod conversation;
mod message;

use conversation::Conversation;
use message::{Close, Incoming};

/// The protocol's name.
const PROTOCOL: &str = "graphql-transport-ws";
/// The largest message, in bytes.
const MESSAGE_BYTES: usize = 64 * 1024;
/// What a socket keeps for reading, in bytes. The library's default is 128 KiB.
const READ_BUFFER_BYTES: usize = 1024;
/// How long the first message may take.
const INIT: Duration = Duration::from_secs(5);
/// How long a client may take to read a message.
const SEND: Duration = Duration::from_secs(10);
/// How long to wait for the client's close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

const NO_HANDSHAKE: &str =
    "The request is no complete handshake of a WebSocket (RFC 6455 section 4.1).";
const NO_QUERY: &str = "The query string can't be read.";

/// Upgrades to a WebSocket on request, shows a browser the page, or handles a query by GET.
pub(super) async fn get(
    State(endpoint): State<Endpoint>,
    mut parts: Parts,
) -> Result<Response, Failure> {
    if wants_socket(&parts.headers) {
        let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
        let upgrade = upgrade.map_err(|_| Failure::Malformed(NO_HANDSHAKE.to_owned()))?;
        return open(endpoint, upgrade, parts).await;
    }
    let parameters = Query::<Parameters>::from_request_parts(&mut parts, &()).await;
    let parameters = parameters.map_err(|_| Failure::Malformed(NO_QUERY.to_owned()))?;
    if parameters.is_empty() && graphiql::is_wanted(&endpoint.app, &parts.headers) {
        return Ok(graphiql::page(&endpoint.app, &parts));
    }
    graphql::get(&endpoint, parameters.0, &parts).await
}

/// Whether a client wants a WebSocket. Other upgrades may be ignored (RFC 9110 section 7.8).
fn wants_socket(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Opens a socket for a page that may call the server, or for a client that is no page.
async fn open(
    endpoint: Endpoint,
    upgrade: WebSocketUpgrade,
    parts: Parts,
) -> Result<Response, Failure> {
    let app = &endpoint.app;
    let mut origins = parts.headers.get_all(ORIGIN).iter();
    if !origins.all(|origin| is_allowed(app, origin, app.platforms())) {
        return Err(Error::GeneralUnknownOrigin.into());
    }
    let client = client::read(app, &parts).await?;
    let permit = endpoint.connections.of_network(&client).ok_or(Failure::TooManyConnections)?;
    let open = parts.extensions.get::<Open>().cloned();
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(MESSAGE_BYTES)
        .max_frame_size(MESSAGE_BYTES);
    let counted = app.metrics.websockets.track();
    // The request lasts as long as the socket.
    let log = RequestLog::current();
    let parts = Box::new(parts);
    Ok(upgrade.on_upgrade(async move |mut socket| {
        // In another task, which doesn't hold the memory of the upgrade.
        tokio::spawn(async move {
            let serving = Box::pin(serve(endpoint, parts, permit, &mut socket));
            request_log::within(log, serving).await;
            drop((socket, open, counted));
        });
    }))
}

/// Serves a client until one side closes, then sends the reason.
async fn serve(
    endpoint: Endpoint,
    parts: Box<Parts>,
    permit: ConnectionPermit,
    socket: &mut WebSocket,
) {
    let close = converse(endpoint, parts, socket).await;
    request_log::note_close(close.code);
    drop(permit);
    let frame = CloseFrame { code: close.code, reason: close.reason.into() };
    if timeout(SEND, socket.send(Message::Close(Some(frame)))).await.is_ok() {
        // Answers the client's close frame, if that came first. Otherwise waits for it, or the connection could be reset
        // before the client has read ours.
        let _ =
            timeout(CLOSE_TIMEOUT, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
    }
}

async fn converse(endpoint: Endpoint, parts: Box<Parts>, socket: &mut WebSocket) -> Close {
    // Boxed, so that an open socket doesn't hold the memory of its start.
    let mut peer = match Box::pin(begin(&endpoint, parts, socket)).await {
        Ok(peer) => peer,
        Err(close) => return close,
    };
    let mut conversation = Conversation::new(endpoint, peer.visitor, socket);
    match &mut peer.session_watch {
        Some(session_watch) => select! {
            // First, so that nothing is sent after the session has ended.
            biased;
            () = session_watch.ended() => {
                conversation.say_farewell().await;
                Close::UNAUTHORIZED
            }
            close = conversation.serve() => close,
        },
        None => conversation.serve().await,
    }
}

/// Waits for the first message, and resolves the client. Nothing of the request is needed afterwards.
async fn begin(
    endpoint: &Endpoint,
    mut parts: Box<Parts>,
    socket: &mut WebSocket,
) -> Result<Peer, Close> {
    if socket.protocol().is_none_or(|protocol| protocol != PROTOCOL) {
        return Err(Close::SUBPROTOCOL);
    }
    let init = select! {
        init = timeout(INIT, init(socket)) => init,
        () = endpoint.app.until_done() => return Err(Close::GOING_AWAY),
    };
    parts.headers.extend(init.map_err(|_| Close::INIT_TIMEOUT)??);
    resolve_peer(endpoint, &parts).await.map_err(|failure| Close::from(&failure))
}

/// Waits for the first message, whose payload stands for headers.
async fn init(socket: &mut WebSocket) -> Result<HeaderMap, Close> {
    loop {
        match Incoming::read(socket.recv().await)? {
            Some(Incoming::ConnectionInit { payload }) => return Ok(payload.into_headers()),
            Some(Incoming::Ping) => {
                socket.send(message::pong()).await.map_err(|_| Close::NORMAL)?;
            }
            Some(Incoming::Pong) | None => {}
            Some(Incoming::Subscribe { .. } | Incoming::Complete { .. }) => {
                return Err(Close::UNAUTHORIZED);
            }
        }
    }
}

/// The client of a socket.
struct Peer {
    visitor: Visitor,
    /// None for a guest.
    session_watch: Option<SessionWatch>,
    _permit: Option<ConnectionPermit>,
}

/// Resolves the client. Fails if its credentials are invalid.
async fn resolve_peer(endpoint: &Endpoint, parts: &Parts) -> Result<Peer, Failure> {
    let mut visitor = endpoint.visitor(parts).await?;
    let client = Arc::make_mut(&mut visitor.client);
    // A socket outlives a key that is revoked: it never gets the server's schema.
    client.key = None;
    // Existing cookies stay; a secret that could only be delivered in a cookie is not created.
    if client.secrets == SecretDelivery::Cookie {
        client.secrets = SecretDelivery::Impossible;
    }
    Arc::make_mut(&mut visitor.credentials).cookie = false;
    let Visitor { client, credentials } = &visitor;
    if credentials.is_empty() {
        return Ok(Peer { visitor, session_watch: None, _permit: None });
    }
    let session_watch = SessionWatch::begin(&endpoint.app, &client.project.id, credentials).await?;
    let permit = endpoint.connections.of_user(session_watch.caller());
    let permit = Some(permit.ok_or(Failure::TooManyConnections)?);
    Ok(Peer { visitor, session_watch: Some(session_watch), _permit: permit })
}
