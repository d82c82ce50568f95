//! `accountd schema`: prints the GraphQL schema.

use std::io;
use std::io::Write;

use crate::config::Mode;
use crate::schema;

pub(super) fn run() -> anyhow::Result<()> {
    Ok(io::stdout().write_all(schema::sdl(Mode::Serve).as_bytes())?)
}
