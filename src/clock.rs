//! The time: the real one, and one that tests set.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use entity::Timestamp;

/// Tells the time to everything that asks; nothing else reads the system's clock.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
    /// The latest moment that was told, in milliseconds since 1970.
    latest: Arc<AtomicI64>,
}

/// Where the time comes from.
#[derive(Clone, Debug)]
enum Source {
    /// The machine's clock.
    System,
    /// A clock that stands still until a test moves it; milliseconds since 1970.
    Fake(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self { source: Source::System, latest: Arc::default() }
    }

    /// A clock that stands still at `start`.
    pub fn fake(start: Timestamp) -> Self {
        let now = Arc::new(AtomicI64::new(start.millis()));
        Self { source: Source::Fake(now), latest: Arc::default() }
    }

    /// The present moment, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        let now = match &self.source {
            Source::System => {
                #[expect(clippy::disallowed_methods, reason = "this is the App's clock")]
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
            }
            Source::Fake(millis) => millis.load(Ordering::SeqCst),
        };
        self.latest.fetch_max(now, Ordering::SeqCst);
        Timestamp::from_millis(now)
    }

    /// The latest moment that this process has seen. What has expired once stays so, even if the clock is set back
    /// (security.md OT-7).
    pub fn latest(&self) -> Timestamp {
        let now = self.now();
        now.max(Timestamp::from_millis(self.latest.load(Ordering::SeqCst)))
    }

    /// Moves a fake clock forward; the system's clock stays as it is.
    pub fn advance(&self, span: Duration) {
        if let Source::Fake(millis) = &self.source {
            let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
            millis.fetch_add(span, Ordering::SeqCst);
        }
    }

    /// Sets a fake clock back; the system's clock stays as it is.
    pub fn set_back(&self, span: Duration) {
        if let Source::Fake(millis) = &self.source {
            let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
            millis.fetch_sub(span, Ordering::SeqCst);
        }
    }
}
