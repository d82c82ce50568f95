//! The process, under the names that Prometheus has for every program; and the build.

use std::fs;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use super::family::{Family, Kind, Sample};
use crate::app::App;

/// How many ticks of processor time a second has, in `/proc/self/stat`.
const TICKS: u64 = 100;
/// The places of user and system time in `/proc/self/stat`, behind the program's name.
const TIMES: std::ops::Range<usize> = 11..13;

/// Reads them. Those that only Linux has are without values elsewhere.
pub(super) fn read(app: &App) -> Vec<Family> {
    let database = if app.db.is_shared() { "postgres" } else { "sqlite" };
    let build = [env!("CARGO_PKG_VERSION"), database, app.limiter.store_name()];
    let started = Duration::from_millis(u64::try_from(app.started_at.millis()).unwrap_or(0));
    let files = getrlimit(Resource::Nofile).current;
    vec![
        Family::new(
            Kind::Info,
            "accountd_build",
            &["version", "database", "limiter"],
            "The version, and where rows and rate limits are",
        )
        .with(build, Sample::Whole(1)),
        of_process(
            Kind::Counter,
            "process_cpu_seconds",
            "Time of processors that the process has used",
            cpu().map(|time| Sample::Real(time.as_secs_f64())),
        ),
        of_process(
            Kind::Gauge,
            "process_resident_memory_bytes",
            "Memory that the process has in use",
            resident_bytes().map(Sample::Whole),
        ),
        of_process(
            Kind::Gauge,
            "process_open_fds",
            "Open files and connections",
            open_files().map(Sample::Whole),
        ),
        of_process(
            Kind::Gauge,
            "process_max_fds",
            "How many files and connections may be open",
            files.map(Sample::Whole),
        ),
        of_process(
            Kind::Gauge,
            "process_start_time_seconds",
            "When the process was started, in seconds since 1970",
            Some(Sample::Real(started.as_secs_f64())),
        ),
    ]
}

fn of_process(kind: Kind, name: &'static str, help: &'static str, value: Option<Sample>) -> Family {
    Family::new(kind, name, &[], help).with_all(value.map(|value| ([], value)))
}

fn cpu() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in brackets, may have spaces.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<_> = rest.split(' ').collect();
    let times = fields.get(TIMES)?.iter().map(|field| field.parse::<u64>());
    let ticks = times.sum::<Result<u64, _>>().ok()?;
    let millis = ticks.checked_mul(1000)?.checked_div(TICKS)?;
    Some(Duration::from_millis(millis))
}

fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kib.checked_mul(1024)
}

fn open_files() -> Option<u64> {
    u64::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn linux_reports_what_the_process_uses() {
        assert!(cpu().is_some());
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1 << 20));
        assert!(open_files().is_some_and(|files| files >= 3));
    }
}
