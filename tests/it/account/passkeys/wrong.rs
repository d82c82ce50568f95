//! Each bit of a response wrong once: it is refused, and the challenge is used up.

use ciborium::Value as Cbor;
use serde_json::{Value, json};

use super::{INVALID, SPENT, add, anonymous, begin, begin_adding, finish, finish_adding, sign_in};
use crate::support::{Authenticator, Made, TestApp};

type Change = fn(&mut Made);

/// Mistakes in both ceremonies.
const BOTH: [(&str, Change); 21] = [
    ("type of the credential", |it| it.kind = "password"),
    ("ceremony", |it| it.ceremony = "payment.get".into()),
    ("no ceremony", |it| it.ceremony = String::new()),
    ("challenge", |it| {
        it.challenge.replace_range(..1, if it.challenge.starts_with('A') { "B" } else { "A" });
    }),
    ("no challenge", |it| it.challenge.clear()),
    ("origin of another site", |it| it.origin = "https://evil.test".into()),
    ("origin that begins alike", |it| it.origin = "https://app.example.com.evil.test".into()),
    ("origin over http", |it| it.origin = "http://app.example.com".into()),
    ("origin on the RP id that is no platform", |it| {
        it.origin = "https://x.example.com".into();
    }),
    ("opaque origin", |it| it.origin = "null".into()),
    ("origin with a path", |it| it.origin.push('/')),
    ("cross origin", |it| it.cross_origin = json!(true)),
    ("cross origin as text", |it| it.cross_origin = json!("false")),
    ("top origin", |it| it.top_origin = json!("https://evil.test")),
    ("RP id", |it| it.rp_id = "app.example.com".into()),
    ("no user presence", |it| it.flags &= !0x01),
    ("no user verification", |it| it.flags &= !0x04),
    ("backed up, but not eligible", |it| it.flags = it.flags & !0x08 | 0x10),
    ("extensions announced, but missing", |it| it.flags |= 0x80),
    ("bytes at the end", |it| it.trailing = vec![0]),
    ("id", |it| it.id[0] ^= 1),
];

const REGISTRATION: [(&str, Change); 15] = [
    ("of a sign-in", |it| it.ceremony = "webauthn.get".into()),
    ("no credential announced", |it| it.flags &= !0x40),
    ("other id in the signed data", |it| it.attested_id[0] ^= 1),
    ("id that is too long", |it| {
        it.id = vec![7; 1024];
        it.attested_id = vec![7; 1024];
    }),
    ("format", |it| it.format = "fido-u2f"),
    ("statement of none", |it| it.statement = vec![("x".into(), 1.into())]),
    ("attestation without a signature", |it| it.format = "packed"),
    ("attestation by a certificate", |it| {
        it.format = "packed";
        it.statement = vec![("alg".into(), (-7).into()), ("x5c".into(), Cbor::Array(vec![]))];
        it.attests = true;
    }),
    ("algorithm of the attestation", |it| {
        it.format = "packed";
        it.statement = vec![("alg".into(), (-8).into())];
        it.attests = true;
    }),
    ("algorithm that was not offered", |it| set(it, 3, (-35).into())),
    ("kind of key", |it| set(it, 1, 1.into())),
    ("curve", |it| set(it, -1, 2.into())),
    ("point that is not on the curve", |it| set(it, -3, Cbor::Bytes(vec![1; 32]))),
    ("coordinate that is too short", |it| set(it, -2, Cbor::Bytes(vec![1; 31]))),
    ("key that is no map", |it| it.public_key = 1.into()),
];

const SIGN_IN: [(&str, Change); 6] = [
    ("of a registration", |it| it.ceremony = "webauthn.create".into()),
    ("signature", |it| it.breaks_signature = true),
    ("unknown credential", |it| it.id = vec![1; 32]),
    ("no user handle", |it| it.user_handle = None),
    ("other user handle", |it| it.user_handle = Some(vec![1; 16])),
    ("eligible for backup no more", |it| it.flags &= !0x18),
];

/// Changes a member of the new public key.
fn set(made: &mut Made, label: i64, value: Cbor) {
    let Cbor::Map(members) = &mut made.public_key else { panic!() };
    let member = members.iter_mut().find(|(name, _)| *name == Cbor::from(label)).unwrap();
    member.1 = value;
}

#[tokio::test]
async fn each_bit_of_a_registration_counts() {
    let app = TestApp::new().await;
    for (wrong, change) in BOTH.into_iter().chain(REGISTRATION) {
        let user = anonymous(&app).await;
        let mut device = Authenticator::synced();
        let challenge = begin_adding(&user).await;
        let credential = device.create_with(&challenge["publicKey"], change);

        let answer = finish_adding(&user, &challenge, credential).await;

        assert_eq!(answer.error(), INVALID, "{wrong}");
        let right = device.create(&challenge["publicKey"]);
        let again = finish_adding(&user, &challenge, right).await;
        assert_eq!(again.error(), SPENT, "{wrong}");
    }
}

#[tokio::test]
async fn each_bit_of_a_sign_in_counts() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let guest = app.guest().with_key("ak_exempt");
    for (wrong, change) in BOTH.into_iter().chain(SIGN_IN) {
        let challenge = begin(&guest).await;
        let credential = device.get_with(&challenge["publicKey"], change);

        let answer = finish(&guest, &challenge, &credential).await;

        assert_eq!(answer.error(), INVALID, "{wrong}");
        let right = device.get(&challenge["publicKey"]);
        assert_eq!(finish(&guest, &challenge, &right).await.error(), SPENT, "{wrong}");
    }
    assert_eq!(sign_in(&guest, &mut device).await.error(), "ok");
}

/// An unreadable response is refused like a wrong one; one that is no object is an argument's error, and uses up nothing.
#[tokio::test]
async fn malformed_credentials_are_refused() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let guest = app.guest().with_key("ak_exempt");
    let edits: [fn(&mut Value); 8] = [
        |it| *it = json!({}),
        |it| it["rawId"] = json!("AA"),
        |it| it["id"] = json!("not base64url!"),
        |it| it["response"]["clientDataJSON"] = json!("AAAA"),
        |it| it["response"]["authenticatorData"] = json!("AAAA"),
        |it| it["response"]["signature"] = json!(""),
        |it| it["response"]["signature"] = json!(null),
        |it| it["response"] = json!([]),
    ];
    for edit in edits {
        let challenge = begin(&guest).await;
        let mut credential = device.get(&challenge["publicKey"]);
        edit(&mut credential);

        let answer = finish(&guest, &challenge, &credential).await;

        assert_eq!(answer.error(), INVALID, "{credential}");
    }
    let challenge = begin(&guest).await;
    let long = json!({"x": "x".repeat(16_400)});
    for bad in [json!("no JSON"), json!([]), json!(1), long] {
        let answer = finish(&guest, &challenge, &bad).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{bad}");
        assert_eq!(answer.argument(), "credential");
    }
    // A string of JSON is one.
    let credential = json!(device.get(&challenge["publicKey"]).to_string());
    assert_eq!(finish(&guest, &challenge, &credential).await.error(), "ok");
}

/// Padded base64url, as some polyfills send it, means the same.
#[tokio::test]
async fn padding_is_no_difference() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let guest = app.guest();
    let challenge = begin(&guest).await;
    let mut credential = device.get(&challenge["publicKey"]);
    for name in ["id", "rawId"] {
        let text = credential[name].as_str().unwrap();
        credential[name] = json!(format!("{text}="));
    }

    let answer = finish(&guest, &challenge, &credential).await;

    assert_eq!(answer.error(), "ok");
}
