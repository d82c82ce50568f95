//! Limits open connections: WebSockets and event streams.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::client::network::networks;

/// How many connections a user may have (WS-2).
const PER_USER: u32 = 10;
/// How many connections a network may have; a /48 of IPv6 may have 16 times as many.
const PER_NETWORK: u32 = 200;

/// The number of open connections by owner.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections(Arc<Mutex<HashMap<String, u32>>>);

/// A counted connection, released when dropped.
#[derive(Debug)]
pub(super) struct ConnectionPermit {
    connections: Connections,
    keys: Vec<String>,
}

impl Connections {
    /// Counts a connection of the client's network, unless it has too many.
    pub(super) fn of_network(&self, client: &Client) -> Option<ConnectionPermit> {
        let networks = networks(client.ip).into_iter();
        self.acquire(networks.map(|(network, share)| (network, PER_NETWORK.saturating_mul(share))))
    }

    /// Counts a connection of the caller, unless there are too many.
    pub(super) fn of_user(&self, caller: &SignedIn) -> Option<ConnectionPermit> {
        let (project, user) = caller.user.key();
        self.acquire([(format!("{project}/{user}"), PER_USER)].into_iter())
    }

    fn acquire(&self, keys: impl Iterator<Item = (String, u32)>) -> Option<ConnectionPermit> {
        let mut permit = ConnectionPermit { connections: self.clone(), keys: Vec::new() };
        for (key, max) in keys {
            {
                let mut open = self.open();
                let count = open.entry(key.clone()).or_default();
                if *count >= max {
                    return None;
                }
                *count = count.saturating_add(1);
            }
            permit.keys.push(key);
        }
        Some(permit)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        for key in &self.keys {
            if let Some(count) = open.get_mut(key) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    open.remove(key);
                }
            }
        }
    }
}
