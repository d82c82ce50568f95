//! Who is calling: credentials, secrets, passwords and JWTs.

pub mod caller;
pub mod cookie;
pub mod credentials;
pub mod session_watch;
