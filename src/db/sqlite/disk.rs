//! Errors of the disk: full, which passes, or failed, which ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::DbErr;
use tokio::sync::watch;

use super::error;
use crate::db::failure::DbFailure;

/// Whether the disk has failed. All SQLite files of a server share one of these.
#[derive(Clone, Debug)]
pub struct DiskFailure(watch::Sender<Option<String>>);

impl Default for DiskFailure {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl DiskFailure {
    /// Waits for an I/O error of SQLite, and returns what SQLite said.
    pub async fn occurred(&self) -> String {
        // The sender stands as long as this does.
        let mut occurred = self.0.subscribe();
        let error = occurred.wait_for(Option::is_some).await;
        error.ok().and_then(|error| error.clone()).unwrap_or_default()
    }

    /// Whether an I/O error has occurred.
    fn has_occurred(&self) -> bool {
        self.0.borrow().is_some()
    }

    fn record(&self, error: &DbErr) {
        self.0.send_if_modified(|first| {
            let is_first = first.is_none();
            first.get_or_insert_with(|| error.to_string());
            is_first
        });
    }
}

/// The disk below one SQLite file.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    failure: DiskFailure,
    is_full: Arc<AtomicBool>,
}

impl Disk {
    /// The disk of a file. I/O errors are recorded in `failure`.
    pub(super) fn new(failure: DiskFailure) -> Self {
        Self { failure, is_full: Arc::default() }
    }

    /// Fails after an I/O error, since nobody knows what the disk holds (DU-4).
    pub(super) fn check(&self) -> Result<(), DbErr> {
        if self.failure.has_occurred() { Err(error::closed()) } else { Ok(()) }
    }

    /// Records an error.
    pub(super) fn record(&self, error: &DbErr) {
        match DbFailure::of(error) {
            DbFailure::DiskFull => self.is_full.store(true, Ordering::Relaxed),
            DbFailure::Io => self.failure.record(error),
            DbFailure::Contended
            | DbFailure::Refused
            | DbFailure::Unreachable
            | DbFailure::Statement => {}
        }
    }

    /// Records a commit: there is space.
    pub(super) fn record_commit(&self) {
        self.is_full.store(false, Ordering::Relaxed);
    }

    /// Whether the last write found no space.
    pub(super) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }
}
