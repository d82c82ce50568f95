//! The end of a started server: it drains, answers what is in flight, and is gone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Server, exchange, rounds};

/// Longer than a server needs to end when nothing is under way.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// The status of a path, asked for on a connection of its own; none if the connection is refused, 0 if it is lost.
fn status(address: &str, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).ok()?;
    Some(ask(&mut stream, path, "close").map_or(0, |(status, _)| status))
}

/// Asks for a path on an open connection: the status, and whether the connection closes behind it.
fn ask(stream: &mut TcpStream, path: &str, connection: &str) -> Option<(u16, bool)> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while reader.read_line(&mut head).ok()? > 2 {
        let line = head.lines().last()?.to_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, head.to_lowercase().contains("connection: close")))
}

/// AV-6: readiness turns at once; meanwhile new and kept connections are served, and asked to go; then the port is closed.
#[test]
fn a_server_drains_before_it_closes_its_port() {
    let folder = TempDir::new().unwrap();
    let mut server = Server::serve(folder.path(), &[("ACCOUNTD_DRAIN_SECONDS", "5")]);
    let mut kept = TcpStream::connect(&server.address).unwrap();
    assert_eq!(ask(&mut kept, "/health/ready", "keep-alive"), Some((200, false)));

    let started = Instant::now();
    server.terminate();
    while status(&server.address, "/health/ready") != Some(503) {
        assert!(started.elapsed() < Duration::from_secs(3), "still ready");
    }

    thread::sleep(Duration::from_secs(1));
    assert_eq!(status(&server.address, "/health/live"), Some(200));
    assert_eq!(ask(&mut kept, "/health/live", "keep-alive"), Some((200, true)));
    assert!(server.ended_within(TIME_LIMIT).success());
    assert!(started.elapsed() >= Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(status(&server.address, "/health/live"), None);
}

/// AV-6: requests of clients that follow readiness all get an answer, whenever the server stops (100 times in the slow job).
#[test]
fn no_request_is_lost_when_a_server_stops() {
    let folder = TempDir::new().unwrap();
    let mut answered = 0;
    for _ in 0..rounds(3, 100) {
        let mut server = Server::serve(folder.path(), &[("ACCOUNTD_DRAIN_SECONDS", "3")]);
        let (address, ready) = (server.address.clone(), AtomicBool::new(true));
        answered += thread::scope(|scope| {
            let clients: Vec<_> = (0..4)
                .map(|client| {
                    let (address, ready) = (&address, &ready);
                    scope.spawn(move || load(address, ready, client % 2 == 0))
                })
                .collect();
            thread::sleep(Duration::from_millis(300));
            server.terminate();
            while status(&address, "/health/ready") == Some(200) {}
            // As late as a proxy notices it.
            thread::sleep(Duration::from_millis(400));
            ready.store(false, Ordering::Relaxed);
            clients.into_iter().map(|client| client.join().unwrap()).sum::<usize>()
        });
        assert!(server.ended_within(TIME_LIMIT).success());
    }
    assert!(answered > 100, "{answered}");
}

/// Asks as long as the server counts as ready, each time on another connection or on the same until it is closed. Counts the
/// answers.
fn load(address: &str, ready: &AtomicBool, keeps: bool) -> usize {
    let mut kept: Option<TcpStream> = None;
    let mut answered = 0;
    while ready.load(Ordering::Relaxed) {
        let mut stream = kept.take().unwrap_or_else(|| TcpStream::connect(address).unwrap());
        let connection = if keeps { "keep-alive" } else { "close" };
        let (status, closes) = ask(&mut stream, "/health/live", connection).expect("an answer");
        assert_eq!(status, 200);
        answered += 1;
        kept = Some(stream).filter(|_| !closes);
    }
    answered
}

/// AV-6: a request that is on its way when the port closes is answered.
#[test]
fn a_request_in_flight_is_answered() {
    let folder = TempDir::new().unwrap();
    let mut server = Server::start(folder.path());
    let body = r#"{"query":"{ __typename }"}"#;
    let mut slow = TcpStream::connect(&server.address).unwrap();
    let head = format!(
        "POST /v1/graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(300));

    server.terminate();
    while status(&server.address, "/health/live").is_some() {}
    slow.write_all(body.as_bytes()).unwrap();

    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("__typename"), "{answer}");
    assert!(server.ended_within(TIME_LIMIT).success());
}

/// AV-6: a second signal ends a server that drains; one for developers doesn't drain at all.
#[test]
fn a_second_signal_ends_at_once() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut server = Server::serve(one.path(), &[("ACCOUNTD_DRAIN_SECONDS", "600")]);
    let mut dev = Server::start(two.path());

    server.terminate();
    while status(&server.address, "/health/ready") != Some(503) {}
    server.terminate();
    dev.terminate();

    assert_eq!(server.ended_within(TIME_LIMIT).code(), Some(1));
    assert!(dev.ended_within(TIME_LIMIT).success());
    assert!(exchange(&dev.address, "").is_none());
}
