//! The keys that sign JWTs.

use sea_orm::QueryOrder;
use sea_orm::entity::prelude::*;

use crate::{ProjectId, SigningKeyId, Timestamp};

/// A key of a project. What it does at a time follows from its times and those of its successor.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_keys")]
pub struct Model {
    /// The thumbprint of RFC 7638: `kid` in the headers of tokens.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SigningKeyId,
    /// The project.
    pub project_id: ProjectId,
    /// The algorithm, as tokens name it.
    pub algorithm: String,
    /// The private key, encrypted for this row; empty once a restore has ended it.
    #[sea_orm(column_type = "Text")]
    pub private_key: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it begins to sign; its predecessor stops then.
    pub active_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Finds all keys in the order in which they begin to sign.
    pub fn find_in_order() -> Select<Self> {
        Self::find().order_by_asc(Column::ActiveAt).order_by_asc(Column::Id)
    }
}
