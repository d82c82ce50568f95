//! Counts the changes of each user's preferences, so that a client can detect conflicts.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let revision = ColumnDef::new("prefs_revision").integer().not_null().default(0).take();
        manager.alter_table(Table::alter().table("users").add_column(revision).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("users").drop_column("prefs_revision").take())
            .await
    }
}
