//! Rate limits: the calls in the window of each quota. With SQLite, in a database file of their own.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// One quota of one key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rate_limits")]
pub struct Model {
    /// A hash of what is counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The times of the calls in the window: milliseconds since 1970, separated by commas.
    #[sea_orm(column_type = "Text")]
    pub calls: String,
    /// When the last of them leaves the window.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
