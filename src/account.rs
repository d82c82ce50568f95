//! The Account API: one file and one folder for each subject.

pub mod arguments;
mod auth_methods;
mod change;
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
mod sign_up;
mod tokens;
pub mod types;
pub mod verification;
