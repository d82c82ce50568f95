//! Connections as they come over the wire, from clients that are slow or talk too much (NW-8).

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use accountd::http::Timeouts;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Socket, TestApp, rounds};

/// Longer than a client may take, and than a busy machine makes it.
const TIME_LIMIT: Duration = Duration::from_secs(40);
const QUERY: &str = r#"{"query":"{ __typename }"}"#;

async fn connect(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Everything that the server sends until it closes the connection.
async fn end(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let read = timeout(TIME_LIMIT, stream.read_to_end(&mut said)).await;
    // A connection that is closed while something is still on its way is reset.
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

/// A request after which the connection stays open.
fn kept() -> String {
    post("").replace("connection: close\r\n", "")
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

/// NW-8: a client that doesn't finish headers or body is disconnected after ten seconds; so is a connection that begins with
/// none.
#[tokio::test]
async fn slow_clients_are_given_up() {
    let address = TestApp::new().await.listen().await;
    let started = Instant::now();
    let (silent, half, second, bodiless) = tokio::join!(
        async { end(connect(address, "").await).await },
        async { end(connect(address, "POST /v1/graphql HTTP/1.1\r\nhost: lo").await).await },
        async { end(connect(address, &format!("{}GET / HT", kept())).await).await },
        async { end(connect(address, &request("POST", "content-length: 9\r\n", "{")).await).await },
    );

    assert!(started.elapsed() >= Duration::from_secs(9), "{:?}", started.elapsed());
    assert_eq!((silent.as_str(), half.as_str()), ("", ""));
    assert_eq!(status(&bodiless), "408", "{bodiless}");
    assert_eq!(status(&second), "200", "{second}");
    assert_eq!(second.matches("HTTP/1.1 ").count(), 1, "{second}");
}

/// C-16: a connection stays open for its next request as long as `limits.keep_alive_seconds` says, which has ten seconds then.
#[tokio::test]
async fn idle_connections_are_kept() {
    let app = TestApp::with("limits.keep_alive_seconds = 14").await;
    let address = app.listen().await;
    let mut stream = connect(address, &kept()).await;
    let mut answered = [0; 4096];
    let mut answer = async || {
        let count = stream.read(&mut answered).await.unwrap();
        let text = String::from_utf8(answered[..count].to_vec()).unwrap();
        (status(&text).to_owned(), stream.write_all(b"").await.is_ok())
    };
    assert_eq!(answer().await, ("200".to_owned(), true));

    tokio::time::sleep(Duration::from_secs(12)).await;
    stream.write_all(kept().as_bytes()).await.unwrap();
    let started = Instant::now();
    let said = end(stream).await;

    assert_eq!(status(&said), "200", "{said}");
    let idle = started.elapsed();
    assert!(idle > Duration::from_secs(13) && idle < Duration::from_secs(20), "{idle:?}");
}

/// NW-8: what a socket says is no head of a request, however long it takes, also what came together with the upgrade.
#[tokio::test]
async fn a_socket_is_not_taken_for_a_slow_head() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let head = Duration::from_secs(1);
    let time_limit = Timeouts { head, ..Timeouts::new(&app.app.config.limits) };
    let address = app.listen_with(time_limit).await;
    let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
    let socket = Socket::connect_at(address, &protocol).await.unwrap();
    let mut socket = socket.initiated(json!({"x-appwrite-session": ada.session()})).await;
    socket.subscribe("1", "subscription { accountEvents { kind } }").await;
    let upgrade = "GET /v1/graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        sec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    let init = frame(r#"{"type":"connection_init"}"#);
    let mut eager = TcpStream::connect(address).await.unwrap();
    eager.write_all(&[upgrade.as_bytes(), &init].concat()).await.unwrap();
    receive(&mut eager, "connection_ack").await;

    tokio::time::sleep(2 * head).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();

    let event = socket.receive().await;
    assert_eq!(event["payload"]["data"]["accountEvents"]["kind"], "PROFILE_CHANGED", "{event}");
    eager.write_all(&frame(r#"{"type":"ping"}"#)).await.unwrap();
    receive(&mut eager, r#"{"type":"pong"}"#).await;
}

/// WS-4: a client that answers no pings is dropped after a minute, and told why.
#[tokio::test]
async fn a_client_that_answers_no_pings_is_dropped() {
    let mut socket = Socket::begin(&TestApp::new().await, json!({})).await;

    // It answers only while it reads.
    tokio::time::sleep(Duration::from_secs(61)).await;

    let (code, reason, _) = socket.farewell().await;
    assert_eq!((code, reason.as_str()), (1001, "The client has not answered a ping"));
}

/// A short message of a client, masked with zeros.
fn frame(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).unwrap();
    [&[0x81, 0x80 | length, 0, 0, 0, 0], text.as_bytes()].concat()
}

/// Waits until the server has said `text`.
async fn receive(stream: &mut TcpStream, text: &str) {
    let mut said = Vec::new();
    while !String::from_utf8_lossy(&said).contains(text) {
        let count = timeout(TIME_LIMIT, stream.read_buf(&mut said)).await.expect(text).unwrap();
        assert!(count > 0, "no {text}: {}", String::from_utf8_lossy(&said));
    }
}

/// A client that requests more than it reads is disconnected, and uses nothing any longer; one that reads gets all of it.
#[tokio::test]
async fn a_client_that_stops_reading_is_disconnected() {
    const REQUESTS: usize = 1_000;
    let app = TestApp::new().await;
    let progress = Duration::from_secs(1);
    let time_limit = Timeouts { progress, ..Timeouts::new(&app.app.config.limits) };
    let address = app.listen_with(time_limit).await;
    let ask = |connection: &str| {
        format!(
            "GET /v1/openapi.json HTTP/1.1\r\nhost: localhost\r\nconnection: {connection}\r\n\r\n"
        )
    };
    let requests = ask("keep-alive").repeat(REQUESTS - 1) + &ask("close");
    let mut stalled = connect(address, &requests).await;
    let read = connect(address, &requests).await;

    let read = tokio::spawn(count_answers(read));
    tokio::time::sleep(4 * progress).await;

    // What the system had buffered is all that comes.
    let mut first = [0; 12];
    stalled.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    assert!(count_answers(stalled).await < REQUESTS / 2);
    assert_eq!(read.await.unwrap(), REQUESTS);
}

/// How many answers come until the server closes the connection.
async fn count_answers(mut stream: TcpStream) -> usize {
    let (mut count, mut said) = (0, Vec::new());
    while timeout(TIME_LIMIT, stream.read_buf(&mut said)).await.expect("an end").unwrap_or(0) > 0 {
        let text = b"HTTP/1.1 200";
        count += said.windows(text.len()).filter(|part| *part == text).count();
        // The beginning of one may stand at the end.
        said.drain(..said.len().saturating_sub(text.len() - 1));
    }
    count
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

/// NW-8, C-17: where it is in doubt what a request is or where it ends, nothing is run, and the connection is closed: what follows
/// is not taken for another request.
#[tokio::test]
async fn nothing_is_smuggled() {
    let app = TestApp::new().await;
    let address = app.listen().await;
    let inner = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mutation = r#"{"query":"mutation { accountCreateAnonymousSession { _id } }"}"#;
    let chunked = &*format!("{:x}\r\n{mutation}\r\n0\r\n\r\n", mutation.len());
    let length = &*format!("content-length: {}", mutation.len());
    let host = "host: localhost";
    let chunks = "transfer-encoding: chunked";
    for (version, headers, body) in [
        ("1.1", vec![length], mutation),
        ("1.1", vec![host, host, length], mutation),
        ("1.1", vec![host, "host: other", length], mutation),
        ("1.1", vec!["host: a b", length], mutation),
        ("1.1", vec!["host: ada@localhost", length], mutation),
        ("1.1", vec!["host: http://localhost/", length], mutation),
        ("1.1", vec![host, "content-length: 5", chunks], chunked),
        ("1.1", vec![host, chunks, length], chunked),
        ("1.1", vec![host, chunks, "content-length: x"], chunked),
        ("1.1", vec![host, length, "content-length: 5"], mutation),
        ("1.1", vec![host, "content-length: 5, 5"], mutation),
        ("1.1", vec![host, "content-length: +5"], mutation),
        ("1.1", vec![host, "content-length: -1"], mutation),
        ("1.1", vec![host, "content-length: 0x5"], mutation),
        ("1.1", vec![host, "content-length:"], mutation),
        ("1.1", vec![host, "content-length: 99999999999999999999"], mutation),
        ("1.1", vec![host, "transfer-encoding: xchunked"], chunked),
        ("1.1", vec![host, "transfer-encoding: chunked, identity"], chunked),
        ("1.1", vec![host, "transfer-encoding: gzip, chunked"], chunked),
        ("1.1", vec![host, "transfer-encoding: chunked, chunked"], chunked),
        ("1.1", vec![host, chunks, chunks], chunked),
        ("1.1", vec![host, "transfer-encoding:\u{b}chunked"], chunked),
        ("1.0", vec![host, chunks], chunked),
        ("1.1", vec![host, "transfer-encoding : chunked"], chunked),
        ("1.1", vec![host, "x: a", " b: c", length], mutation),
        ("1.1", vec![host, "x: a", "\tb", length], mutation),
        ("1.1", vec![" x: a", host, length], mutation),
        ("1.1", vec![host, "content-length : 5", length], mutation),
        ("1.1", vec![host, "no colon", length], mutation),
        ("1.1", vec![host, "x: a\0b", length], mutation),
        ("1.1", vec![host, "x: a\rb", length], mutation),
        ("1.1", vec![host, chunks], "x\r\n{}\r\n0\r\n\r\n"),
        ("1.1", vec![host, chunks], "-1\r\n{}\r\n0\r\n\r\n"),
        ("1.1", vec![host, chunks], "2\r\n{}x\r\n0\r\n\r\n"),
        ("1.1", vec![host, chunks], "10000000000000000\r\n{}\r\n0\r\n\r\n"),
        ("2.0", vec![host, length], mutation),
        ("1.9", vec![host, length], mutation),
    ] {
        let headers = headers.join("\r\n");
        let request = format!(
            "POST /v1/graphql HTTP/{version}\r\ncontent-type: application/json\r\n{headers}\r\n\r\n{body}{inner}"
        );

        let answer = end(connect(address, &request).await).await;

        assert_eq!(status(&answer), "400", "{version} {headers:?} {body}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{headers:?}: {answer}");
        assert!(!answer.contains("set-cookie"), "{headers:?}: {answer}");
    }
    // Behind a request that is in order, too.
    let first = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let second = format!("POST /v1/graphql HTTP/1.1\r\n{host}\r\n{chunks}\r\n{length}\r\n\r\n");
    let answer = end(connect(address, &format!("{first}{second}{chunked}{inner}")).await).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 400").count(), 1, "{answer}");
    assert!(answer.contains("both `Content-Length` and `Transfer-Encoding`"), "{answer}");
}

/// C-17: what is in order, though seldom seen, is answered, and the connection goes on.
#[tokio::test]
async fn unusual_requests_are_answered() {
    let address = TestApp::new().await.listen().await;
    let json = "content-type: application/json\r\n";
    let whole = format!("{:x};a=\"b\"\r\n{QUERY}\r\n", QUERY.len());
    let pieces = format!("1\r\n{{\r\n{:x}\r\n{}\r\n", QUERY.len() - 1, &QUERY[1..]);
    let post = |headers: &str| format!("POST /v1/graphql HTTP/1.1\r\n{json}{headers}\r\n");
    let length = QUERY.len();
    for request in [
        format!("POST /v1/graphql HTTP/1.0\r\n{json}content-length: {length}\r\n\r\n{QUERY}"),
        format!("{}{QUERY}", post(&format!("host:\r\ncontent-length: {length}\r\n"))),
        format!("{}{QUERY}", post(&format!("HOST: [::1]:8080\r\ncontent-length: {length}\r\n"))),
        format!("\r\n{}{QUERY}", post(&format!("host: x\r\ncontent-length: {length}\r\n"))),
        format!("{}{whole}0\r\n\r\n", post("host: x\r\ntransfer-encoding: chunked\r\n")),
        format!("{}{pieces}0\r\nx: y\r\n\r\n", post("host: x\r\nTransfer-Encoding: Chunked\r\n")),
        format!(
            "{}{QUERY}",
            post(&format!("host: x\r\ncontent-length: {length}\r\n"))
                .replace(" /v1", " http://localhost:8080/v1")
        ),
    ] {
        let next = "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

        let answer = end(connect(address, &format!("{request}{next}")).await).await;

        let expected = if request.contains("HTTP/1.0") { 1 } else { 2 };
        assert_eq!(answer.matches(" 200 OK\r\n").count(), expected, "{request}: {answer}");
        assert!(answer.contains("__typename"), "{request}: {answer}");
    }
}

/// A host in the request line takes the place of the header's (RFC 9112 section 3.2.2): what is for this machine only is so.
#[tokio::test]
async fn the_host_of_the_request_line_counts() {
    let address = TestApp::new().await.listen().await;
    let inbox = |target: &str, host: &str| {
        format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n")
    };

    for (target, host, expected) in [
        ("/inbox", "localhost", "200"),
        ("http://localhost/inbox", "evil.example", "200"),
        ("http://evil.example/inbox", "localhost", "403"),
        ("/inbox", "evil.example", "403"),
    ] {
        let answer = end(connect(address, &inbox(target, host)).await).await;
        assert_eq!(status(&answer), expected, "{target} {host}: {answer}");
    }
}

/// HTTP/2 gets an error that says why, TLS is cut off at once, and both leave the server as it was.
#[tokio::test]
async fn other_protocols_are_turned_away() {
    let address = TestApp::new().await.listen().await;
    let started = Instant::now();
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0";

    let http2 = end(connect(address, preface).await).await;
    let tls = end(connect(address, "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\n\n\r\n\r\n").await).await;

    assert_eq!(status(&http2), "505", "{http2}");
    assert!(http2.contains("connection: close") && http2.contains("HTTP/1.1."), "{http2}");
    assert_eq!(tls, "");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(status(&end(connect(address, &post("")).await).await), "200");
}

/// NW-8: 200 connections (2,000 in the slow job) that were only begun keep nobody from an answer.
#[tokio::test]
async fn half_open_connections_delay_nobody() {
    let address = TestApp::new().await.listen().await;
    let mut held = Vec::new();
    for _ in 0..rounds(200, 2_000) {
        held.push(connect(address, "POST /v1/graphql HTTP/1.1\r\n").await);
    }

    for _ in 0..20 {
        let started = Instant::now();
        assert_eq!(status(&end(connect(address, &post("")).await).await), "200");
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }
    drop(held);
}

/// A server may have as many files open as the system lets it, also where a shell gives it few.
#[test]
fn the_limit_of_open_files_is_raised() {
    let folder = TempDir::new().unwrap();
    let start = "ulimit -S -n 300 && exec \"$0\" dev";
    let mut shell = Command::new("sh");
    shell.args(["-c", start, env!("CARGO_BIN_EXE_accountd")]).current_dir(folder.path());
    let mut server =
        shell.env("ACCOUNTD_LISTEN", "127.0.0.1:0").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("listening on")));

    let limits = fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();

    let limit = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let limit: Vec<_> = limit.split_whitespace().skip(3).collect();
    assert_eq!(limit[0], limit[1], "{limit:?}");
}
