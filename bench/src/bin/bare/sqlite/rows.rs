//! The statements that read and write rows.

use bench::clock::Time;
use bench::jwt::PROJECT;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::answer::{Client, Preferences, SESSION, Session, User};
use crate::store::{Caller, Credential, NewSession};

/// How long a session lives, in seconds.
const SESSION_TTL: i64 = 30 * 24 * 60 * 60;

/// A statement that begins with a user's columns, in the order in which [`user`] reads them.
macro_rules! select_user {
    ($column:literal, $rest:expr) => {
        concat!(
            "SELECT u.id, u.created_at, u.updated_at, u.accessed_at, u.name, u.enabled, ",
            "u.password_updated_at, u.email, u.phone, u.email_verified, u.phone_verified, ",
            "u.prefs, ",
            $column,
            $rest
        )
    };
}

/// Reads the session with a user.
macro_rules! select_caller {
    ($shown:literal) => {
        select_user!(
            "s.id",
            concat!(
                " FROM sessions s JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id ",
                "WHERE s.project_id = ?1 AND s.expires_at > ?2 AND u.enabled AND ",
                $shown
            )
        )
    };
}

fn user(row: &Row) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get(0)?,
        created_at: Time(row.get(1)?),
        updated_at: Time(row.get(2)?),
        accessed_at: Time(row.get(3)?),
        name: row.get(4)?,
        registration: Time(row.get(1)?),
        status: row.get(5)?,
        labels: [],
        password_update: row.get::<_, Option<i64>>(6)?.map(Time),
        email: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
        phone: row.get::<_, Option<String>>(8)?.unwrap_or_default(),
        email_verification: row.get(9)?,
        phone_verification: row.get(10)?,
        mfa: false,
        prefs: Preferences { data: row.get(11)? },
    })
}

/// The user whose live session is shown, in one query.
pub(super) fn find_caller(db: &Connection, shown: &Credential) -> anyhow::Result<Option<Caller>> {
    let read = |row: &Row| Ok(Caller { user: user(row)?, session: row.get(12)? });
    let now = Time::now().0;
    let found = match shown {
        Credential::Token { user, session } => {
            let mut statement =
                db.prepare_cached(select_caller!("s.id = ?3 AND s.user_id = ?4"))?;
            statement.query_row(params![PROJECT, now, session, user], read)
        }
        Credential::SecretHash(hash) => {
            let mut statement = db.prepare_cached(select_caller!("s.secret_hash = ?3"))?;
            statement.query_row(params![PROJECT, now, hash], read)
        }
    };
    Ok(found.optional()?)
}

/// The user with the address, and what is stored of the password.
pub(super) fn find_by_email(
    db: &Connection,
    email: &str,
) -> anyhow::Result<Option<(User, Option<String>)>> {
    let mut statement = db.prepare_cached(select_user!(
        "u.password_hash",
        " FROM users u WHERE u.project_id = ?1 AND u.email = ?2 AND u.enabled"
    ))?;
    let read = |row: &Row| Ok((user(row)?, row.get(12)?));
    Ok(statement.query_row(params![PROJECT, email], read).optional()?)
}

/// The live sessions of the caller, oldest first.
pub(super) fn list_sessions(db: &Connection, caller: &Caller) -> anyhow::Result<Vec<Session>> {
    let mut statement = db.prepare_cached(
        "SELECT id, created_at, updated_at, user_id, expires_at, provider, provider_uid, ip, \
         country_code FROM sessions \
         WHERE project_id = ?1 AND user_id = ?2 AND expires_at > ?3 ORDER BY created_at, id",
    )?;
    let bound = params![PROJECT, caller.user.id, Time::now().0];
    let sessions = statement.query_map(bound, |row| {
        let id: String = row.get(0)?;
        Ok(Session {
            current: id == caller.session,
            id,
            created_at: Time(row.get(1)?),
            updated_at: Time(row.get(2)?),
            user_id: row.get(3)?,
            expire: Time(row.get(4)?),
            provider: row.get(5)?,
            provider_uid: row.get(6)?,
            ip: row.get(7)?,
            country_code: row.get(8)?,
            ..SESSION
        })
    })?;
    Ok(sessions.collect::<Result<_, _>>()?)
}

/// Replaces the preferences of `user`, and logs it.
pub(super) fn update_prefs(
    tx: &Connection,
    mut user: User,
    client: &Client,
    prefs: String,
) -> anyhow::Result<User> {
    let now = Time::now();
    tx.prepare_cached(
        "UPDATE users SET prefs = ?1, prefs_revision = prefs_revision + 1, updated_at = ?2 \
         WHERE project_id = ?3 AND id = ?4",
    )?
    .execute(params![prefs, now.0, PROJECT, user.id])?;
    log(tx, "user.update.prefs", &user, client, now)?;
    user.updated_at = now;
    user.prefs.data = prefs;
    Ok(user)
}

/// Opens a session for `user`, ends the oldest beyond the tenth, and logs it.
pub(super) fn open_session(
    tx: &Connection,
    user: &User,
    client: &Client,
    new: NewSession,
) -> anyhow::Result<Session> {
    let now = Time::now();
    let sql = "UPDATE users SET accessed_at = ?1 WHERE project_id = ?2 AND id = ?3";
    tx.prepare_cached(sql)?.execute(params![now.0, PROJECT, user.id])?;
    let session = Session {
        id: new.id,
        created_at: now,
        updated_at: now,
        user_id: user.id.clone(),
        expire: now.after(SESSION_TTL),
        provider: "email".to_owned(),
        provider_uid: user.email.clone(),
        ip: client.ip.clone(),
        country_code: "--".to_owned(),
        current: true,
        ..SESSION
    };
    tx.prepare_cached(
        "INSERT INTO sessions (id, project_id, user_id, created_at, updated_at, expires_at, \
         secret_hash, provider, provider_uid, ip, user_agent, country_code) \
         VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        session.id,
        PROJECT,
        session.user_id,
        now.0,
        session.expire.0,
        new.secret_hash,
        session.provider,
        session.provider_uid,
        session.ip,
        client.user_agent,
        session.country_code,
    ])?;
    // A bound LIMIT would have SQLite prepare the statement anew each time.
    tx.prepare_cached(
        "DELETE FROM sessions WHERE project_id = ?1 AND user_id = ?2 AND id NOT IN \
         (SELECT id FROM sessions WHERE project_id = ?1 AND user_id = ?2 AND expires_at > ?3 \
          ORDER BY created_at DESC, id DESC LIMIT 10)",
    )?
    .execute(params![PROJECT, user.id, now.0])?;
    log(tx, "session.create", user, client, now)?;
    Ok(session)
}

fn log(
    tx: &Connection,
    event: &str,
    user: &User,
    client: &Client,
    now: Time,
) -> anyhow::Result<()> {
    tx.prepare_cached(
        "INSERT INTO security_logs (project_id, user_id, number, event, user_email, user_name, \
         ip, user_agent, country_code, created_at) VALUES (?1, ?2, \
         (SELECT COALESCE(MAX(number), 0) + 1 FROM security_logs \
          WHERE project_id = ?1 AND user_id = ?2), \
         ?3, ?4, ?5, ?6, ?7, '--', ?8)",
    )?
    .execute(params![
        PROJECT,
        user.id,
        event,
        user.email,
        user.name,
        client.ip,
        client.user_agent,
        now.0,
    ])?;
    Ok(())
}
