//! What the programs of the benchmark share.

pub mod clock;
pub mod connection;
pub mod hex;
pub mod jwt;
pub mod password;
pub mod process;
pub mod request;
pub mod user;
