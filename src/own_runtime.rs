//! Runtimes beside the server's, for work with threads of its own.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};

/// A runtime that may be dropped in asynchronous code: nobody waits for its threads.
#[derive(Debug)]
pub(crate) struct OwnRuntime {
    handle: Handle,
    /// None only while it is dropped.
    runtime: Option<Runtime>,
}

impl OwnRuntime {
    /// Builds it. Fails if the system has no more threads.
    pub(crate) fn build(builder: &mut Builder) -> io::Result<Self> {
        let runtime = builder.build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Starts tasks on it.
    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is cut off at the start, by a signal, drops it between two steps.
    #[tokio::test]
    async fn it_may_be_dropped_in_asynchronous_code() {
        let mut builder = Builder::new_multi_thread();
        let runtime = OwnRuntime::build(builder.worker_threads(1).enable_all()).unwrap();
        let handle = runtime.handle().clone();
        assert_eq!(handle.spawn(async { 1 }).await.unwrap(), 1);

        drop(runtime);

        assert!(handle.spawn(async { 1 }).await.unwrap_err().is_cancelled());
    }
}
