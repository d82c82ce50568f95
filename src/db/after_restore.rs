//! Ends what a restored database must not bring back: sessions, one-time secrets, sign-ins under way, unsent messages.
//!
//! A session that was opened after the backup has no row, and one that is older loses it; with its row a session's JWTs
//! end. Unsent messages are dropped: each was sent meanwhile, or carries a secret that is used up or ended here. API keys of
//! the database and keys of JWTs end with the sessions: one may have been revoked or dropped since. What stays as of the
//! backup: users with their passwords, addresses and blocks, identities with their encrypted tokens, known devices, and
//! the security log.

use entity::{
    Timestamp, api_key, message, oauth_flow, passkey_challenge, session, signing_key, token,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, Statement,
};

/// The effect on sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sessions {
    /// All end.
    Ended,
    /// Those of the backup stay.
    Kept,
}

/// How much was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revoked {
    /// How many, and how many users had no other way in; none where they were kept.
    sessions: Option<(u64, u64)>,
    secrets: u64,
    flows: u64,
    messages: u64,
    /// How many API keys and keys of JWTs; none where they were kept.
    keys: Option<(u64, u64)>,
    blocked: u64,
}

impl Revoked {
    /// Says what was done, a line for each thing.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = match self.sessions {
            Some((sessions, stranded)) => vec![
                format!("sessions ended, with their JWTs: {sessions}"),
                format!("anonymous users who can't sign in again: {stranded}"),
            ],
            None => vec![
                "sessions kept: users who signed out, changed their password or were blocked after the backup are signed \
                 in again"
                    .to_owned(),
            ],
        };
        lines.extend([
            format!("one-time secrets ended: {}", self.secrets),
            format!("sign-ins with a provider ended: {}", self.flows),
            format!("unsent messages dropped: {}", self.messages),
            match self.keys {
                Some((keys, signing)) => format!(
                    "API keys of the database revoked, create new ones: {keys}; keys of JWTs dropped, the server makes new \
                     ones: {signing}"
                ),
                None => "API keys and keys of JWTs kept: those that were revoked or dropped after the backup are valid again"
                    .to_owned(),
            },
            format!("users blocked, as of the backup: {}", self.blocked),
        ]);
        lines
    }
}

/// Ends everything in one transaction of the caller's, however long it takes.
pub(crate) async fn revoke(
    tx: &impl ConnectionTrait,
    sessions: Sessions,
    now: Timestamp,
) -> Result<Revoked, DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
            .await?;
    }
    let sessions = match sessions {
        Sessions::Ended => {
            let stranded = count(tx, &stranded(now)).await?;
            Some((session::Entity::delete_many().exec(tx).await?.rows_affected, stranded))
        }
        Sessions::Kept => None,
    };
    let messages = message::Entity::update_many()
        .col_expr(message::Column::State, Expr::value(message::State::Expired))
        .col_expr(message::Column::DueAt, Expr::value(now))
        .col_expr(message::Column::Sealed, Expr::value(""))
        .filter(message::Column::State.eq(message::State::Queued))
        .exec(tx)
        .await?;
    passkey_challenge::Entity::delete_many().exec(tx).await?;
    Ok(Revoked {
        keys: match sessions {
            Some(_) => Some((revoke_keys(tx, now).await?, drop_signing_keys(tx).await?)),
            None => None,
        },
        sessions,
        secrets: token::Entity::delete_many().exec(tx).await?.rows_affected,
        flows: oauth_flow::Entity::delete_many().exec(tx).await?.rows_affected,
        messages: messages.rows_affected,
        blocked: count(tx, "SELECT count(*) AS n FROM users WHERE NOT enabled").await?,
    })
}

/// Revokes the API keys: one of them may have been revoked after the backup.
async fn revoke_keys(tx: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let keys = api_key::Entity::update_many()
        .col_expr(api_key::Column::RevokedAt, Expr::value(now))
        .filter(api_key::Column::RevokedAt.is_null());
    Ok(keys.exec(tx).await?.rows_affected)
}

/// Ends the keys of JWTs. Their rows stay without the keys, so that the server lets new ones sign at once.
async fn drop_signing_keys(tx: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let keys = signing_key::Entity::update_many()
        .col_expr(signing_key::Column::PrivateKey, Expr::value(""))
        .filter(signing_key::Column::PrivateKey.ne(""));
    Ok(keys.exec(tx).await?.rows_affected)
}

/// Counts the users who are signed in, and have neither address, number nor identity to do so again.
fn stranded(now: Timestamp) -> String {
    let of_user = "project_id = u.project_id AND user_id = u.id";
    format!(
        "SELECT count(*) AS n FROM users u WHERE email IS NULL AND phone IS NULL \
         AND EXISTS (SELECT 1 FROM sessions WHERE {of_user} AND expires_at > {}) \
         AND NOT EXISTS (SELECT 1 FROM identities WHERE {of_user}) \
         AND NOT EXISTS (SELECT 1 FROM passkeys WHERE {of_user})",
        now.millis()
    )
}

async fn count(tx: &impl ConnectionTrait, query: &str) -> Result<u64, DbErr> {
    let row = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), query)).await?;
    let n: i64 = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or_default();
    Ok(u64::try_from(n).unwrap_or_default())
}
