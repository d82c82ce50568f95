//! The identity providers.

use serde::Deserialize;

/// The identity providers; none are supported yet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Providers {}
