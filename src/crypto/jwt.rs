//! JSON Web Tokens: HS256, bound to a session that is looked up on every request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{ProjectId, SessionId, Timestamp, UserId};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, KeyUtils};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::signature::{Error as SignatureError, Signer};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::crypto::sha256_hex;

/// The leeway for clocks of other servers, in seconds (SJ-3).
const LEEWAY: i64 = 5;
/// How far ahead a token's creation may be, in seconds.
const MAX_AHEAD: i64 = 60;
/// The longest JWT, in bytes.
const MAX_LENGTH: usize = 2048;

/// The claims of a JWT. All are required; times are whole seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The project it is for.
    pub aud: ProjectId,
    /// The user it speaks for.
    pub sub: UserId,
    /// The session that it is valid with.
    pub sid: SessionId,
    /// When it was created.
    pub iat: u32,
    /// When it expires.
    pub exp: u32,
    /// The same as `sub`, for existing clients.
    #[serde(rename = "userId")]
    pub user_id: UserId,
    /// The same as `sid`, for existing clients.
    #[serde(rename = "sessionId")]
    pub session_id: SessionId,
}

impl Claims {
    /// When the token expires, with the leeway.
    pub fn until(&self) -> Timestamp {
        let seconds = i64::from(self.exp).saturating_add(LEEWAY);
        Timestamp::from_millis(seconds.saturating_mul(1000))
    }
}

/// Signs and verifies JWTs.
#[derive(Clone)]
pub struct Jwt {
    encoding: EncodingKey,
    /// Verifies; with the key already hashed.
    mac: Hmac<Sha256>,
    header: Header,
    /// The fixed header of all tokens.
    prefix: String,
    /// The maximum lifetime of a token, in seconds.
    max_ttl: u32,
}

impl Jwt {
    /// Creates it with the key for JWTs, and their lifetime in seconds.
    pub fn new(key: &[u8; 32], max_ttl: u32) -> anyhow::Result<Self> {
        // Installed only once for the process.
        let _ = PROVIDER.install_default();
        let mut header = Header::new(Algorithm::HS256);
        header.kid = sha256_hex(key).get(..16).map(str::to_owned);
        let encoding = EncodingKey::from_secret(key);
        let sample = jsonwebtoken::encode(&header, &(), &encoding)?;
        let prefix = sample.split_inclusive('.').next().unwrap_or_default().to_owned();
        Ok(Self { encoding, mac: Hmac::new_from_slice(key)?, header, prefix, max_ttl })
    }

    /// Signs `claims`.
    pub fn sign(&self, claims: &Claims) -> anyhow::Result<String> {
        Ok(jsonwebtoken::encode(&self.header, claims, &self.encoding)?)
    }

    /// The claims of a token that this server has issued for `project` and that has not expired at `now`.
    ///
    /// Rejects tokens from the future or with too long a lifetime: a server's clock was wrong, or the key
    /// has leaked (SJ-3).
    pub fn verify(&self, token: &str, project: &ProjectId, now: Timestamp) -> Option<Claims> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let claims = self.read(token)?;
        let expired = now >= claims.until();
        let same = claims.user_id == claims.sub && claims.session_id == claims.sid;
        let ahead = i64::from(claims.iat).saturating_sub(now.seconds());
        let lives = i64::from(claims.exp).saturating_sub(claims.iat.into());
        let plausible = ahead <= MAX_AHEAD && (1..=self.max_ttl.into()).contains(&lives);
        (claims.aud == *project && !expired && same && plausible).then_some(claims)
    }

    /// The claims of a token that was signed with the key. The header must be identical to ours, so no other algorithm, key or
    /// extension is ever considered.
    fn read(&self, token: &str) -> Option<Claims> {
        let (message, signature) = token.rsplit_once('.')?;
        let payload = message.strip_prefix(&self.prefix)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac.clone().chain_update(message).verify_slice(&signature).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }
}

/// HS256 is the only algorithm here, so there is no other to confuse it with.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        let mac = hs256(*algorithm, key.as_bytes())?;
        Ok(Box::new(mac))
    },
    // `Jwt::read` verifies.
    verifier_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(Hmac<Sha256>);

fn hs256(algorithm: Algorithm, key: &[u8]) -> jsonwebtoken::errors::Result<Hs256> {
    if algorithm != Algorithm::HS256 {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    Ok(Hs256(Hmac::new_from_slice(key).map_err(|_| ErrorKind::InvalidKeyFormat)?))
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
