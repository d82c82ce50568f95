//! The words by which users are searched. Triggers of the database write them.

use sea_orm::entity::prelude::*;

use crate::{ProjectId, Timestamp, UserId};

/// A word of a user: the id, the address, the number or a word of the name in lower case, or `label:` with a label. Or a pair of
/// two of them, neither of which begins with the other, without the id and the number: a blank, the first letter of the first
/// word in the order of bytes, the second word, and the first, ` a lovelace ada`. A user with too many words for pairs has the
/// word ` ` instead.
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
    /// The user's column of this name, as the two below. They are null while a migration adds them.
    pub enabled: Option<bool>,
    /// Whether the address is verified.
    pub email_verified: Option<bool>,
    /// Whether the number is verified.
    pub phone_verified: Option<bool>,
}

impl ActiveModelBehavior for ActiveModel {}
