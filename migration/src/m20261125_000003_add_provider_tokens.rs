//! Adds provider tokens to sessions, and the right of one request to renew them.

use sea_orm_migration::prelude::*;

use crate::columns::optional_timestamp;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tokens = ColumnDef::new("provider_tokens").text().null().take();
        // SQLite adds one column at a time.
        for column in [tokens, optional_timestamp("refreshing_until")] {
            manager.alter_table(Table::alter().table("sessions").add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["provider_tokens", "refreshing_until"] {
            manager
                .alter_table(Table::alter().table("sessions").drop_column(column).take())
                .await?;
        }
        Ok(())
    }
}
