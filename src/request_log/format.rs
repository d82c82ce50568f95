//! The format of the log: JSON in production, text in development. A line about a request has its id and operation.

use std::fmt::{Debug, Error, Result, Write};

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Format, Full, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::{ACCESS_LOG, CURRENT};

/// How long lines usually are, in bytes.
const LINE_BYTES: usize = 512;

/// A JSON object a line: time, level, the event's fields, those of the request, and the target.
#[derive(Clone, Copy, Debug)]
pub struct JsonLines;

/// Text for people: time, level, the event's fields, and those of the request.
#[derive(Clone, Debug)]
pub struct TextLines(Format<Full, SystemTime>);

impl TextLines {
    /// Text with the colours of a terminal, or without.
    pub fn new(has_colours: bool) -> Self {
        Self(Format::default().with_target(false).with_ansi(has_colours))
    }
}

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let mut line = JsonLine(Vec::with_capacity(LINE_BYTES));
        line.add("timestamp", &time);
        line.add("level", event.metadata().level().as_str());
        event.record(&mut line);
        add_request(event, |name, value| line.add(name, value));
        line.add("target", event.metadata().target());
        line.0.extend_from_slice(b"}\n");
        writer.write_str(str::from_utf8(&line.0).map_err(|_| Error)?)
    }
}

impl<S, N> FormatEvent<S, N> for TextLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> Result {
        let mut line = String::new();
        self.0.format_event(context, Writer::new(&mut line), event)?;
        line.truncate(line.trim_end().len());
        let mut added = Ok(());
        add_request(event, |name, value| added = added.and(write!(line, " {name}={value:?}")));
        added?;
        writeln!(writer, "{line}")
    }
}

/// Adds the fields of the current request, if there is one. Its own line has them.
fn add_request(event: &Event<'_>, add: impl FnMut(&'static str, &str)) {
    if event.metadata().target() != ACCESS_LOG {
        let _ = CURRENT.try_with(|log| log.add_to_line(add));
    }
}

/// A JSON object that fields are added to. Names are from the code: none needs to be escaped.
struct JsonLine(Vec<u8>);

impl JsonLine {
    fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        // Neither memory nor these values can fail.
        let _ = serde_json::to_writer(&mut self.0, value);
    }
}

impl Visit for JsonLine {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field.name(), &format_args!("{value:?}"));
    }
}
