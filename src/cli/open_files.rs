//! How many files, connections among them, the process may have open at once.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// With fewer, the connections of a few networks could be all that there are.
const FEW: u64 = 4096;

/// Raises the limit of open files as far as the system lets the process; shells and service managers begin with few.
pub(super) fn raise_limit() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: maximum, maximum };
    let limit = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(_) => current,
    };
    if let Some(limit) = limit.filter(|limit| *limit < FEW) {
        warn!(
            "only {limit} files may be open at once, and each connection is one: raise the limit (ulimit -Hn, LimitNOFILE)"
        );
    }
}
