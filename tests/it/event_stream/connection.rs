//! Streams of events as they come over the wire.

use std::net::SocketAddr;
use std::time::Duration;

use accountd::http::Timeouts;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::support::{Caller, TestApp};

const ADA: &str = "ada@example.com";
const SUBSCRIPTION: &str = "subscription { accountEvents { kind } }";
/// Longer than a busy machine takes.
const TIME_LIMIT: Duration = Duration::from_secs(40);

/// A connection with a stream, of which the head was read.
struct Stream {
    connection: TcpStream,
    head: String,
    /// What has come of the body.
    received: String,
}

impl Stream {
    /// Sends a document, with this version of HTTP.
    async fn open(address: SocketAddr, caller: &Caller, version: &str, document: &str) -> Self {
        let body = json!({ "query": document }).to_string();
        let request = format!(
            "POST /v1/graphql HTTP/{version}\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             accept: text/event-stream\r\nx-appwrite-session: {}\r\ncontent-length: {}\r\n\r\n{body}",
            caller.session(),
            body.len()
        );
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = timeout(TIME_LIMIT, connection.read_u8()).await.expect("a head").unwrap();
            head.push(byte);
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        Self { connection, head, received: String::new() }
    }

    /// Reads so many events.
    async fn read_events(&mut self, count: usize) {
        const EVENT: &str = "event: next";
        let mut found = 0;
        let mut bytes = vec![0; 65_536];
        while found < count {
            let read = timeout(TIME_LIMIT, self.connection.read(&mut bytes)).await;
            let length = read.expect("an event").unwrap();
            assert_ne!(length, 0, "the stream ended after {found} events");
            let before = self.received.len().saturating_sub(EVENT.len() - 1);
            self.received.push_str(str::from_utf8(&bytes[..length]).unwrap());
            found += self.received[before..].matches(EVENT).count();
        }
    }

    /// The body, until the server closes the connection.
    async fn body(mut self) -> String {
        let read = timeout(TIME_LIMIT, self.connection.read_to_string(&mut self.received)).await;
        read.expect("the server closes the connection").unwrap();
        self.received
    }
}

/// The chunks of a body that is complete.
fn chunks(mut body: &str) -> Vec<&str> {
    let mut chunks = Vec::new();
    loop {
        let (size, rest) = body.split_once("\r\n").unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let (chunk, rest) = rest.split_at(size);
        body = rest.strip_prefix("\r\n").unwrap();
        if size == 0 {
            assert_eq!(body, "");
            return chunks;
        }
        chunks.push(chunk);
    }
}

/// How many connections and streams are open.
async fn open_connections(app: &TestApp) -> [String; 2] {
    let text = app.guest().rest("GET", "/metrics", serde_json::Value::Null).await.text;
    ["http", "event_stream"].map(|kind| {
        let name = format!("accountd_connections{{kind=\"{kind}\"}} ");
        let count = text.lines().find_map(|line| line.strip_prefix(&name));
        count.unwrap().to_owned()
    })
}

async fn until_open(app: &TestApp, expected: [&str; 2]) {
    let becomes = async {
        while open_connections(app).await != expected {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(TIME_LIMIT, becomes).await.expect("the connections are closed");
}

/// AV-6: events come one by one, the connection counts until its end, and its end is that of the body.
#[tokio::test]
async fn a_stream_is_sent_in_chunks_and_closes_its_connection() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let address = app.listen().await;

    let mut stream = Stream::open(address, &ada, "1.1", SUBSCRIPTION).await;
    until_open(&app, ["1", "1"]).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    ada.run("accountUpdateName", json!({"name": "Eve"})).await.data();
    stream.read_events(2).await;
    app.app.stop();
    let head = stream.head.clone();
    let body = stream.body().await;

    assert!(head.starts_with("http/1.1 200 "), "{head}");
    for header in ["transfer-encoding: chunked", "connection: close", "x-accel-buffering: no"] {
        assert!(head.contains(&format!("\r\n{header}\r\n")), "{head}");
    }
    let chunks = chunks(&body);
    assert_eq!(chunks.len(), 2, "{body}");
    assert!(chunks.iter().all(|chunk| chunk.contains("PROFILE_CHANGED")), "{body}");
    until_open(&app, ["0", "0"]).await;
}

/// A query has one response, and the connection stays; HTTP/1.0 has no chunks.
#[tokio::test]
async fn other_responses_are_sent_as_before() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let address = app.listen().await;

    let query = Stream::open(address, &ada, "1.1", "{ accountGet { email } }").await;
    let mut old = Stream::open(address, &ada, "1.0", SUBSCRIPTION).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    old.read_events(1).await;
    app.app.stop();

    assert!(!query.head.contains("connection: close"), "{}", query.head);
    assert!(!old.head.contains("transfer-encoding"), "{}", old.head);
    assert!(old.body().await.starts_with("event: next\ndata:"));
}

/// WS-2: a stream counts no longer once its client has gone, also if the client has sent more than its request.
#[tokio::test]
async fn a_client_that_goes_leaves_its_place() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let address = app.listen().await;

    for _ in 0..2 {
        let mut streams = Vec::new();
        for _ in 0..10 {
            streams.push(Stream::open(address, &ada, "1.1", SUBSCRIPTION).await);
        }
        let eleventh = Stream::open(address, &ada, "1.1", SUBSCRIPTION).await;
        assert!(eleventh.head.starts_with("http/1.1 429 "), "{}", eleventh.head);
        drop(eleventh);
        until_open(&app, ["10", "10"]).await;
        streams[0].connection.write_all(b"GET /").await.unwrap();
        drop(streams.split_off(1));
        until_open(&app, ["1", "1"]).await;
        drop(streams);
        until_open(&app, ["0", "0"]).await;
    }
}

/// Bytes behind the request are dropped: they neither cut off the end of the stream nor fill memory.
#[tokio::test]
async fn what_comes_behind_the_request_is_dropped() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let address = app.listen().await;

    let mut endless = Stream::open(address, &ada, "1.1", SUBSCRIPTION).await;
    endless.connection.write_all(&vec![b'\n'; 200_000]).await.unwrap();
    until_open(&app, ["0", "0"]).await;

    let mut stream = Stream::open(address, &ada, "1.1", SUBSCRIPTION).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    stream.connection.write_all(&[b'\n'; 4_000]).await.unwrap();
    stream.read_events(1).await;
    stream.connection.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    app.app.stop();

    assert_eq!(chunks(&stream.body().await).len(), 1);
}

/// WS-4: a client that reads nothing is dropped once events don't fit into the buffers of the system.
#[tokio::test]
async fn a_client_that_stops_reading_is_dropped() {
    const EVENTS: usize = 150;
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let progress = Duration::from_secs(1);
    let timeouts = Timeouts { progress, ..Timeouts::new(&app.app.config.limits) };
    let address = app.listen_with(timeouts).await;
    let document = "subscription { accountEvents { user { prefs { data } } } }";

    let stalled = Stream::open(address, &ada, "1.1", document).await;
    let mut read = Stream::open(address, &ada, "1.1", document).await;
    let reading = tokio::spawn(async move {
        read.read_events(EVENTS).await;
        read
    });
    let text = "x".repeat(60_000);
    for number in 0..EVENTS {
        let prefs = json!({"number": number, "text": text});
        ada.run("accountUpdatePrefs", json!({ "prefs": prefs })).await.data();
    }
    until_open(&app, ["1", "1"]).await;
    let read = reading.await.unwrap();
    app.app.stop();

    assert_eq!(chunks(&read.body().await).len(), EVENTS);
    drop(stalled);
}

/// Whoever has the head of the response misses no event, also if the database is slow to say where the log ends.
#[tokio::test]
async fn a_stream_has_begun_when_its_head_comes() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let address = app.listen().await;

    for name in ["Ada", "Eve", "Ada", "Eve", "Ada"] {
        let mut stream = Stream::open(address, &ada, "1.1", SUBSCRIPTION).await;
        ada.run("accountUpdateName", json!({ "name": name })).await.data();
        stream.read_events(1).await;
    }
}
