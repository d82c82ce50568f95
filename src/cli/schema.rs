//! `accountd schema`: prints the GraphQL schema, with the configured limits.

use std::io;
use std::io::Write;

use crate::config::Config;
use crate::schema;

pub(super) fn run(config: &Config) -> anyhow::Result<()> {
    Ok(io::stdout().write_all(schema::sdl_of(config)?.as_bytes())?)
}
