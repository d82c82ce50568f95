//! What the system knows of another process: its processor time, its memory, its limits.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// What one tick of /proc lasts, in milliseconds: Linux counts 100 a second.
const TICK: u64 = 10;

/// The processor time that all threads of a process have used so far: it measures a server's work even when the machine is
/// shared.
pub fn cpu(process: u32) -> anyhow::Result<Duration> {
    let text = read(process, "stat")?;
    // The name of the process stands in brackets, and may hold spaces and brackets itself.
    let (_, fields) = text.rsplit_once(')').context("no process name")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || -> anyhow::Result<u64> { Ok(fields.next().context("cut short")?.parse()?) };
    let ticks = ticks()?.saturating_add(ticks()?);
    Ok(Duration::from_millis(ticks.saturating_mul(TICK)))
}

/// How much memory a process has resident, in KiB: its own, and pages of its program.
pub fn memory(process: u32) -> anyhow::Result<u32> {
    field(&read(process, "status")?, "VmRSS:")
}

/// How many files a process may have open at once.
pub fn open_files(process: u32) -> anyhow::Result<u32> {
    field(&read(process, "limits")?, "Max open files")
}

/// The number that follows a name at the beginning of a line.
fn field(text: &str, name: &str) -> anyhow::Result<u32> {
    let mut lines = text.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.split_whitespace().next());
    value
        .with_context(|| format!("no {name}"))?
        .parse()
        .with_context(|| format!("{name} {value:?}"))
}

fn read(process: u32, file: &str) -> anyhow::Result<String> {
    let path = format!("/proc/{process}/{file}");
    fs::read_to_string(&path).with_context(|| format!("can't read {path}"))
}
