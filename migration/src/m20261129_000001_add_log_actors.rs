//! Adds to the security log who acted: the user, a server with an API key, or an operator.

use sea_orm_migration::prelude::*;

use crate::columns::text;
use crate::online::add_column;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "security_logs";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Until now, only users changed their accounts.
        let kind = text("actor_kind").default("user").take();
        let id = text("actor_id").default("").take();
        let name = text("actor_name").default("").take();
        for column in [kind, id, name] {
            add_column(manager, TABLE, column).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["actor_kind", "actor_id", "actor_name"] {
            manager.alter_table(Table::alter().table(TABLE).drop_column(column).take()).await?;
        }
        Ok(())
    }
}
