//! Imports users from lines of JSON, a batch at a time.
//!
//! The server checks the rows. A row whose user exists already is skipped, so an interrupted import is simply run again.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};

use super::is_standard;
use crate::cli::operator::Operator;

mod duplicates;
mod lines;

use duplicates::Duplicates;
use lines::{Batch, Lines};

/// How long a batch is tried while the server is busy: nobody likes to begin again what takes minutes.
const BUSY_TIMEOUT: Duration = Duration::from_mins(1);

#[derive(Args, Debug)]
pub(super) struct Import {
    /// The file, a JSON object on each line, or - for standard input; docs/commands.md describes the rows
    file: PathBuf,
    /// Only report what would be created, and which lines can't be used
    #[arg(long)]
    dry_run: bool,
    /// Begin with this line
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    from_line: u64,
}

/// The progress of an import.
#[derive(Default)]
struct Report {
    created: u64,
    unchanged: u64,
    problems: Vec<(u64, String)>,
}

impl Import {
    /// Says what became of the lines before `next`, and how an import goes on that ends there. Some of the lines after it may
    /// be imported, too: they are then already there.
    fn progress(&self, report: &Report, next: u64) -> String {
        if self.dry_run {
            return "nothing was imported, because it was a dry run".to_owned();
        }
        let Report { created, unchanged, problems } = report;
        let unusable = problems.len();
        format!(
            "of the lines before {next}, {created} were imported, {unchanged} were already there and {unusable} can't be used: \
             go on with --from-line {next}"
        )
    }

    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let name = || format!("{} can't be read", self.file.display());
        let input: Box<dyn BufRead> = if is_standard(&self.file) {
            Box::new(BufReader::new(io::stdin()))
        } else {
            Box::new(BufReader::new(File::open(&self.file).with_context(name)?))
        };
        self.import_all(operator, input, BUSY_TIMEOUT).await
    }

    /// Imports what `input` has. While the server is busy, a batch is tried for as long as `busy_timeout`.
    async fn import_all(
        &self,
        operator: &mut Operator,
        input: Box<dyn BufRead>,
        busy_timeout: Duration,
    ) -> anyhow::Result<()> {
        operator.set_busy_timeout(busy_timeout);
        let name = || format!("{} can't be read", self.file.display());
        let mut lines = Lines::new(input, self.from_line);
        let (mut report, mut duplicates) = (Report::default(), Duplicates::default());
        operator.on_interrupt(self.progress(&report, self.from_line));
        while let Some(batch) = lines.next_batch().with_context(name)? {
            let (first, last) = (batch.first, batch.last);
            self.import(operator, batch, &mut duplicates, &mut report).await.with_context(
                || {
                    format!(
                        "lines {first} to {last} were not imported; {}",
                        self.progress(&report, first)
                    )
                },
            )?;
            operator.on_interrupt(self.progress(&report, last.saturating_add(1)));
            if io::stderr().is_terminal() {
                eprint!("\r{last} lines");
            }
        }
        if io::stderr().is_terminal() {
            eprintln!();
        }
        self.conclude(operator, report)
    }

    /// Sends a batch, and adds the server's answer to the report.
    async fn import(
        &self,
        operator: &mut Operator,
        batch: Batch,
        duplicates: &mut Duplicates,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        report.problems.extend(batch.problems);
        let mut rows = Vec::with_capacity(batch.lines.len());
        let mut sent = Vec::with_capacity(batch.lines.len());
        for (number, line) in batch.lines {
            let keys = duplicates.keys(&line);
            if let Some(problem) = duplicates.find(&keys) {
                report.problems.push((number, problem));
            } else {
                rows.push(line);
                sent.push((number, keys));
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let variables = json!({ "rows": rows, "dryRun": self.dry_run });
        let result = operator.call("usersImport", variables).await?;
        let count = |name| result.get(name).and_then(Value::as_u64).unwrap_or_default();
        report.created = report.created.saturating_add(count("created"));
        report.unchanged = report.unchanged.saturating_add(count("unchanged"));
        let problems = problems_by_row(&result);
        for (row, (number, keys)) in (0..).zip(&sent) {
            match problems.get(&row) {
                None => duplicates.add(*number, keys),
                // The server says that another row has the same, and not on which line that is.
                Some(text) => {
                    let repeated = duplicates.find(keys);
                    report.problems.push((*number, repeated.unwrap_or_else(|| text.clone())));
                }
            }
        }
        Ok(())
    }

    /// Prints the report. Fails if there were lines that can't be used.
    fn conclude(&self, operator: &Operator, mut report: Report) -> anyhow::Result<()> {
        report.problems.sort();
        let problems = report.problems.iter();
        let listed: Vec<_> =
            problems.clone().map(|(line, text)| json!({ "line": line, "problem": text })).collect();
        let summary = json!({
            "created": report.created, "unchanged": report.unchanged, "problems": listed,
        });
        operator.print(&summary, || {
            let created = if self.dry_run { "would be created" } else { "created" };
            let lines = problems.map(|(line, text)| format!("line {line}: {text}\n"));
            format!(
                "{}users {created}: {}, already there: {}",
                lines.collect::<String>(),
                report.created,
                report.unchanged
            )
        })?;
        match report.problems.len() {
            0 => Ok(()),
            1 => bail!("1 line can't be used"),
            lines => bail!("{lines} lines can't be used"),
        }
    }
}

/// What the server says of the rows that it can't use.
fn problems_by_row(result: &Value) -> HashMap<u64, String> {
    let problems = result.get("problems").and_then(Value::as_array);
    let problems = problems.into_iter().flatten().filter_map(|problem| {
        let text = problem.get("problem").and_then(Value::as_str)?;
        Some((problem.get("row").and_then(Value::as_u64)?, text.to_owned()))
    });
    problems.collect()
}

#[cfg(test)]
mod tests;
