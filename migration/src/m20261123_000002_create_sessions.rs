//! Creates the sessions, found by id, by secret, and by user in order of creation.

use sea_orm_migration::prelude::*;

use crate::columns::{text, timestamp, user_key};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("sessions")
                    .col(text("id").primary_key())
                    .col(text("project_id"))
                    .col(text("user_id"))
                    .col(timestamp("created_at"))
                    .col(timestamp("updated_at"))
                    .col(timestamp("expires_at"))
                    .col(text("secret_hash"))
                    .col(text("provider"))
                    .col(text("provider_uid"))
                    .col(text("ip"))
                    .col(text("user_agent"))
                    .col(text("country_code"))
                    .foreign_key(&mut user_key("sessions"))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-sessions-secret_hash")
                    .table("sessions")
                    .col("secret_hash")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-sessions-project_id-user_id-created_at")
                    .table("sessions")
                    .col("project_id")
                    .col("user_id")
                    .col("created_at")
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("sessions").take()).await
    }
}
