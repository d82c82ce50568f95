//! The data that fields get from their context: the app, the client, the caller.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_graphql::Context;
use async_graphql::parser::types::OperationType;
use entity::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::app::App;
use crate::auth::caller::{Caller, RejectedCredential};
use crate::auth::credentials::Credentials;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::graphql::catalog::Catalog;
use crate::limiter::{Balance, Quota};
use crate::metrics::{Called, Fields, Outcome};
use crate::query::ReadLimit;
use crate::request_log;
use crate::trace;

/// One operation of a request: put into the engine by HTTP, read by fields.
pub struct Request {
    /// The server.
    pub app: App,
    /// The schema.
    pub(super) served: Served,
    /// The client.
    pub client: Arc<Client>,
    /// The presented credentials.
    pub credentials: Arc<Credentials>,
    /// Limits what the lists of the operation read.
    pub read_limit: ReadLimit,
    read_at: Instant,
    called: Called,
    caller: tokio::sync::Mutex<Option<Arc<Caller>>>,
    charges: Mutex<Vec<Charge>>,
    guest: OnceLock<RejectedCredential>,
    may_hold_secret: AtomicBool,
    is_blocked: AtomicBool,
    has_signed_out: AtomicBool,
    subscribed: Notify,
}

/// A schema as a server has it.
#[derive(Clone)]
pub struct Served {
    /// Its contents.
    pub catalog: Arc<Catalog>,
    /// The counters of its root fields.
    pub fields: Arc<Fields>,
}

/// The charge of one executed field.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The field's response key.
    pub response_key: String,
    /// The quota that is closest to being exceeded, after the call.
    pub balance: Balance,
    /// The quotas that count only failures.
    pub guesses: Vec<Quota>,
    /// The balance of the other quotas, if there are any, which a success doesn't reset.
    pub lasting: Option<Balance>,
}

impl Charge {
    /// Notes that the quotas that count only failures are full again.
    fn forget_guesses(&mut self, now: Timestamp) {
        let full = self.guesses.iter().map(|quota| Balance::full(quota.limit, now));
        if let Some(balance) = Balance::worst(full.chain(self.lasting)) {
            self.balance = balance;
        }
    }
}

impl Request {
    /// A request to `app` from `client` that presents `credentials`, and was read at `read_at`.
    pub fn new(
        app: App,
        served: Served,
        client: Arc<Client>,
        credentials: Arc<Credentials>,
        read_at: Instant,
    ) -> Self {
        Self {
            app,
            served,
            client,
            credentials,
            read_at,
            called: Called::default(),
            caller: tokio::sync::Mutex::default(),
            charges: Mutex::default(),
            guest: OnceLock::new(),
            read_limit: ReadLimit::default(),
            may_hold_secret: AtomicBool::new(false),
            is_blocked: AtomicBool::new(false),
            has_signed_out: AtomicBool::new(false),
            subscribed: Notify::new(),
        }
    }

    /// The caller. The fields of a query share one lookup. Each field of a mutation looks the caller up
    /// again, because the field before may have ended the session.
    async fn caller(&self, operation: OperationType) -> Result<Arc<Caller>> {
        let mut slot = self.caller.lock().await;
        if let (Some(caller), OperationType::Query) = (slot.as_ref(), operation) {
            return Ok(Arc::clone(caller));
        }
        let project = &self.client.project.id;
        let caller = Caller::resolve(&self.app, project, &self.credentials).await?;
        if matches!(caller, Caller::Blocked) {
            self.is_blocked.store(true, Ordering::Relaxed);
        }
        Ok(Arc::clone(slot.insert(Arc::new(caller))))
    }

    /// Fails if the request has taken too long to start another field (GQ-12). Running fields have time
    /// limits of their own, so that no change is cut off in the middle.
    pub(super) fn check_time(&self) -> Result<()> {
        let limit = Duration::from_secs(self.app.config.limits.request_seconds);
        if self.read_at.elapsed() > limit { Err(Error::GeneralServerBusy) } else { Ok(()) }
    }

    /// Records that a root field has run, which has this `index` in the schema. Its data may be private: its length in a
    /// compressed response could reveal it (BREACH). Introspection is not a root field here, and has no guard.
    pub(super) fn note_field(&self, name: &str, index: usize) {
        request_log::note_field(name);
        trace::note_event(name);
        self.served.fields.count(index, &self.called);
        self.may_hold_secret.store(true, Ordering::Relaxed);
    }

    /// Counts the operation, which has ended.
    pub fn count_operation(&self, outcome: Outcome) {
        self.served.fields.operation(&self.called).count(outcome, self.read_at.elapsed());
    }

    /// Whether a field has run whose response may be private.
    pub fn may_hold_secret(&self) -> bool {
        self.may_hold_secret.load(Ordering::Relaxed)
    }

    /// Whether the caller is a blocked user.
    pub fn is_blocked(&self) -> bool {
        self.is_blocked.load(Ordering::Relaxed)
    }

    /// Records that a field has ended the caller's session, or replaced its secret.
    pub fn note_signed_out(&self) {
        self.has_signed_out.store(true, Ordering::Relaxed);
    }

    /// Whether a field has ended the caller's session, or replaced its secret.
    pub fn has_signed_out(&self) -> bool {
        self.has_signed_out.load(Ordering::Relaxed)
    }

    /// Records what a field was charged.
    pub(super) fn note(&self, charge: Charge) {
        self.charges().push(charge);
    }

    /// Records that a field accepted a guest, and why a credential was not accepted.
    pub fn record_rejected_credential(&self, rejected: RejectedCredential) {
        // The same for all fields.
        let _ = self.guest.set(rejected);
    }

    /// The guest that a field accepted, if one did.
    pub fn guest(&self) -> Option<RejectedCredential> {
        self.guest.get().copied()
    }

    /// The charges since the last call, in order.
    pub fn take_charges(&self) -> Vec<Charge> {
        std::mem::take(&mut *self.charges())
    }

    /// Notes that the subscription has begun, and misses no event from now on.
    pub fn note_subscribed(&self) {
        self.subscribed.notify_one();
    }

    /// Waits until the subscription has begun.
    pub async fn subscribed(&self) {
        self.subscribed.notified().await;
    }

    fn charges(&self) -> MutexGuard<'_, Vec<Charge>> {
        self.charges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Access to the data of a field's context.
pub trait FieldContext<'a> {
    /// The server.
    fn app(&self) -> &'a App;
    /// The operation's request.
    fn request(&self) -> &'a Request;
    /// The client.
    fn client(&self) -> &'a Arc<Client> {
        &self.request().client
    }
    /// The field's response key: its alias, or else its name.
    fn response_key(&self) -> &'a str;
    /// Resolves the caller again: for the guard.
    fn resolve_caller(&self) -> impl Future<Output = Result<Arc<Caller>>> + Send;
    /// The caller that this field's guard has resolved.
    fn caller(&self) -> impl Future<Output = Result<Arc<Caller>>> + Send;
    /// Resets the quotas of this field that count failures: it has succeeded.
    fn reset_failed_attempts(&self) -> impl Future<Output = ()> + Send;
}

impl<'a> FieldContext<'a> for Context<'a> {
    fn app(&self) -> &'a App {
        &self.request().app
    }

    fn request(&self) -> &'a Request {
        self.data_unchecked::<Arc<Request>>()
    }

    fn response_key(&self) -> &'a str {
        let field = &self.item.node;
        field.alias.as_ref().map_or(field.name.node.as_str(), |alias| alias.node.as_str())
    }

    async fn resolve_caller(&self) -> Result<Arc<Caller>> {
        self.request().caller(self.query_env.operation.node.ty).await
    }

    async fn caller(&self) -> Result<Arc<Caller>> {
        // The guard has just looked, and a mutation runs nothing in between.
        self.request().caller(OperationType::Query).await
    }

    async fn reset_failed_attempts(&self) {
        let key = self.response_key();
        let guesses = {
            let charges = self.request().charges();
            let charge = charges.iter().rfind(|charge| charge.response_key == key);
            charge.map(|charge| charge.guesses.clone()).unwrap_or_default()
        };
        if guesses.is_empty() {
            return;
        }
        // A success stays a success; a quota that can't be reset expires.
        if let Err(error) = self.app().limiter.reset(&guesses).await {
            tracing::warn!("a quota of failed attempts could not be reset: {error:#}");
            return;
        }
        let now = self.app().clock.now();
        let mut charges = self.request().charges();
        if let Some(charge) = charges.iter_mut().rfind(|charge| charge.response_key == key) {
            charge.forget_guesses(now);
        }
    }
}
