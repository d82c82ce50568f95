//! The calls that were counted against a budget; in a database of its own where the server is embedded.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// One budget of one key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rate_limits")]
pub struct Model {
    /// A hash of what is counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// When the calls happened that still count: milliseconds since 1970, with commas between.
    #[sea_orm(column_type = "Text")]
    pub calls: String,
    /// When the last of them stops to count.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
