//! The work of accountd's measured operations on axum and rusqlite or sqlx alone: no GraphQL, no ORM, no cache.
//!
//! What accountd loses against this program is the price of its layers. It serves a database that `accountd migrate` has made
//! and `fill` has filled.

mod answer;
mod operations;
mod password;
mod postgres;
mod sqlite;
mod store;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::routing::{get, post};
use bench::jwt::Jwt;
use clap::{Parser, ValueEnum};
use tokio::net::TcpListener;

use crate::password::Passwords;
use crate::store::Store;

/// Serves accountd's measured operations without GraphQL and ORM.
#[derive(Debug, Parser)]
struct Arguments {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The database: the path of a file, or "postgres://…".
    #[arg(long)]
    database: String,
    /// How changes of SQLite are committed.
    #[arg(long, default_value = "single")]
    commit: Commit,
    /// How many passwords are hashed at once.
    #[arg(long, default_value_t = 1)]
    concurrent: usize,
    /// The master secret of accountd, whose tokens are taken.
    #[arg(long, env = "ACCOUNTD_MASTER_SECRET", hide_env_values = true)]
    master_secret: String,
}

/// How changes are committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Commit {
    /// Each by itself.
    Single,
    /// All that wait for the writer, together.
    Group,
}

/// What all requests share.
#[derive(Debug)]
struct Bare {
    store: Store,
    passwords: Passwords,
    jwt: Jwt,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let bare = Bare {
        store: Store::open(&arguments.database, arguments.commit).await?,
        passwords: Passwords::new(arguments.concurrent)?,
        jwt: Jwt::new(&arguments.master_secret)?,
    };
    let router = Router::new()
        .route("/get", get(operations::get).post(operations::query))
        .route("/sessions", post(operations::sessions))
        .route("/prefs", post(operations::prefs))
        .route("/sign-in", post(operations::sign_in))
        .with_state(Arc::new(bare));
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("can't listen on {}", arguments.listen))?;
    println!("listening on http://{}", listener.local_addr()?);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}
