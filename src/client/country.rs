//! Countries of IP addresses, and their names.

use std::net::IpAddr;
use std::path::Path;

use anyhow::Context;
use maxminddb::{PathElement, Reader};

use crate::client::language::{FALLBACK, first_known};

mod names;
#[cfg(test)]
mod tests;

/// The code of an unknown country.
const UNKNOWN: &str = "--";

/// The path of the country code in a database record.
const CODE: [PathElement<'_>; 2] = [PathElement::Key("country"), PathElement::Key("iso_code")];

/// Looks up countries, from a MaxMind database or none.
#[derive(Debug)]
pub struct Countries(Option<Reader<Vec<u8>>>);

impl Countries {
    /// Reads the database into memory. Without one, every country is unknown.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let read = |path: &Path| {
            Reader::open_readfile(path)
                .with_context(|| format!("cannot read the country database {}", path.display()))
        };
        Ok(Self(path.map(read).transpose()?))
    }

    /// The country of an address, as ISO 3166-1 alpha-2 in lower case; `--` when unknown.
    pub fn code(&self, ip: IpAddr) -> String {
        self.find(ip.to_canonical()).unwrap_or_else(|| UNKNOWN.to_owned())
    }

    fn find(&self, ip: IpAddr) -> Option<String> {
        let record = self.0.as_ref()?.lookup(ip).ok()?;
        let code: &str = record.decode_path(&CODE).ok()??;
        let code = code.to_ascii_lowercase();
        // Databases have codes of their own, such as `ZZ`.
        names::find(FALLBACK, &code).is_some().then_some(code)
    }
}

/// The name of a country, or the word for "unknown", in the first of `languages` that is available.
pub fn name(code: &str, languages: &[String]) -> &'static str {
    let find =
        |language: &str| names::find(language, code).or_else(|| names::find(language, UNKNOWN));
    first_known(languages, find).or_else(|| find(FALLBACK)).unwrap_or_default()
}
