//! The threads that compute hashes.

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

/// How much lower their priority is than that of other threads, as with the command `nice`. A waiting request preempts a hash
/// within microseconds; on a core that is never idle, hashes still get about a quarter of it.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Threads of low priority: whoever only reads must not wait until a hash has used up its time slice (AV-1).
pub(super) struct Threads {
    /// It runs nothing but these threads, which start as they are needed. None only at the end.
    runtime: Option<Runtime>,
}

impl Threads {
    /// At most `count` threads.
    pub(super) fn new(count: usize) -> anyhow::Result<Self> {
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(count)
            .thread_name("hashes")
            .on_thread_start(lower_priority)
            .build()?;
        Ok(Self { runtime: Some(runtime) })
    }

    /// Computes on one of the threads. Goes on when the caller goes away.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        let runtime = self.runtime.as_ref().context("the threads have ended")?;
        Ok(runtime.spawn_blocking(compute).await?)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // To wait for the threads is not allowed in asynchronous code.
            runtime.shutdown_background();
        }
    }
}

/// Elsewhere than on Linux, the priority is that of the whole process.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!("passwords are hashed with the priority of all threads: {error}");
    }
}
