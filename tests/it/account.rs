//! The Account API, by subject.

mod absent;
mod alerts;
mod claims;
mod cleanup;
mod logs;
mod mailed_codes;
mod passkeys;
mod password;
mod passwordless;
mod phone_verification;
mod preferences;
mod profile;
mod recovery;
mod sessions;
mod sign_in;
mod sign_up;
mod tokens;
mod verification;
