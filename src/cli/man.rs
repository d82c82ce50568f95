//! `accountd man`: writes a manual page for each command.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use clap_mangen::generate_to;

#[derive(Args, Debug)]
pub(super) struct Man {
    /// The folder, created if missing: accountd.1, accountd-serve.1 and so on
    folder: PathBuf,
}

impl Man {
    pub(super) fn run(&self, command: clap::Command) -> anyhow::Result<()> {
        fs::create_dir_all(&self.folder)
            .and_then(|()| generate_to(command, &self.folder))
            .with_context(|| format!("{} can't be written", self.folder.display()))
    }
}
