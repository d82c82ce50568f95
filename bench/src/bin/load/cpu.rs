//! The processor time of another process: it tells a server's work even when the machine is shared.

use std::fs;
use std::time::Duration;

use anyhow::Context;

/// What one tick of /proc lasts, in milliseconds: Linux counts 100 a second.
const TICK: u64 = 10;

/// The processor time that all threads of a process have used so far.
pub(crate) fn used(process: u32) -> anyhow::Result<Duration> {
    let path = format!("/proc/{process}/stat");
    let text = fs::read_to_string(&path).with_context(|| format!("can't read {path}"))?;
    // The name of the process stands in brackets, and may hold spaces and brackets itself.
    let (_, fields) = text.rsplit_once(')').context("no process name")?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || -> anyhow::Result<u64> { Ok(fields.next().context("cut short")?.parse()?) };
    let ticks = ticks()?.saturating_add(ticks()?);
    Ok(Duration::from_millis(ticks.saturating_mul(TICK)))
}
