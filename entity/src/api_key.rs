//! The API keys that `accountd key new --store` has created.

use sea_orm::entity::prelude::*;

use crate::{ApiKeyId, ProjectId, Timestamp};

/// An API key of a project.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    /// The id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    /// The project.
    pub project_id: ProjectId,
    /// The name, for people and for the security log.
    pub name: String,
    /// The SHA-256 of the key, as hexadecimal digits.
    #[sea_orm(unique)]
    pub hash: String,
    /// The names of its scopes, separated by spaces.
    pub scopes: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires; never if absent.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked; once it has been found expired, when it expired.
    pub revoked_at: Option<Timestamp>,
    /// The start of the hour in which it was last used.
    pub last_used_at: Option<Timestamp>,
}

impl Model {
    /// The names of its scopes.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.split_ascii_whitespace()
    }

    /// Whether it has been found expired, and so stays invalid whatever the clock shows.
    pub fn is_found_expired(&self) -> bool {
        self.revoked_at.is_some() && self.revoked_at == self.expires_at
    }
}

impl ActiveModelBehavior for ActiveModel {}
