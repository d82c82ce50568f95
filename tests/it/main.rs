//! The tests of accountd, against the real server, each on a database of its own.
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
mod api_keys;
mod arguments;
mod away;
mod compression;
mod conditions;
mod configuration;
mod console;
mod cost;
mod credentials;
mod cross_site;
mod damaged_file;
mod dev_provider;
mod documents;
mod endpoint;
mod enumeration;
mod event_stream;
mod failed_commit;
mod field_limits;
mod fresh;
mod graphiql;
mod guessing;
mod honest_input;
mod http_syntax;
mod inbox;
mod jwt;
mod kept_accounts;
mod limits;
mod lists;
mod master_secret;
mod messages;
mod metrics;
mod mfa;
mod oauth;
mod outbox;
mod persisted;
mod pipelining;
mod policy;
mod refusals;
mod rest;
mod round_trips;
mod samples;
mod schema;
mod sign_up_policy;
mod sms;
mod spelling;
#[expect(dead_code, unused_imports, reason = "the tests in `slow` use the rest")]
#[path = "../support/mod.rs"]
mod support;
mod traces;
mod users;
mod validation;
mod waiting_changes;
mod webhooks;
mod websocket;
