//! Adds labels, which the project's servers give to users.

use sea_orm_migration::prelude::*;

use crate::columns::long_text;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let labels = long_text("labels").default("[]").take();
        manager.alter_table(Table::alter().table("users").add_column(labels).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("users").drop_column("labels").take()).await
    }
}
