//! The JWTs of a project.

use std::collections::BTreeMap;

use entity::ProjectId;
use serde::Deserialize;

use crate::config::{ConfigErrors, JwtAlgorithm};

mod template;

pub use template::{MAX_CLAIMS, Placeholder, Template};

/// The longest name of a template.
const MAX_NAME: usize = 36;

/// The JWTs of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jwt {
    /// How they are signed; the common algorithm if there is none.
    pub algorithm: Option<JwtAlgorithm>,
    /// Further claims, by the name with which clients ask for them.
    pub templates: BTreeMap<String, Template>,
}

impl Jwt {
    pub(super) fn check(&self, project: &ProjectId, problems: &mut ConfigErrors) {
        for (name, template) in &self.templates {
            let at = format!("projects.{project}.jwt.templates.{name}");
            let is_name = (1..=MAX_NAME).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
            problems.when(
                !is_name,
                format!("{at}: not a name of 1 to {MAX_NAME} of a-z, A-Z, 0-9, \"_\" and \"-\""),
            );
            for problem in template.problems() {
                problems.note(format!("{at}.claims: {problem}"));
            }
        }
    }
}
