//! A device with passkeys, in software: it answers the options that the server sends as a browser would, and each bit of its
//! answer can be made wrong.

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use ring::rand::SystemRandom;
use ring::signature::{
    Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The page that calls, unless a test says otherwise.
const ORIGIN: &str = "https://app.example.com";

/// An RSA key of 2,048 bits for tests, in PKCS #8.
const RSA_KEY: &str = include_str!("authenticator/rsa.txt");

/// A device with passkeys.
pub(crate) struct Authenticator {
    /// The passkeys, newest last.
    pub(crate) passkeys: Vec<Held>,
    /// The algorithm of new passkeys.
    pub(crate) algorithm: i64,
    /// Whether new passkeys are synced.
    pub(crate) synced: bool,
    /// Its model.
    pub(crate) aaguid: [u8; 16],
}

/// A passkey on the device.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) id: Vec<u8>,
    pub(crate) user_handle: Vec<u8>,
    pub(crate) sign_count: u32,
    rp_id: String,
    synced: bool,
    seed: [u8; 32],
    algorithm: i64,
}

/// The data that the device signs and the browser sends, so that a test can change each bit.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) kind: &'static str,
    pub(crate) ceremony: String,
    pub(crate) challenge: String,
    pub(crate) origin: String,
    pub(crate) cross_origin: Value,
    pub(crate) top_origin: Value,
    pub(crate) rp_id: String,
    /// UP 0x01, UV 0x04, BE 0x08, BS 0x10, AT 0x40, ED 0x80.
    pub(crate) flags: u8,
    pub(crate) sign_count: u32,
    pub(crate) id: Vec<u8>,
    /// The id in the signed data of a new passkey.
    pub(crate) attested_id: Vec<u8>,
    pub(crate) user_handle: Option<Vec<u8>>,
    /// The public key of a new passkey, in COSE.
    pub(crate) public_key: Cbor,
    pub(crate) format: &'static str,
    pub(crate) statement: Vec<(Cbor, Cbor)>,
    /// Bytes behind the authenticator's data.
    pub(crate) trailing: Vec<u8>,
    /// Whether a bit of the signature is wrong.
    pub(crate) breaks_signature: bool,
    /// Whether the new key signs its own attestation.
    pub(crate) attests: bool,
}

impl Authenticator {
    /// A device whose passkeys are synced and not counted, like those of phones.
    pub(crate) fn synced() -> Self {
        Self { passkeys: Vec::new(), algorithm: -7, synced: true, aaguid: [0; 16] }
    }

    /// A device whose passkeys stay on it and count, like a security key.
    pub(crate) fn bound() -> Self {
        Self { synced: false, ..Self::synced() }
    }

    /// Makes a passkey for the options.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        self.create_with(options, |_| {})
    }

    /// Makes a passkey, with what `change` makes wrong.
    pub(crate) fn create_with(&mut self, options: &Value, change: impl FnOnce(&mut Made)) -> Value {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let seed: [u8; 32] = Sha256::digest(format!("key {number}")).into();
        let offered = options["pubKeyCredParams"].as_array().unwrap();
        assert!(offered.iter().any(|it| it["alg"] == self.algorithm), "{options}");
        let held = Held {
            id: Sha256::digest(format!("id {number}")).to_vec(),
            user_handle: decode(&options["user"]["id"]),
            sign_count: 0,
            rp_id: options["rp"]["id"].as_str().unwrap().to_owned(),
            synced: self.synced,
            seed,
            algorithm: self.algorithm,
        };
        let mut made = Made::new("webauthn.create", options, &held);
        made.flags |= 0x40;
        change(&mut made);
        let mut data = made.authenticator_data();
        data.extend(self.aaguid);
        data.extend(u16::try_from(made.attested_id.len()).unwrap().to_be_bytes());
        data.extend(&made.attested_id);
        data.extend(cbor(&made.public_key));
        data.extend(&made.trailing);
        let client = made.client_data();
        if made.attests {
            let mut signature = held.sign(&signed(&data, &client));
            let last = signature.last_mut().unwrap();
            *last ^= u8::from(made.breaks_signature);
            made.statement.push(("sig".into(), Cbor::Bytes(signature)));
        }
        let object = Cbor::Map(vec![
            ("fmt".into(), made.format.into()),
            ("attStmt".into(), Cbor::Map(made.statement.clone())),
            ("authData".into(), Cbor::Bytes(data)),
        ]);
        self.passkeys.push(held);
        json!({
            "id": encode(&made.id),
            "rawId": encode(&made.id),
            "type": made.kind,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(client),
                "attestationObject": encode(cbor(&object)),
                "transports": ["internal", "hybrid"],
            },
        })
    }

    /// Signs in with the newest passkey.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        self.get_with(options, |_| {})
    }

    /// Signs in with the newest passkey, with what `change` makes wrong.
    pub(crate) fn get_with(&mut self, options: &Value, change: impl FnOnce(&mut Made)) -> Value {
        let held = self.passkeys.last_mut().unwrap();
        held.sign_count += u32::from(!held.synced);
        let held = held.clone();
        let mut made = Made::new("webauthn.get", options, &held);
        change(&mut made);
        let mut data = made.authenticator_data();
        data.extend(&made.trailing);
        let client = made.client_data();
        let mut signature = held.sign(&signed(&data, &client));
        let last = signature.last_mut().unwrap();
        *last ^= u8::from(made.breaks_signature);
        json!({
            "id": encode(&made.id),
            "rawId": encode(&made.id),
            "type": made.kind,
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(client),
                "authenticatorData": encode(data),
                "signature": encode(signature),
                "userHandle": made.user_handle.as_ref().map(encode),
            },
        })
    }
}

impl Made {
    fn new(ceremony: &str, options: &Value, held: &Held) -> Self {
        Self {
            kind: "public-key",
            ceremony: ceremony.to_owned(),
            challenge: options["challenge"].as_str().unwrap().to_owned(),
            origin: ORIGIN.to_owned(),
            cross_origin: json!(false),
            top_origin: Value::Null,
            rp_id: held.rp_id.clone(),
            flags: 0x05 | if held.synced { 0x18 } else { 0 },
            sign_count: held.sign_count,
            id: held.id.clone(),
            attested_id: held.id.clone(),
            user_handle: Some(held.user_handle.clone()),
            public_key: held.public_key(),
            format: "none",
            statement: Vec::new(),
            trailing: Vec::new(),
            breaks_signature: false,
            attests: false,
        }
    }

    fn authenticator_data(&self) -> Vec<u8> {
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        data.push(self.flags);
        data.extend(self.sign_count.to_be_bytes());
        data
    }

    fn client_data(&self) -> String {
        let mut data = json!({
            "type": self.ceremony,
            "challenge": self.challenge,
            "origin": self.origin,
        });
        for (name, value) in [("crossOrigin", &self.cross_origin), ("topOrigin", &self.top_origin)]
        {
            if !value.is_null() {
                data[name] = value.clone();
            }
        }
        data.to_string()
    }
}

impl Held {
    /// Its key.
    fn p256(&self) -> SigningKey {
        SigningKey::from_slice(&self.seed).unwrap()
    }

    fn ed25519(&self) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&self.seed).unwrap()
    }

    fn rsa() -> RsaKeyPair {
        let base64 = base64::engine::general_purpose::STANDARD;
        RsaKeyPair::from_pkcs8(&base64.decode(RSA_KEY.trim()).unwrap()).unwrap()
    }

    /// Its public key in COSE.
    pub(crate) fn public_key(&self) -> Cbor {
        let members = match self.algorithm {
            -7 => {
                let point = self.p256().verifying_key().to_sec1_point(false);
                let (x, y) = (point.x().unwrap().to_vec(), point.y().unwrap().to_vec());
                vec![(1, 2.into()), (-1, 1.into()), (-2, Cbor::Bytes(x)), (-3, Cbor::Bytes(y))]
            }
            -8 => {
                let x = self.ed25519().public_key().as_ref().to_vec();
                vec![(1, 1.into()), (-1, 6.into()), (-2, Cbor::Bytes(x))]
            }
            -257 => {
                let key = Self::rsa();
                let RsaPublicKeyComponents { n, e } = key.public().into();
                vec![(1, 3.into()), (-1, Cbor::Bytes(n)), (-2, Cbor::Bytes(e))]
            }
            other => panic!("the device has no algorithm {other}"),
        };
        let members = members.into_iter().chain([(3, self.algorithm.into())]);
        Cbor::Map(members.map(|(label, value): (i64, Cbor)| (label.into(), value)).collect())
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.algorithm {
            -7 => {
                let signature: DerSignature = self.p256().sign(message);
                signature.as_bytes().to_vec()
            }
            -8 => self.ed25519().sign(message).as_ref().to_vec(),
            -257 => {
                let key = Self::rsa();
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
            other => panic!("the device has no algorithm {other}"),
        }
    }
}

fn signed(data: &[u8], client: &str) -> Vec<u8> {
    [data, Sha256::digest(client).as_slice()].concat()
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}
