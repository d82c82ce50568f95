//! `accountd schema`: prints the GraphQL schema, with the configured limits.

use clap::Args;

use super::output::print_text;
use crate::config::{Audience, Config};
use crate::schema;

#[derive(Args, Debug)]
pub(super) struct Schema {
    /// Print the schema for servers with an API key, which has the users fields, too
    #[arg(long)]
    server: bool,
}

impl Schema {
    pub(super) fn run(&self, config: &Config) -> anyhow::Result<()> {
        let audience = if self.server { Audience::Server } else { Audience::Client };
        let schema = schema::Schema::of(config, audience)?;
        print_text(schema.sdl())
    }
}
