//! The program: a runtime around the command line.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use tokio::runtime::Builder;

/// Gives memory back that it got: glibc's keeps what hashing passwords takes, 19 MiB for each (bench/README.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Parsing a hostile document may nest deeply, and it happens on the runtime's workers.
const STACK_BYTES: usize = 8 * 1024 * 1024;

fn main() -> ExitCode {
    let runtime = Builder::new_multi_thread().thread_stack_size(STACK_BYTES).enable_all().build();
    match runtime {
        Ok(runtime) => {
            let code = runtime.block_on(accountd::cli::run());
            // What still runs has outlived its requests.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            eprintln!("accountd: no threads to run on: {error}");
            ExitCode::FAILURE
        }
    }
}
