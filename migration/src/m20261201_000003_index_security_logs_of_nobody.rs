//! Indexes the security log of nobody by number: PostgreSQL doesn't find the newest row without a user by the index of a
//! user's rows, and each new one needs it.

use sea_orm_migration::prelude::*;

use crate::online::{create_index_on, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The name of the index.
const NAME: &str = "idx-security_logs-project_id-number-of_nobody";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let on = "security_logs (project_id, number) WHERE user_id IS NULL";
        create_index_on(manager, NAME, on).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, NAME).await
    }
}
