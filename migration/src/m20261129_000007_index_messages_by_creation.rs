//! Indexes the messages of a project by their creation, and by their state, for lists of the outbox.

use sea_orm_migration::prelude::*;

use crate::online::{create_index_on, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The indexes: name, table and columns.
const INDEXES: [(&str, &str); 2] = [
    ("idx-messages-created_at", "messages (project_id, created_at, id)"),
    ("idx-messages-project_id-state", "messages (project_id, state, created_at, id)"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, columns) in INDEXES {
            create_index_on(manager, name, columns).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES {
            drop_index(manager, name).await?;
        }
        Ok(())
    }
}
