//! Public keys in COSE, and their signatures.

use coset::cbor::Value;
use coset::iana::Algorithm as Registered;
use coset::iana::KeyType;
use coset::{CborSerializable, CoseKey, Label, RegisteredLabel, RegisteredLabelWithPrivate};
use curve25519_dalek::edwards::CompressedEdwardsY;
use p256::ecdsa::VerifyingKey;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::Rejection;

/// P-256 and Ed25519 in COSE's registry of curves.
const P256: i128 = 1;
const ED25519_CURVE: i128 = 6;
/// The sizes of RSA keys that `ring` verifies with: 2,048 to 8,192 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256: of nearly all passkeys.
    Es256,
    /// EdDSA with Ed25519: of some security keys.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256: of Windows Hello on older machines.
    Rs256,
}

impl Algorithm {
    /// All of them, the preferred one first.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// The number in COSE.
    pub const fn id(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::EdDsa => -8,
            Self::Rs256 => -257,
        }
    }
}

/// A public key.
#[derive(Clone, Debug)]
pub enum PublicKey {
    /// The uncompressed point.
    Es256(Vec<u8>),
    /// The 32 bytes.
    EdDsa(Vec<u8>),
    /// The modulus and the exponent.
    Rs256(Vec<u8>, Vec<u8>),
}

impl PublicKey {
    /// Reads a key, and checks that it is one.
    pub fn parse(cose: &[u8]) -> Result<Self, Rejection> {
        let key = CoseKey::from_slice(cose).map_err(|_| Rejection::PublicKey)?;
        let RegisteredLabel::Assigned(kind) = key.kty else { return Err(Rejection::PublicKey) };
        let Some(RegisteredLabelWithPrivate::Assigned(algorithm)) = key.alg else {
            return Err(Rejection::Algorithm);
        };
        let parameter = |label: i64| {
            let label = Label::Int(label);
            let found = key.params.iter().find(|(name, _)| *name == label);
            found.map(|(_, value)| value).ok_or(Rejection::PublicKey)
        };
        let bytes = |label| match parameter(label)? {
            Value::Bytes(bytes) => Ok(bytes.clone()),
            _ => Err(Rejection::PublicKey),
        };
        let is_on = |curve: i128| {
            let named = parameter(-1)?.as_integer().map(i128::from);
            if named == Some(curve) { Ok(()) } else { Err(Rejection::PublicKey) }
        };
        match (algorithm, kind) {
            (Registered::ES256, KeyType::EC2) => {
                is_on(P256)?;
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(Rejection::PublicKey);
                }
                let point = [&[0x04], &x[..], &y[..]].concat();
                VerifyingKey::from_sec1_bytes(&point).map_err(|_| Rejection::PublicKey)?;
                Ok(Self::Es256(point))
            }
            (Registered::EdDSA, KeyType::OKP) => {
                is_on(ED25519_CURVE)?;
                let x = bytes(-2)?;
                if is_ed25519_key(&x) { Ok(Self::EdDsa(x)) } else { Err(Rejection::PublicKey) }
            }
            (Registered::RS256, KeyType::RSA) => {
                let (n, e) = (bytes(-1)?, bytes(-2)?);
                if is_rsa_key(&n, &e) { Ok(Self::Rs256(n, e)) } else { Err(Rejection::PublicKey) }
            }
            (Registered::ES256 | Registered::EdDSA | Registered::RS256, _) => {
                Err(Rejection::PublicKey)
            }
            _ => Err(Rejection::Algorithm),
        }
    }

    /// The algorithm of its signatures.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Es256(_) => Algorithm::Es256,
            Self::EdDsa(_) => Algorithm::EdDsa,
            Self::Rs256(..) => Algorithm::Rs256,
        }
    }

    /// Verifies the signature of `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Rejection> {
        let verified = match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rs256(n, e) => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        verified.map_err(|_| Rejection::Signature)
    }
}

/// Whether bytes are a point of the curve, and not one of the few of small order, for which signatures are made without a key.
fn is_ed25519_key(bytes: &[u8]) -> bool {
    let point = CompressedEdwardsY::from_slice(bytes).ok().and_then(|it| it.decompress());
    point.is_some_and(|point| !point.is_small_order())
}

/// Whether a modulus and an exponent can be those of an RSA key: `ring` would verify no signature with others.
fn is_rsa_key(n: &[u8], e: &[u8]) -> bool {
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let is_one = e.iter().map(|byte| u32::from(*byte)).sum::<u32>() == 1;
    RSA_BYTES.contains(&n.len())
        && n.first().is_some_and(|first| *first != 0)
        && is_odd(n)
        && (1..=4).contains(&e.len())
        && is_odd(e)
        && !is_one
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a key in COSE with these members.
    fn parse<const N: usize>(members: [(i64, Value); N]) -> Result<PublicKey, Rejection> {
        let members = members.into_iter().map(|(label, value)| (label.into(), value)).collect();
        let mut cose = Vec::new();
        ciborium::into_writer(&Value::Map(members), &mut cose).unwrap();
        PublicKey::parse(&cose)
    }

    fn rsa(n: Vec<u8>, e: &[u8]) -> Result<PublicKey, Rejection> {
        let (n, e) = (Value::Bytes(n), Value::Bytes(e.to_vec()));
        parse([(1, 3.into()), (3, (-257).into()), (-1, n), (-2, e)])
    }

    fn ed25519(x: &[u8]) -> Result<PublicKey, Rejection> {
        let x = Value::Bytes(x.to_vec());
        parse([(1, 1.into()), (3, (-8).into()), (-1, 6.into()), (-2, x)])
    }

    fn p256(x: [u8; 32], y: [u8; 32]) -> Result<PublicKey, Rejection> {
        let (x, y) = (Value::Bytes(x.to_vec()), Value::Bytes(y.to_vec()));
        parse([(1, 2.into()), (3, (-7).into()), (-1, 1.into()), (-2, x), (-3, y)])
    }

    /// OA-7: a key that can sign nothing would lock its user out.
    #[test]
    fn numbers_that_are_no_rsa_key_are_refused() {
        let odd = |first: u8| [&[first], &[0; 254][..], &[1]].concat();
        let even = [&[1], &[0; 255][..]].concat();
        for e in [&[1, 0, 1][..], &[3], &[0, 3]] {
            assert!(rsa(odd(0x80), e).is_ok(), "{e:?}");
        }
        assert!(rsa(vec![0xff; 1024], &[1, 0, 1]).is_ok());
        let wrong: [(Vec<u8>, &[u8]); 10] = [
            (odd(0), &[1, 0, 1]),
            (even, &[1, 0, 1]),
            (vec![0xff; 255], &[1, 0, 1]),
            (vec![0xff; 1025], &[1, 0, 1]),
            (odd(0x80), &[1, 0, 0]),
            (odd(0x80), &[2]),
            (odd(0x80), &[1]),
            (odd(0x80), &[0, 1]),
            (odd(0x80), &[0]),
            (odd(0x80), &[]),
        ];
        for (n, e) in wrong {
            assert!(rsa(n, e).is_err(), "{e:?}");
        }
    }

    /// OA-7: half of all texts of 32 bytes are no point of the curve. The few of small order are points, but no keys: signatures
    /// for them are made without one.
    #[test]
    fn bytes_that_are_no_ed25519_key_are_refused() {
        let base = [&[0x58], &[0x66; 31][..]].concat();
        let low = |first: u8| [&[first], &[0; 31][..]].concat();
        assert!(ed25519(&base).is_ok());
        for wrong in [
            // Not on the curve.
            low(2),
            low(7),
            // Of small order.
            low(0),
            low(1),
            [&[0xec], &[0xff; 30][..], &[0x7f]].concat(),
            base[..31].to_vec(),
            [&base[..], &[0]].concat(),
            Vec::new(),
        ] {
            assert!(ed25519(&wrong).is_err(), "{wrong:?}");
        }
    }

    /// OA-7
    #[test]
    fn numbers_that_are_no_point_of_p256_are_refused() {
        use p256::ecdsa::SigningKey;

        let point = SigningKey::from_slice(&[7; 32]).unwrap();
        let point = point.verifying_key().to_sec1_point(false);
        let x: [u8; 32] = point.x().unwrap().to_vec().try_into().unwrap();
        let y: [u8; 32] = point.y().unwrap().to_vec().try_into().unwrap();
        let mut beside = y;
        beside[31] ^= 1;

        assert!(p256(x, y).is_ok());
        for (x, y) in [(x, beside), (y, x), ([0; 32], [0; 32]), ([0xff; 32], y)] {
            assert!(p256(x, y).is_err());
        }
    }
}
