//! The signals that stop the server: SIGTERM and SIGINT, or Ctrl+C on Windows; and SIGHUP.

use std::io;

#[cfg(unix)]
use tokio::select;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// Waits for signals that stop the server.
#[cfg(unix)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { terminate, interrupt })
    }

    pub(super) async fn next(&mut self) {
        select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Waits for signals that stop the server.
#[cfg(windows)]
pub(super) struct Signals(CtrlC);

#[cfg(windows)]
impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        ctrl_c().map(Self)
    }

    pub(super) async fn next(&mut self) {
        let _ = self.0.recv().await;
    }
}

/// Waits for SIGHUP, which reloads the settings.
#[cfg(unix)]
pub(super) struct Hangup(Signal);

#[cfg(unix)]
impl Hangup {
    /// Listens for it. It would end the process otherwise.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    pub(super) async fn next(&mut self) -> Option<()> {
        self.0.recv().await
    }
}

/// Waits for SIGHUP, which never comes here.
#[cfg(windows)]
pub(super) struct Hangup;

#[cfg(windows)]
impl Hangup {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) -> Option<()> {
        std::future::pending().await
    }
}
