//! Creates the security log, read by user from the newest row backwards.
//!
//! There is no foreign key to users: the last row of a deleted account stays.

use sea_orm_migration::prelude::*;

use crate::columns::{optional_text, text, timestamp};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("security_logs")
                    .col(
                        ColumnDef::new("id")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(text("project_id"))
                    .col(optional_text("user_id"))
                    .col(text("event"))
                    .col(text("user_email"))
                    .col(text("user_name"))
                    .col(text("ip"))
                    .col(text("user_agent"))
                    .col(text("country_code"))
                    .col(timestamp("created_at"))
                    .take(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-security_logs-project_id-user_id-id")
                    .table("security_logs")
                    .col("project_id")
                    .col("user_id")
                    .col("id")
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("security_logs").take()).await
    }
}
