//! Tests of stored hashes: published vectors of each kind, and texts that are none.

use super::*;

fn password(text: &str) -> Password {
    Password::presented(text).unwrap()
}

/// Sixteen bytes in base64.
const DIGEST: &str = "YWFhYWFhYWFhYWFhYWFhYQ";

/// Texts of our own form whose digests are published, and those of other systems.
const VECTORS: &[(&str, &str)] = &[
    // The reference implementation of argon2.
    (
        "password",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
    ),
    (
        "password",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ),
    // PHP.
    (
        "appwrite",
        "$argon2i$v=19$m=20,t=3,p=2$YXBwd3JpdGU$A/54i238ed09ZR4NwlACU5XnkjNBZU9QeOEuhjLiexI",
    ),
    // jBCrypt, Python, Node and PHP.
    ("abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"),
    ("correctbatteryhorsestapler", "$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie"),
    ("correctbatteryhorsestapler", "$2a$04$n4Uy0eSnMfvnESYL.bLwuuj0U/ETSsoTpRT9GVk5bektyVVa5xnIi"),
    ("U*U*U", "$2y$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
    // RFC 1321.
    ("message digest", "$md5$f96b697d7cb7938d525a2f31aaf161d0"),
    // FIPS 180 and 202.
    ("abc", "$sha$v=sha1$a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("abc", "$sha$v=sha224$23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
    ("abc", "$sha$v=sha256$ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
        "abc",
        "$sha$v=sha384$cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    ),
    ("abc", "$sha$v=sha512/224$4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa"),
    ("abc", "$sha$v=sha512/256$53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
    (
        "abc",
        "$sha$v=sha512$ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
    ("abc", "$sha$v=sha3-224$e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf"),
    ("abc", "$sha$v=sha3-256$3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
    (
        "abc",
        "$sha$v=sha3-384$ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25",
    ),
    (
        "abc",
        "$sha$v=sha3-512$b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
    ),
    // PHPass, phpBB and PHP.
    ("test12345", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0"),
    ("test1", "$H$9aaaaaSXBjgypwqm.JsMssPLiS8YQ00"),
    ("appwrite", "$P$Br387rwferoKN7uwHZqNMu98q3U8RO."),
    // Appwrite, of Firebase.
    (
        "appwrite",
        "$firebase-scrypt$ln=14,r=8,p=1$UxLMreBr6tYyjQ$Bw$DXIxNfGNPT/4Equl5EZdpM90ZZ7eFJXq9n4PtO52h/meumr4RY0RvJLEzxqVpi/E2avIesrv5P3OZJQW0hpYgA",
    ),
    // RFC 7914.
    (
        "password",
        "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA",
    ),
    (
        "pleaseletmein",
        "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
    ),
];

#[test]
fn published_vectors_match() {
    for (right, text) in VECTORS {
        let hash = StoredHash::parse(text).unwrap();

        assert!(hash.matches(&password(right)), "{text}");
        assert!(!hash.matches(&password("wrong")), "{text}");
        assert!(!hash.matches(&password(&format!("{right} "))), "{text}");
        assert_eq!(hash.to_string(), *text);
    }
}

/// bcrypt of bytes that are no UTF-8, and of more than 72 bytes, as other systems do it. A NUL is no end.
#[test]
fn bcrypt_is_that_of_others() {
    let parse = |text: &str| BcryptHash::parse(text).unwrap();

    for version in ["2a", "2y", "2b"] {
        let eight_bits =
            format!("${version}$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq");
        assert!(parse(&eight_bits).matches(b"\xa3"), "{version}");
    }
    let long = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored";
    let hash = parse("$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui");
    assert!(hash.matches(long.as_bytes()));
    assert!(hash.matches(&long.as_bytes()[..72]));
    assert!(!hash.matches(&long.as_bytes()[..71]));
    let hash = parse("$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i");
    assert!(!hash.matches(b"abc\0def"));
}

/// PW-1: what no hash of the kind looks like isn't read, nor what costs too much.
#[test]
fn malformed_argon2_and_bcrypt_are_refused() {
    let argon2 = |parameters: &str| format!("$argon2id$v=19${parameters}$c29tZXNhbHQ${DIGEST}");
    let bcrypt =
        |start: &str| format!("{start}EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie");
    assert!(StoredHash::parse(&argon2("m=8,t=1,p=1")).is_ok());
    assert!(StoredHash::parse(&bcrypt("$2b$04$")).is_ok());

    for text in [
        argon2("m=8,t=1"),
        argon2("t=1,m=8,p=1"),
        argon2("m=8,t=1,p=1,keyid=aaaa"),
        argon2("m=8,t=1,p=1,data=aaaa"),
        argon2("m=08,t=1,p=1"),
        argon2("m=7,t=1,p=1"),
        argon2("m=262145,t=1,p=1"),
        argon2("m=8,t=11,p=1"),
        argon2("m=256,t=1,p=9"),
        argon2("m=8,t=1,p=1").replace("argon2id", "argon2d"),
        argon2("m=8,t=1,p=1").replace("v=19", "v=16"),
        argon2("m=8,t=1,p=1").replace("$v=19", ""),
        argon2("m=8,t=1,p=1") + "$",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ".to_owned(),
        bcrypt("$2x$04$"),
        bcrypt("$2$04$"),
        bcrypt("$2b$4$"),
        bcrypt("$2b$004$"),
        bcrypt("$2b$03$"),
        bcrypt("$2b$16$"),
        bcrypt("$2b$99$"),
        bcrypt("$2b$+4$"),
        bcrypt("$2b$04$") + "e",
        bcrypt("$2b$04$").replace("HQO", "HQP"),
        bcrypt("$2b$04$").replace("cie", "cif"),
        bcrypt("$2b$04$").replace("cie", "ci="),
    ] {
        assert!(StoredHash::parse(&text).is_err(), "{text}");
    }
}

/// PW-1: the same for digests, `PHPass`, and what is no hash at all.
#[test]
fn malformed_digests_are_refused() {
    for text in [
        "",
        "$",
        "password",
        "$1$abc$OGyl6dDvZCDiGmIVbeuCq/",
        "$x$",
        &format!("$md5${}", "0".repeat(2_000)),
        "$md5$f96b697d7cb7938d525a2f31aaf161d",
        "$md5$F96B697D7CB7938D525A2F31AAF161D0",
        "$md5$g96b697d7cb7938d525a2f31aaf161d0",
        "$sha$v=sha256$a9993e364706816aba3e25717850c26c9cd0d89d",
        "$sha$v=SHA1$a9993e364706816aba3e25717850c26c9cd0d89d",
        "$sha$v=sha0$a9993e364706816aba3e25717850c26c9cd0d89d",
        "$sha$sha1$a9993e364706816aba3e25717850c26c9cd0d89d",
        "$P$4IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
        "$P$LIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
        "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L2",
        "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L",
        "$P$9IQRaTwm+eRo7ud9Fh4E2PdI0S3r.L0",
        "$P$",
        "$P$é",
    ] {
        assert!(StoredHash::parse(text).is_err(), "{text}");
    }
}

/// PW-1: the same for scrypt and Firebase's.
#[test]
fn malformed_scrypt_is_refused() {
    let scrypt = |parameters: &str| format!("$scrypt${parameters}$TmFDbA${DIGEST}");
    assert!(StoredHash::parse(&scrypt("ln=14,r=8,p=1")).is_ok());

    for text in [
        scrypt("ln=14,r=8"),
        scrypt("ln=14,r=8,p=1,x=1"),
        scrypt("ln=14,p=1,r=8"),
        scrypt("ln=014,r=8,p=1"),
        scrypt("ln=0,r=8,p=1"),
        scrypt("ln=300,r=8,p=1"),
        scrypt("ln=14,r=0,p=1"),
        scrypt("ln=14,r=8,p=0"),
        scrypt("ln=19,r=8,p=1"),
        scrypt("ln=17,r=8,p=9"),
        scrypt("ln=1,r=8,p=129"),
        scrypt("ln=14,r=8,p=1") + "==",
        scrypt("ln=14,r=8,p=1") + "$",
        format!("$scrypt$ln=14,r=8,p=1$${DIGEST}"),
        format!("$scrypt$ln=14,r=8,p=1$/w${DIGEST}"),
        "$scrypt$ln=14,r=8,p=1$TmFDbA$YWFhYQ".to_owned(),
        format!("$firebase-scrypt$ln=14,r=8,p=1$TmFDbA${DIGEST}"),
        format!("$firebase-scrypt$ln=14,r=8,p=1$TmFDbA$Bw${DIGEST}$"),
        "$firebase-scrypt$ln=14,r=8,p=1$TmFDbA$Bw$YWFhYQ".to_owned(),
    ] {
        assert!(StoredHash::parse(&text).is_err(), "{text}");
    }
}

/// The bounds are the highest parameters that are read.
#[test]
fn the_highest_costs_are_read() {
    for text in [
        format!("$argon2i$v=19$m=262144,t=10,p=8$c29tZXNhbHQ${DIGEST}"),
        "$2y$15$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie".to_owned(),
        "$P$KIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0".to_owned(),
        format!("$scrypt$ln=18,r=8,p=4$TmFDbA${DIGEST}"),
        format!("$firebase-scrypt$ln=18,r=8,p=4$TmFDbA$Bw${DIGEST}"),
    ] {
        let hash = StoredHash::parse(&text).unwrap();

        let Cost { micros, memory_kib } = hash.cost();
        assert_eq!(hash.to_string(), text);
        assert!(micros <= 3_000_000 && memory_kib <= 256 * 1024, "{text}: {micros} {memory_kib}");
        assert!(micros >= 1_500_000, "{text}: {micros}");
    }
}
