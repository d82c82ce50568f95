//! What a field can ask for: the app, the client, the caller.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_graphql::Context;
use async_graphql::parser::types::OperationType;
use tokio::time::Instant;

use crate::app::App;
use crate::auth::caller::{Caller, RejectedCredential};
use crate::auth::credentials::Credentials;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::limiter::{Balance, Quota};
use crate::request_log;

/// One operation of one request: put into the engine by HTTP, read by the fields.
#[derive(Debug)]
pub struct Request {
    /// Where the request comes from.
    pub client: Client,
    /// What it presented.
    pub credentials: Credentials,
    read_at: Instant,
    caller: tokio::sync::Mutex<Option<Arc<Caller>>>,
    charges: Mutex<Vec<Charge>>,
    guest: OnceLock<RejectedCredential>,
    rows: AtomicU64,
    may_hold_secret: AtomicBool,
}

/// What one executed field was charged.
#[derive(Clone, Debug)]
pub struct Charge {
    /// The field's key in the answer.
    pub response_key: String,
    /// The budget that is nearest to its end, after the call.
    pub balance: Balance,
    /// The budgets that count failures only.
    pub guesses: Vec<Quota>,
}

impl Request {
    /// A request from `client` that presents `credentials`, and was read at `read_at`.
    pub fn new(client: Client, credentials: Credentials, read_at: Instant) -> Self {
        Self {
            client,
            credentials,
            read_at,
            caller: tokio::sync::Mutex::default(),
            charges: Mutex::default(),
            guest: OnceLock::new(),
            rows: AtomicU64::new(0),
            may_hold_secret: AtomicBool::new(false),
        }
    }

    /// Who is calling. Fields of a query share one look at the database; each field of a mutation
    /// looks anew, since the field before it may have ended the session.
    async fn caller(&self, app: &App, operation: OperationType) -> Result<Arc<Caller>> {
        let mut slot = self.caller.lock().await;
        if let (Some(caller), OperationType::Query) = (slot.as_ref(), operation) {
            return Ok(Arc::clone(caller));
        }
        let caller = Caller::resolve(app, &self.client.project.id, &self.credentials).await?;
        Ok(Arc::clone(slot.insert(Arc::new(caller))))
    }

    /// Refuses to begin a field once the request has taken longer than a request may (GQ-12). What has begun
    /// ends by the time limits of what it waits for, so that nothing is cut off in the middle of a change.
    pub(super) fn check_time(&self, app: &App) -> Result<()> {
        let limit = Duration::from_secs(app.config.limits.request_seconds);
        if self.read_at.elapsed() > limit { Err(Error::GeneralServerBusy) } else { Ok(()) }
    }

    /// Notes that a root field runs, whose answer tells of somebody: what stands in a compressed answer can be guessed by the length
    /// of what comes back (BREACH). Introspection is no root field of ours, and runs without a guard.
    pub(super) fn note_field(&self, name: &str) {
        request_log::note_field(name);
        self.may_hold_secret.store(true, Ordering::Relaxed);
    }

    /// Whether a field has run whose answer may hold a secret, or what others don't know of a user.
    pub fn may_hold_secret(&self) -> bool {
        self.may_hold_secret.load(Ordering::Relaxed)
    }

    /// Notes what a field was charged.
    pub(super) fn note(&self, charge: Charge) {
        self.charges().push(charge);
    }

    /// Counts `rows` that a field is about to read, and answers how many those of the operation are by now.
    pub fn count_rows(&self, rows: u64) -> u64 {
        self.rows.fetch_add(rows, Ordering::Relaxed).saturating_add(rows)
    }

    /// Notes that a field found a guest and made no error of it; with why a credential was not accepted.
    pub fn record_rejected_credential(&self, refusal: RejectedCredential) {
        // All fields find the same.
        let _ = self.guest.set(refusal);
    }

    /// The guest whom a field found, if one did.
    pub fn guest(&self) -> Option<RejectedCredential> {
        self.guest.get().copied()
    }

    /// What the fields were charged since the last call, in the order of their execution.
    pub fn take_charges(&self) -> Vec<Charge> {
        std::mem::take(&mut *self.charges())
    }

    fn charges(&self) -> MutexGuard<'_, Vec<Charge>> {
        self.charges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What every field may ask its context for.
pub trait FieldContext<'a> {
    /// The server.
    fn app(&self) -> &'a App;
    /// The operation's request.
    fn request(&self) -> &'a Request;
    /// Where the request comes from.
    fn client(&self) -> &'a Client {
        &self.request().client
    }
    /// The field's key in the answer: its alias, else its name.
    fn response_key(&self) -> &'a str;
    /// Who is calling, asked anew: for the guard.
    fn resolve_caller(&self) -> impl Future<Output = Result<Arc<Caller>>> + Send;
    /// Who is calling, as the guard of this field found them.
    fn caller(&self) -> impl Future<Output = Result<Arc<Caller>>> + Send;
    /// Empties the budgets of this field that count failures: it has succeeded.
    fn reset_failed_attempts(&self) -> impl Future<Output = ()> + Send;
}

impl<'a> FieldContext<'a> for Context<'a> {
    fn app(&self) -> &'a App {
        self.data_unchecked::<App>()
    }

    fn request(&self) -> &'a Request {
        self.data_unchecked::<Arc<Request>>()
    }

    fn response_key(&self) -> &'a str {
        let field = &self.item.node;
        field.alias.as_ref().map_or(field.name.node.as_str(), |alias| alias.node.as_str())
    }

    async fn resolve_caller(&self) -> Result<Arc<Caller>> {
        self.request().caller(self.app(), self.query_env.operation.node.ty).await
    }

    async fn caller(&self) -> Result<Arc<Caller>> {
        // The guard has just looked, and a mutation runs nothing between it and the field.
        self.request().caller(self.app(), OperationType::Query).await
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
        // What has succeeded stays so; a budget that can't be emptied runs out by itself.
        if let Err(error) = self.app().limiter.reset(&guesses).await {
            tracing::warn!("a budget of guesses could not be emptied: {error:#}");
        }
    }
}
