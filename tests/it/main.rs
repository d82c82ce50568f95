//! The tests of accountd, against the real router, each on a database of its own.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::format_collect,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used,
    reason = "a test may panic, and may be a long table"
)]

mod access_log;
mod account;
mod arguments;
mod away;
mod backup;
mod compression;
mod conditions;
mod configuration;
mod connections;
mod cost;
mod crash;
mod credentials;
mod cross_site;
mod dev_provider;
mod documents;
mod endpoint;
mod enumeration;
mod event_stream;
mod failed_commit;
mod field_limits;
mod first_hour;
mod generation;
mod graphiql;
mod guessing;
mod hostile;
mod http_syntax;
mod inbox;
mod limits;
mod load;
mod metrics;
mod migration;
mod oauth;
mod outbox;
mod ownership;
mod persisted;
mod policy;
mod process;
mod rest;
mod samples;
mod schema;
mod secrecy;
mod sign_up_policy;
mod sms;
mod spelling;
mod stopping;
mod stores;
mod support;
mod validation;
mod websocket;
