//! Fills a database that `accountd migrate` has made with users who are signed in, in one transaction.

mod postgres;
mod rows;
mod sqlite;

use clap::Parser;

use crate::rows::Users;

/// Fills a database with users who are signed in.
#[derive(Debug, Parser)]
struct Arguments {
    /// The database: the path of a file, or "postgres://…".
    #[arg(long)]
    database: String,
    /// How many users.
    #[arg(long)]
    users: u32,
    /// How many sessions each of them has.
    #[arg(long, default_value_t = 1)]
    sessions: u32,
    /// Whether they have different names, some a label, some no verified address, and a few are blocked.
    #[arg(long)]
    various: bool,
    /// The password of all of them.
    #[arg(long)]
    password: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let users = Users::new(arguments.users, arguments.sessions, &arguments.password)?;
    let users = if arguments.various { users.various() } else { users };
    if arguments.database.starts_with("postgres:") {
        postgres::fill(&arguments.database, &users).await
    } else {
        sqlite::fill(&arguments.database, &users)
    }
}
