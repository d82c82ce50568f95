//! Creates the generation of the database: one row, by which a file that was restored by hand is recognised.

use sea_orm_migration::prelude::*;

use crate::columns::{optional_timestamp, text, timestamp};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("generations")
                    .col(text("id").primary_key())
                    .col(ColumnDef::new("number").big_integer().not_null())
                    .col(text("previous"))
                    .col(timestamp("created_at"))
                    .col(optional_timestamp("backed_up_at"))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("generations").take()).await
    }
}
