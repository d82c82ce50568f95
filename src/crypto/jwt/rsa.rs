//! Keys of RS256: two primes make one. `ring` signs, but makes none.

use anyhow::{Context, ensure};
use crypto_bigint::{NonZero, Odd, U1024, U2048};
use crypto_primes::hazmat::{SetBits, SmallFactorsSieveFactory};
use crypto_primes::{Flavor, is_prime, sieve_and_find};
use rand::SeedableRng;
use rand::rngs::StdRng;
use ring::rsa::{KeyPair, KeyPairComponents, PublicKeyComponents};

use super::key::rejected;

/// The length of a prime, in bits and bytes.
const PRIME_BITS: u32 = 1024;
const PRIME: usize = 128;
/// The public exponent: 65537.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// Two primes, the greater one first. `seed` is random, and so are the numbers that are tried.
pub(super) fn generate(seed: [u8; 32]) -> anyhow::Result<Vec<u8>> {
    let mut rng = StdRng::from_seed(seed);
    let mut prime = || -> anyhow::Result<U1024> {
        // With the two highest bits set, the product has all of its bits.
        let sieve = SmallFactorsSieveFactory::new(Flavor::Any, PRIME_BITS, SetBits::TwoMsb);
        let sieve = sieve.ok().context("no sieve of primes")?;
        let found = sieve_and_find(&mut rng, sieve, |_, number| is_prime(Flavor::Any, number));
        found.ok().flatten().context("no prime was found")
    };
    loop {
        let (one, other) = (prime()?, prime()?);
        let (p, q) = if one > other { (one, other) } else { (other, one) };
        let primes = [p.to_be_bytes().as_ref(), q.to_be_bytes().as_ref()].concat();
        // Once in 65,537 times the exponent divides one of them minus one.
        if read(&primes).is_ok() {
            return Ok(primes);
        }
    }
}

/// The key that two primes make.
pub(super) fn read(primes: &[u8]) -> anyhow::Result<KeyPair> {
    ensure!(primes.len() == 2 * PRIME, "a key of RS256 has {} bytes", primes.len());
    let (p, q) = primes.split_at(PRIME);
    let (p, q) = (U1024::from_be_slice(p), U1024::from_be_slice(q));
    let minus_one = |prime: U1024| NonZero::new(prime.wrapping_sub(&U1024::ONE)).into_option();
    let (p_1, q_1) = (minus_one(p), minus_one(q));
    let (p_1, q_1) = p_1.zip(q_1).context("a prime is 1")?;
    let n: U2048 = p.concatenating_mul(&q);
    let totient: U2048 = p_1.as_ref().concatenating_mul(q_1.as_ref());
    let totient = NonZero::new(totient).into_option().context("a prime is 1")?;
    let d = U2048::from_u32(65_537).invert_mod(&totient).into_option();
    let d = d.context("the exponent has no inverse")?;
    let odd = Odd::new(p).into_option().context("a prime is even")?;
    let inverse = q.invert_odd_mod(&odd).into_option().context("the primes are one")?;
    KeyPair::from_components(&KeyPairComponents {
        public_key: PublicKeyComponents {
            n: n.to_be_bytes().as_ref().to_vec(),
            e: EXPONENT.to_vec(),
        },
        d: trimmed(d.to_be_bytes().as_ref()),
        p: p.to_be_bytes().as_ref().to_vec(),
        q: q.to_be_bytes().as_ref().to_vec(),
        dP: trimmed(d.rem(&p_1).to_be_bytes().as_ref()),
        dQ: trimmed(d.rem(&q_1).to_be_bytes().as_ref()),
        qInv: trimmed(inverse.to_be_bytes().as_ref()),
    })
    .map_err(rejected)
}

/// A number without its leading zeros, as `ring` wants it.
fn trimmed(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|byte| *byte == 0).collect()
}
