//! Authentication: reads credentials and resolves the caller.

pub mod caller;
pub mod cookie;
pub mod credentials;
pub mod session_watch;
