//! The schema of accountd's database, step by step, for SQLite and PostgreSQL.
//!
//! A released migration is never edited. It names its columns itself, because entities change.

use sea_orm_migration::prelude::{DynIden, IntoIden};
use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait};

mod columns;
mod m20261123_000001_create_users;
mod m20261123_000002_create_sessions;
mod m20261123_000003_create_tokens;
mod m20261123_000004_create_security_logs;
mod m20261123_000005_create_rate_limits;
mod m20261124_000001_recreate_tokens;
mod m20261124_000002_create_messages;
mod m20261124_000003_create_devices;
mod m20261124_000004_number_security_logs;
mod m20261124_000005_add_prefs_revision;
mod m20261125_000001_create_identities;
mod m20261125_000002_create_oauth_flows;
mod m20261125_000003_add_provider_tokens;
mod m20261125_000004_index_security_logs_by_ip;
mod m20261125_000005_index_purges;
mod m20261128_000001_create_generations;
mod m20261128_000002_index_expiry;
mod m20261129_000001_add_log_actors;
mod m20261129_000002_add_labels;
mod m20261129_000003_create_api_keys;
mod m20261129_000004_search_users;
mod m20261129_000005_index_messages_by_channel;
mod m20261129_000006_index_lists;
mod m20261129_000007_index_messages_by_creation;
mod m20261130_000001_add_factors;
mod m20261130_000002_create_passkeys;
mod m20261130_000003_create_used_id_tokens;
mod m20261130_000005_create_signing_keys;
mod m20261130_000015_create_revocations;
mod m20261201_000001_index_security_logs_by_creation;
mod m20261201_000003_index_security_logs_of_nobody;
mod m20261201_000004_index_recovery_codes_by_hash;
mod m20261201_000005_cover_lists_by_text;
mod m20261201_000006_pair_words;
mod online;

/// The migrations of the main database, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_users::Migration),
            Box::new(m20261123_000002_create_sessions::Migration),
            Box::new(m20261123_000003_create_tokens::Migration),
            Box::new(m20261123_000004_create_security_logs::Migration),
            Box::new(m20261124_000001_recreate_tokens::Migration),
            Box::new(m20261124_000002_create_messages::Migration),
            Box::new(m20261124_000003_create_devices::Migration),
            Box::new(m20261124_000004_number_security_logs::Migration),
            Box::new(m20261124_000005_add_prefs_revision::Migration),
            Box::new(m20261125_000001_create_identities::Migration),
            Box::new(m20261125_000002_create_oauth_flows::Migration),
            Box::new(m20261125_000003_add_provider_tokens::Migration),
            Box::new(m20261125_000004_index_security_logs_by_ip::Migration),
            Box::new(m20261125_000005_index_purges::Migration),
            Box::new(m20261128_000001_create_generations::Migration),
            Box::new(m20261128_000002_index_expiry::Migration),
            Box::new(m20261129_000001_add_log_actors::Migration),
            Box::new(m20261129_000002_add_labels::Migration),
            Box::new(m20261129_000003_create_api_keys::Migration),
            Box::new(m20261129_000004_search_users::Migration),
            Box::new(m20261129_000005_index_messages_by_channel::Migration),
            Box::new(m20261129_000006_index_lists::Migration),
            Box::new(m20261129_000007_index_messages_by_creation::Migration),
            Box::new(m20261130_000001_add_factors::Migration),
            Box::new(m20261130_000002_create_passkeys::Migration),
            Box::new(m20261130_000003_create_used_id_tokens::Migration),
            Box::new(m20261130_000005_create_signing_keys::Migration),
            Box::new(m20261130_000015_create_revocations::Migration),
            Box::new(m20261201_000001_index_security_logs_by_creation::Migration),
            Box::new(m20261201_000003_index_security_logs_of_nobody::Migration),
            Box::new(m20261201_000004_index_recovery_codes_by_hash::Migration),
            Box::new(m20261201_000005_cover_lists_by_text::Migration),
            Box::new(m20261201_000006_pair_words::Migration),
        ]
    }
}

/// The migrations of rate limits. With SQLite they are in a database of their own.
#[derive(Debug)]
pub struct LimitsMigrator;

#[async_trait::async_trait]
impl MigratorTrait for LimitsMigrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m20261123_000005_create_rate_limits::Migration)]
    }

    fn migration_table_name() -> DynIden {
        "limits_migrations".into_iden()
    }
}

pub use sea_orm_migration::MigratorTrait as Migrate;
