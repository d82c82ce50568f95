//! A proxy in front of a server that stutters: it delays everything for a while, or cuts all connections.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::watch;
use tokio::time::sleep;

/// How the proxy behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Frozen,
    Cut,
}

/// A proxy at a port of the loopback interface.
#[derive(Clone)]
pub(crate) struct Stutter {
    pub(crate) address: SocketAddr,
    state: watch::Sender<State>,
}

impl Stutter {
    /// Forwards to the server at `host:port`, until the test ends.
    pub(crate) async fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = watch::Sender::new(State::Open);
        let proxy = Self { address, state: state.clone() };
        let server = server.to_owned();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                if *state.borrow() == State::Cut {
                    continue;
                }
                client.set_nodelay(true).unwrap();
                let server = TcpStream::connect(&server).await.unwrap();
                server.set_nodelay(true).unwrap();
                let (client, server) = (client.into_split(), server.into_split());
                tokio::spawn(forward(client.0, server.1, state.subscribe()));
                tokio::spawn(forward(server.0, client.1, state.subscribe()));
            }
        });
        proxy
    }

    /// Delays everything from now on.
    pub(crate) fn freeze(&self) {
        self.state.send_replace(State::Frozen);
    }

    /// Forwards everything again.
    pub(crate) fn thaw(&self) {
        self.state.send_replace(State::Open);
    }

    /// Cuts all connections, and accepts no new ones.
    pub(crate) fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// Freezes for 70 ms in every 110, so long.
    pub(crate) async fn stutter(&self, rounds: usize) {
        for _ in 0..rounds {
            self.freeze();
            sleep(Duration::from_millis(70)).await;
            self.thaw();
            sleep(Duration::from_millis(40)).await;
        }
    }
}

async fn forward(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut state: watch::Receiver<State>,
) {
    let mut cut = state.clone();
    let mut bytes = [0; 16 * 1024];
    let pass = async {
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            state.wait_for(|state| *state != State::Frozen).await.unwrap();
            to.write_all(&bytes[..count]).await.unwrap();
        }
    };
    select! {
        () = pass => {}
        _ = cut.wait_for(|state| *state == State::Cut) => {}
    }
}
