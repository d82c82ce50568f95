//! The security log of a project.

use std::time::Duration;

use entity::ProjectId;
use serde::Deserialize;

use crate::config::ConfigErrors;
use crate::config::limits::Window;

/// The shortest retention, in seconds: a day. A subscriber who was away for longer has missed events.
const MIN_RETENTION: u32 = 24 * 60 * 60;

/// How long the rows of a project's security log are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityLog {
    /// The age at which rows are deleted; without it, rows about users are kept as long as the users.
    pub retention: Option<Window>,
}

impl SecurityLog {
    /// The age at which rows are deleted.
    pub fn retention(&self) -> Option<Duration> {
        let seconds = self.retention.as_ref()?.total()?;
        Some(Duration::from_secs(seconds.into()))
    }

    pub(super) fn check(&self, project: &ProjectId, problems: &mut ConfigErrors) {
        let Some(retention) = &self.retention else { return };
        problems.when(
            retention.total().is_none_or(|seconds| seconds < MIN_RETENTION),
            format!(
                "projects.{project}.security_log.retention: not a day or more, such as \"365d\""
            ),
        );
    }
}
