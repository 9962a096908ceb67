//! `musafir run --profile`: where the time went, and what bounds it.

use std::{fmt, hint::black_box, sync::Arc, time::Instant};

use rayon::prelude::*;

use crate::{
    cli::table::thousands,
    engine::{
        Simulation,
        clock::{Clock, Phase},
    },
    population::person::Chunk,
};

/// Size of the array that is read to measure memory, in words of eight bytes: 256 MB, larger than any cache.
const WORDS: usize = 32 << 20;

/// What a profiled run counts beside its phases.
#[derive(Default)]
pub struct Profile {
    clock: Arc<Clock>,
    before: [u64; 3],
    /// Person-months, visits, events.
    counts: [u64; 3],
    months: u64,
    first: u64,
    scanned: f64,
    bytes_a_row: f64,
    /// CPU seconds of making the tables of results, without writing them.
    pub encoding: f64,
    /// CPU seconds of the months, as the system tells them.
    pub simulation: f64,
    /// Read bandwidth of memory of all threads together, bytes a second.
    bandwidth: f64,
    threads: usize,
}

fn counts(simulation: &Simulation<'_>) -> [u64; 3] {
    [simulation.person_months(), simulation.visits(), simulation.events()]
}

impl Profile {
    /// A replicate begins, or goes on from a checkpoint.
    pub fn begin(&mut self, simulation: &mut Simulation<'_>) {
        simulation.time(self.clock.clone());
        self.before = counts(simulation);
        self.first = simulation.index() as u64;
    }

    /// It has ended.
    pub fn end(&mut self, simulation: &Simulation<'_>) {
        for (sum, (now, before)) in self.counts.iter_mut().zip(counts(simulation).into_iter().zip(self.before)) {
            *sum += now - before;
        }
        let months = simulation.index() as u64 - self.first;
        self.months += months;
        self.scanned += months as f64 * simulation.chunks().iter().map(Chunk::scanned).sum::<usize>() as f64;
        self.bytes_a_row = simulation.bytes() as f64 / simulation.rows().max(1) as f64;
    }

    /// Measures how fast memory can be read: the best of some passes over a large array, by the threads of the run.
    pub fn measure_memory(&mut self) {
        let words: Vec<u64> = (0..WORDS as u64).into_par_iter().collect();
        self.threads = rayon::current_num_threads();
        let piece = WORDS.div_ceil(self.threads * 16);
        for _ in 0..5 {
            let started = Instant::now();
            let sum: u64 = words.par_chunks(piece).map(|w| w.iter().fold(0u64, |a, b| a.wrapping_add(*b))).reduce(|| 0, u64::wrapping_add);
            black_box(sum);
            self.bandwidth = self.bandwidth.max((WORDS * 8) as f64 / started.elapsed().as_secs_f64());
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [person_months, visits, events] = self.counts;
        let share = |part: u64| 100.0 * part as f64 / person_months.max(1) as f64;
        let count = |n: u64| thousands(n as f64);
        writeln!(f, "Profile: {} months, {} threads", self.months, self.threads)?;
        writeln!(f, "  {:<24}{:>18}", "person-months", count(person_months))?;
        writeln!(f, "  {:<24}{:>18}  {:.2} % of person-months", "visits", count(visits), share(visits))?;
        writeln!(f, "  {:<24}{:>18}  {:.2} %", "events", count(events), share(events))?;
        writeln!(f, "  {:<24}{:>18.1}", "bytes a row", self.bytes_a_row)?;
        writeln!(f, "  {:<24}{:>18}{:>8}{:>22}", "phase of the month", "CPU s", "%", "ns a person-month")?;
        let row = |f: &mut fmt::Formatter<'_>, name: &str, seconds: f64| {
            let nanoseconds = 1e9 * seconds / person_months.max(1) as f64;
            writeln!(f, "  {name:<24}{seconds:>18.3}{:>8.1}{nanoseconds:>22.3}", 100.0 * seconds / self.simulation.max(1e-9))
        };
        for phase in Phase::ALL {
            row(f, phase.name(), self.clock.seconds(phase))?;
        }
        row(f, "other and idle threads", (self.simulation - self.clock.total()).max(0.0))?;
        row(f, "all months", self.simulation)?;
        row(f, "encoding of the results", self.encoding)?;
        let serial: f64 = Phase::ALL.iter().filter(|p| !p.parallel()).map(|p| self.clock.seconds(*p)).sum();
        writeln!(f, "  {:<24}{:>18.1}  % of the phases; tables are partly made side by side", "serial share, at most", 100.0 * serial / self.clock.total().max(1e-9))?;
        let of_thread = self.bandwidth / self.threads.max(1) as f64;
        let scan = self.scanned / self.clock.seconds(Phase::Scan).max(1e-9);
        writeln!(f, "  {:<24}{:>18.1}  GB/s a thread, measured now", "memory read", of_thread / 1e9)?;
        writeln!(f, "  {:<24}{:>18.1}  GB/s a thread, {:.0} % of that", "read by the scan", scan / 1e9, 100.0 * scan / of_thread.max(1.0))
    }
}
