//! What commands print: results at standard output, and errors. `println!` would panic if that is closed or full.

use std::fmt::Display;
use std::io;
use std::io::{ErrorKind, Write};

use crate::config::ConfigErrors;
use crate::http_client;

/// Prints lines. That the reader has gone, as `head` does, is no error.
pub(super) fn print(text: impl Display) -> anyhow::Result<()> {
    unless_closed(write(format_args!("{text}\n")))
}

/// Prints a text that has its line breaks. That the reader has gone is no error.
pub(super) fn print_text(text: impl Display) -> anyhow::Result<()> {
    unless_closed(write(text))
}

/// Prints lines that somebody must get: fails also if the reader has gone.
pub(super) fn deliver(text: impl Display) -> anyhow::Result<()> {
    Ok(write(format_args!("{text}\n"))?)
}

/// Writes a line to standard error, if that can be written to.
pub(super) fn note(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn write(text: impl Display) -> io::Result<()> {
    let mut output = io::stdout().lock();
    write!(output, "{text}")?;
    // What is left in the buffer at the end of the process is lost without an error.
    output.flush()
}

fn unless_closed(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// An error with its causes, each of them once: some errors have the text of their cause in their own.
pub(super) fn causes(error: &anyhow::Error) -> String {
    http_client::causes(error.as_ref())
}

/// Writes each problem on a line of its own, and any other error on a single line.
pub(super) fn lines_of(error: &anyhow::Error) -> Vec<String> {
    let text = causes(error);
    if error.is::<ConfigErrors>() {
        text.lines().map(str::to_owned).collect()
    } else {
        vec![text.lines().map(str::trim).collect::<Vec<_>>().join(" ")]
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;
    use sea_orm::{DbErr, RuntimeErr};

    use super::*;

    #[test]
    fn an_error_of_several_lines_is_reported_in_one() {
        let error = anyhow!("first\n  second").context("opening");

        assert_eq!(lines_of(&error), ["opening: first second"]);
    }

    #[test]
    fn a_cause_is_named_once() {
        let cause = RuntimeErr::Internal("no such table".to_owned());
        let error = anyhow::Error::new(DbErr::Query(cause)).context("opening");

        assert_eq!(lines_of(&error), ["opening: Query Error: no such table"]);
    }

    #[test]
    fn problems_are_reported_in_a_line_each() {
        let mut problems = ConfigErrors::default();
        problems.note("one");
        problems.note("two");

        assert_eq!(lines_of(&problems.into()), ["one", "two"]);
    }
}
