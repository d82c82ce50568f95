//! ID tokens that apps have presented: each is good for one sign-in.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

/// An ID token that has signed in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "used_id_tokens")]
pub struct Model {
    /// SHA-256 of what the provider has signed, in hexadecimal digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Until when it is remembered: longer than it could be presented.
    pub expires_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
