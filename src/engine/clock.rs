//! Where a run's time goes, by phase of the month. Off unless asked for; then one look at the clock a phase and chunk. What it measures never
//! reaches a result. May be used by `engine` and everything right of it.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::machine::thread_nanoseconds;

/// A part of a month's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Phase {
    World,
    Tables,
    Dates,
    Scan,
    Decide,
    Write,
    Quotas,
    Sums,
    YearEnd,
    Observers,
}

impl Phase {
    /// In the order of a month.
    pub const ALL: [Phase; 10] =
        [Phase::World, Phase::Tables, Phase::Dates, Phase::Scan, Phase::Decide, Phase::Write, Phase::Quotas, Phase::Sums, Phase::YearEnd, Phase::Observers];

    /// What happens in it.
    pub fn name(self) -> &'static str {
        ["the world's month", "tables and bounds", "what falls due by date", "scan", "decide", "write", "quotas", "sums and markets", "year's end", "observers"][self as usize]
    }

    /// Whether chunks go through it side by side. The others are taken as serial, though tables are partly made side by side.
    pub fn parallel(self) -> bool {
        matches!(self, Phase::Dates | Phase::Scan | Phase::Decide | Phase::Write | Phase::YearEnd)
    }
}

/// Time spent by phase, summed over threads.
#[derive(Debug, Default)]
pub struct Clock {
    nanoseconds: [AtomicU64; Phase::ALL.len()],
}

impl Clock {
    /// Processor seconds spent in a phase, of all threads that went through it.
    pub fn seconds(&self, phase: Phase) -> f64 {
        self.nanoseconds[phase as usize].load(Ordering::Relaxed) as f64 / 1e9
    }

    /// Seconds of all phases.
    pub fn total(&self) -> f64 {
        Phase::ALL.iter().map(|p| self.seconds(*p)).sum()
    }
}

/// The laps of one thread through the phases: its processor time, in nanoseconds.
pub struct Laps<'c>(Option<(&'c Clock, u64)>);

impl<'c> Laps<'c> {
    /// Starts now, if there is a clock.
    pub fn start(clock: Option<&'c Clock>) -> Laps<'c> {
        Laps(clock.map(|clock| (clock, thread_nanoseconds())))
    }

    /// Counts the time since the start or the last end to a phase.
    #[inline]
    pub fn end(&mut self, phase: Phase) {
        if let Some((clock, since)) = &mut self.0 {
            let now = thread_nanoseconds();
            clock.nanoseconds[phase as usize].fetch_add(now.saturating_sub(*since), Ordering::Relaxed);
            *since = now;
        }
    }

    /// Forgets the time since the last end.
    #[inline]
    pub fn skip(&mut self) {
        if let Some((_, since)) = &mut self.0 {
            *since = thread_nanoseconds();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laps_count_to_their_phase_alone() {
        let clock = Clock::default();
        let mut laps = Laps::start(Some(&clock));
        let mut x = 1u64;
        let mut work = || (0..200_000u64).for_each(|k| x = std::hint::black_box(x.wrapping_mul(k | 1)));
        work();
        laps.end(Phase::Scan);
        work();
        laps.skip();
        assert!(clock.seconds(Phase::Scan) > 0.0 && clock.total() == clock.seconds(Phase::Scan));
        Laps::start(None).end(Phase::World);
        assert_eq!(clock.seconds(Phase::World), 0.0);
    }
}
