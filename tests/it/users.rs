//! The Users API.

mod hashes;
