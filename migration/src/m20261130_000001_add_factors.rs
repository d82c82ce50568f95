//! Adds second factors: the switch of a user, the factors that a session has shown, authenticators, recovery codes, and
//! challenges.
//!
//! Sessions of the last release have no factors in their row. They have those of their sign-in.

use sea_orm_migration::prelude::*;

use crate::columns::{
    create_index, flag, long_text, optional_timestamp, text, timestamp, user_key,
};
use crate::online::add_column;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // Each statement is a transaction of its own, so that the locks of one are not held during the next.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "users", flag("mfa").default(false).take()).await?;
        add_column(manager, "sessions", long_text("factors").default("[]").take()).await?;
        add_column(manager, "sessions", optional_timestamp("mfa_updated_at")).await?;
        add_column(manager, "sessions", flag("half_open").default(false).take()).await?;
        manager.create_table(authenticators()).await?;
        manager.create_table(recovery_codes()).await?;
        manager.create_table(challenges()).await?;
        let one_of_each_kind = ["project_id", "user_id", "kind"];
        create_index(manager, "authenticators", &one_of_each_kind, true).await?;
        create_index(manager, "challenges", &["session_id"], false).await?;
        create_index(manager, "challenges", &["project_id", "user_id"], false).await?;
        create_index(manager, "challenges", &["expires_at"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["challenges", "recovery_codes", "authenticators"] {
            manager.drop_table(Table::drop().table(table).if_exists().take()).await?;
        }
        for (table, column) in [
            ("sessions", "half_open"),
            ("sessions", "mfa_updated_at"),
            ("sessions", "factors"),
            ("users", "mfa"),
        ] {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}

fn authenticators() -> TableCreateStatement {
    Table::create()
        .table("authenticators")
        .if_not_exists()
        .col(text("id").primary_key())
        .col(text("project_id"))
        .col(text("user_id"))
        .col(text("kind"))
        .col(timestamp("created_at"))
        .col(optional_timestamp("verified_at"))
        .col(long_text("seed"))
        .col(ColumnDef::new("last_step").big_integer().not_null())
        .foreign_key(&mut user_key("authenticators"))
        .take()
}

fn recovery_codes() -> TableCreateStatement {
    Table::create()
        .table("recovery_codes")
        .if_not_exists()
        .col(text("project_id"))
        .col(text("user_id"))
        .col(text("hash"))
        .col(timestamp("created_at"))
        .primary_key(Index::create().col("project_id").col("user_id").col("hash"))
        .foreign_key(&mut user_key("recovery_codes"))
        .take()
}

fn challenges() -> TableCreateStatement {
    Table::create()
        .table("challenges")
        .if_not_exists()
        .col(text("id").primary_key())
        .col(text("project_id"))
        .col(text("user_id"))
        .col(text("session_id"))
        .col(text("factor"))
        .col(timestamp("created_at"))
        .col(timestamp("expires_at"))
        .col(text("address"))
        .col(text("code_hash"))
        .col(ColumnDef::new("tries").integer().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("challenges", "session_id")
                .to("sessions", "id")
                .on_update(ForeignKeyAction::Cascade)
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(&mut user_key("challenges"))
        .take()
}
