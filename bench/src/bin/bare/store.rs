//! The database, of either kind.

use anyhow::bail;

use crate::Commit;
use crate::answer::{Client, Session, User};
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;

/// What shows a session.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    /// A token: the ids of user and session.
    Token { user: String, session: String },
    /// A cookie: the hash of its secret.
    SecretHash(String),
}

/// A user, with the session that was shown.
#[derive(Debug)]
pub(crate) struct Caller {
    /// The user.
    pub(crate) user: User,
    /// The id of the session.
    pub(crate) session: String,
}

/// A session to be opened.
#[derive(Debug)]
pub(crate) struct NewSession {
    /// Its id.
    pub(crate) id: String,
    /// The hash of its secret.
    pub(crate) secret_hash: String,
    /// What was stored of the password that was shown.
    pub(crate) password_hash: String,
}

/// A database with the tables of accountd.
#[derive(Debug)]
pub(crate) enum Store {
    /// A file.
    Sqlite(Sqlite),
    /// A server.
    Postgres(Postgres),
}

impl Store {
    /// Opens a database that is there.
    pub(crate) async fn open(database: &str, commit: Commit) -> anyhow::Result<Self> {
        if database.starts_with("postgres:") {
            return Ok(Self::Postgres(Postgres::open(database).await?));
        }
        Ok(Self::Sqlite(Sqlite::open(database.as_ref(), commit)?))
    }

    /// The user whose live session is shown, in one query.
    pub(crate) async fn find_caller(&self, shown: &Credential) -> anyhow::Result<Option<Caller>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.find_caller(shown),
            Self::Postgres(postgres) => postgres.find_caller(shown).await,
        }
    }

    /// The live sessions of the caller, oldest first.
    pub(crate) async fn list_sessions(&self, caller: &Caller) -> anyhow::Result<Vec<Session>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.list_sessions(caller),
            Self::Postgres(postgres) => postgres.list_sessions(caller).await,
        }
    }

    /// Replaces the caller's preferences, and logs it.
    pub(crate) async fn update_prefs(
        &self,
        shown: Credential,
        client: Client,
        prefs: String,
    ) -> anyhow::Result<Option<User>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.update_prefs(shown, client, prefs).await,
            Self::Postgres(postgres) => postgres.update_prefs(&shown, &client, prefs).await,
        }
    }

    /// What is stored of the password of the user with the address.
    pub(crate) fn find_password_hash(&self, email: &str) -> anyhow::Result<Option<String>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.find_password_hash(email),
            Self::Postgres(_) => bail!("signing in is measured on SQLite only"),
        }
    }

    /// Opens a session for the user with the address, ends the oldest beyond the tenth, and logs it.
    pub(crate) async fn open_session(
        &self,
        email: String,
        client: Client,
        new: NewSession,
    ) -> anyhow::Result<Option<Session>> {
        match self {
            Self::Sqlite(sqlite) => sqlite.open_session(email, client, new).await,
            Self::Postgres(_) => bail!("signing in is measured on SQLite only"),
        }
    }
}
