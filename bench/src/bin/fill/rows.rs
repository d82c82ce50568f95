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
        "labels",
    ],
};

/// First names of various users.
const FIRST_NAMES: [&str; 20] = [
    "Ada", "Alan", "Barbara", "Claude", "Donald", "Edsger", "Frances", "Grace", "Hedy", "Ivan",
    "Jean", "Kathleen", "Leslie", "Margaret", "Niklaus", "Ole", "Radia", "Sophie", "Tim", "Vint",
];
/// Last names of various users.
const LAST_NAMES: [&str; 17] = [
    "Allen",
    "Bartik",
    "Cerf",
    "Dijkstra",
    "Goldberg",
    "Hamilton",
    "Hopper",
    "Knuth",
    "Lamarr",
    "Lamport",
    "Liskov",
    "Lovelace",
    "Perlman",
    "Shannon",
    "Sutherland",
    "Turing",
    "Backus",
];

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
    various: bool,
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
            various: false,
            password_hash,
            now: now.0.to_string(),
            later: later.0.to_string(),
        })
    }

    /// The same users, who differ.
    pub(crate) fn various(self) -> Self {
        Self { various: true, ..self }
    }

    /// The rows of `users`.
    pub(crate) fn users(&self) -> impl Iterator<Item = Vec<String>> {
        (0..self.count).map(User).map(|user| {
            let traits = if self.various { Traits::of(user) } else { Traits::default() };
            let [project, no, yes, prefs] =
                [PROJECT, "0", "1", r#"{"theme":"dark"}"#].map(str::to_owned);
            let flag = |flag: bool| if flag { yes.clone() } else { no.clone() };
            let now = || self.now.clone();
            vec![
                project,
                user.id(),
                now(),
                now(),
                now(),
                traits.name,
                user.email(),
                flag(traits.is_verified),
                no.clone(),
                self.password_hash.clone(),
                now(),
                flag(traits.is_enabled),
                prefs,
                no.clone(),
                traits.labels.to_owned(),
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

/// In what users differ.
struct Traits {
    name: String,
    is_verified: bool,
    is_enabled: bool,
    labels: &'static str,
}

impl Default for Traits {
    fn default() -> Self {
        let name = "Ada Lovelace".to_owned();
        Self { name, is_verified: true, is_enabled: true, labels: "[]" }
    }
}

impl Traits {
    /// Those of a user, by its number: one of three has no verified address, one of ten the label `beta`, one of 9,973 the label
    /// `vip`, and one of 99,991 is blocked.
    fn of(user: User) -> Self {
        let every = |count: u32| user.0.is_multiple_of(count);
        let names = user.0.wrapping_mul(2_654_435_761) >> 8;
        let pick = |names: &[&'static str], number: u32| {
            let count = u32::try_from(names.len()).unwrap_or(1);
            let index = usize::try_from(number.checked_rem(count).unwrap_or(0)).unwrap_or(0);
            names.get(index).copied().unwrap_or_default()
        };
        let (first, last) = (pick(&FIRST_NAMES, names), pick(&LAST_NAMES, names >> 8));
        Self {
            name: format!("{first} {last}"),
            is_verified: !every(3),
            is_enabled: !every(99_991),
            labels: match (every(10), every(9_973)) {
                (_, true) => r#"["vip"]"#,
                (true, false) => r#"["beta"]"#,
                (false, false) => "[]",
            },
        }
    }
}
