//! A caller who stays: what a socket or a stream of events knows of the session it was opened with.

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

/// How often the clock is looked at. An ended session is noticed within a second (WS-1).
const TICK: Duration = Duration::from_millis(300);

/// A signed-in caller who stays connected.
pub struct SessionWatch {
    app: App,
    credentials: Credentials,
    caller: SignedIn,
    log: LogSubscription,
}

impl SessionWatch {
    /// Follows the caller who presented `credentials`. Fails when they are worth nothing.
    pub async fn begin(app: &App, project: &ProjectId, credentials: &Credentials) -> Result<Self> {
        let caller = Caller::resolve(app, project, credentials).await?.signed_in()?.clone();
        let log = app.db.log_notifier().subscribe(caller.user.key());
        let (app, credentials) = (app.clone(), credentials.clone());
        let mut presence = Self { app, credentials, caller, log };
        // What ended before it was followed isn't told any more.
        presence.look().await?;
        Ok(presence)
    }

    /// The caller, as of the last look.
    pub fn caller(&self) -> &SignedIn {
        &self.caller
    }

    /// Waits until something has happened to the account, or the time of the session or the credential is over.
    pub async fn changed(&mut self) {
        let (clock, until) = (&self.app.clock, self.caller.until);
        let expired = async {
            while clock.now() < until {
                sleep(TICK).await;
            }
        };
        select! {
            () = self.log.changed() => {}
            () = expired => {}
        }
    }

    /// Waits until the session or the credential has ended, or the user is blocked.
    pub async fn ended(mut self) {
        loop {
            self.changed().await;
            if self.confirm().await.is_err() {
                return;
            }
        }
    }

    /// Looks at the session anew, until the database answers: what is told once must not be missed. Fails when the session
    /// or the credential has ended, or the user is blocked.
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
        let caller = Caller::resolve(&self.app, project, &self.credentials).await?;
        self.caller = caller.signed_in()?.clone();
        Ok(())
    }
}

/// Waits a moment after something failed that is to be tried again.
pub async fn pause(error: &Error) {
    if let Error::Internal(cause) = error {
        warn!("an open connection waits for the database: {cause:#}");
    }
    sleep(TICK).await;
}
