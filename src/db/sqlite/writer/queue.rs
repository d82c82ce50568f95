//! Waiting for the turn to write.

use std::sync::Arc;

use sea_orm::DbErr;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout_at};

use super::{Writer, WriterState};
use crate::db::sqlite::{ACQUIRE_TIMEOUT, error};
use crate::db::usage::Pool;

impl Writer {
    /// Waits for a turn.
    pub(super) async fn turn(
        &self,
        deadline: Instant,
    ) -> Result<OwnedMutexGuard<WriterState>, DbErr> {
        let turn = if let Ok(free) = Arc::clone(&self.turn).try_lock_owned() {
            free
        } else {
            let _wait = self.usage.wait();
            let turn = timeout_at(deadline, Arc::clone(&self.turn).lock_owned());
            turn.await.map_err(|_| error::timed_out())?
        };
        // The disk may have failed while this waited.
        turn.source.disk.check()?;
        if turn.is_closed { Err(error::closed()) } else { Ok(turn) }
    }

    /// The connection.
    pub(in crate::db::sqlite) fn pool(&self) -> Pool {
        let in_use = usize::from(self.turn.try_lock().is_err());
        self.usage.pool("writer", (in_use, 1_usize.saturating_sub(in_use), 1))
    }
}

/// Until when a turn that is asked for now must have come, and the change have begun.
pub(super) fn deadline() -> Instant {
    let now = Instant::now();
    now.checked_add(ACQUIRE_TIMEOUT).unwrap_or(now)
}
