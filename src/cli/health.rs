//! `accountd health`: asks the running server whether it is ready.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, ensure};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::HOST;
use clap::Args;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::output::print;

/// How long to wait for the response.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The pause before the server is asked again.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest response that is printed, in bytes.
const MAX_BYTES: usize = 1024;

#[derive(Args, Debug, Default)]
pub(super) struct Health {
    /// How long to ask again while the server isn't ready, as after a start
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait: u64,
}

impl Health {
    /// Asks the server that listens at `at`, and prints its response.
    pub(super) async fn run(self, at: SocketAddr) -> anyhow::Result<()> {
        ensure!(at.port() != 0, "listen: the server takes a free port, which is only in its log");
        let address = SocketAddr::new(local(at.ip()), at.port());
        let (began, wait) = (Instant::now(), Duration::from_secs(self.wait));
        loop {
            match ask_in_time(address).await {
                Err(_) if began.elapsed() < wait => sleep(PAUSE).await,
                answer => {
                    return print(answer.with_context(|| format!("not ready: {address}"))?);
                }
            }
        }
    }
}

async fn ask_in_time(address: SocketAddr) -> anyhow::Result<String> {
    let answer = timeout(TIMEOUT, ask(address)).await;
    answer.with_context(|| format!("no answer within {TIMEOUT:?}"))?
}

/// The address by which this machine reaches a server on `ip`, which may stand for all of its addresses.
fn local(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

/// The text of `/health/ready`. Fails with it unless the server is ready.
async fn ask(address: SocketAddr) -> anyhow::Result<String> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/health/ready").header(HOST, address.to_string());
    let response = sender.send_request(request.body(Body::empty())?).await?;
    let status = response.status();
    let bytes = to_bytes(Body::new(response.into_body()), MAX_BYTES).await?;
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    ensure!(status.is_success(), "{status}: {text}");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    async fn server(response: (StatusCode, &'static str)) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/health/ready", get(async move || response));
        tokio::spawn(async { axum::serve(listener, router).await });
        address
    }

    #[tokio::test]
    async fn the_answer_of_the_server_decides() {
        let ready = server((StatusCode::OK, "ok\n")).await;
        let stopping = server((StatusCode::SERVICE_UNAVAILABLE, "stopping\n")).await;

        let anywhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), ready.port());
        Health::default().run(anywhere).await.unwrap();
        let error = format!("{:#}", Health::default().run(stopping).await.unwrap_err());

        assert_eq!(error, format!("not ready: {stopping}: 503 Service Unavailable: stopping"));
    }

    #[tokio::test]
    async fn a_server_that_starts_is_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let error = format!("{:#}", Health::default().run(address).await.unwrap_err());
        assert!(error.starts_with(&format!("not ready: {address}: ")), "{error}");

        let starting = async {
            sleep(PAUSE).await;
            let listener = TcpListener::bind(address).await.unwrap();
            let router = Router::new().route("/health/ready", get(async || "ok\n"));
            tokio::spawn(async { axum::serve(listener, router).await });
        };
        let (found, ()) = tokio::join!(Health { wait: 60 }.run(address), starting);

        found.unwrap();
    }
}
