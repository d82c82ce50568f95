//! Fills the words of users who were there before, and builds the indexes of the lists of users and identities.
//!
//! A column that changes with each sign-in or change of preferences has none, so that PostgreSQL can write such a change
//! into the same page without touching any index.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::online::{create_index_on, drop_index, fill_users};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The indexes: name, table and columns. `{bytes}` is the order of bytes, in which SQLite sorts anyway.
const INDEXES: [(&str, &str); 10] = [
    ("idx-users-created_at", "users (project_id, created_at, id)"),
    ("idx-users-name", "users (project_id, lower(name{bytes}), created_at, id)"),
    ("idx-users-email", "users (project_id, coalesce(email{bytes}, ''), created_at, id)"),
    ("idx-users-email_verified", "users (project_id, email_verified, created_at, id)"),
    ("idx-users-phone_verified", "users (project_id, phone_verified, created_at, id)"),
    ("idx-users-blocked", "users (project_id, created_at, id) WHERE enabled = FALSE"),
    ("idx-identities-created_at", "identities (project_id, created_at, id)"),
    ("idx-identities-provider", "identities (project_id, provider, created_at, id)"),
    ("idx-identities-subject", "identities (project_id, subject, created_at, id)"),
    ("idx-identities-email", "identities (project_id, lower(email{bytes}), created_at, id)"),
];

/// How many users are filled in at a time on PostgreSQL. Their rows are locked meanwhile.
const BATCH: u32 = 500;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut bytes = "";
        if manager.get_database_backend() == DbBackend::Postgres {
            fill_postgres(manager).await?;
            bytes = " COLLATE \"C\"";
        } else {
            // The trigger fills them.
            manager.get_connection().execute_unprepared("UPDATE users SET name = name").await?;
        }
        for (name, columns) in INDEXES {
            create_index_on(manager, name, &columns.replace("{bytes}", bytes)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES.iter().rev() {
            drop_index(manager, name).await?;
        }
        Ok(())
    }
}

/// Fills the words a few users at a time. The rows are locked, so that a change waits, and then replaces the words. Users whose
/// id is among their words have all of them: a retried migration goes on where it has failed.
async fn fill_postgres(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let fill = format!(
        "WITH batch AS (SELECT project_id, id, created_at, email, phone, name, labels FROM users \
         WHERE (project_id, id) > ($1, $2) AND NOT EXISTS (SELECT 1 FROM user_words \
         WHERE user_words.project_id = users.project_id AND word = lower(users.id COLLATE \"C\") \
         AND user_words.created_at = users.created_at AND user_id = users.id) ORDER BY project_id, id LIMIT {BATCH} FOR NO KEY UPDATE), \
         filled AS (INSERT INTO user_words (project_id, word, created_at, user_id) \
         SELECT project_id, word, created_at, id FROM batch, words_of_user(id, email, phone, name, labels) AS word \
         ON CONFLICT DO NOTHING) \
         SELECT project_id, id FROM batch ORDER BY project_id DESC, id DESC LIMIT 1"
    );
    fill_users(manager, &fill).await
}
