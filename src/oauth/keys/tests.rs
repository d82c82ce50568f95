//! Keys of every kind, as providers write them, and signatures that were made by another program.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;

const MESSAGE: &[u8] = b"header.payload";

/// The message's signatures by algorithms and keys; of the last one, a zero is left out at the beginning of `x`.
fn signatures() -> Vec<(Algorithm, Value, Vec<u8>)> {
    let rows: Vec<Value> = serde_json::from_str(include_str!("tests/signatures.json")).unwrap();
    let rows = rows.into_iter().map(|row| {
        let algorithm = Algorithm::named(row["algorithm"].as_str().unwrap()).unwrap();
        let signature = URL_SAFE_NO_PAD.decode(row["signature"].as_str().unwrap()).unwrap();
        (algorithm, row["key"].clone(), signature)
    });
    rows.collect()
}

fn set(keys: &Value) -> KeySet {
    KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
}

/// OA-2: each key signs by its own algorithms, and by no other one.
#[test]
fn signatures_fit_their_own_key_and_algorithm() {
    let rows = signatures();
    assert_eq!(rows.len(), 10);
    for (index, (algorithm, key, signature)) in rows.iter().enumerate() {
        let keys = set(&json!([key]));
        assert!(keys.have_signed(MESSAGE, signature, *algorithm, None), "{algorithm:?}");
        assert!(!keys.have_signed(b"header.payloae", signature, *algorithm, None));
        assert!(!keys.have_signed(MESSAGE, &signature[1..], *algorithm, None));
        assert!(!keys.have_signed(MESSAGE, b"", *algorithm, None));
        for (other_index, (other, other_key, other_signature)) in rows.iter().enumerate() {
            if other != algorithm {
                assert!(!keys.have_signed(MESSAGE, signature, *other, None), "{other:?}");
                assert!(!keys.have_signed(MESSAGE, other_signature, *algorithm, None));
            }
            if other_index != index && other_key != key {
                assert!(
                    !set(&json!([other_key])).have_signed(MESSAGE, signature, *algorithm, None)
                );
            }
        }
    }
}

/// OA-2: the key is the one that the token names, signs by the algorithm that it declares, and is for signing.
#[test]
fn keys_verify_only_their_algorithm() {
    let (algorithm, key, signature) = signatures().remove(0);
    let has_signed = |more: Value, id: Option<&str>| {
        let mut key = key.clone();
        key.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        set(&json!([7, {"kty": "oct", "k": "AA"}, key]))
            .have_signed(MESSAGE, &signature, algorithm, id)
    };

    for (more, id) in [
        (json!({}), None),
        (json!({}), Some("a")),
        (json!({"kid": "a", "use": "sig", "alg": "RS256"}), Some("a")),
        (json!({"kid": 7, "x5c": "odd", "key_ops": 1}), Some("7")),
        (json!({"kid": "a", "use": null, "alg": null}), None),
    ] {
        assert!(has_signed(more.clone(), id), "{more} {id:?}");
    }
    for (more, id) in [
        (json!({"kid": "a"}), Some("b")),
        (json!({"use": "enc"}), None),
        (json!({"alg": "PS256"}), None),
        (json!({"alg": "RSA-OAEP"}), None),
        (json!({"alg": "HS256"}), None),
        (json!({"kty": "EC"}), None),
        (json!({"e": "AQ"}), None),
        (json!({"n": "AQAB"}), None),
    ] {
        assert!(!has_signed(more.clone(), id), "{more} {id:?}");
    }
}

/// C-24: keys are read whatever is odd about them, padding and leading zeros too.
#[test]
fn odd_writing_is_read() {
    let (algorithm, mut key, signature) = signatures().remove(0);
    let n = BASE64.decode(key["n"].as_str().unwrap()).unwrap();
    key["n"] =
        json!(base64::engine::general_purpose::URL_SAFE.encode([&[0], n.as_slice()].concat()));
    key["e"] = json!("AAEAAQ==");

    assert!(set(&json!([key])).have_signed(MESSAGE, &signature, algorithm, None));
    for name in ["none", "HS256", "HS512", "", "rs256", "ES512", "dir"] {
        assert_eq!(Algorithm::named(name), None, "{name}");
    }
    for body in ["{}", "{\"keys\":{}}", "[]"] {
        assert!(KeySet::read(body.as_bytes()).is_err(), "{body}");
    }
    assert!(KeySet::read(b"{\"keys\":[{}]}").unwrap().is_empty());
}
