//! A reader of the log that stands still.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::accountd;

/// More than the buffer of a pipe holds, by far: a line has about 300 bytes, and a pipe 64 KiB.
const REQUESTS: usize = 1000;

/// Asks for a page; fails if nothing comes for long.
fn is_answered(address: &str) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    Ok(())
}

/// Nobody reads the log any more, and requests are answered all the same.
#[test]
fn requests_do_not_wait_for_the_log() {
    let folder = TempDir::new().unwrap();
    let environment = [("ACCOUNTD_LISTEN", "127.0.0.1:0")];
    let mut server = accountd(folder.path(), &["dev"], &environment).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| {
        let line = line.unwrap();
        line.split_once("listening on http://").map(|(_, address)| address.trim().to_owned())
    });
    let address = address.unwrap().replace("localhost", "127.0.0.1");

    let answered = (0..REQUESTS).take_while(|_| is_answered(&address).is_ok()).count();

    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(answered, REQUESTS);
    drop(lines);
}
