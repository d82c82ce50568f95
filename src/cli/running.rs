//! Background tasks: the worker of the outbox, the deletion of expired rows, and the rotation of keys.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;
use tracing::{info, warn};

use crate::App;
use crate::account::{cleanup, reencryption};
use crate::crypto::jwt::{self, Occasion};
use crate::outbox::worker;

/// How often expired secrets are deleted. Deleted ones can't become valid when the clock is set back.
const SECRETS_INTERVAL: Duration = Duration::from_mins(1);
/// In every how many of these runs old rate limits and messages are deleted, too.
const PURGE_INTERVAL: usize = 10;

/// How often it is looked for what is stored under a previous master secret.
const REENCRYPTION_INTERVAL: Duration = Duration::from_mins(10);

/// The App that has the current settings, and its tasks.
pub(super) struct Running(Mutex<Tasks>);

struct Tasks {
    app: App,
    /// Also those of earlier settings that still send a message.
    workers: JoinSet<()>,
    periodic: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts the tasks of `app`.
    pub(super) fn start(app: App) -> Self {
        let mut workers = JoinSet::new();
        workers.spawn(worker::run(app.clone()));
        let periodic = start_periodic(&app);
        Self(Mutex::new(Tasks { app, workers, periodic }))
    }

    /// The App with the current settings.
    pub(super) async fn app(&self) -> App {
        self.0.lock().await.app.clone()
    }

    /// Lets another App do the work from now on.
    pub(super) async fn replace(&self, app: App) {
        let mut tasks = self.0.lock().await;
        tasks.workers.spawn(worker::run(app.clone()));
        for task in std::mem::replace(&mut tasks.periodic, start_periodic(&app)) {
            task.abort();
        }
        std::mem::replace(&mut tasks.app, app).replace();
        while tasks.workers.try_join_next().is_some() {}
    }

    /// Waits until the messages being sent have been, once the server stops.
    pub(super) async fn finish(&self) {
        let mut tasks = self.0.lock().await;
        while tasks.workers.join_next().await.is_some() {}
    }

    /// Ends what is done periodically.
    pub(super) async fn stop_periodic(&self) {
        for task in std::mem::take(&mut self.0.lock().await.periodic) {
            task.abort();
            let _ = task.await;
        }
    }
}

/// Starts what is done periodically.
fn start_periodic(app: &App) -> Vec<JoinHandle<()>> {
    let mut tasks = vec![tokio::spawn(purge(app.clone())), tokio::spawn(keep_keys(app.clone()))];
    if app.config.has_previous_secrets() {
        tasks.push(tokio::spawn(reencrypt(app.clone())));
    }
    tasks
}

/// Deletes expired rows periodically.
async fn purge(app: App) {
    for round in 0_usize.. {
        // By the clock that secrets are checked by: one that has expired stays so after a restart with the clock
        // set back (OT-7, AV-9).
        cleanup::purge_tokens(&app, app.clock.now()).await;
        sleep(SECRETS_INTERVAL).await;
        if !round.is_multiple_of(PURGE_INTERVAL) {
            continue;
        }
        // By the clock that doesn't jump: a clock set ahead for a while must not delete users or sessions.
        cleanup::purge(&app, app.clock.steady()).await;
        if let Err(error) = app.advance_generation().await {
            warn!("a generation of the database could not begin: {error:#}");
        }
    }
}

/// Reads the keys of JWTs periodically, since other servers and the command line change them, and creates new ones.
async fn keep_keys(app: App) {
    loop {
        sleep(jwt::INTERVAL).await;
        let kept = app.jwt.keep(&app.db, &app.random, &app.clock, Occasion::Interval);
        if let Err(error) = kept.await {
            warn!("the keys of JWTs could not be read: {error:#}");
        }
    }
}

/// Encrypts periodically what is stored under a previous master secret: servers that don't have the new one yet go on
/// storing under it.
async fn reencrypt(app: App) {
    loop {
        match reencryption::run(&app).await {
            Ok(0) => info!(
                "nothing stored needs the previous master secrets. Once all servers have the same `master_secret`, they can \
                 be removed an hour later"
            ),
            Ok(count) => info!("{count} stored texts were encrypted under the new master secret"),
            Err(error) => {
                warn!("what is stored under a previous master secret stays so: {error:#}");
            }
        }
        sleep(REENCRYPTION_INTERVAL).await;
    }
}
