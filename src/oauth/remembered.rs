//! Caches what an issuer publishes; one request at a time fetches it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entity::Timestamp;

use super::answer::Unusable;

/// How old the cached value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// An hour, or a day if the issuer doesn't respond, or with nonsense.
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
/// How long to wait before trying again after a failure, if there is a cached value or the issuer is in doubt.
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
            if let Some((_, cause)) = &state.failure
                && (state.failures > failures || age == Age::InDoubt && state.has_just_failed(now))
            {
                return Err(cause.clone());
            }
        }
        let fetched = fetch().await;
        match fetched.and_then(|body| read(&body).map_err(|error| error.to_string())) {
            Ok(found) => {
                let found = Arc::new(found);
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
        let is_usual = age == Age::Usual;
        let oldest = if is_usual && self.has_just_failed(now) { STALE } else { age.oldest() };
        (now.since(*fetched_at) < oldest).then(|| Arc::clone(found))
    }

    fn has_just_failed(&self, now: Timestamp) -> bool {
        self.failure.as_ref().is_some_and(|(at, _)| now.since(*at) < PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const START: Timestamp = Timestamp::from_millis(0);

    fn read(body: &[u8]) -> Result<String, Unusable> {
        match std::str::from_utf8(body) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(Unusable::new("keys", "no text")),
        }
    }

    async fn get(
        it: &Remembered<String>,
        minutes: u64,
        age: Age,
        answer: Result<&[u8], &str>,
    ) -> (Result<String, String>, bool) {
        let is_asked = Cell::new(false);
        let fetch = async || {
            is_asked.set(true);
            answer.map(<[u8]>::to_vec).map_err(str::to_owned)
        };
        let found = it.get(START + Duration::from_mins(minutes), age, fetch, read).await;
        (found.map(|found| (*found).clone()), is_asked.get())
    }

    /// A good status with a bad body is a failure as any other: the copy is used on, and there is a pause.
    #[tokio::test]
    async fn nonsense_is_a_failure() {
        for answer in [Ok(&b"\xff"[..]), Err("it is away")] {
            let it = Remembered::default();
            assert_eq!(get(&it, 0, Age::Usual, Ok(b"one")).await, (Ok("one".to_owned()), true));

            assert_eq!(get(&it, 60, Age::Usual, answer).await, (Ok("one".to_owned()), true));
            assert_eq!(get(&it, 60, Age::Usual, Ok(b"two")).await, (Ok("one".to_owned()), false));
            assert_eq!(get(&it, 61, Age::Usual, Ok(b"two")).await, (Ok("two".to_owned()), true));
        }
    }

    /// In doubt, too, a failure is followed by a pause.
    #[tokio::test]
    async fn doubt_waits_after_a_failure() {
        let it = Remembered::default();
        get(&it, 0, Age::Usual, Ok(b"one")).await.0.unwrap();
        let away = Err("it is away".to_owned());

        assert_eq!(get(&it, 5, Age::InDoubt, Err("it is away")).await, (away.clone(), true));
        assert_eq!(get(&it, 5, Age::InDoubt, Ok(b"two")).await, (away, false));
        assert_eq!(get(&it, 6, Age::InDoubt, Ok(b"two")).await, (Ok("two".to_owned()), true));
    }
}
