//! `accountd completions`: prints a script for a shell.

use clap::Args;
use clap_complete::{Shell, generate};

use super::output::print_text;

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
        print_text(String::from_utf8(script)?)
    }
}
