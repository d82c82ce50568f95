//! accountd: an account server over GraphQL.
//!
//! A request goes `http` → `graphql::gate` → the field's policy → a field in `account` or `users` → its operation → an entity.
//! ARCHITECTURE.md walks through it.

pub mod account;
pub mod address;
pub mod app;
pub mod auth;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod console;
pub mod crypto;
pub mod db;
pub mod dev_inbox;
pub mod dev_provider;
pub mod error;
mod files;
pub mod graphql;
pub mod http;
pub mod http_client;
pub mod keyed_mutex;
pub mod limiter;
pub mod message;
pub mod messages;
pub mod metrics;
pub mod notices;
pub mod oauth;
pub mod openapi;
pub mod otlp;
pub mod outbox;
mod own_runtime;
pub mod query;
pub mod random;
pub mod request_log;
pub mod schema;
mod text;
pub mod trace;
pub mod users;

pub use app::App;
pub use config::Config;
pub use error::{Error, Result};
