//! The way to the server: its socket, or a handler in this process while no server runs.
//!
//! Both ways lead to the same endpoint, as the operator.

use std::io;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT};
use axum::response::Response;
use hyper::client::conn::http1;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tracing_subscriber::EnvFilter;

use crate::cli::check;
use crate::config::Config;
use crate::db::beside;
use crate::db::beside::MISSING;
use crate::db::lock_file::LockFile;
use crate::http::operator::socket;
use crate::http::{Handler, operator};
use crate::{App, files, http};

/// How long to wait for a server that is starting or stopping: it has the database, and no socket.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);
/// The user agent in the security log.
const AGENT: &str = concat!("accountd/", env!("CARGO_PKG_VERSION"), " (command line)");

/// The way to the server.
pub(super) enum Connection {
    /// A connection to the socket of a running server.
    Socket(SendRequest<Body>),
    /// The database is opened here.
    Local { app: App, handler: Handler },
}

impl Connection {
    /// Connects to the running server, or opens its database.
    pub(super) async fn open(config: &Config) -> anyhow::Result<Self> {
        let started = Instant::now();
        loop {
            if let Some(path) = config.socket()
                && let Some(stream) = socket::connect(&path).await?
            {
                let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                return Ok(Self::Socket(sender));
            }
            if !is_served(config)? {
                return Self::start(config.clone()).await;
            }
            if started.elapsed() > TIMEOUT {
                bail!(
                    "another accountd is using this database, and doesn't answer at {}: is its `socket` another one?",
                    config.socket().unwrap_or_default().display()
                );
            }
            sleep(PAUSE).await;
        }
    }

    /// Opens the database here.
    async fn start(config: Config) -> anyhow::Result<Self> {
        check(&config)?;
        // A command doesn't migrate: the database may be another than the one that is meant, or that of an older server.
        beside::check_current(&config.database).await?;
        // Only errors, which responses don't explain.
        let levels = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error"));
        let log = tracing_subscriber::fmt().with_env_filter(levels).with_writer(io::stderr);
        let _ = log.with_target(false).try_init();
        let app = App::start(config).await?;
        let handler = http::handler(app.clone())?;
        Ok(Self::Local { app, handler })
    }

    /// Posts a GraphQL request to the project, and returns the response's JSON.
    pub(super) async fn send(&mut self, project: &str, body: &str) -> anyhow::Result<Value> {
        let request = Request::post("/v1/graphql")
            .header(HOST, "localhost")
            .header(USER_AGENT, AGENT)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json")
            .header("x-appwrite-project", project)
            .body(Body::from(body.to_owned()))?;
        let response = match self {
            Self::Local { handler, .. } => operator::answer(handler, request).await,
            Self::Socket(sender) => {
                let sent = async {
                    sender.ready().await?;
                    sender.send_request(request).await
                };
                let response: Response<_> =
                    sent.await.context("the server has ended the connection")?;
                response.map(Body::new)
            }
        };
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await;
        let bytes = bytes.context("the server has ended the connection")?;
        serde_json::from_slice(&bytes)
            .with_context(|| format!("the server answered {status} without JSON"))
    }

    /// Closes the database, if it was opened here.
    pub(super) async fn close(self) {
        match self {
            Self::Socket(_) => {}
            Self::Local { app, handler } => {
                drop(handler);
                app.close().await;
            }
        }
    }
}

/// Whether a server uses the embedded database. Fails if there is none, or if it is another user's.
fn is_served(config: &Config) -> anyhow::Result<bool> {
    let Some(database) = config.database.file() else { return Ok(false) };
    ensure!(database.exists(), "there is no database at {}: {MISSING}", database.display());
    files::check_owner(&database)?;
    LockFile::is_held(&database)
}
