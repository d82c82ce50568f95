//! The rows of accountd: one entity per table, and the types of their columns.
//!
//! Nothing here reads a clock or generates random numbers: both are arguments.

pub mod api_key;
pub mod count;
pub mod device;
pub mod generation;
pub mod identity;
pub mod ids;
pub mod message;
pub mod oauth_flow;
pub mod rate_limit;
pub mod security_log;
pub mod session;
pub mod timestamp;
pub mod token;
pub mod user;
pub mod user_word;

pub use count::Count;
pub use ids::{ApiKeyId, IdentityId, MessageId, ProjectId, SessionId, TokenId, UserId, UserKey};
pub use timestamp::Timestamp;
