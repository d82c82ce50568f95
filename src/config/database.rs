//! The database.

use std::path::PathBuf;

use sea_orm::sqlx::postgres::PgConnectOptions;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use url::Url;

use super::{ConfigErrors, SecretUrl, list};

/// The database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:///absolute/path.db`, or `postgres://…`.
    pub url: SecretUrl,
    /// Whether to start on a PostgreSQL server that can lose committed data.
    pub allow_data_loss: bool,
    /// How much memory kept accounts may take; only with SQLite.
    pub account_cache_bytes: usize,
    /// Replicas of the PostgreSQL database, for lists and logs.
    #[serde(deserialize_with = "replicas")]
    pub replicas: Vec<SecretUrl>,
    /// How far a replica may be behind, in seconds.
    pub replica_lag_seconds: u64,
}

impl Database {
    /// The file of an embedded database; none for PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        sqlite_file(self.url.expose())
    }

    pub(super) fn check(&self, problems: &mut ConfigErrors) {
        let is_known = match self.url.scheme() {
            "sqlite" => self.file().is_some(),
            "postgres" | "postgresql" => self.url.has_host(),
            _ => false,
        };
        let is_readable = self.url.scheme() == "sqlite"
            || self.url.expose().as_str().parse::<PgConnectOptions>().is_ok();
        problems.when(
            is_known && !is_readable,
            "database.url: a parameter behind the question mark is not one of PostgreSQL",
        );
        problems.when(
            !is_known,
            "database.url: neither sqlite:///absolute/path.db nor postgres://host/name",
        );
        self.check_replicas(problems);
    }

    fn check_replicas(&self, problems: &mut ConfigErrors) {
        let is_postgres = |url: &SecretUrl| {
            matches!(url.scheme(), "postgres" | "postgresql")
                && url.has_host()
                && url.expose().as_str().parse::<PgConnectOptions>().is_ok()
        };
        problems.when(
            !self.replicas.is_empty() && self.url.scheme() == "sqlite",
            "database.replicas: an SQLite database has none",
        );
        problems.when(
            !self.replicas.iter().all(is_postgres),
            "database.replicas: not all are postgres://host/name",
        );
        problems.when(
            !(3..=3_600).contains(&self.replica_lag_seconds),
            "database.replica_lag_seconds: not 3 to 3600",
        );
    }
}

/// Reads the URLs of replicas: a list, or a text with commas in between.
fn replicas<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<SecretUrl>, D::Error> {
    let urls = list::deserialize(input)?;
    urls.into_iter().map(|url| SecretUrl::try_from(url).map_err(D::Error::custom)).collect()
}

/// The file of an embedded database; none if the URL names another kind of database.
pub(crate) fn sqlite_file(url: &Url) -> Option<PathBuf> {
    if url.scheme() != "sqlite" || url.host_str().is_some_and(|host| !host.is_empty()) {
        return None;
    }
    let path = url.path();
    if !path.starts_with('/') || path.ends_with('/') {
        return None;
    }
    Url::parse(&format!("file://{path}")).ok()?.to_file_path().ok()
}
