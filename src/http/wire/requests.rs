//! What is known of a connection's requests.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::http::framing::Doubt;

/// What is known of a connection's requests, shared with their handlers.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Requests(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// How many heads have been read.
    heads: AtomicU64,
    /// The number of the request in doubt.
    found: OnceLock<(u64, Doubt)>,
    /// How many requests have been handled.
    answered: AtomicU64,
    /// Whether the last one was answered with 101: what follows is another protocol.
    are_over: AtomicBool,
    /// Whether the client must read on before more can be sent.
    is_stalled: AtomicBool,
}

impl Requests {
    /// The doubt about the next request.
    pub(in crate::http) fn doubt_of_next(&self) -> Option<Doubt> {
        let next = self.0.answered.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        match self.0.found.get() {
            Some((number, doubt)) if *number == next => Some(*doubt),
            // hyper has found a head where none was seen.
            _ if next > self.0.heads.load(Ordering::Relaxed) => Some(Doubt::Unfollowed),
            _ => None,
        }
    }

    /// Notes how many heads have been read, and the doubt about the last one.
    pub(super) fn note_heads(&self, heads: u64, doubt: Option<Doubt>) {
        self.0.heads.store(heads, Ordering::Relaxed);
        if let Some(doubt) = doubt {
            self.0.found.get_or_init(|| (heads, doubt));
        }
    }

    /// Notes whether the client must read on before more can be sent.
    pub(super) fn note_stalled(&self, is_stalled: bool) {
        self.0.is_stalled.store(is_stalled, Ordering::Relaxed);
    }

    /// No request follows, because the server has agreed to another protocol. The request for an upgrade
    /// isn't enough: the server may ignore it and read further requests.
    pub(in crate::http) fn end(&self) {
        self.0.are_over.store(true, Ordering::Relaxed);
    }

    /// Whether no request follows.
    pub(super) fn are_over(&self) -> bool {
        self.0.are_over.load(Ordering::Relaxed)
    }

    /// Whether the client must read on before more can be sent.
    pub(in crate::http) fn is_stalled(&self) -> bool {
        self.0.is_stalled.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C-17: each doubt is of one request, and a request whose head was not seen is in doubt.
    #[test]
    fn a_doubt_is_of_its_request() {
        let requests = Requests::default();
        requests.note_heads(2, Some(Doubt::Coding));

        assert_eq!(requests.doubt_of_next(), None);
        assert_eq!(requests.clone().doubt_of_next(), Some(Doubt::Coding));
        assert_eq!(requests.doubt_of_next(), Some(Doubt::Unfollowed));
    }
}
