//! Watches the session of a WebSocket or event stream.

use std::sync::Arc;
use std::time::Duration;

use entity::ProjectId;
use tokio::select;
use tokio::time::sleep;
use tracing::warn;

use crate::app::App;
use crate::auth::caller::{Caller, SignedIn};
use crate::auth::credentials::Credentials;
use crate::db::notifier::LogSubscription;
use crate::error::{Error, Result};

/// How long to wait for the database before the next attempt.
const PAUSE: Duration = Duration::from_millis(300);

/// A caller with an open connection.
pub struct SessionWatch {
    app: App,
    credentials: Arc<Credentials>,
    caller: SignedIn,
    log: LogSubscription,
}

impl SessionWatch {
    /// Watches the caller with these `credentials`. Fails if they are invalid.
    pub async fn begin(
        app: &App,
        project: &ProjectId,
        credentials: &Arc<Credentials>,
    ) -> Result<Self> {
        let caller = Caller::resolve(app, project, credentials).await?.signed_in()?.clone();
        let log = app.db.log_notifier().subscribe(caller.user.key());
        let (app, credentials) = (app.clone(), Arc::clone(credentials));
        let mut session_watch = Self { app, credentials, caller, log };
        // Events from before the subscription are not delivered.
        session_watch.look().await?;
        Ok(session_watch)
    }

    /// The caller, as of the last check.
    pub fn caller(&self) -> &SignedIn {
        &self.caller
    }

    /// Waits until something was logged for the account, or the session or credential has expired.
    pub async fn changed(&mut self) {
        select! {
            () = self.log.changed() => {}
            () = self.app.clock.reached(self.caller.until) => {}
        }
    }

    /// Waits until the session or the credential has ended, or the user is blocked.
    pub async fn ended(&mut self) {
        loop {
            self.changed().await;
            if self.confirm().await.is_err() {
                return;
            }
        }
    }

    /// Checks the session, and retries until the database responds: a notification comes only once. Fails if
    /// the session or the credential has ended, or the user is blocked.
    pub async fn confirm(&mut self) -> Result<()> {
        loop {
            match self.look().await {
                Err(error) if error.is_passing() => pause(&error).await,
                seen => return seen,
            }
        }
    }

    async fn look(&mut self) -> Result<()> {
        let project = &self.caller.user.project_id;
        // Boxed, so that who waits holds little memory.
        let caller = Box::pin(Caller::resolve(&self.app, project, &self.credentials)).await?;
        self.caller = caller.signed_in()?.clone();
        Ok(())
    }
}

/// Waits a moment before a retry.
pub async fn pause(error: &Error) {
    if let Error::Internal(cause) = error {
        warn!("an open connection waits for the database: {cause:#}");
    }
    sleep(PAUSE).await;
}
