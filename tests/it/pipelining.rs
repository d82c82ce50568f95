//! Several requests under way on one connection (HTTP pipelining).

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use tokio::task::yield_now;

use crate::support::TestApp;

const REQUESTS: usize = 64;

/// How many responses have come since the last look.
fn count_new(stream: &mut TcpStream) -> usize {
    let mut bytes = vec![0; 64 * 1024];
    match stream.read(&mut bytes) {
        Ok(length) => String::from_utf8_lossy(&bytes[..length]).matches("HTTP/1.1 200 ").count(),
        Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
        Err(error) => panic!("{error}"),
    }
}

/// AV-10: between two requests of one connection that wait for nothing, others have their turn, though all have arrived.
#[tokio::test]
async fn requests_of_one_connection_leave_others_their_turn() {
    let body = r#"{"query":"{ __typename }"}"#;
    let post = format!(
        "POST /v1/graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let get = "GET /v1/ping HTTP/1.1\r\nhost: localhost\r\n\r\n".to_owned();
    for request in [get, post] {
        let app = TestApp::new().await;
        let mut stream = TcpStream::connect(app.listen().await).unwrap();
        stream.write_all(request.repeat(REQUESTS).as_bytes()).unwrap();
        stream.set_nonblocking(true).unwrap();
        let started = Instant::now();

        // This task and the connection's share a thread.
        let mut looks = Vec::new();
        while looks.iter().sum::<usize>() < REQUESTS {
            assert!(started.elapsed().as_secs() < 60, "{looks:?}");
            yield_now().await;
            looks.push(count_new(&mut stream));
        }

        assert_eq!(looks.iter().max(), Some(&1), "{request}: {looks:?}");
    }
}
