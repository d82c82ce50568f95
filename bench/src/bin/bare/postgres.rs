//! PostgreSQL: a pool as large as accountd's, and the same statements.

use bench::clock::Time;
use bench::jwt::PROJECT;
use sqlx::postgres::{PgPoolOptions, PgRow};
use sqlx::{PgExecutor, PgPool, Row};

use crate::answer::{Client, Preferences, SESSION, Session, User};
use crate::store::{Caller, Credential};

/// How many connections accountd's pool has.
const CONNECTIONS: u32 = 10;

/// Reads the session with a user; the columns are in the order in which [`read_caller`] reads them.
macro_rules! select_caller {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.created_at, u.updated_at, u.accessed_at, u.name, u.enabled, ",
            "u.password_updated_at, u.email, u.phone, u.email_verified, u.phone_verified, ",
            "u.prefs, s.id ",
            "FROM sessions s JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id ",
            "WHERE s.project_id = $1 AND s.expires_at > $2 AND u.enabled AND ",
            $rest
        )
    };
}

/// A database of a server, which may be shared: nothing is kept here.
#[derive(Debug)]
pub(crate) struct Postgres {
    pool: PgPool,
}

impl Postgres {
    /// Connects.
    pub(crate) async fn open(url: &str) -> anyhow::Result<Self> {
        // accountd, too, pings only connections that were idle for a while.
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
        Ok(Self { pool: pool.connect(url).await? })
    }

    pub(crate) async fn find_caller(&self, shown: &Credential) -> anyhow::Result<Option<Caller>> {
        let by_token = select_caller!("s.id = $3 AND s.user_id = $4");
        let by_secret = select_caller!("s.secret_hash = $3");
        find(&self.pool, [by_token, by_secret], shown).await
    }

    pub(crate) async fn list_sessions(&self, caller: &Caller) -> anyhow::Result<Vec<Session>> {
        let rows = sqlx::query(
            "SELECT id, created_at, updated_at, user_id, expires_at, provider, provider_uid, ip, \
             country_code FROM sessions \
             WHERE project_id = $1 AND user_id = $2 AND expires_at > $3 ORDER BY created_at, id",
        )
        .bind(PROJECT)
        .bind(&caller.user.id)
        .bind(Time::now().0)
        .fetch_all(&self.pool)
        .await?;
        let read = |row: &PgRow| {
            let id: String = row.try_get(0)?;
            Ok(Session {
                current: id == caller.session,
                id,
                created_at: Time(row.try_get(1)?),
                updated_at: Time(row.try_get(2)?),
                user_id: row.try_get(3)?,
                expire: Time(row.try_get(4)?),
                provider: row.try_get(5)?,
                provider_uid: row.try_get(6)?,
                ip: row.try_get(7)?,
                country_code: row.try_get(8)?,
                ..SESSION
            })
        };
        rows.iter().map(read).collect()
    }

    pub(crate) async fn update_prefs(
        &self,
        shown: &Credential,
        client: &Client,
        prefs: String,
    ) -> anyhow::Result<Option<User>> {
        let mut tx = self.pool.begin().await?;
        let by_token = select_caller!("s.id = $3 AND s.user_id = $4 FOR UPDATE OF u");
        let by_secret = select_caller!("s.secret_hash = $3 FOR UPDATE OF u");
        let found = find(&mut *tx, [by_token, by_secret], shown).await?;
        let Some(Caller { mut user, .. }) = found else { return Ok(None) };
        let now = Time::now();
        sqlx::query(
            "UPDATE users SET prefs = $1, prefs_revision = prefs_revision + 1, updated_at = $2 \
             WHERE project_id = $3 AND id = $4",
        )
        .bind(&prefs)
        .bind(now.0)
        .bind(PROJECT)
        .bind(&user.id)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO security_logs (project_id, user_id, number, event, user_email, \
             user_name, ip, user_agent, country_code, created_at) VALUES ($1, $2, \
             (SELECT COALESCE(MAX(number), 0) + 1 FROM security_logs \
              WHERE project_id = $1 AND user_id = $2), \
             'user.update.prefs', $3, $4, $5, $6, '--', $7)",
        )
        .bind(PROJECT)
        .bind(&user.id)
        .bind(&user.email)
        .bind(&user.name)
        .bind(&client.ip)
        .bind(&client.user_agent)
        .bind(now.0)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        user.updated_at = now;
        user.prefs.data = prefs;
        Ok(Some(user))
    }
}

async fn find(
    db: impl PgExecutor<'_>,
    [by_token, by_secret]: [&'static str; 2],
    shown: &Credential,
) -> anyhow::Result<Option<Caller>> {
    let now = Time::now().0;
    let query = match shown {
        Credential::Token { user, session } => {
            sqlx::query(by_token).bind(PROJECT).bind(now).bind(session).bind(user)
        }
        Credential::SecretHash(hash) => sqlx::query(by_secret).bind(PROJECT).bind(now).bind(hash),
    };
    query.fetch_optional(db).await?.map(|row| read_caller(&row)).transpose()
}

fn read_caller(row: &PgRow) -> anyhow::Result<Caller> {
    let user = User {
        id: row.try_get(0)?,
        created_at: Time(row.try_get(1)?),
        updated_at: Time(row.try_get(2)?),
        accessed_at: Time(row.try_get(3)?),
        name: row.try_get(4)?,
        registration: Time(row.try_get(1)?),
        status: row.try_get(5)?,
        labels: [],
        password_update: row.try_get::<Option<i64>, _>(6)?.map(Time),
        email: row.try_get::<Option<String>, _>(7)?.unwrap_or_default(),
        phone: row.try_get::<Option<String>, _>(8)?.unwrap_or_default(),
        email_verification: row.try_get(9)?,
        phone_verification: row.try_get(10)?,
        mfa: false,
        prefs: Preferences { data: row.try_get(11)? },
    };
    Ok(Caller { user, session: row.try_get(12)? })
}
