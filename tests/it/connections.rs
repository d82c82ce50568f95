//! Connections as they come over the wire, from clients that are slow or talk too much (security.md NW-8).

use std::net::SocketAddr;
use std::time::Duration;
use std::time::Instant;

use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::TestApp;
use crate::support::rounds;

/// Longer than a client may take, and than a busy machine makes it.
const PATIENCE: Duration = Duration::from_secs(40);
const QUERY: &str = r#"{"query":"{ __typename }"}"#;

async fn connect(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// What the server says until it closes the connection.
async fn end(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut said)).await;
    // Closed while something was still on its way to it, it says so by a reset.
    let _ = read.expect("the server closes the connection");
    String::from_utf8(said).unwrap()
}

/// A request that the server answers and after which it closes.
fn request(method: &str, headers: &str, body: &str) -> String {
    format!(
        "{method} /v1/graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/json\r\n{headers}\r\n{body}"
    )
}

fn post(headers: &str) -> String {
    request("POST", &format!("content-length: {}\r\n{headers}", QUERY.len()), QUERY)
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

/// NW-8: whoever doesn't get to the end of headers or body is given up after ten seconds; so is a connection without requests.
#[tokio::test]
async fn slow_clients_are_given_up() {
    let address = TestApp::new().await.listen().await;
    let begun = Instant::now();
    let (silent, half, bodiless, idle) = tokio::join!(
        async { end(connect(address, "").await).await },
        async { end(connect(address, "POST /v1/graphql HTTP/1.1\r\nhost: lo").await).await },
        async { end(connect(address, &request("POST", "content-length: 9\r\n", "{")).await).await },
        async {
            let kept = post("").replace("connection: close\r\n", "");
            end(connect(address, &kept).await).await
        },
    );

    assert!(begun.elapsed() >= Duration::from_secs(9), "{:?}", begun.elapsed());
    assert_eq!((silent.as_str(), half.as_str()), ("", ""));
    assert_eq!(status(&bodiless), "408", "{bodiless}");
    assert_eq!(status(&idle), "200", "{idle}");
}

/// NW-8: headers above 16 KiB are refused, smaller ones not.
#[tokio::test]
async fn long_headers_are_refused() {
    let address = TestApp::new().await.listen().await;
    let padded = |bytes: usize| post(&format!("x-padding: {}\r\n", "x".repeat(bytes)));

    assert_eq!(status(&end(connect(address, &padded(15_000)).await).await), "200");
    assert_eq!(status(&end(connect(address, &padded(17_000)).await).await), "431");
}

/// NW-8: methods that the endpoint doesn't have, and that nobody has.
#[tokio::test]
async fn other_methods_are_refused() {
    let address = TestApp::new().await.listen().await;
    for method in ["PUT", "DELETE", "TRACE", "FROBNICATE"] {
        let answer = end(connect(address, &request(method, "", "")).await).await;
        assert_eq!(status(&answer), "405", "{method}: {answer}");
    }
}

/// NW-8: where a request says its length twice, what follows it is not taken for another request.
#[tokio::test]
async fn nothing_is_smuggled() {
    let address = TestApp::new().await.listen().await;
    let inner = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let chunked = format!("0\r\n\r\n{inner}");
    let headers = format!("transfer-encoding: chunked\r\ncontent-length: {}\r\n", chunked.len());

    let answer = end(connect(address, &request("POST", &headers, &chunked)).await).await;

    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
}

/// NW-8: 200 connections (2,000 in the slow job) that were only begun keep nobody from an answer.
#[tokio::test]
async fn half_open_connections_hold_nobody_up() {
    let address = TestApp::new().await.listen().await;
    let mut held = Vec::new();
    for _ in 0..rounds(200, 2_000) {
        held.push(connect(address, "POST /v1/graphql HTTP/1.1\r\n").await);
    }

    for _ in 0..20 {
        let begun = Instant::now();
        assert_eq!(status(&end(connect(address, &post("")).await).await), "200");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
    drop(held);
}
