//! Recreates the one-time tokens: they can be for a user who doesn't exist yet, have the id of the response,
//! and are found by secret, user or address. No release has written one so far.

use sea_orm_migration::prelude::*;

use crate::columns::{flag, optional_text, text, timestamp, user_key};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tokens").take()).await?;
        manager
            .create_table(
                Table::create()
                    .table("tokens")
                    .col(text("id").primary_key())
                    .col(text("project_id"))
                    .col(optional_text("user_id"))
                    .col(text("asked_id"))
                    .col(timestamp("created_at"))
                    .col(timestamp("expires_at"))
                    .col(text("purpose"))
                    .col(text("address"))
                    .col(text("secret_hash").unique_key())
                    .col(flag("guessable"))
                    .col(ColumnDef::new("tries").integer().not_null())
                    .foreign_key(&mut user_key("tokens"))
                    .take(),
            )
            .await?;
        for columns in
            [["project_id", "user_id"], ["project_id", "asked_id"], ["project_id", "address"]]
        {
            let mut index = Index::create();
            index.name(format!("idx-tokens-{}", columns.join("-"))).table("tokens");
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tokens").take()).await?;
        crate::m20261123_000003_create_tokens::Migration.up(manager).await
    }
}
