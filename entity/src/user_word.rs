//! The words by which users are searched. Triggers of the database write them.

use sea_orm::entity::prelude::*;

use crate::{ProjectId, Timestamp, UserId};

/// A word of a user: the id, the address, the number or a word of the name in lower case, or `label:` with a label.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_words")]
pub struct Model {
    /// The project of the user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub project_id: ProjectId,
    /// The word. In the order of its bytes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub word: String,
    /// When the user was created.
    #[sea_orm(primary_key, auto_increment = false)]
    pub created_at: Timestamp,
    /// The user.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
}

impl ActiveModelBehavior for ActiveModel {}
