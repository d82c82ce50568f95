//! A WebSocket after its first message: runs operations concurrently.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::{AbortHandle, BoxStream, SelectAll, abortable};
use futures_util::{StreamExt, stream};
use tokio::select;
use tokio::time::{interval, timeout};

use super::message::{Close, Incoming};
use super::{SEND, message};
use crate::auth::caller::Caller;
use crate::graphql::answer::Answer;
use crate::graphql::gate::AllowedOperations;
use crate::http::endpoint::{Answers, Endpoint, Visitor};
use crate::http::envelope::Body;
use crate::http::failure::Failure;
use crate::request_log::RequestLog;

/// How many operations may run at once.
const OPERATIONS: usize = 20;
/// How long the operation that has ended the session may take to be answered.
const LAST_ANSWER: Duration = Duration::from_secs(1);
/// How often a ping is sent. A client that doesn't respond until the next one is gone.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// The state of one socket.
pub(super) struct Conversation<'a> {
    endpoint: Endpoint,
    visitor: Visitor,
    socket: &'a mut WebSocket,
    /// The results of the running operations.
    replies: SelectAll<BoxStream<'static, Reply>>,
    operations: HashMap<String, Operation>,
    is_silent: bool,
}

/// A running operation.
struct Operation {
    handle: AbortHandle,
    /// Whether it is a subscription.
    is_subscribed: bool,
    /// Whether it has ended the socket's session.
    has_signed_out: bool,
}

/// A result of an operation.
struct Reply {
    id: String,
    news: News,
}

enum News {
    /// A subscription has started.
    Subscribed,
    /// A response.
    Next { message: Message, has_errors: bool, has_signed_out: bool },
    /// The end.
    Last(Message),
}

impl<'a> Conversation<'a> {
    pub(super) fn new(endpoint: Endpoint, visitor: Visitor, socket: &'a mut WebSocket) -> Self {
        Self {
            endpoint,
            visitor,
            socket,
            replies: SelectAll::new(),
            operations: HashMap::new(),
            is_silent: false,
        }
    }

    /// Accepts the first message, then runs until there is a reason to close.
    pub(super) async fn serve(&mut self) -> Close {
        let Err(close) = self.run_until_closed().await;
        close
    }

    async fn run_until_closed(&mut self) -> Result<std::convert::Infallible, Close> {
        self.send(message::acknowledged()).await?;
        let mut heartbeat = interval(HEARTBEAT);
        // The first tick comes at once.
        heartbeat.tick().await;
        let app = self.endpoint.app.clone();
        let mut stopping = Box::pin(app.until_done());
        loop {
            select! {
                () = &mut stopping => {
                    Box::pin(self.finish()).await?;
                    return Err(Close::GOING_AWAY);
                }
                received = self.socket.recv() => {
                    self.is_silent = false;
                    if let Some(incoming) = Incoming::read(received)? {
                        self.on_message(incoming).await?;
                    }
                }
                Some(reply) = self.replies.next() => self.send_reply(reply).await?,
                _ = heartbeat.tick() => {
                    if self.is_silent {
                        return Err(Close::SILENT);
                    }
                    self.is_silent = true;
                    self.send(Message::Ping(Vec::new().into())).await?;
                }
            }
        }
    }

    /// Finishes the running operations, without reading more. Subscriptions are not completed, so that
    /// clients start them elsewhere.
    async fn finish(&mut self) -> Result<(), Close> {
        loop {
            self.operations.retain(|_, operation| {
                if operation.is_subscribed {
                    operation.handle.abort();
                }
                !operation.is_subscribed
            });
            if self.operations.is_empty() {
                return Ok(());
            }
            match self.replies.next().await {
                Some(reply) => self.send_reply(reply).await?,
                None => return Ok(()),
            }
        }
    }

    /// Answers the operation that has ended the session, after it has ended. Nothing else is sent.
    pub(super) async fn say_farewell(&mut self) {
        let answers = async {
            loop {
                self.operations.retain(|_, operation| !operation.is_subscribed);
                if self.operations.is_empty() {
                    return;
                }
                let Some(reply) = self.replies.next().await else { return };
                let Some(operation) = self.operations.get_mut(&reply.id) else { continue };
                match reply.news {
                    News::Subscribed => operation.is_subscribed = true,
                    News::Next { has_signed_out: true, .. } => {
                        if self.send_reply(reply).await.is_err() {
                            return;
                        }
                    }
                    News::Last(_) if operation.has_signed_out => {
                        if self.send_reply(reply).await.is_err() {
                            return;
                        }
                    }
                    News::Next { .. } | News::Last(_) => {
                        self.operations.remove(&reply.id);
                    }
                }
            }
        };
        // Too late, the socket is closed without it.
        let _ = timeout(LAST_ANSWER, answers).await;
    }

    async fn on_message(&mut self, incoming: Incoming) -> Result<(), Close> {
        match incoming {
            Incoming::ConnectionInit { .. } => return Err(Close::SECOND_INIT),
            Incoming::Ping => self.send(message::pong()).await?,
            Incoming::Pong => {}
            Incoming::Complete { id } => {
                if let Some(operation) = self.operations.remove(&id) {
                    operation.handle.abort();
                }
            }
            Incoming::Subscribe { id, .. } if self.operations.contains_key(&id) => {
                return Err(Close::DUPLICATE);
            }
            Incoming::Subscribe { .. } if self.operations.len() >= OPERATIONS => {
                return Err(Close::TOO_MANY);
            }
            Incoming::Subscribe { id, payload } => {
                let (replies, handle) = abortable(self.replies_to(id.clone(), *payload));
                let operation = Operation { handle, is_subscribed: false, has_signed_out: false };
                self.operations.insert(id, operation);
                self.replies.push(replies.boxed());
            }
        }
        Ok(())
    }

    async fn send_reply(&mut self, reply: Reply) -> Result<(), Close> {
        // Results of operations that the client has ended are dropped.
        let Some(operation) = self.operations.get_mut(&reply.id) else { return Ok(()) };
        match reply.news {
            News::Subscribed => {
                operation.is_subscribed = true;
                Ok(())
            }
            // Its own answer is the last one that the session gets.
            News::Next { message, has_signed_out: true, .. } => {
                operation.has_signed_out = true;
                self.send(message).await
            }
            News::Next { has_errors: true, .. }
                if Box::pin(has_ended(&self.endpoint, &self.visitor)).await =>
            {
                Err(Close::UNAUTHORIZED)
            }
            News::Next { message, .. } => self.send(message).await,
            News::Last(message) => {
                self.operations.remove(&reply.id);
                self.send(message).await
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), Close> {
        match timeout(SEND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            // A client that reads nothing only blocks itself (WS-4).
            Ok(Err(_)) | Err(_) => Err(Close::STALLED),
        }
    }

    /// Runs an operation to its end.
    fn replies_to(&self, id: String, body: Body) -> BoxStream<'static, Reply> {
        let (endpoint, visitor) = (self.endpoint.clone(), self.visitor.clone());
        let run = async move {
            let allowed_operations = AllowedOperations { mutations: true, subscriptions: true };
            let answers = match body.graphql_request() {
                Ok(graphql_request) => {
                    endpoint.run(&visitor, graphql_request, allowed_operations).await
                }
                Err(failure) => Err(failure),
            };
            replies(id, answers)
        };
        // Boxed by itself, so that a subscription doesn't hold the memory of its start.
        let replies = stream::once(Box::pin(run)).flatten().boxed();
        match RequestLog::current() {
            Some(socket) => socket.operation().scope_stream(replies).boxed(),
            None => replies,
        }
    }
}

/// Whether the session has ended: an operation may notice that before the socket does.
async fn has_ended(endpoint: &Endpoint, visitor: &Visitor) -> bool {
    let Visitor { client, credentials } = visitor;
    if credentials.is_empty() {
        return false;
    }
    let caller = Caller::resolve(&endpoint.app, &client.project.id, credentials).await;
    caller.is_ok_and(|caller| caller.signed_in().is_err())
}

fn replies(id: String, answers: Result<Answers, Failure>) -> BoxStream<'static, Reply> {
    let (answers, begin) = match answers {
        Ok(Answers::One(answer)) if answer.is_refused() => {
            let news = News::Last(message::errors(&id, answer.errors()));
            return stream::iter([Reply { id, news }]).boxed();
        }
        Ok(Answers::One(answer)) => (stream::iter([*answer]).boxed(), None),
        Ok(Answers::Many(answers, _)) => (answers, Some(News::Subscribed)),
        Err(failure) => {
            let news = News::Last(message::errors(&id, &[failure.to_graphql_error()]));
            return stream::iter([Reply { id, news }]).boxed();
        }
    };
    let next = {
        let id = id.clone();
        move |answer: Answer| {
            let json = answer.to_json().unwrap_or_else(|_| "{}".to_owned());
            let message = message::next(&id, &json);
            let (has_errors, has_signed_out) = (answer.has_errors(), answer.has_signed_out());
            News::Next { message, has_errors, has_signed_out }
        }
    };
    let end = News::Last(message::complete(&id));
    let news = stream::iter(begin).chain(answers.map(next)).chain(stream::iter([end]));
    news.map(move |news| Reply { id: id.clone(), news }).boxed()
}
