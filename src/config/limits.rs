//! Limits of requests.

use serde::Deserialize;

use super::{Audience, ConfigErrors, DocumentLimits};

pub mod factor;
pub mod fields;

use factor::Factor;
pub use fields::{FieldLimit, FieldLimits, Window};

/// The limits of requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Whether the rate limits of the fields are enforced.
    pub rates: bool,
    /// The factor for limits that `fields` doesn't set.
    pub factor: Factor,
    /// The limits that replace declared ones.
    #[serde(default)]
    pub fields: FieldLimits,
    /// The largest request body, in bytes.
    pub body_bytes: usize,
    /// The maximum number of operations in a batch.
    pub batch: usize,
    /// How long a request may start further fields, in seconds.
    pub request_seconds: u64,
    /// How long a connection stays open without a request, in seconds.
    pub keep_alive_seconds: u64,
    /// Limits of one GraphQL document.
    pub document: DocumentLimits,
}

impl Limits {
    /// The limits of the fields that an audience sees: those of fields for servers are separate.
    pub fn fields_of(&self, audience: Audience) -> FieldLimits {
        let mut fields = self.fields.clone();
        fields.retain(|name, _| audience == Audience::Server || !fields::is_for_servers(name));
        fields
    }

    /// The audience that sees all fields with configured limits.
    pub fn audience(&self) -> Audience {
        let has_servers = self.fields.keys().any(|name| fields::is_for_servers(name));
        if has_servers { Audience::Server } else { Audience::Client }
    }

    pub(super) fn check(&self, problems: &mut ConfigErrors) {
        problems.when(self.factor.is_zero(), "limits.factor: at least 1");
        problems.when(self.body_bytes == 0, "limits.body_bytes: at least 1");
        problems.when(self.request_seconds == 0, "limits.request_seconds: at least 1");
        let is_short = self.keep_alive_seconds < 10;
        problems.when(
            is_short,
            "limits.keep_alive_seconds: at least 10, which the head of a request may take",
        );
        problems.when(self.batch == 0, "limits.batch: at least 1");
        let is_deep = self.document.nesting > DocumentLimits::MAX_NESTING;
        problems.when(is_deep, "limits.document.nesting: at most 64");
    }
}
