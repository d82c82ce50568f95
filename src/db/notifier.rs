//! Notifies subscribers that something was written into a user's security log.
//!
//! Only the fact is passed on; what happened is read from the log, so that nobody has to hold a queue of events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use entity::UserKey;
use tokio::sync::watch;

/// The subscriptions of this process, by user.
#[derive(Clone, Debug, Default)]
pub struct LogNotifier(Arc<Mutex<HashMap<UserKey, watch::Sender<()>>>>);

/// A subscription to the log of one user; it ends when it is dropped.
#[derive(Debug)]
pub struct LogSubscription {
    notifier: LogNotifier,
    user: UserKey,
    received: watch::Receiver<()>,
}

impl LogNotifier {
    /// Subscribes to the log of `user` from now on.
    pub fn subscribe(&self, user: UserKey) -> LogSubscription {
        let received = self.senders().entry(user.clone()).or_default().subscribe();
        LogSubscription { notifier: self.clone(), user, received }
    }

    /// Notifies the subscribers of `user`.
    pub fn notify(&self, user: &UserKey) {
        if let Some(sender) = self.senders().get(user) {
            sender.send_replace(());
        }
    }

    /// Whether there is no subscription.
    pub fn is_idle(&self) -> bool {
        self.senders().is_empty()
    }

    fn senders(&self) -> MutexGuard<'_, HashMap<UserKey, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogSubscription {
    /// Waits until something has been written since the last call.
    pub async fn changed(&mut self) {
        // The sender lives as long as there is a subscription.
        let _ = self.received.changed().await;
    }
}

impl Drop for LogSubscription {
    fn drop(&mut self) {
        let mut senders = self.notifier.senders();
        // This one is still counted.
        if senders.get(&self.user).is_some_and(|sender| sender.receiver_count() <= 1) {
            senders.remove(&self.user);
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::{ProjectId, UserId};
    use futures_util::FutureExt;

    use super::*;

    fn user(id: &str) -> UserKey {
        (ProjectId::new("default"), UserId::new(id))
    }

    #[tokio::test]
    async fn only_subscribers_of_the_user_are_notified() {
        let notifier = LogNotifier::default();
        let mut ada = notifier.subscribe(user("ada"));
        let mut bob = notifier.subscribe(user("bob"));

        notifier.notify(&user("ada"));

        assert!(ada.changed().now_or_never().is_some());
        assert!(ada.changed().now_or_never().is_none());
        assert!(bob.changed().now_or_never().is_none());
    }

    #[test]
    fn a_user_without_subscribers_takes_no_memory() {
        let notifier = LogNotifier::default();
        let one = notifier.subscribe(user("ada"));
        let two = notifier.subscribe(user("ada"));

        drop(one);
        assert!(!notifier.is_idle());
        drop(two);
        assert!(notifier.is_idle());
    }
}
