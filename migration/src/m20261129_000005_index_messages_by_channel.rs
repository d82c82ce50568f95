//! Indexes messages by channel, and events by their webhook, so that those of one don't slow down the search for
//! others.

use sea_orm_migration::prelude::*;

use crate::online::{create_index, drop_index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The index of all messages.
const BY_CHANNEL: &str = "idx-messages-channel-state-due_at";
/// The index that it replaces.
const BY_STATE: &str = "idx-messages-state-due_at";
/// The index of events that wait for their webhook.
const EVENTS: &str = "idx-messages-project_id-recipient-due_at-events";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.table("messages").col("channel").col("state").col("due_at");
        create_index(manager, BY_CHANNEL, index).await?;
        let mut index = Index::create();
        index.table("messages").col("project_id").col("recipient").col("due_at");
        index.and_where(Expr::col("channel").eq("webhook"));
        index.and_where(Expr::col("state").eq("queued"));
        create_index(manager, EVENTS, index).await?;
        drop_index(manager, BY_STATE).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.table("messages").col("state").col("due_at");
        create_index(manager, BY_STATE, index).await?;
        drop_index(manager, EVENTS).await?;
        drop_index(manager, BY_CHANNEL).await
    }
}
