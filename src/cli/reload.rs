//! Takes over changed settings on SIGHUP, while the server runs.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use tokio::task::spawn_blocking;
use tracing::{info, warn};

use super::running::Running;
use super::signals::Hangup;
use super::{lines_of, load_checked, warnings};
use crate::config::reload::needs_restart;
use crate::config::{Loaded, Mode, Settings};
use crate::crypto::jwt::Occasion;
use crate::http::Handler;

/// Reads the settings again.
pub(super) struct Reload {
    path: Option<PathBuf>,
    /// Those that the server was started with.
    started: Settings,
    /// Those that it has now.
    settings: Settings,
    hangup: Hangup,
}

impl Reload {
    /// Listens for SIGHUP, which would end the process otherwise.
    pub(super) fn new(path: Option<PathBuf>, settings: Settings) -> io::Result<Self> {
        let hangup = Hangup::listen()?;
        Ok(Self { path, started: settings.clone(), settings, hangup })
    }

    /// Reloads at each SIGHUP. Settings that aren't valid change nothing.
    pub(super) async fn run(mut self, running: Arc<Running>, handler: Handler) {
        while self.hangup.next().await.is_some() {
            if let Err(error) = self.reload(&running, &handler).await {
                for line in lines_of(&error) {
                    warn!("the settings were not reloaded, and stay as they were: {line}");
                }
            }
        }
    }

    async fn reload(&mut self, running: &Running, handler: &Handler) -> anyhow::Result<()> {
        let Loaded { config, settings, .. } = load_checked(self.path.as_deref(), Mode::Serve)?;
        let before = running.app().await;
        let app = before.reconfigured(config.keep(&before.config))?;
        // Schemas may be built, which takes a while.
        let (routes, of) = (handler.clone(), app.clone());
        let prepared = spawn_blocking(move || routes.prepare(of)).await;
        let prepared = prepared.context("reloading was cut off")??;
        let warnings = warnings(&app.config)?;
        // It may change the database, so it comes after all that can fail.
        app.jwt.keep(&app.db, &app.random, &app.clock, Occasion::Start).await?;
        handler.replace(prepared);
        running.replace(app).await;
        let changed =
            self.settings.changed(&settings).into_iter().filter(|key| !needs_restart(key));
        info!("settings reloaded; changed: {}", list(changed));
        let later = self.started.changed(&settings).into_iter().filter(|key| needs_restart(key));
        let later = list(later);
        if later != NONE {
            warn!("these settings count only after a restart: {later}");
        }
        for warning in warnings {
            warn!("{warning}");
        }
        self.settings = settings;
        Ok(())
    }
}

/// An empty list.
const NONE: &str = "none";

fn list<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let keys: Vec<_> = keys.collect();
    if keys.is_empty() { NONE.to_owned() } else { keys.join(", ") }
}
