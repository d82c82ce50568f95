//! Creates the users: unique by id, address and number within a project.

use sea_orm_migration::prelude::*;

use crate::columns::{flag, long_text, optional_text, optional_timestamp, text, timestamp};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("users")
                    .col(text("project_id"))
                    .col(text("id"))
                    .col(timestamp("created_at"))
                    .col(timestamp("updated_at"))
                    .col(timestamp("accessed_at"))
                    .col(text("name"))
                    .col(optional_text("email"))
                    .col(flag("email_verified"))
                    .col(optional_text("phone"))
                    .col(flag("phone_verified"))
                    .col(optional_text("password_hash"))
                    .col(optional_timestamp("password_updated_at"))
                    .col(flag("enabled"))
                    .col(long_text("prefs"))
                    .primary_key(Index::create().col("project_id").col("id"))
                    .take(),
            )
            .await?;
        for column in ["email", "phone"] {
            manager
                .create_index(
                    Index::create()
                        .name(format!("idx-users-project_id-{column}"))
                        .table("users")
                        .col("project_id")
                        .col(column)
                        .unique()
                        .take(),
                )
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("users").take()).await
    }
}
