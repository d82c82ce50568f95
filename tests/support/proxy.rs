//! A proxy that can stop forwarding, like a frozen server or a cut network, and counts round trips.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::TestApp;

/// A proxy before one server.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    is_frozen: Arc<watch::Sender<bool>>,
    round_trips: Arc<AtomicUsize>,
}

/// Counts how often a connection's client has sent something, and has then waited for the answer.
#[derive(Clone)]
struct Turns {
    is_clients: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
}

/// One end of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Client,
    Server,
}

impl Turns {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        Self { is_clients: Arc::default(), count: Arc::clone(count) }
    }

    fn note(&self, end: End) {
        let is_clients = end == End::Client;
        if !self.is_clients.swap(is_clients, Ordering::SeqCst) && is_clients {
            self.count.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Proxy {
    /// A server that reaches PostgreSQL through a proxy; none on SQLite, which is in the process.
    pub(crate) async fn before_postgres() -> Option<(TestApp, Self)> {
        let app = TestApp::with("[limits]\nrates = false").await;
        if !app.app.db.is_shared() {
            return None;
        }
        let proxy = Self::start(app.database_host()).await;
        let app = app.by_way_of(proxy.address).await;
        Some((app, proxy))
    }

    /// Starts a proxy before the server at `target`.
    pub(crate) async fn start(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let is_frozen = Arc::new(watch::Sender::new(false));
        let round_trips = Arc::default();
        let (sender, count) = (Arc::clone(&is_frozen), Arc::clone(&round_trips));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, is_frozen) = (target.clone(), sender.subscribe());
                let turns = Turns::new(&count);
                tokio::spawn(async move {
                    let server = TcpStream::connect(target).await.unwrap();
                    let ((from_client, to_client), (from_server, to_server)) =
                        (client.into_split(), server.into_split());
                    let client = (End::Client, turns.clone());
                    tokio::spawn(pass_on(from_client, to_server, is_frozen.clone(), client));
                    tokio::spawn(pass_on(from_server, to_client, is_frozen, (End::Server, turns)));
                });
            }
        });
        Self { address, is_frozen, round_trips }
    }

    /// How many round trips all connections have taken so far.
    pub(crate) fn round_trips(&self) -> usize {
        self.round_trips.load(Ordering::SeqCst)
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
    (end, turns): (End, Turns),
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        turns.note(end);
        if is_frozen.wait_for(|is_frozen| !is_frozen).await.is_err()
            || read == 0
            || to.write_all(&buffer[..read]).await.is_err()
        {
            return;
        }
    }
}
