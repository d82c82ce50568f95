//! Creates the outbox: messages found by due time and by recipient.

use sea_orm_migration::prelude::*;

use crate::columns::{long_text, text, timestamp};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("messages")
                    .col(text("id").primary_key())
                    .col(text("project_id"))
                    .col(text("channel"))
                    .col(text("kind"))
                    .col(text("recipient"))
                    .col(long_text("sealed"))
                    .col(text("state"))
                    .col(ColumnDef::new("attempts").integer().not_null())
                    .col(text("error"))
                    .col(timestamp("created_at"))
                    .col(timestamp("due_at"))
                    .col(timestamp("expires_at"))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-messages-state-due_at")
                    .table("messages")
                    .col("state")
                    .col("due_at")
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-messages-project_id-recipient")
                    .table("messages")
                    .col("project_id")
                    .col("recipient")
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("messages").take()).await
    }
}
