//! Authentication: reads credentials and resolves the caller.

pub mod accounts;
mod active_session;
pub mod actor;
pub mod api_key;
pub mod caller;
pub mod cookie;
pub mod credentials;
pub mod factors;
pub mod recent_sign_in;
pub mod session_watch;
