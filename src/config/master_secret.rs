//! Reads and checks the master secret.

use std::path::Path;

use anyhow::{Context, bail, ensure};

use super::{Config, Secret};
use crate::files;

/// The fewest bytes that a master secret may have.
const MIN_BYTES: usize = 32;
/// A random secret of 32 characters has more different ones, even in hexadecimal.
const MIN_DIFFERENT: usize = 8;
/// Secrets from examples and manuals, in lower case and without punctuation.
const WELL_KNOWN: [&str; 8] = [
    "changeme",
    "replaceme",
    "yoursecret",
    "supersecret",
    "placeholder",
    "password",
    "0123456789",
    "abcdefgh",
];

impl Config {
    /// Whether there are previous master secrets.
    pub fn has_previous_secrets(&self) -> bool {
        !(self.master_secret_previous.is_empty() && self.master_secret_previous_files.is_empty())
    }

    /// Reads the previous master secrets. Fails if others can read or guess one.
    pub fn read_previous_secrets(&self) -> anyhow::Result<Vec<Secret>> {
        let texts = self.master_secret_previous.iter().map(|secret| {
            check_strength(secret).context("master_secret_previous")?;
            Ok(secret.clone())
        });
        let files = self.master_secret_previous_files.iter().map(|path| {
            read(path).with_context(|| format!("master_secret_previous_files {}", path.display()))
        });
        texts.chain(files).collect()
    }

    /// Reads the master secret. Fails if others can read or guess it.
    pub fn read_master_secret(&self) -> anyhow::Result<Secret> {
        match (&self.master_secret, &self.master_secret_file) {
            (Some(_), Some(_)) => {
                bail!("master_secret and master_secret_file are both set: keep one")
            }
            (Some(secret), None) => {
                check_strength(secret).context("master_secret")?;
                Ok(secret.clone())
            }
            (None, Some(path)) => {
                read(path).with_context(|| format!("master_secret_file {}", path.display()))
            }
            (None, None) => bail!(
                "master_secret is missing: set it, or master_secret_file, to at least {MIN_BYTES} random bytes"
            ),
        }
    }
}

fn read(path: &Path) -> anyhow::Result<Secret> {
    let secret = Secret::new(files::read_private(path)?.trim());
    check_strength(&secret)?;
    Ok(secret)
}

fn check_strength(secret: &Secret) -> anyhow::Result<()> {
    let text = secret.expose();
    ensure!(!text.is_empty(), "it is empty");
    ensure!(text.len() >= MIN_BYTES, "it is shorter than {MIN_BYTES} bytes");
    let mut bytes = text.as_bytes().to_vec();
    bytes.sort_unstable();
    bytes.dedup();
    ensure!(bytes.len() >= MIN_DIFFERENT, "it repeats few characters: make it random");
    let letters = text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "");
    let is_known = WELL_KNOWN.iter().any(|known| letters.contains(known));
    ensure!(!is_known, "it is taken from an example: make it random");
    Ok(())
}
