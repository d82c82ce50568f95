//! The work of accountd's measured operations on axum and rusqlite alone: no GraphQL, no ORM.
//!
//! What accountd loses against this program is the price of its layers, and nothing else.

mod clock;
mod jwt;
mod operations;
mod password;
mod rows;
mod store;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::routing::post;
use clap::Parser;
use tokio::net::TcpListener;

use crate::jwt::Jwt;
use crate::password::Passwords;
use crate::store::Store;

/// Serves accountd's measured operations without GraphQL and ORM.
#[derive(Debug, Parser)]
struct Arguments {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The database, made anew.
    #[arg(long, default_value = "bare.db")]
    database: PathBuf,
    /// How many passwords are hashed at once.
    #[arg(long, default_value_t = 1)]
    concurrent: usize,
    /// The address of the one user.
    #[arg(long, default_value = "ada@example.com")]
    email: String,
    /// The password of the one user.
    #[arg(long)]
    password: String,
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
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    let bare = Bare {
        store: Store::open(&arguments.database)?,
        passwords: Passwords::new(arguments.concurrent)?,
        jwt: Jwt::new(&key)?,
    };
    let hash = bare.passwords.hash(&arguments.password)?;
    let email = arguments.email;
    bare.store.write(move |tx| rows::insert_user(tx, &email, &hash)).await?;

    let router = Router::new()
        .route("/get", post(operations::get))
        .route("/sessions", post(operations::sessions))
        .route("/prefs", post(operations::prefs))
        .route("/sign-in", post(operations::sign_in))
        .route("/jwt", post(operations::jwt))
        .with_state(Arc::new(bare));
    let listener = TcpListener::bind(arguments.listen)
        .await
        .with_context(|| format!("can't listen on {}", arguments.listen))?;
    println!("listening on http://{}", listener.local_addr()?);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, service).await?)
}
