//! Lets be found what is forgotten after a while: what the log tells of nobody, and users who never became anybody.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The name of the index over the rows of the log that concern no user.
const OF_NOBODY: &str = "idx-security_logs-created_at-of_nobody";
/// The name of the index over anonymous users.
const ANONYMOUS: &str = "idx-users-created_at-anonymous";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name(OF_NOBODY).table("security_logs").col("created_at");
        index.and_where(Expr::col("user_id").is_null());
        manager.create_index(index).await?;
        let mut index = Index::create();
        index.name(ANONYMOUS).table("users").col("created_at");
        for column in ["email", "phone", "password_hash"] {
            index.and_where(Expr::col(column).is_null());
        }
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, table) in [(ANONYMOUS, "users"), (OF_NOBODY, "security_logs")] {
            let mut index = Index::drop();
            index.name(name).table(table);
            manager.drop_index(index).await?;
        }
        Ok(())
    }
}
