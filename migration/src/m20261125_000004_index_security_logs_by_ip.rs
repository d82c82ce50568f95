//! Lets the log tell whether a user has ever signed in from an address, however long it is.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The name of the index.
const NAME: &str = "idx-security_logs-project_id-user_id-ip";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name(NAME).table("security_logs").col("project_id").col("user_id").col("ip");
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::drop();
        index.name(NAME).table("security_logs");
        manager.drop_index(index).await
    }
}
