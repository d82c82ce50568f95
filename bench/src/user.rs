//! The users whom `fill` writes into a database: everything about them follows from their number, so no list is handed on.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Time;
use crate::hex::sha256;
use crate::jwt::Jwt;

/// What a browser sends, and what is stored with each session.
pub const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/139.0.0.0 Safari/537.36";

/// A user, by its number from 0.
#[derive(Clone, Copy, Debug)]
pub struct User(pub u32);

impl User {
    /// The id.
    pub fn id(self) -> String {
        format!("user-{:07}", self.0)
    }

    /// The address.
    pub fn email(self) -> String {
        format!("user-{:07}@example.com", self.0)
    }

    /// The id of one of the user's sessions, from 0.
    pub fn session_id(self, session: u32) -> String {
        format!("{:012x}{session:08x}", self.0)
    }

    /// The secret of one of the user's sessions. The database has its hash.
    pub fn secret(self, session: u32) -> String {
        sha256(format!("{}/{session}", self.0))
    }

    /// The value of the cookie that shows the first session.
    pub fn cookie(self) -> String {
        STANDARD.encode(format!(r#"{{"id":"{}","secret":"{}"}}"#, self.id(), self.secret(0)))
    }

    /// A token of the first session, as of a moment.
    pub fn token(self, jwt: &Jwt, made: Time) -> String {
        jwt.sign(&self.id(), &self.session_id(0), made)
    }
}
