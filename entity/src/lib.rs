//! The rows of accountd: one entity per table, and the types of their columns.
//!
//! Nothing here reads a clock or generates random numbers: both are arguments.

pub mod api_key;
pub mod authenticator;
pub mod challenge;
pub mod count;
pub mod device;
pub mod factor;
pub mod generation;
pub mod identity;
pub mod ids;
pub mod message;
pub mod oauth_flow;
pub mod passkey;
pub mod passkey_challenge;
pub mod rate_limit;
pub mod recovery_code;
pub mod revocation;
pub mod security_log;
pub mod session;
pub mod signing_key;
pub mod timestamp;
pub mod token;
pub mod used_id_token;
pub mod user;
pub mod user_word;

pub use count::Count;
pub use factor::{Factor, FactorKind};
pub use ids::{
    ApiKeyId, AuthenticatorId, ChallengeId, IdentityId, MessageId, PasskeyChallengeId, PasskeyId,
    ProjectId, SessionId, SigningKeyId, TokenId, UserId, UserKey,
};
pub use timestamp::Timestamp;
