//! The threads that compute hashes.

use tokio::runtime::Builder;

use crate::own_runtime::OwnRuntime;

/// How much lower their priority is than that of other threads, as with the command `nice`. A waiting request preempts a
/// hash at once, which it doesn't yet with 5; on a core that is never idle, hashes still get about a tenth of it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Starts a runtime for at most `count` threads of low priority, which start as they are needed: whoever only reads must not
/// wait until a hash has used up its time slice (AV-1).
pub(super) fn start(count: usize) -> anyhow::Result<OwnRuntime> {
    let mut builder = Builder::new_current_thread();
    builder.max_blocking_threads(count).thread_name("hashes").on_thread_start(lower_priority);
    Ok(OwnRuntime::build(&mut builder)?)
}

/// Elsewhere than on Linux, the priority is that of the whole process.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!("passwords are hashed with the priority of all threads: {error}");
    }
}
