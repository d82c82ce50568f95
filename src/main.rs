//! The program: a runtime around the command line.
// The future of a mutation contains those of its field, its operation and the database: more than 128 layers in a release build.
#![recursion_limit = "256"]

use std::process::ExitCode;

use mimalloc::MiMalloc;
use tokio::runtime::Builder;

/// Returns freed memory to the system. glibc's allocator keeps what password hashes used, 19 MiB each
/// (bench/README.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The stack of workers: a hostile document may nest deeply.
const STACK_BYTES: usize = 8 * 1024 * 1024;

fn main() -> ExitCode {
    let runtime = Builder::new_multi_thread().thread_stack_size(STACK_BYTES).enable_all().build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(accountd::cli::run());
            // Whatever still runs has outlived its request.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            eprintln!("accountd: no threads to run on: {error}");
            ExitCode::FAILURE
        }
    }
}
