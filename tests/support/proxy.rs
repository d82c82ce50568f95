//! A proxy that can stop forwarding, like a frozen server or a cut network.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A proxy before one server.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    is_frozen: Arc<watch::Sender<bool>>,
}

impl Proxy {
    /// Starts a proxy before the server at `target`.
    pub(crate) async fn start(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let is_frozen = Arc::new(watch::Sender::new(false));
        let sender = Arc::clone(&is_frozen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, is_frozen) = (target.clone(), sender.subscribe());
                tokio::spawn(async move {
                    let server = TcpStream::connect(target).await.unwrap();
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    tokio::spawn(pass_on(from_client, to_server, is_frozen.clone()));
                    tokio::spawn(pass_on(from_server, to_client, is_frozen));
                });
            }
        });
        Self { address, is_frozen }
    }

    /// Stops forwarding, or continues.
    pub(crate) fn freeze(&self, is_frozen: bool) {
        self.is_frozen.send_replace(is_frozen);
    }
}

async fn pass_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut is_frozen: watch::Receiver<bool>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        if is_frozen.wait_for(|is_frozen| !is_frozen).await.is_err()
            || read == 0
            || to.write_all(&buffer[..read]).await.is_err()
        {
            return;
        }
    }
}
