//! Creates the passkeys of users, and the challenges that authenticators sign.

use sea_orm_migration::prelude::*;

use crate::columns::{
    create_index, flag, long_text, optional_text, optional_timestamp, text, timestamp, user_key,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(passkeys()).await?;
        create_index(manager, "passkeys", &["project_id", "credential_id"], true).await?;
        create_index(manager, "passkeys", &["project_id", "user_id"], false).await?;
        manager.create_table(challenges()).await?;
        create_index(manager, "passkey_challenges", &["project_id", "user_id"], false).await?;
        create_index(manager, "passkey_challenges", &["expires_at"], false).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("passkey_challenges").take()).await?;
        manager.drop_table(Table::drop().table("passkeys").take()).await
    }
}

fn passkeys() -> TableCreateStatement {
    Table::create()
        .table("passkeys")
        .col(text("project_id"))
        .col(text("id"))
        .col(text("user_id"))
        .col(timestamp("created_at"))
        .col(timestamp("updated_at"))
        .col(optional_timestamp("accessed_at"))
        .col(text("name"))
        .col(text("rp_id"))
        .col(text("user_handle"))
        .col(long_text("credential_id"))
        .col(long_text("public_key"))
        .col(text("aaguid"))
        .col(long_text("transports"))
        .col(ColumnDef::new("sign_count").big_integer().not_null())
        .col(flag("backup_eligible"))
        .col(flag("backed_up"))
        .primary_key(Index::create().col("project_id").col("id"))
        .foreign_key(&mut user_key("passkeys"))
        .take()
}

fn challenges() -> TableCreateStatement {
    Table::create()
        .table("passkey_challenges")
        .col(text("id").primary_key())
        .col(text("project_id"))
        .col(timestamp("created_at"))
        .col(timestamp("expires_at"))
        .col(text("challenge"))
        .col(text("relying_party"))
        .col(optional_text("user_id"))
        .col(optional_text("session_id"))
        .col(optional_text("passkey_id"))
        .col(optional_text("user_handle"))
        .col(text("name"))
        .foreign_key(&mut user_key("passkey_challenges"))
        .take()
}
