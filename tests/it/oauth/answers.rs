//! Mangled answers of providers: the seeds of the fuzz target, with bytes changed, cut and repeated.

use std::fmt::Display;

use accountd::oauth::{Expected, IdToken, KeySet, Metadata, Profile, TokenAnswer};
use accountd::random::Random;

use crate::support::{START, rounds};

const ISSUER: &str = "https://id.example.com";

/// C-28: nothing that a provider answers is a panic, and every refusal is one line that names the answer and what was expected.
#[test]
fn mangled_answers_are_read_or_refused_clearly() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds/provider");
    let random = Random::seeded(7);
    let (mut read, mut refused) = (0, 0);
    for seed in std::fs::read_dir(folder).unwrap() {
        let seed = std::fs::read(seed.unwrap().path()).unwrap();
        for _ in 0..rounds(2_000, 100_000) {
            let (kind, body) = seed.split_first().unwrap();
            match error_of(*kind, &mangle(body, &random)) {
                Some(error) => {
                    is_clear(&error);
                    refused += 1;
                }
                None => read += 1,
            }
        }
    }
    assert!(read > 1_000 && refused > 1_000, "{read} {refused}");
}

/// Changes a few bytes of an answer.
fn mangle(body: &[u8], random: &Random) -> Vec<u8> {
    const PIECES: [&str; 12] =
        ["null", "[", "]", "{", "}", "\"", ":", ",", "-1", "1e99", "\u{feff}", "\\u0000"];
    let mut body = body.to_vec();
    for _ in 0..random.bytes::<1>()[0] % 4 {
        let [at, how, what] = random.bytes::<3>();
        let at = usize::from(at) * body.len() / 256;
        match how % 4 {
            0 => body[at..].iter_mut().take(1).for_each(|byte| *byte = what),
            1 => body.truncate(at.max(1)),
            2 => drop(body.drain(at..(at + usize::from(what) % 8).min(body.len()))),
            _ => {
                let piece = PIECES[usize::from(what) % PIECES.len()];
                body.splice(at..at, piece.bytes());
            }
        }
    }
    body
}

/// Why an answer can't be used; none if it can.
fn error_of(kind: u8, body: &[u8]) -> Option<String> {
    fn error<T, E: Display>(read: Result<T, E>) -> Option<String> {
        read.err().map(|error| error.to_string())
    }
    let expected = Expected { issuer: ISSUER, client_id: "client", nonce: "n", now: START };
    match kind {
        b'd' => error(Metadata::read(ISSUER, body)),
        b'k' => error(KeySet::read(body)),
        b't' => error(TokenAnswer::read(200, body)),
        b'T' => error(TokenAnswer::read(400, body)),
        b'u' => error(Profile::read_userinfo(body).map(|it| it.with_primary(body))),
        // The claims are read by the unit tests, and by the fuzz target, which sign them.
        _ => {
            let text = String::from_utf8_lossy(body);
            let keys = KeySet::default();
            error(IdToken::parse(&text).and_then(|token| token.verify(&keys, expected)))
        }
    }
}

fn is_clear(error: &str) {
    let places = [
        "discovery document: ",
        "keys: ",
        "token answer: ",
        "userinfo: ",
        "ID token: ",
        "header of the ID token: ",
    ];
    assert!(places.iter().any(|place| error.starts_with(place)), "{error}");
    assert!(error.contains("expected") || error.contains("fits none"), "{error}");
    assert!(!error.contains(char::is_control) && error.len() < 5_000, "{error:?}");
}
