//! The scenarios: what is asked, and what must come back.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::ensure;
use clap::ValueEnum;
use memchr::memmem;

use crate::connection::Answer;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Reading the user, with a JWT.
    #[value(name = "accountGet")]
    Get,
    /// Reading the user's ten sessions, with a JWT.
    #[value(name = "accountListSessions")]
    ListSessions,
    /// Replacing the preferences, with a JWT.
    #[value(name = "accountUpdatePrefs")]
    UpdatePrefs,
    /// Signing in with a password.
    #[value(name = "sign-in")]
    SignIn,
}

/// The requests of one scenario to one server.
#[derive(Debug)]
pub(crate) struct Work {
    /// The request line and the headers but for the length.
    pub(crate) head: String,
    /// The body, with [`MARK`] where each request differs.
    pub(crate) body: String,
    /// What each answer holds, with [`MARK`] likewise.
    pub(crate) expected: String,
    /// How many were made.
    pub(crate) made: AtomicU64,
}

/// What stands for the part that differs from request to request. As long as what replaces it.
pub(crate) const MARK: &str = "@@@@@@@@@@@@@@@@";

impl Work {
    /// The next request of a connection, and what its answer must hold.
    pub(crate) fn next(&self, connection: usize) -> (Vec<u8>, Cow<'_, str>) {
        let (body, expected) = if self.body.contains(MARK) {
            let count = self.made.fetch_add(1, Ordering::Relaxed);
            let mark = format!("n{connection:04}-{count:010}");
            let body = Cow::Owned(self.body.replace(MARK, &mark));
            (body, Cow::Owned(self.expected.replace(MARK, &mark)))
        } else {
            (Cow::Borrowed(self.body.as_str()), Cow::Borrowed(self.expected.as_str()))
        };
        (request(&self.head, &body), expected)
    }

    /// Fails when the answer isn't the one that was to come.
    #[expect(clippy::unused_self, reason = "the counterpart of `next`")]
    pub(crate) fn check(&self, answer: &Answer, expected: &str) -> anyhow::Result<()> {
        let Answer { status, body } = answer;
        let text = || String::from_utf8_lossy(body);
        ensure!(*status == 200, "status {status}: {}", text());
        ensure!(memmem::find(body, b"\"errors\"").is_none(), "errors: {}", text());
        ensure!(memmem::find(body, expected.as_bytes()).is_some(), "no {expected}: {}", text());
        Ok(())
    }
}

/// A whole request.
pub(crate) fn request(head: &str, body: &str) -> Vec<u8> {
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
