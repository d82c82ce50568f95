//! Numbers the events of each user, and finds them by number: pages and totals of a long log then cost no more than
//! those of a short one.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The index before.
const BY_ID: &str = "idx-security_logs-project_id-user_id-id";
/// The index from now on.
const BY_NUMBER: &str = "idx-security_logs-project_id-user_id-number";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let number = ColumnDef::new("number").big_integer().not_null().default(0).take();
        manager
            .alter_table(Table::alter().table("security_logs").add_column(number).take())
            .await?;
        manager
            .get_connection()
            .execute_unprepared(
                "UPDATE security_logs SET number = counted.number FROM (
                   SELECT id, ROW_NUMBER() OVER (PARTITION BY project_id, user_id ORDER BY id) AS number
                   FROM security_logs
                 ) AS counted WHERE counted.id = security_logs.id",
            )
            .await?;
        manager.drop_index(Index::drop().name(BY_ID).table("security_logs").to_owned()).await?;
        manager.create_index(index(BY_NUMBER, "number")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(BY_NUMBER).table("security_logs").to_owned()).await?;
        manager
            .alter_table(Table::alter().table("security_logs").drop_column("number").take())
            .await?;
        manager.create_index(index(BY_ID, "id")).await
    }
}

fn index(name: &str, last: &'static str) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table("security_logs").col("project_id").col("user_id").col(last);
    index
}
