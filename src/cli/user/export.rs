//! Exports users.

use std::io;
use std::io::ErrorKind::AlreadyExists;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::{Value, json};

use super::is_standard;
use crate::cli::operator::{Operator, counted};
use crate::cli::output::print;
use crate::files;

#[derive(Args, Debug)]
pub(super) struct Export {
    /// The file to write, which only its owner can read; it must not exist yet. Default: standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Include the hashes of passwords, with which passwords can be guessed
    #[arg(long)]
    with_hashes: bool,
}

impl Export {
    pub(super) async fn run(self, operator: &mut Operator) -> anyhow::Result<()> {
        let place = || format!("{} can't be written", self.output.display());
        let mut output: Box<dyn Write> = if is_standard(&self.output) {
            Box::new(BufWriter::new(io::stdout()))
        } else {
            let file = files::private().write(true).create_new(true).open(&self.output);
            let is_there = file.as_ref().is_err_and(|error| error.kind() == AlreadyExists);
            ensure!(!is_there, "{} exists already: choose another file", self.output.display());
            Box::new(BufWriter::new(file.with_context(place)?))
        };
        let field = if self.with_hashes { "usersExportWithHashes" } else { "usersExport" };
        let (mut after, mut count) = (Value::Null, 0_usize);
        loop {
            let page = operator.call(field, json!({ "after": after })).await?;
            let rows = page.pointer("/rows").and_then(Value::as_array);
            for row in rows.into_iter().flatten().filter_map(Value::as_str) {
                writeln!(output, "{row}").with_context(place)?;
                count = count.saturating_add(1);
            }
            match page.pointer("/last") {
                None | Some(Value::Null) => break,
                Some(last) => after = last.clone(),
            }
        }
        output.flush().with_context(place)?;
        if !is_standard(&self.output) {
            let users = counted(count, "user");
            print(format_args!("exported {users} to {}", self.output.display()))?;
        }
        Ok(())
    }
}
