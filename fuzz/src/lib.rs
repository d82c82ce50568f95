//! What the targets share.

use std::time::Duration;

use rustix::time::{clock_gettime, ClockId};

pub mod expanded;

/// What any input may cost before the first resolver runs (GQ-3).
const MAX_TIME: Duration = Duration::from_millis(50);

/// Runs what is under test, and panics when it takes this thread more processor time than any input may.
///
/// A slow run is repeated: first calls compile tables, and a busy machine slows a single one.
pub fn within_limit<T>(run: impl Fn() -> T) -> T {
    let (answer, mut taken) = measured(&run);
    for _ in 0..2 {
        if taken <= MAX_TIME {
            break;
        }
        taken = taken.min(measured(&run).1);
    }
    assert!(taken <= MAX_TIME, "took {} ms of processor time", taken.as_millis());
    answer
}

/// The parts of an input that lie between the zero bytes.
pub fn parts(input: &str) -> [&str; 3] {
    let mut parts = input.splitn(3, '\0');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

fn measured<T>(run: impl Fn() -> T) -> (T, Duration) {
    let begun = thread_time();
    let answer = run();
    (answer, thread_time().saturating_sub(begun))
}

/// The processor time that this thread has taken.
fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a clock that counts up from nothing")
}
