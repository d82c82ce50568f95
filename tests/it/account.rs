//! The Account API, by subject.

mod logs;
mod password;
mod preferences;
mod profile;
mod sessions;
mod sign_in;
mod sign_up;
