//! The rows, the statements that read and write them, and their JSON.

use anyhow::Context;
use rusqlite::{params, Connection, OptionalExtension, Row};
use serde::Serialize;

use crate::clock::Time;
use crate::jwt::Claims;

/// The one project.
pub(crate) const PROJECT: &str = "default";
/// How long a session lives, in seconds.
const SESSION_TTL: i64 = 30 * 24 * 60 * 60;

/// A user, with the fields and names of accountd's answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the API has them")]
pub(crate) struct User {
    /// Unique within the project.
    #[serde(rename = "_id")]
    pub(crate) id: String,
    #[serde(rename = "_createdAt")]
    created_at: Time,
    #[serde(rename = "_updatedAt")]
    updated_at: Time,
    accessed_at: Time,
    name: String,
    registration: Time,
    status: bool,
    labels: [String; 0],
    password_update: Option<Time>,
    email: String,
    phone: String,
    email_verification: bool,
    phone_verification: bool,
    mfa: bool,
    prefs: Preferences,
}

#[derive(Debug, Serialize)]
struct Preferences {
    data: String,
}

/// A session, with the fields of accountd's answer that a row has.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    /// Unique over all users.
    #[serde(rename = "_id")]
    pub(crate) id: String,
    #[serde(rename = "_createdAt")]
    created_at: Time,
    #[serde(rename = "_updatedAt")]
    updated_at: Time,
    user_id: String,
    expire: Time,
    provider: String,
    provider_uid: String,
    ip: String,
    user_agent: String,
    country_code: String,
    /// Whether the request came with this one.
    pub(crate) current: bool,
    factors: [&'static str; 1],
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// The address.
    pub(crate) ip: String,
    /// The header.
    pub(crate) user_agent: String,
}

/// A statement that begins with a user's columns, in the order in which [`user`] reads them.
macro_rules! select_user {
    ($rest:literal) => {
        concat!(
            "SELECT u.id, u.created_at, u.updated_at, u.accessed_at, u.name, u.enabled, ",
            "u.password_updated_at, u.email, u.phone, u.email_verified, u.phone_verified, ",
            "u.prefs, u.password_hash ",
            $rest
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

/// The user whose live session a token names, in one query.
pub(crate) fn find_caller(db: &Connection, claims: &Claims) -> anyhow::Result<Option<User>> {
    let mut statement = db.prepare_cached(select_user!(
        "FROM sessions s JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id \
         WHERE s.id = ?1 AND s.project_id = ?2 AND s.user_id = ?3 AND s.expires_at > ?4 \
         AND u.enabled"
    ))?;
    let bound = params![claims.sid, PROJECT, claims.sub, Time::now().0];
    Ok(statement.query_row(bound, user).optional()?)
}

/// The user with the address, and what is stored of the password.
pub(crate) fn find_by_email(
    db: &Connection,
    email: &str,
) -> anyhow::Result<Option<(User, Option<String>)>> {
    let mut statement = db.prepare_cached(select_user!(
        "FROM users u WHERE u.project_id = ?1 AND u.email = ?2 AND u.enabled"
    ))?;
    let read = |row: &Row| Ok((user(row)?, row.get(12)?));
    Ok(statement.query_row(params![PROJECT, email], read).optional()?)
}

/// The live sessions of the caller, oldest first.
pub(crate) fn list_sessions(db: &Connection, claims: &Claims) -> anyhow::Result<Vec<Session>> {
    let mut statement = db.prepare_cached(
        "SELECT id, created_at, updated_at, user_id, expires_at, provider, provider_uid, ip, \
         user_agent, country_code FROM sessions \
         WHERE project_id = ?1 AND user_id = ?2 AND expires_at > ?3 ORDER BY created_at, id",
    )?;
    let bound = params![PROJECT, claims.sub, Time::now().0];
    let sessions = statement.query_map(bound, |row| {
        let id: String = row.get(0)?;
        Ok(Session {
            current: id == claims.sid,
            id,
            created_at: Time(row.get(1)?),
            updated_at: Time(row.get(2)?),
            user_id: row.get(3)?,
            expire: Time(row.get(4)?),
            provider: row.get(5)?,
            provider_uid: row.get(6)?,
            ip: row.get(7)?,
            user_agent: row.get(8)?,
            country_code: row.get(9)?,
            factors: ["password"],
        })
    })?;
    Ok(sessions.collect::<Result<_, _>>()?)
}

/// Replaces the preferences of `user`, and logs it.
pub(crate) fn update_prefs(
    tx: &Connection,
    mut user: User,
    client: &Client,
    prefs: String,
) -> anyhow::Result<User> {
    let now = Time::now();
    let sql = "UPDATE users SET prefs = ?1, updated_at = ?2 WHERE project_id = ?3 AND id = ?4";
    tx.prepare_cached(sql)?.execute(params![prefs, now.0, PROJECT, user.id])?;
    log(tx, "user.update", &user, client, now)?;
    user.updated_at = now;
    user.prefs.data = prefs;
    Ok(user)
}

/// Opens a session for `user`, ends the oldest beyond the tenth, and logs it.
pub(crate) fn open_session(
    tx: &Connection,
    user: &User,
    client: &Client,
    id: String,
    secret_hash: &str,
) -> anyhow::Result<Session> {
    let now = Time::now();
    let sql = "UPDATE users SET accessed_at = ?1 WHERE project_id = ?2 AND id = ?3";
    tx.prepare_cached(sql)?.execute(params![now.0, PROJECT, user.id])?;
    let session = Session {
        id,
        created_at: now,
        updated_at: now,
        user_id: user.id.clone(),
        expire: now.after(SESSION_TTL),
        provider: "email".to_owned(),
        provider_uid: user.email.clone(),
        ip: client.ip.clone(),
        user_agent: client.user_agent.clone(),
        country_code: "--".to_owned(),
        current: true,
        factors: ["password"],
    };
    tx.prepare_cached(
        "INSERT INTO sessions VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        session.id,
        PROJECT,
        session.user_id,
        now.0,
        session.expire.0,
        secret_hash,
        session.provider,
        session.provider_uid,
        session.ip,
        session.user_agent,
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

/// The user and session that a secret was given out for.
pub(crate) fn find_by_secret(db: &Connection, hash: &str) -> anyhow::Result<(String, String)> {
    let mut statement =
        db.prepare_cached("SELECT user_id, id FROM sessions WHERE secret_hash = ?1")?;
    let found = statement.query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)));
    found.context("no session has this secret")
}

/// Makes the one user.
pub(crate) fn insert_user(tx: &Connection, email: &str, hash: &str) -> anyhow::Result<()> {
    tx.execute(
        "INSERT INTO users VALUES \
         (?1, 'ada', ?2, ?2, ?2, 'Ada', ?3, 0, NULL, 0, ?4, ?2, 1, '{}')",
        params![PROJECT, Time::now().0, email, hash],
    )?;
    Ok(())
}

fn log(
    tx: &Connection,
    event: &str,
    user: &User,
    client: &Client,
    now: Time,
) -> anyhow::Result<()> {
    tx.prepare_cached(
        "INSERT INTO security_logs VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, '--', ?8)",
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
