//! Caches what an issuer publishes; one request at a time fetches it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entity::Timestamp;

use super::answer::Unusable;

/// How old the cached value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// An hour, or a day if the issuer doesn't respond.
    Usual,
    /// A minute: no known key fits a signature.
    InDoubt,
}

impl Age {
    fn oldest(self) -> Duration {
        match self {
            Self::Usual => Duration::from_hours(1),
            Self::InDoubt => PAUSE,
        }
    }
}

/// How old the cached value may be while the issuer doesn't respond.
const STALE: Duration = Duration::from_hours(24);
/// How long to wait before trying again after a failure, if there is a cached value.
const PAUSE: Duration = Duration::from_mins(1);

/// A cached value.
#[derive(Debug)]
pub(super) struct Remembered<T> {
    state: Mutex<State<T>>,
    /// Locked by the request that fetches.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State<T> {
    /// The value, and when it was fetched.
    found: Option<(Timestamp, Arc<T>)>,
    /// The time and reason of the last failure.
    failure: Option<(Timestamp, String)>,
    /// How many attempts have failed.
    failures: u64,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        let state = State { found: None, failure: None, failures: 0 };
        Self { state: Mutex::new(state), turn: tokio::sync::Mutex::default() }
    }
}

impl<T> Remembered<T> {
    /// The cached value if it is fresh; otherwise fetches it by `fetch` and parses it by `read`. Concurrent
    /// requests share the result.
    pub(super) async fn get(
        &self,
        now: Timestamp,
        age: Age,
        fetch: impl AsyncFnOnce() -> Result<Vec<u8>, String>,
        read: impl FnOnce(&[u8]) -> Result<T, Unusable>,
    ) -> Result<Arc<T>, String> {
        let failures = {
            let state = self.state();
            if let Some(found) = state.usable(now, age) {
                return Ok(found);
            }
            state.failures
        };
        let _turn = self.turn.lock().await;
        {
            let state = self.state();
            if let Some(found) = state.usable(now, age) {
                return Ok(found);
            }
            if let Some((_, cause)) = state.failure.as_ref().filter(|_| state.failures > failures) {
                return Err(cause.clone());
            }
        }
        match fetch().await {
            Ok(body) => {
                let found = Arc::new(read(&body).map_err(|refusal| refusal.to_string())?);
                let mut state = self.state();
                state.found = Some((now, Arc::clone(&found)));
                state.failure = None;
                Ok(found)
            }
            Err(cause) => {
                let mut state = self.state();
                state.failures = state.failures.saturating_add(1);
                state.failure = Some((now, cause.clone()));
                let found = state.usable(now, age).ok_or_else(|| cause.clone())?;
                tracing::warn!("what was fetched before is used on for a while: {cause}");
                Ok(found)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn usable(&self, now: Timestamp, age: Age) -> Option<Arc<T>> {
        let (fetched_at, found) = self.found.as_ref()?;
        let failed = self.failure.as_ref().is_some_and(|(at, _)| now.since(*at) < PAUSE);
        let oldest = if failed && age == Age::Usual { STALE } else { age.oldest() };
        (now.since(*fetched_at) < oldest).then(|| Arc::clone(found))
    }
}
