//! Creates the identities of users at providers: unique by issuer and subject within a project.

use sea_orm_migration::prelude::*;

use crate::columns::{long_text, text, timestamp, user_key};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("identities")
                    .col(text("id").primary_key())
                    .col(text("project_id"))
                    .col(text("user_id"))
                    .col(timestamp("created_at"))
                    .col(timestamp("updated_at"))
                    .col(text("provider"))
                    .col(text("issuer"))
                    .col(text("subject"))
                    .col(text("email"))
                    .col(long_text("provider_tokens"))
                    .foreign_key(&mut user_key("identities"))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-identities-project_id-issuer-subject")
                    .table("identities")
                    .col("project_id")
                    .col("issuer")
                    .col("subject")
                    .unique()
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-identities-project_id-user_id")
                    .table("identities")
                    .col("project_id")
                    .col("user_id")
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("identities").take()).await
    }
}
