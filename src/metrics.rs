//! The metrics of the process. Counting takes no lock on the way of a request; `http/metrics.rs` shows the counts.

use entity::message::{Channel, State};
use entity::session::Method;

mod instruments;
mod operations;
mod routes;
mod tally;

pub use instruments::{BOUNDS, Counter, Gauge, Histogram, Reading, Tracked};
pub use operations::{Called, Fields, Operation, Operations, Outcome};
pub use routes::{Route, Routes};
pub use tally::Tally;

/// The counts of a process.
#[derive(Debug)]
pub struct Metrics {
    /// Requests by route.
    pub routes: Routes,
    /// Operations and root fields.
    pub operations: Operations,
    /// Errors of operations by their type.
    pub errors: Tally<1>,
    /// Sign-ins by method and outcome.
    pub sign_ins: Tally<2>,
    /// Sessions that were opened.
    pub sessions_opened: Counter,
    /// Sessions that were ended, or deleted after their end.
    pub sessions_ended: Counter,
    /// Attempts to send a message, by channel and outcome.
    pub messages: Tally<2>,
    /// Spans of traces that were not sent, by the reason.
    pub spans_lost: Tally<1>,
    /// The accounts that are kept in memory.
    pub accounts: CacheUse,
    /// Open connections.
    pub connections: Gauge,
    /// Open WebSockets.
    pub websockets: Gauge,
    /// Open streams of server-sent events.
    pub event_streams: Gauge,
}

/// How often a cache had what was asked for.
#[derive(Debug, Default)]
pub struct CacheUse {
    /// It had it.
    pub hits: Counter,
    /// It had not.
    pub misses: Counter,
}

/// Why a span of a trace is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanLoss {
    /// Too many were waiting.
    QueueFull,
    /// The collector didn't take it within all attempts.
    Unavailable,
    /// The collector refused it.
    Rejected,
}

/// How a sign-in ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// With a session.
    Succeeded,
    /// With a session that lacks a second factor.
    Pending,
    /// It was refused.
    Failed,
}

impl Metrics {
    /// Nothing is counted yet. Errors have one of these types.
    pub fn new(errors: impl IntoIterator<Item = &'static str>) -> Self {
        let outcomes = [SignIn::Succeeded, SignIn::Pending, SignIn::Failed];
        let methods = METHODS.map(Some).into_iter().chain([None]);
        let sign_ins = methods.map(|method| outcomes.map(|end| end.labels(method)));
        let messages = CHANNELS.map(|channel| STATES.map(|state| message_names(channel, state)));
        Self {
            routes: Routes::default(),
            operations: Operations::default(),
            errors: Tally::new(errors.into_iter().map(|kind| [kind])),
            sign_ins: Tally::new(sign_ins.flatten()),
            sessions_opened: Counter::default(),
            sessions_ended: Counter::default(),
            messages: Tally::new(messages.into_iter().flatten()),
            spans_lost: Tally::new(SpanLoss::ALL.map(|loss| [loss.as_str()])),
            accounts: CacheUse::default(),
            connections: Gauge::default(),
            websockets: Gauge::default(),
            event_streams: Gauge::default(),
        }
    }

    /// Counts a sign-in that was refused, by a method if it is certain.
    pub fn count_failed_sign_in(&self, method: Option<Method<'_>>) {
        self.sign_ins.count(SignIn::Failed.labels(method));
    }

    /// Counts an attempt to send a message by its result; `Queued` means it will be retried.
    pub fn count_message(&self, channel: Channel, state: State) {
        self.messages.count(message_names(channel, state));
    }

    /// Counts spans that are lost.
    pub fn count_lost_spans(&self, loss: SpanLoss, spans: u64) {
        self.spans_lost.add([loss.as_str()], spans);
    }
}

impl SpanLoss {
    const ALL: [Self; 3] = [Self::QueueFull, Self::Unavailable, Self::Rejected];

    /// The name in labels.
    fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Unavailable => "unavailable",
            Self::Rejected => "rejected",
        }
    }
}

impl CacheUse {
    /// Counts a question.
    pub fn count(&self, is_hit: bool) {
        if is_hit { &self.hits } else { &self.misses }.count();
    }
}

impl SignIn {
    /// The labels of a sign-in that ends so.
    pub fn labels(self, method: Option<Method<'_>>) -> [&'static str; 2] {
        let end = match self {
            Self::Succeeded => "success",
            Self::Pending => "pending",
            Self::Failed => "failure",
        };
        [method.map_or("unknown", method_name), end]
    }
}

/// Every method that has a name of its own; all providers are one.
const METHODS: [Method<'static>; 8] = [
    Method::Password,
    Method::Anonymous,
    Method::MagicUrl,
    Method::Phone,
    Method::Token,
    Method::Server,
    Method::Passkey,
    Method::Provider(""),
];

/// The name of a method in labels.
fn method_name(method: Method<'_>) -> &'static str {
    match method {
        Method::Password => "password",
        Method::Anonymous => "anonymous",
        Method::MagicUrl => "magic_link",
        Method::Phone => "phone",
        Method::Token | Method::ServerToken => "token",
        Method::Server => "server",
        Method::Passkey => "passkey",
        Method::Provider(_) => "oauth",
    }
}

const CHANNELS: [Channel; 3] = [Channel::Mail, Channel::Sms, Channel::Webhook];
const STATES: [State; 5] =
    [State::Queued, State::Delivered, State::Failed, State::Expired, State::Dropped];

fn message_names(channel: Channel, state: State) -> [&'static str; 2] {
    let state = match state {
        State::Queued => "queued",
        State::Delivered => "delivered",
        State::Failed => "failed",
        State::Expired => "expired",
        State::Dropped => "dropped",
    };
    [channel_name(channel), state]
}

/// The name of a channel in labels.
pub fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Mail => "mail",
        Channel::Sms => "sms",
        Channel::Webhook => "webhook",
    }
}
