//! `accountd completions`: prints a script for a shell.

use std::io;
use std::io::Write;

use clap::Args;
use clap_complete::{Shell, generate};

#[derive(Args, Debug)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, mut command: clap::Command) -> anyhow::Result<()> {
        // `generate` panics if it can't write, as into a pipe that is closed.
        let mut script = Vec::new();
        generate(self.shell, &mut command, "accountd", &mut script);
        Ok(io::stdout().write_all(&script)?)
    }
}
