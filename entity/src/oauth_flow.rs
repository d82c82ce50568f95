//! Sign-ins with a provider that are under way: one row from the start until the browser comes back.

use sea_orm::entity::prelude::*;

use crate::{ProjectId, Timestamp};

/// One sign-in under way.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "oauth_flows")]
pub struct Model {
    /// SHA-256 of the state that the provider hands back, in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The project that is signed in to.
    pub project_id: ProjectId,
    /// The first moment at which it no longer counts.
    pub expires_at: Timestamp,
    /// What is needed to go on, encrypted for this row.
    #[sea_orm(column_type = "Text")]
    pub sealed: String,
}

impl ActiveModelBehavior for ActiveModel {}
