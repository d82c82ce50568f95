//! Logs to standard output.

use std::io::{BufWriter, IsTerminal, Write};
use std::time::Duration;
use std::{env, io, thread};

use anyhow::Context;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::MakeWriterExt;

use crate::request_log::{ACCESS_LOG, JsonLines, TextLines};

/// The log filter, unless `RUST_LOG` is set.
const LEVELS: &str = "info,sea_orm_migration=warn,sqlx=warn";

/// How long lines about requests are collected before they are written.
const BATCH_TIME: Duration = Duration::from_millis(20);
/// How many bytes of them are written at once.
const BATCH_BYTES: usize = 64 * 1024;
/// How many lines about requests wait to be written. Memory for all of them is reserved at the start, 32 bytes each.
const MAX_WAITING: usize = 16 * 1024;

/// Logs to standard output: text in development, one JSON object a line in production. Lines about requests
/// are written by a thread until the returned guard is dropped, so that a blocked reader of the log doesn't
/// block requests. Beyond [`MAX_WAITING`] lines, further ones are dropped.
pub(super) fn start(is_dev: bool) -> anyhow::Result<WorkerGuard> {
    let levels = env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_| LEVELS.to_owned());
    let filter = EnvFilter::try_new(levels)
        .context("RUST_LOG is neither a level nor a list such as warn,accountd=debug")?;
    let (access_log, writing) = NonBlockingBuilder::default()
        .buffered_lines_limit(MAX_WAITING)
        .finish(Batches::new(io::stdout()));
    let writer = access_log.with_filter(|line| line.target() == ACCESS_LOG).or_else(io::stdout);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    if is_dev {
        log.event_format(TextLines::new(io::stdout().is_terminal())).init();
    } else {
        log.event_format(JsonLines).init();
    }
    Ok(writing)
}

/// Writes the lines since the last flush together, and then pauses: a busy server would otherwise wake the thread, and call the
/// system, for each request.
struct Batches<W: Write>(BufWriter<W>);

impl<W: Write> Batches<W> {
    fn new(output: W) -> Self {
        Self(BufWriter::with_capacity(BATCH_BYTES, output))
    }
}

impl<W: Write> Write for Batches<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.0.flush();
        thread::sleep(BATCH_TIME);
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_written_together() {
        let mut batches = Batches::new(Vec::new());
        batches.write_all(b"one\n").unwrap();
        batches.write_all(b"two\n").unwrap();
        assert!(batches.0.get_ref().is_empty());

        batches.flush().unwrap();
        batches.flush().unwrap();

        assert_eq!(batches.0.get_ref(), b"one\ntwo\n");
    }
}
