//! The rows, as texts, which both databases turn into what their columns hold.

use anyhow::Context;
use argon2::PasswordHasher as _;
use bench::clock::Time;
use bench::hex::sha256;
use bench::jwt::PROJECT;
use bench::password::argon2;
use bench::user::{USER_AGENT, User};

/// A table and the columns that are filled.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [&'static str],
}

pub(crate) const USERS: Table = Table {
    name: "users",
    columns: &[
        "project_id",
        "id",
        "created_at",
        "updated_at",
        "accessed_at",
        "name",
        "email",
        "email_verified",
        "phone_verified",
        "password_hash",
        "password_updated_at",
        "enabled",
        "prefs",
        "prefs_revision",
    ],
};

pub(crate) const SESSIONS: Table = Table {
    name: "sessions",
    columns: &[
        "id",
        "project_id",
        "user_id",
        "created_at",
        "updated_at",
        "expires_at",
        "secret_hash",
        "provider",
        "provider_uid",
        "ip",
        "user_agent",
        "country_code",
    ],
};

/// All users to be made.
#[derive(Debug)]
pub(crate) struct Users {
    count: u32,
    sessions: u32,
    password_hash: String,
    now: String,
    later: String,
}

impl Users {
    /// So many users with so many sessions each, and one password.
    pub(crate) fn new(users: u32, sessions: u32, password: &str) -> anyhow::Result<Self> {
        let hash = argon2()?.hash_password_with_salt(password.as_bytes(), b"a salt of ours..");
        let password_hash = hash.context("the password could not be hashed")?.to_string();
        let now = Time::now();
        let later = now.after(30 * 24 * 60 * 60);
        Ok(Self {
            count: users,
            sessions,
            password_hash,
            now: now.0.to_string(),
            later: later.0.to_string(),
        })
    }

    /// The rows of `users`.
    pub(crate) fn users(&self) -> impl Iterator<Item = Vec<String>> {
        (0..self.count).map(User).map(|user| {
            let [project, name, no, yes, prefs] =
                [PROJECT, "Ada Lovelace", "0", "1", r#"{"theme":"dark"}"#].map(str::to_owned);
            let now = || self.now.clone();
            vec![
                project,
                user.id(),
                now(),
                now(),
                now(),
                name,
                user.email(),
                yes.clone(),
                no.clone(),
                self.password_hash.clone(),
                now(),
                yes,
                prefs,
                no,
            ]
        })
    }

    /// The rows of `sessions`.
    pub(crate) fn sessions(&self) -> impl Iterator<Item = Vec<String>> {
        let pairs = (0..self.count)
            .flat_map(|user| (0..self.sessions).map(move |session| (User(user), session)));
        pairs.map(|(user, session)| {
            let [project, provider, ip, user_agent, country] =
                [PROJECT, "email", "127.0.0.1", USER_AGENT, "--"].map(str::to_owned);
            vec![
                user.session_id(session),
                project,
                user.id(),
                self.now.clone(),
                self.now.clone(),
                self.later.clone(),
                sha256(user.secret(session)),
                provider,
                user.email(),
                ip,
                user_agent,
                country,
            ]
        })
    }
}
