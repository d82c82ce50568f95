//! The limit of open files, which includes connections.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// With fewer, the connections of a few networks could use them all up.
const MIN_FILES: u64 = 4096;

/// Raises the limit of open files to the system's maximum; shells and service managers start processes with
/// a low one.
pub(super) fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: maximum, maximum };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(_) => current,
    };
    if let Some(limit) = limit.filter(|limit| *limit < MIN_FILES) {
        warn!(
            "only {limit} files may be open at once, and each connection is one: raise the limit (ulimit -Hn, LimitNOFILE)"
        );
    }
}
