//! Gives the indexes of users by name and address the texts themselves, so that PostgreSQL counts by them without the table:
//! it doesn't see that the expression has all that is needed of a column. SQLite does.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::online::{create_index_on, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The indexes: the name of the one before, the name, table and columns, and what is added.
const INDEXES: [(&str, &str, &str, &str); 2] = [
    (
        "idx-users-name",
        "idx-users-name-covering",
        "users (project_id, lower(name COLLATE \"C\"), created_at, id)",
        " INCLUDE (name)",
    ),
    (
        "idx-users-email",
        "idx-users-email-covering",
        "users (project_id, coalesce(email COLLATE \"C\", ''), created_at, id)",
        " INCLUDE (email)",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for (before, name, columns, texts) in INDEXES {
            create_index_on(manager, name, &format!("{columns}{texts}")).await?;
            drop_index(manager, before).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for (before, name, columns, _) in INDEXES {
            create_index_on(manager, before, columns).await?;
            drop_index(manager, name).await?;
        }
        Ok(())
    }
}
