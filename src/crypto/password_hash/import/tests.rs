//! Tests of imported hashes: which are accepted, and the argument that each error names.

use super::*;
use crate::crypto::password::Password;

const SIGNER_KEY: &str =
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
const FIREBASE_HASH: &str =
    "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
const SCRYPT_HASH: &str = "3fdef49701bc4cfaacd551fe017283513284b4731e6945c263246ef948d3cf63b5d269c31fd697246085111a428245e24a4ddc6b64c687bc60a8910dbafc1d5b";
const SCRYPT: ScryptArguments<'_> =
    ScryptArguments { salt: "appwrite", cpu: 16_384, memory: 13, parallel: 2, length: 64 };

fn matches(hash: &StoredHash, text: &str) -> bool {
    let stored = StoredHash::parse(&hash.to_string()).unwrap();
    assert_eq!(stored, *hash);
    stored.matches(&Password::presented(text).unwrap())
}

fn argument(result: Result<StoredHash>) -> &'static str {
    result.unwrap_err().at_fault().unwrap()
}

/// Vectors that Appwrite tests with.
#[test]
fn hashes_of_the_reference_are_accepted() {
    let sha512 = "4243da0a694e8a2f727c8060fe0507c8fa01ca68146c76d2c190805b638c20c6bf6ba04e21f11ae138785d0bff63c416e6f87badbffad37f6dee50094cc38c70";
    let firebase =
        "UlM7JiXRcQhzAGlaonpSqNSLIz475WMddOgLjej5De9vxTy48K6WtqlEzrRFeK4t0COfMhWCb8wuMHgxOFCHFQ==";
    let signer_key =
        "XyEKE9RcTDeLEsL/RjwPDBv/RqDl8fb3gpYEOQaPihbxf1ZAtSOHCjuAAa7Q3oHpCYhXSN9tizHgVOwn6krflQ==";
    for hash in [
        StoredHash::argon2(
            "$argon2i$v=19$m=20,t=3,p=2$YXBwd3JpdGU$A/54i238ed09ZR4NwlACU5XnkjNBZU9QeOEuhjLiexI",
        ),
        StoredHash::md5("144fa7eaa4904e8ee120651997f70dcc"),
        StoredHash::sha(sha512, Some("sha512")),
        StoredHash::phpass("$P$Br387rwferoKN7uwHZqNMu98q3U8RO."),
        StoredHash::scrypt(SCRYPT_HASH, SCRYPT),
        StoredHash::firebase_scrypt(firebase, "UxLMreBr6tYyjQ==", "Bw==", signer_key),
    ] {
        let hash = hash.unwrap();
        assert!(matches(&hash, "appwrite"), "{hash}");
        assert!(!matches(&hash, "appwrita"), "{hash}");
    }
    let bcrypt = "$2a$15$xX/myGbFU.ZSKHSi6EHdBOySTdYm8QxBLXmOPHrYMwV0mHRBBSBOq";
    assert!(StoredHash::bcrypt(bcrypt).is_ok());
}

#[test]
fn hexadecimal_digits_have_any_case() {
    let lower = StoredHash::md5("144fa7eaa4904e8ee120651997f70dcc").unwrap();
    assert_eq!(StoredHash::md5("144FA7EAA4904E8EE120651997F70DCC").unwrap(), lower);
    assert_eq!(lower.to_string(), "$md5$144fa7eaa4904e8ee120651997f70dcc");
    let sha1 = "A9993E364706816ABA3E25717850C26C9CD0D89D";
    assert!(matches(&StoredHash::sha(sha1, Some("SHA1")).unwrap(), "abc"));
    assert!(matches(&StoredHash::scrypt(&SCRYPT_HASH.to_uppercase(), SCRYPT).unwrap(), "appwrite"));
}

#[test]
fn sha_256_is_the_default() {
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(matches(&StoredHash::sha(digest, None).unwrap(), "abc"));
}

#[test]
fn phpass_may_be_bcrypt() {
    let hash = "$2a$04$n4Uy0eSnMfvnESYL.bLwuuj0U/ETSsoTpRT9GVk5bektyVVa5xnIi";
    let hash = StoredHash::phpass(hash).unwrap();
    assert!(matches!(hash, StoredHash::Bcrypt(_)));
    assert!(matches(&hash, "correctbatteryhorsestapler"));
}

/// The vector that Firebase publishes, in both alphabets, with padding and without.
#[test]
fn exports_of_firebase_have_two_alphabets() {
    let url = |text: &str| text.replace('+', "-").replace('/', "_");
    let bare = |text: &str| text.trim_end_matches('=').to_owned();
    let hash = StoredHash::firebase_scrypt(FIREBASE_HASH, "42xEC+ixf3L2lw==", "Bw==", SIGNER_KEY);
    let hash = hash.unwrap();
    assert!(matches(&hash, "user1password"));
    assert!(!matches(&hash, "user2password"));
    // The signer key is nowhere in what is stored.
    assert!(!hash.to_string().contains(&SIGNER_KEY[..8]));
    for spelling in [&url as &dyn Fn(&str) -> String, &bare, &|text: &str| bare(&url(text))] {
        let [password, salt, separator, key] =
            [FIREBASE_HASH, "42xEC+ixf3L2lw==", "Bw==", SIGNER_KEY].map(spelling);
        let other = StoredHash::firebase_scrypt(&password, &salt, &separator, &key);
        assert_eq!(other.unwrap(), hash);
    }
}

#[test]
fn the_malformed_argument_is_named() {
    let scrypt =
        |arguments: ScryptArguments<'_>| argument(StoredHash::scrypt(SCRYPT_HASH, arguments));
    let firebase = |password: &str, salt: &str, separator: &str, key: &str| {
        argument(StoredHash::firebase_scrypt(password, salt, separator, key))
    };

    for hash in ["", "password", "$2a$04$", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ"] {
        for refused in [
            StoredHash::argon2(hash),
            StoredHash::bcrypt(hash),
            StoredHash::md5(hash),
            StoredHash::sha(hash, Some("sha1")),
            StoredHash::phpass(hash),
            StoredHash::scrypt(hash, SCRYPT),
            StoredHash::firebase_scrypt(hash, "Bw==", "Bw==", SIGNER_KEY),
        ] {
            assert_eq!(argument(refused), "password", "{hash}");
        }
    }
    assert_eq!(argument(StoredHash::sha("00", Some("md5"))), "passwordVersion");
    assert_eq!(argument(StoredHash::sha("00", Some(""))), "passwordVersion");

    for salt in ["", &"x".repeat(129)] {
        assert_eq!(scrypt(ScryptArguments { salt, ..SCRYPT }), "passwordSalt");
        assert_eq!(firebase(FIREBASE_HASH, salt, "Bw==", SIGNER_KEY), "passwordSalt");
    }
    for cpu in [-2, 0, 1, 3, 16_383, 1 << 22, i32::MIN, i32::MAX] {
        assert_eq!(scrypt(ScryptArguments { cpu, ..SCRYPT }), "passwordCpu", "{cpu}");
    }
    for memory in [-1, 0, 129, i32::MAX] {
        assert_eq!(scrypt(ScryptArguments { memory, ..SCRYPT }), "passwordMemory", "{memory}");
    }
    for parallel in [-1, 0, 40, i32::MAX] {
        let refused = scrypt(ScryptArguments { parallel, ..SCRYPT });
        assert_eq!(refused, "passwordParallel", "{parallel}");
    }
    for length in [-1, 0, 15, 129] {
        assert_eq!(scrypt(ScryptArguments { length, ..SCRYPT }), "passwordLength", "{length}");
    }
    assert_eq!(scrypt(ScryptArguments { length: 32, ..SCRYPT }), "password");

    assert_eq!(firebase(FIREBASE_HASH, "no base64!", "Bw==", SIGNER_KEY), "passwordSalt");
    assert_eq!(firebase(FIREBASE_HASH, "Bw==", "*", SIGNER_KEY), "passwordSaltSeparator");
    assert_eq!(firebase(FIREBASE_HASH, "Bw==", "", SIGNER_KEY), "passwordSaltSeparator");
    assert_eq!(firebase(FIREBASE_HASH, "Bw==", "Bw==", "Bw=="), "passwordSignerKey");
    assert_eq!(firebase(FIREBASE_HASH, "Bw==", "Bw==", "?"), "passwordSignerKey");
    assert_eq!(firebase(&FIREBASE_HASH[..80], "Bw==", "Bw==", SIGNER_KEY), "password");
}
