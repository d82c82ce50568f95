//! The database of countries.

use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigErrors;

/// The database of countries.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeoIp {
    /// An `.mmdb` file; without it, every country is unknown.
    pub database: Option<PathBuf>,
}

impl GeoIp {
    pub(super) fn check(&self, problems: &mut ConfigErrors) {
        if let Some(path) = &self.database {
            problems
                .when(!path.is_file(), format!("geoip.database: no file at {}", path.display()));
        }
    }
}
