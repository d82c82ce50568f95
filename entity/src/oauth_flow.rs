//! OAuth sign-ins under way: one row from the start until the callback.

use sea_orm::entity::prelude::*;

use crate::{ProjectId, Timestamp};

/// One sign-in under way.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_flows")]
pub struct Model {
    /// SHA-256 of the state, in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The project.
    pub project_id: ProjectId,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Its state, encrypted for this row.
    #[sea_orm(column_type = "Text")]
    pub sealed: String,
}

impl ActiveModelBehavior for ActiveModel {}
