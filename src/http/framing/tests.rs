//! Heads, bodies and doubts in bytes that come in pieces of any size.

use proptest::prelude::*;

use super::*;

/// Reads a text in pieces of every size, and answers what came of it: always the same.
fn read(text: &str) -> (u64, Option<Doubt>, Option<Foreign>) {
    let outcome = |size: usize| {
        let mut framing = Framing::default();
        text.as_bytes().chunks(size).for_each(|piece| framing.read(piece));
        (framing.heads(), framing.doubt(), framing.foreign())
    };
    let whole = outcome(text.len().max(1));
    for size in 1..text.len() {
        assert_eq!(outcome(size), whole, "{size}: {text}");
    }
    whole
}

const GET: &str = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const BOTH: &str = "POST / HTTP/1.1\r\nContent-Length: 5\r\ntransfer-encoding: chunked\r\n\r\n";

/// C-17: heads are found behind bodies of each kind, and nothing within a body is taken for one.
#[test]
fn heads_are_found() {
    let length = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n{BOTH}", BOTH.len());
    let chunks = format!(
        "POST / HTTP/1.1\nTransfer-Encoding: CHUNKED\n\n{:x};a=b\r\n{BOTH}\r\n1\r\nx\r\n0\r\n\
         trailer: x\r\n\r\n",
        BOTH.len()
    );

    assert_eq!(read(GET), (1, None, None));
    assert_eq!(read(&GET.repeat(3)), (3, None, None));
    assert_eq!(read(&format!("{length}\r\n\r\n{GET}")), (2, None, None));
    assert_eq!(read(&format!("{chunks}{GET}{length}{chunks}")), (4, None, None));
    assert_eq!(read(&format!("{chunks}{BOTH}{GET}")), (2, Some(Doubt::TwoLengths), None));
    assert_eq!(read("GET / HTTP/1.1\r\nhost: a\r\n"), (0, None, None));
}

/// C-17: what is in doubt.
#[test]
fn ambiguous_lengths_are_reported() {
    for (headers, doubt) in [
        ("transfer-encoding: chunked\r\nCONTENT-LENGTH:0", Some(Doubt::TwoLengths)),
        ("content-length: 1\r\ntransfer-encoding: identity", Some(Doubt::TwoLengths)),
        ("transfer-encoding: gzip, chunked", Some(Doubt::Coding)),
        ("transfer-encoding: xchunked", Some(Doubt::Coding)),
        ("transfer-encoding: chunked\r\ntransfer-encoding: chunked", Some(Doubt::Coding)),
        ("transfer-encoding:", Some(Doubt::Coding)),
        ("transfer-encoding: \tChunked ", None),
        ("content-length: 5", None),
        ("x-content-length: 5\r\ntransfer-encoding: chunked", None),
    ] {
        let read = read(&format!("POST / HTTP/1.1\r\n{headers}\r\n\r\n"));
        assert_eq!(read, (1, doubt, None), "{headers}");
    }
}

#[test]
fn other_protocols_are_known() {
    assert_eq!(read("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), (0, None, Some(Foreign::Http2)));
    assert_eq!(read("\u{16}\u{3}\u{1}\u{2}\n\n"), (0, None, Some(Foreign::Tls)));
    assert_eq!(read(&format!("{GET}PRI * HTTP/2.0\r\n\r\n")), (2, None, None));
    assert_eq!(read("PRINT / HTTP/1.1\r\n\r\n"), (1, None, None));
}

/// What hyper refuses is not held on to.
#[test]
fn nothing_long_is_kept() {
    let mut framing = Framing::default();
    framing.read(b"GET / HTTP/1.1\r\nx: ");
    framing.read(&vec![b'x'; MAX_LENGTH]);

    assert!(matches!(framing.position, Position::Unknown));
    assert!(!framing.awaits_head());
}
proptest! {
    /// Any bytes are survived, and read the same however they are cut.
    #[test]
    fn bytes_are_read_alike_however_they_are_cut(
        pieces in prop::collection::vec(
            prop_oneof![
                Just(GET.to_owned()),
                Just(BOTH.to_owned()),
                Just("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n".to_owned()),
                Just("POST / HTTP/1.1\r\ncontent-length: 7\r\n\r\n".to_owned()),
                Just("5\r\nhello\r\n0\r\n\r\n".to_owned()),
                "[\r\n0-9a-f:; ]{0,12}",
            ],
            1..6,
        )
    ) {
        read(&pieces.concat());
    }
}
