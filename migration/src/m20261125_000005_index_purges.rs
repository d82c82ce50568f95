//! Indexes rows that are deleted after a while: log rows without a user, and abandoned anonymous users.

use sea_orm_migration::prelude::*;

use crate::online::{create_index, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The name of the index of log rows without a user.
const OF_NOBODY: &str = "idx-security_logs-created_at-of_nobody";
/// The name of the index of anonymous users.
const ANONYMOUS: &str = "idx-users-created_at-anonymous";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.table("security_logs").col("created_at");
        index.and_where(Expr::col("user_id").is_null());
        create_index(manager, OF_NOBODY, index).await?;
        let mut index = Index::create();
        index.table("users").col("created_at");
        for column in ["email", "phone", "password_hash"] {
            index.and_where(Expr::col(column).is_null());
        }
        create_index(manager, ANONYMOUS, index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, ANONYMOUS).await?;
        drop_index(manager, OF_NOBODY).await
    }
}
