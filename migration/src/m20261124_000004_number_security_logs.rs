//! Numbers the events of each user, and indexes them: pages and totals of a long log are as fast as those of
//! a short one.

use sea_orm_migration::prelude::*;

use crate::online::{add_column, create_index, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The old index.
const BY_ID: &str = "idx-security_logs-project_id-user_id-id";
/// The new index.
const BY_NUMBER: &str = "idx-security_logs-project_id-user_id-number";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let number = ColumnDef::new("number").big_integer().not_null().default(0).take();
        add_column(manager, "security_logs", number).await?;
        // Separately: rows can be added meanwhile.
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE security_logs SET number = counted.number FROM (
                   SELECT id, ROW_NUMBER() OVER (PARTITION BY project_id, user_id ORDER BY id) AS number
                   FROM security_logs
                 ) AS counted WHERE counted.id = security_logs.id AND security_logs.number = 0",
            )
            .await?;
        create_index(manager, BY_NUMBER, index("number")).await?;
        drop_index(manager, BY_ID).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_index(manager, BY_ID, index("id")).await?;
        drop_index(manager, BY_NUMBER).await?;
        manager
            .alter_table(Table::alter().table("security_logs").drop_column("number").take())
            .await
    }
}

fn index(last: &'static str) -> IndexCreateStatement {
    let mut index = Index::create();
    index.table("security_logs").col("project_id").col("user_id").col(last);
    index
}
