//! Windows has no socket for the operator: the command line opens the database itself, while no server runs.

use std::path::Path;

use anyhow::bail;
use tokio::net::TcpStream;

use crate::http::handler::Handler;
use crate::http::timeouts::Timeouts;

/// There is none.
#[derive(Debug)]
pub enum OperatorSocket {}

impl OperatorSocket {
    /// Fails.
    pub fn open(_: &Path) -> anyhow::Result<Self> {
        bail!("this system has no Unix sockets")
    }

    /// Never called.
    pub async fn serve(self, _: Handler, _: Timeouts, _: impl Future<Output = ()>) {
        match self {}
    }
}

/// Finds no server.
pub async fn connect(_: &Path) -> anyhow::Result<Option<TcpStream>> {
    Ok(None)
}
