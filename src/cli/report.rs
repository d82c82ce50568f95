//! A report of what works and what doesn't, a line for each.

use std::fmt::Display;

use anyhow::bail;

use super::output::print;

/// The findings so far.
#[derive(Default)]
pub(super) struct Report {
    faults: usize,
    /// Why a line could not be printed.
    failure: Option<anyhow::Error>,
}

impl Report {
    /// Prints a line for a finding, or one for each of its faults.
    pub(super) fn add(&mut self, subject: &str, finding: Result<impl Display, impl Display>) {
        match finding {
            Ok(finding) => self.print(format_args!("ok   {subject}: {finding}")),
            Err(faults) => {
                for fault in faults.to_string().lines() {
                    self.faults = self.faults.saturating_add(1);
                    self.print(format_args!("bad  {subject}: {fault}"));
                }
            }
        }
    }

    /// Prints a line for what works, and is probably unintended.
    pub(super) fn warn(&mut self, subject: &str, warning: &str) {
        self.print(format_args!("warn {subject}: {warning}"));
    }

    fn print(&mut self, line: impl Display) {
        self.failure = self.failure.take().or(print(line).err());
    }

    /// Fails if there are faults, or if they could not be printed.
    pub(super) fn conclude(self) -> anyhow::Result<()> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        match self.faults {
            0 => Ok(()),
            1 => bail!("1 problem found"),
            faults => bail!("{faults} problems found"),
        }
    }
}
