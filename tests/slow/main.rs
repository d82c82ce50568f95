//! The tests that wait for real clocks, start the executable, or take long: `cargo test --test slow`.
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

mod backup;
mod commands;
mod connections;
mod crash;
mod first_hour;
mod foreign_files;
mod generation;
mod hostile;
mod idle;
mod jwt_commands;
mod key_commands;
mod load;
mod migration;
mod output;
mod ownership;
mod process;
mod reload;
mod secrecy;
mod shipped;
mod statements;
mod stopping;
mod stores;
#[expect(dead_code, unused_imports, reason = "the tests in `it` use the rest")]
#[path = "../support/mod.rs"]
mod support;
mod webhook;
