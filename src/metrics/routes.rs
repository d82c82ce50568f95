//! Requests by route.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::{Counter, Histogram};

/// The lowest status.
const FIRST_STATUS: u16 = 100;
/// How many there are from there on.
const STATUSES: usize = 500;

/// The routes that were requested, by their templates.
#[derive(Debug, Default)]
pub struct Routes(RwLock<BTreeMap<String, Arc<Route>>>);

/// The requests of a route.
#[derive(Debug)]
pub struct Route {
    /// By status.
    responses: Vec<Counter>,
    /// The time to the response's head.
    pub seconds: Histogram,
}

impl Routes {
    /// The route of a template, such as `/v1/account/sessions/{sessionId}`. A template must not be a client's text.
    pub fn route(&self, template: &str) -> Arc<Route> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(template).cloned();
        known.unwrap_or_else(|| {
            let mut routes = self.0.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(routes.entry(template.to_owned()).or_default())
        })
    }

    /// All routes that were asked for.
    pub fn all(&self) -> Vec<(String, Arc<Route>)> {
        let routes = self.0.read().unwrap_or_else(PoisonError::into_inner);
        routes.iter().map(|(template, route)| (template.clone(), Arc::clone(route))).collect()
    }
}

impl Default for Route {
    fn default() -> Self {
        let responses = (0..STATUSES).map(|_| Counter::default()).collect();
        Self { responses, seconds: Histogram::default() }
    }
}

impl Route {
    /// Counts a response, and the time that it took.
    pub fn count(&self, status: u16, elapsed: Duration) {
        let place = usize::from(status.saturating_sub(FIRST_STATUS));
        if let Some(responses) = self.responses.get(place) {
            responses.count();
        }
        self.seconds.observe(elapsed);
    }

    /// How many responses had each status that any had.
    pub fn responses(&self) -> impl Iterator<Item = (u16, u64)> {
        let counts = (FIRST_STATUS..).zip(self.responses.iter().map(Counter::get));
        counts.filter(|(_, count)| *count > 0)
    }
}
