//! Requests as a browser would send them.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::user::USER_AGENT;

/// A whole request: `start` is its method and path, `headers` are those that not every request has.
pub fn request(address: SocketAddr, start: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = String::with_capacity(2048);
    // Writing to a text can't fail.
    let _ = write!(text, "{start} HTTP/1.1\r\nhost: {address}\r\nuser-agent: {USER_AGENT}\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if !body.is_empty() {
        let _ =
            write!(text, "content-type: application/json\r\ncontent-length: {}\r\n", body.len());
    }
    let _ = write!(text, "\r\n{body}");
    text.into_bytes()
}

/// The headers of a GraphQL request with a token.
pub fn by_token(token: &str) -> [(&str, &str); 2] {
    [("accept", "application/json"), ("x-appwrite-jwt", token)]
}
