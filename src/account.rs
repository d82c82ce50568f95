//! The Account API: one file and one folder for each subject.

pub mod arguments;
mod auth_methods;
pub(crate) mod change;
pub mod cleanup;
mod cookies;
pub mod events;
pub mod identities;
pub mod logs;
pub mod oauth;
pub mod password;
pub mod passwordless;
mod pre_hijacking;
pub mod preferences;
pub mod profile;
pub mod recovery;
pub mod sessions;
pub(crate) mod sign_up;
pub(crate) mod tokens;
pub mod types;
pub mod verification;
mod webhooks;
