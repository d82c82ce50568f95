//! The console.

use serde::Deserialize;

/// The page `/console`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Console {
    /// Whether `serve` has it. `dev` always has it.
    pub enabled: bool,
}
