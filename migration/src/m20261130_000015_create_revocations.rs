//! Creates the revocations: what other servers must know of tokens that they still hold for valid.

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
                    .table("revocations")
                    .col(
                        ColumnDef::new("id")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(text("project_id"))
                    .col(text("user_id"))
                    .col(optional_text("session_id"))
                    .col(timestamp("created_at"))
                    .take(),
            )
            .await?;
        let index = |name: &str, columns: &[&'static str]| {
            let mut index = Index::create();
            index.name(name).table("revocations");
            for column in columns {
                index.col(*column);
            }
            index.take()
        };
        // The list of a project, and the purge.
        let of_project =
            index("idx-revocations-project_id-created_at", &["project_id", "created_at"]);
        manager.create_index(of_project).await?;
        manager.create_index(index("idx-revocations-created_at", &["created_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("revocations").take()).await
    }
}
