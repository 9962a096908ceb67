//! What the machine says of this process: processor time and memory. It never reaches a result. May be used by everything.

use std::fs;

/// Largest resident memory of this process, bytes, where the system tells.
pub fn peak_rss_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    kilobytes(&status, "VmHWM:")
}

/// Memory that can be taken without swapping, bytes, where the system tells.
pub fn memory_available() -> Option<u64> {
    kilobytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")
}

fn kilobytes(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|l| l.strip_prefix(key))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|k| k * 1024)
}

/// Processor time of this process so far, seconds, where the system tells.
#[cfg(unix)]
pub fn cpu_seconds() -> Option<f64> {
    use nix::sys::{
        resource::{UsageWho, getrusage},
        time::TimeValLike,
    };
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    Some((usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6)
}

/// Processor time of this process so far, seconds, where the system tells.
#[cfg(not(unix))]
pub fn cpu_seconds() -> Option<f64> {
    None
}

/// Processor time of this thread, nanoseconds.
#[cfg(unix)]
pub fn thread_nanoseconds() -> u64 {
    use nix::{
        sys::time::TimeValLike,
        time::{ClockId, clock_gettime},
    };
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(0, |t| t.num_nanoseconds().max(0) as u64)
}

/// Where the system does not tell it: time of the wall, nanoseconds.
#[cfg(not(unix))]
pub fn thread_nanoseconds() -> u64 {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed().as_nanos() as u64
}
