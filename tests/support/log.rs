//! Captures what the server logs in a test's thread.

use std::io;
use std::sync::{Arc, Mutex};

use accountd::request_log::{JsonLines, TextLines};
use serde_json::Value;
use tracing::subscriber::{DefaultGuard, set_default};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, fmt, registry};

use super::statements::Recorder;

/// The log from here on, until this is dropped.
pub(crate) struct Log {
    text: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

/// Writes into a text.
struct Writer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Logs as in production: a JSON object a line.
    pub(crate) fn json(filter: &str) -> Self {
        let text = Arc::<Mutex<Vec<u8>>>::default();
        let writer = Arc::clone(&text);
        let log = fmt::layer().event_format(JsonLines);
        let log = log.with_writer(move || Writer(Arc::clone(&writer)));
        let log = registry().with(log.with_filter(EnvFilter::new(filter)));
        Self { text, _guard: set_default(log.with(Recorder::layer())) }
    }

    /// Logs as in development: text for people.
    pub(crate) fn text(filter: &str) -> Self {
        let text = Arc::<Mutex<Vec<u8>>>::default();
        let writer = Arc::clone(&text);
        let log = fmt::layer().event_format(TextLines::new(false));
        let log = log.with_writer(move || Writer(Arc::clone(&writer)));
        let log = registry().with(log.with_filter(EnvFilter::new(filter)));
        Self { text, _guard: set_default(log.with(Recorder::layer())) }
    }

    /// Everything that was logged since the last call.
    pub(crate) fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.text.lock().unwrap())).unwrap()
    }

    /// The lines about requests and operations since the last call.
    pub(crate) fn take_access(&self) -> Vec<Value> {
        let text = self.take();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
        lines.filter(|line| line["target"] == "accountd::access").collect()
    }

    /// The next line about a request, which a server may write after its client has the response.
    pub(crate) async fn next_request(&self) -> Value {
        loop {
            if let Some(line) = self.take_access().into_iter().next() {
                return line;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The only line about a request since the last call.
    pub(crate) fn take_request(&self) -> Value {
        let lines = self.take_access();
        assert_eq!(lines.len(), 1, "{lines:#?}");
        lines.into_iter().next().unwrap()
    }
}
