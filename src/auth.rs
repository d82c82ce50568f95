//! Who is calling: credentials, secrets, passwords and JWTs.

pub mod caller;
pub mod cookie;
pub mod credentials;
pub mod jwt;
pub mod one_time_secret;
pub mod password_hash;
pub mod password_rules;
pub mod presence;
pub mod session_secret;
