//! `accountd schema`: prints the GraphQL schema, with the configured limits.

use std::io;
use std::io::Write;

use crate::config::Config;
use crate::schema::Schema;

pub(super) fn run(config: &Config) -> anyhow::Result<()> {
    Ok(io::stdout().write_all(Schema::of(config)?.sdl().as_bytes())?)
}
