//! The generation of a database: one row, by which an older copy is recognised.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// The current generation. A database that has been served has exactly one row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "generations")]
pub struct Model {
    /// Random, so that copies which were served separately differ. On PostgreSQL the table's oid.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Counts the generations of a database, for people.
    pub number: i64,
    /// The id that was written beside the database when the generation began; empty in the first.
    pub previous: String,
    /// When the generation began.
    pub created_at: Timestamp,
    /// When this copy was made by `accountd backup`; never set in a database that is served.
    pub backed_up_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}
