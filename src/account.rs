//! The Account API: its features, one pair of file and folder for each subject.

pub mod arguments;
pub mod logs;
pub mod password;
pub mod preferences;
pub mod profile;
pub mod sessions;
pub mod types;
