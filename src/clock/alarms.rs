//! Wakes those who wait for a time. One task looks at the clock for all of them, because it may jump: thousands of idle
//! connections wake nobody.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entity::Timestamp;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::Clock;

/// How often the clock is read: an ended session is noticed within a second (WS-1).
const TICK: Duration = Duration::from_millis(300);

/// Those who wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Alarms(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    /// By the time they wait for.
    all: BTreeMap<AlarmKey, oneshot::Sender<()>>,
    next: u64,
    /// Whether the task goes on.
    is_watched: bool,
    task: Option<JoinHandle<()>>,
}

/// A time, and a number that is unique.
type AlarmKey = (Timestamp, u64);

/// Removes a key when nobody waits any more.
struct Registered<'a>(&'a Alarms, AlarmKey);

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.0.waiting().all.remove(&self.1);
    }
}

impl Alarms {
    /// Waits until `clock` shows `time`.
    pub(super) async fn reached(&self, clock: &Clock, time: Timestamp) {
        if clock.now() >= time {
            return;
        }
        let (wake, woken) = oneshot::channel();
        let key = self.add(time, wake, clock);
        let _registered = Registered(self, key);
        let _ = woken.await;
    }

    fn add(&self, time: Timestamp, wake: oneshot::Sender<()>, clock: &Clock) -> AlarmKey {
        let mut waiting = self.waiting();
        let key = (time, waiting.next);
        waiting.next = waiting.next.wrapping_add(1);
        waiting.all.insert(key, wake);
        // It ends by itself, or with its runtime.
        let has_ended = waiting.task.as_ref().is_none_or(JoinHandle::is_finished);
        if !waiting.is_watched || has_ended {
            waiting.is_watched = true;
            waiting.task = Some(tokio::spawn(watch(clock.clone())));
        }
        key
    }

    /// Wakes those whose time has come. Returns whether others wait.
    fn wake(&self, now: Timestamp) -> bool {
        let mut waiting = self.waiting();
        while let Some(first) = waiting.all.first_entry()
            && first.key().0 <= now
        {
            // Whoever has gone meanwhile needs no call.
            let _ = first.remove().send(());
        }
        waiting.is_watched = !waiting.all.is_empty();
        waiting.is_watched
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks at the clock as long as somebody waits.
async fn watch(clock: Clock) {
    loop {
        sleep(TICK).await;
        if !clock.alarms.wake(clock.now()) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_795_435_200_000);
    const HOUR: Duration = Duration::from_hours(1);
    /// Long after it should have happened.
    const TIMEOUT: Duration = Duration::from_secs(20);

    /// WS-1: each is woken at its own time, also by a clock that jumps.
    #[tokio::test]
    async fn each_is_woken_at_its_time() {
        let clock = Clock::fake(NOON);
        let reached = |hours: u32| {
            let clock = clock.clone();
            tokio::spawn(async move { clock.reached(NOON + HOUR * hours).await })
        };
        let (one, two, later) = (reached(1), reached(2), reached(3));
        sleep(TICK * 2).await;
        assert!(!one.is_finished());

        clock.set_ahead(HOUR * 2);
        timeout(TIMEOUT, async { (one.await.unwrap(), two.await.unwrap()) }).await.unwrap();
        assert!(!later.is_finished());

        later.abort();
        assert!(later.await.is_err());
        assert_eq!(clock.alarms.waiting().all.len(), 0);
        let unwatched = async {
            while clock.alarms.waiting().is_watched {
                sleep(TICK).await;
            }
        };
        timeout(TIMEOUT, unwatched).await.unwrap();
        // The task begins again.
        let again = reached(3);
        sleep(TICK).await;
        clock.advance(HOUR);
        timeout(TIMEOUT, again).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn nobody_waits_for_the_past() {
        let clock = Clock::fake(NOON);
        clock.reached(NOON).await;
        assert_eq!(clock.alarms.waiting().next, 0);
    }
}
