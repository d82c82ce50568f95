//! Codes of authenticator apps (RFC 6238): SHA-1, six digits, 30 seconds, which all apps know.

use anyhow::Context;
use entity::{Timestamp, authenticator};
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use totp_rs::{Builder, Totp};

use crate::crypto::encrypter::Encrypter;
use crate::crypto::keys::PurposeKeys;
use crate::error::Result;
use crate::random::Random;

/// How long a secret is, in bytes: 160 bits, as RFC 4226 recommends. In base32 it is 32 characters, which can be typed.
const SEED: usize = 20;
/// The longest label, in characters, so that the QR code stays easy to scan.
const MAX_LABEL: usize = 64;

/// A new secret, in the forms in which an app takes it.
pub struct Enrolment {
    /// Base32.
    pub secret: String,
    /// `otpauth://totp/…`.
    pub uri: String,
    /// The URI as a QR code, as SVG.
    pub qr_code: String,
}

/// Encrypts and decrypts the secrets of authenticators, each bound to its project, user and row.
#[derive(Clone)]
pub struct Seeds(Encrypter);

impl Seeds {
    /// Creates it with the keys for this purpose only.
    pub fn new(keys: impl Into<PurposeKeys>) -> Self {
        Self(Encrypter::new(keys))
    }

    /// Draws a secret for `row`, and stores it there encrypted. The app shows it as `label` of `issuer`.
    pub fn draw(
        &self,
        row: &mut authenticator::Model,
        issuer: &str,
        label: &str,
        random: &Random,
    ) -> Result<Enrolment> {
        let seed: [u8; SEED] = random.bytes();
        row.seed = self.0.encrypt(&aad(row), &hex::encode(seed), random.bytes())?;
        let issuer = Some(without_colons(issuer)).filter(|issuer| !issuer.is_empty());
        let totp = Builder::new()
            .with_secret(seed.to_vec())
            .with_issuer(issuer)
            .with_account_name(without_colons(label))
            .build()
            .context("an authenticator was refused")?;
        let uri = totp.to_url().context("an authenticator has no URI")?;
        let qr = QRBuilder::new(uri.as_str()).build();
        let qr = qr.map_err(|_| anyhow::anyhow!("a URI is too long for a QR code"))?;
        Ok(Enrolment {
            secret: totp.secret().to_base32(),
            qr_code: SvgBuilder::default().to_str(&qr),
            uri,
        })
    }

    /// The time step of which `code` is the code of the authenticator: the current one, or the one before or after,
    /// since clocks differ.
    pub fn matched_step(
        &self,
        row: &authenticator::Model,
        code: &str,
        now: Timestamp,
    ) -> Option<i64> {
        let time = u64::try_from(now.seconds()).ok()?;
        let step = self.open(row)?.check(code, time)?;
        i64::try_from(step).ok()
    }

    /// The secret of `row` encrypted with the newest key; none if it is already.
    pub fn renew(&self, row: &authenticator::Model, random: &Random) -> Option<String> {
        self.0.renew(&aad(row), &row.seed, random.bytes())
    }

    fn open(&self, row: &authenticator::Model) -> Option<Totp> {
        let seed = hex::decode(self.0.decrypt(&aad(row), &row.seed)?).ok()?;
        Builder::new().with_secret(seed).build().ok()
    }
}

/// The additional authenticated data of a row's secret.
fn aad(row: &authenticator::Model) -> String {
    format!("{}/{}/{}", row.project_id, row.user_id, row.id)
}

/// A text for an app: a colon would end the issuer there.
fn without_colons(text: &str) -> String {
    let kept = text.chars().filter(|c| *c != ':' && !c.is_control()).take(MAX_LABEL);
    kept.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use entity::{AuthenticatorId, ProjectId, UserId};

    use super::*;

    fn row(user: &str) -> authenticator::Model {
        authenticator::Model {
            id: AuthenticatorId::new("1"),
            project_id: ProjectId::new("shop"),
            user_id: UserId::new(user),
            kind: authenticator::Kind::Totp,
            created_at: Timestamp::from_millis(0),
            verified_at: None,
            seed: String::new(),
            last_step: 0,
        }
    }

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let seeds = Seeds::new([1; 32]);
        let mut row = row("ada");
        let known = hex::encode(b"12345678901234567890");
        row.seed = seeds.0.encrypt(&aad(&row), &known, [7; 24]).unwrap();

        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp::from_millis(seconds * 1000);
            assert_eq!(seeds.matched_step(&row, code, now), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_counts_one_step_early_and_late() {
        let seeds = Seeds::new([1; 32]);
        let mut row = row("ada");
        let known = hex::encode(b"12345678901234567890");
        row.seed = seeds.0.encrypt(&aad(&row), &known, [7; 24]).unwrap();
        let at = |seconds: i64| {
            seeds.matched_step(&row, "050471", Timestamp::from_millis(seconds * 1000))
        };
        let step = 1_111_111_111 / 30;

        assert_eq!(at(step * 30 - 31), None);
        assert_eq!(at(step * 30 - 30), Some(step));
        assert_eq!(at(step * 30 + 59), Some(step));
        assert_eq!(at(step * 30 + 60), None);
    }

    /// DL-5: a secret that is copied to another row can't be read there.
    #[test]
    fn a_secret_is_bound_to_its_row() {
        let seeds = Seeds::new([1; 32]);
        let mut ada = row("ada");
        let enrolment = seeds.draw(&mut ada, "Shop: Ümläut", "a:b@example.com", &Random::seeded(1));
        let enrolment = enrolment.unwrap();

        assert!(!ada.seed.contains(&enrolment.secret));
        assert_eq!(enrolment.secret.len(), 32);
        assert!(enrolment.uri.starts_with("otpauth://totp/Shop%20"), "{}", enrolment.uri);
        assert!(enrolment.qr_code.starts_with("<svg"), "{}", enrolment.qr_code);
        assert!(seeds.open(&ada).is_some());
        let moved = authenticator::Model { user_id: UserId::new("eve"), ..ada };
        assert!(seeds.open(&moved).is_none());
    }
}
