//! GraphQL over WebSocket, by the protocol `graphql-transport-ws`.
//!
//! Each operation of a socket goes the same way as one that comes by POST: the same guard, the same limits, and a look at
//! the session of its own. The socket itself is closed once its session ends (WS-1 to WS-5).

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{ORIGIN, UPGRADE};
use axum::http::request::Parts;
use axum::response::Response;
use tokio::select;
use tokio::time::timeout;

use super::connections::Place;
use super::endpoint::{Endpoint, Visitor};
use super::envelope::Parameters;
use super::failure::Failure;
use super::origin::is_admitted;
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
/// How long the first message may take.
const INIT: Duration = Duration::from_secs(5);
/// How long a client may take to read a message.
const SEND: Duration = Duration::from_secs(10);
/// How long the answer to a closing frame is waited for.
const LINGER_TIME: Duration = Duration::from_secs(1);

/// Opens a socket where the client asks for one, shows a browser the page; else answers a query that came by GET.
pub(super) async fn get(
    State(endpoint): State<Endpoint>,
    mut parts: Parts,
) -> Result<Response, Failure> {
    if wants_socket(&parts.headers) {
        let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
        let upgrade = upgrade.map_err(|problem| Failure::Malformed(problem.body_text()))?;
        return open(endpoint, upgrade, parts);
    }
    let parameters = Query::<Parameters>::from_request_parts(&mut parts, &()).await;
    let parameters = parameters.map_err(|problem| Failure::Malformed(problem.body_text()))?;
    if parameters.is_empty() && graphiql::is_wanted(&endpoint.app, &parts.headers) {
        return Ok(graphiql::page(&endpoint.app, &parts));
    }
    graphql::get(&endpoint, parameters.0, &parts).await
}

/// Whether a client asks for a socket. Any other upgrade may be left alone (RFC 9110 section 7.8).
fn wants_socket(headers: &HeaderMap) -> bool {
    headers
        .get(UPGRADE)
        .is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Opens a socket for a page that may talk to the server, or for what is no page.
fn open(endpoint: Endpoint, upgrade: WebSocketUpgrade, parts: Parts) -> Result<Response, Failure> {
    let app = &endpoint.app;
    let mut origins = parts.headers.get_all(ORIGIN).iter();
    if !origins.all(|origin| is_admitted(app, origin, app.platforms())) {
        return Err(Error::GeneralUnknownOrigin.into());
    }
    let client = client::read(app, &parts)?;
    let place = endpoint.connections.of_network(&client).ok_or(Failure::TooManyConnections)?;
    let open = parts.extensions.get::<Open>().cloned();
    let upgrade =
        upgrade.protocols([PROTOCOL]).max_message_size(MESSAGE_BYTES).max_frame_size(MESSAGE_BYTES);
    // The request goes on for as long as the socket is open.
    let log = RequestLog::current();
    Ok(upgrade.on_upgrade(async move |socket| {
        let serving = Box::pin(serve(endpoint, parts, place, socket));
        request_log::within(log, serving).await;
        drop(open);
    }))
}

/// Talks with a client until one of both has enough, then says why.
async fn serve(endpoint: Endpoint, parts: Parts, place: Place, mut socket: WebSocket) {
    let close = converse(endpoint, parts, &mut socket).await;
    request_log::note_close(close.code);
    drop(place);
    let frame = CloseFrame { code: close.code, reason: close.reason.into() };
    if timeout(SEND, socket.send(Message::Close(Some(frame)))).await.is_ok_and(|sent| sent.is_ok())
    {
        // Without this the connection could be reset before the client has read the frame.
        let _ =
            timeout(LINGER_TIME, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
    }
}

async fn converse(endpoint: Endpoint, mut parts: Parts, socket: &mut WebSocket) -> Close {
    if socket.protocol().is_none_or(|protocol| protocol != PROTOCOL) {
        return Close::SUBPROTOCOL;
    }
    let app = endpoint.app.clone();
    let init = select! {
        init = timeout(INIT, init(socket)) => init,
        () = app.until_stopping() => return Close::GOING_AWAY,
    };
    let Ok(init) = init else { return Close::INIT_TIMEOUT };
    match init {
        Ok(headers) => parts.headers.extend(headers),
        Err(close) => return close,
    }
    let Peer { visitor, presence, place: _place } = match admit(&endpoint, &parts).await {
        Ok(admitted) => admitted,
        Err(failure) => return Close::from(&failure),
    };
    let mut conversation = Conversation::new(endpoint, visitor, socket);
    match presence {
        Some(presence) => select! {
            // First, so that nothing is sent once the session has ended.
            biased;
            () = presence.ended() => Close::UNAUTHORIZED,
            close = conversation.hold() => close,
        },
        None => conversation.hold().await,
    }
}

/// Waits for the first message: the headers that its payload stands for.
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

/// Who is at the other end of a socket.
struct Peer {
    visitor: Visitor,
    /// None for a guest.
    presence: Option<SessionWatch>,
    place: Option<Place>,
}

/// Finds out who is at the other end. Fails when credentials came that are worth nothing.
async fn admit(endpoint: &Endpoint, parts: &Parts) -> Result<Peer, Failure> {
    let mut visitor = endpoint.visitor(parts)?;
    // What would be set in a cookie stays as it is, and what can't be told but in a cookie isn't made.
    if visitor.client.secrets == SecretDelivery::Cookie {
        visitor.client.secrets = SecretDelivery::Impossible;
    }
    visitor.credentials.cookie = false;
    let Visitor { client, credentials } = &visitor;
    if credentials.is_empty() {
        return Ok(Peer { visitor, presence: None, place: None });
    }
    let presence = SessionWatch::begin(&endpoint.app, &client.project.id, credentials).await?;
    let place = endpoint.connections.of_user(presence.caller());
    let place = Some(place.ok_or(Failure::TooManyConnections)?);
    Ok(Peer { visitor, presence: Some(presence), place })
}
