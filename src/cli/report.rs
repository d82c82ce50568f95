//! A report of what works and what doesn't, a line for each.

use std::fmt::Display;

use anyhow::bail;

/// The findings so far.
#[derive(Default)]
pub(super) struct Report {
    faults: usize,
}

impl Report {
    /// Prints a line for a finding, or one for each of its faults.
    pub(super) fn add(&mut self, subject: &str, finding: Result<impl Display, impl Display>) {
        match finding {
            Ok(finding) => println!("ok   {subject}: {finding}"),
            Err(faults) => {
                for fault in faults.to_string().lines() {
                    self.faults = self.faults.saturating_add(1);
                    println!("bad  {subject}: {fault}");
                }
            }
        }
    }

    /// Fails if there are faults.
    pub(super) fn conclude(self) -> anyhow::Result<()> {
        match self.faults {
            0 => Ok(()),
            1 => bail!("1 problem found"),
            faults => bail!("{faults} problems found"),
        }
    }
}
