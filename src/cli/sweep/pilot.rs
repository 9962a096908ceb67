//! What a sweep will cost, from a timed run of its scenario.

use std::fmt;

use crate::{
    cli::{progress::duration, table::thousands},
    engine::{CHUNK_ROWS, Setup, Simulation},
    experiment::{
        parting::Parting,
        queue::Division,
        sweep::{
            Sweep,
            plan::{Plan, Run},
        },
    },
    machine,
    measure::Recorder,
    population::synthesis,
};

/// Rows of the timed run; larger samples are extrapolated from two smaller ones.
const ROWS: f64 = 300_000.0;

/// The costs of a sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// Runs to do.
    pub runs: usize,
    /// Months of them, shared ones once.
    pub months: u64,
    /// Months of a run.
    pub length: usize,
    /// Processor seconds of a run of full length.
    pub seconds: f64,
    /// How the work is divided.
    pub division: Division,
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes on disk.
    pub disk: u64,
}

/// Bytes that a run needs, about.
pub fn bytes_of_run(sweep: &Sweep) -> u64 {
    Simulation::bytes_needed(&sweep.base.world, sweep.base.run.sample)
}

/// Months that some runs simulate, shared ones once.
pub fn months(plan: &Plan, runs: &[Run]) -> u64 {
    (1..=plan.replicates).map(|k| plan.months_of(&runs.iter().filter(|r| r.replicate == k).map(|r| r.world).collect::<Vec<_>>())).sum()
}

impl Costs {
    /// Of some runs.
    pub fn new(sweep: &Sweep, plan: &Plan, runs: &[Run], division: Division) -> Costs {
        let each = bytes_of_run(sweep);
        let kept = sweep.values_kept() as u64;
        Costs {
            runs: runs.len(),
            months: months(plan, runs),
            length: plan.length(),
            seconds: seconds(sweep),
            division,
            memory: each * division.workers as u64 + division.pasts.min(each * 4),
            disk: kept * 13 * runs.len() as u64 + kept * 9 * (plan.points.len() * plan.replicates as usize) as u64,
        }
    }

    /// Processor seconds of everything.
    pub fn cpu(&self) -> f64 {
        self.months as f64 / self.length.max(1) as f64 * self.seconds
    }

    /// Wall time, seconds.
    pub fn wall(&self) -> f64 {
        self.cpu() / (self.division.workers * self.division.threads) as f64
    }

    /// As JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "runs": self.runs, "months": self.months, "months_of_a_run": self.length, "cpu_seconds_of_a_run": self.seconds, "cpu_seconds": self.cpu(),
            "seconds": self.wall(), "workers": self.division.workers, "threads_each": self.division.threads, "memory_bytes": self.memory, "disk_bytes": self.disk,
        })
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Division { workers, threads, .. } = self.division;
        let whole = self.runs as f64 * self.length as f64;
        writeln!(f, "Runs to do   {}; a run of {} months takes {:.1} CPU s (timed now)", thousands(self.runs as f64), self.length, self.seconds)?;
        writeln!(f, "Months       {}, {:.0} % of what they are without a shared past", thousands(self.months as f64), 100.0 * self.months as f64 / whole.max(1.0))?;
        writeln!(f, "Time         about {} with {workers} runs side by side on {threads} thread{} each", duration(self.wall()), if threads == 1 { "" } else { "s" })?;
        writeln!(f, "Memory       about {:.2} GB", self.memory as f64 / 1e9)?;
        writeln!(f, "Disk         about {:.2} GB", self.disk as f64 / 1e9)
    }
}

/// Processor seconds of one run of the scenario, timed: at its sample, or at two smaller ones and then by the line through them.
fn seconds(sweep: &Sweep) -> f64 {
    let (world, sample) = (&sweep.base.world, sweep.base.run.sample);
    let rows = synthesis::expected_rows(world, sample);
    if rows <= ROWS {
        return timed(sweep, sample);
    }
    let (large, small) = (sample * ROWS / rows, sample * ROWS / rows / 3.0);
    let (a, b) = (timed(sweep, small), timed(sweep, large));
    b + (b - a).max(0.0) / (large - small) * (sample - large)
}

fn timed(sweep: &Sweep, sample: f64) -> f64 {
    let setup = Setup::replicate(sweep.base.run.seed, 1, sample, CHUNK_ROWS);
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else { return f64::NAN };
    let (started, before) = (std::time::Instant::now(), machine::cpu_seconds());
    pool.install(|| {
        let mut recorder = Recorder::new(&sweep.base.world, sample, 1).without_tables();
        let mut simulation = Simulation::new(&sweep.base.world, &sweep.base.behaviour, setup);
        simulation.start(&mut recorder);
        while !simulation.finished() {
            simulation.step(&mut recorder);
        }
    });
    machine::cpu_seconds().zip(before).map_or_else(|| started.elapsed().as_secs_f64(), |(now, before)| now - before)
}
