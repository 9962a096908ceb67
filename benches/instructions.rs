//! How many instructions does the work take? A guard that does not depend on the machine's load: a bench above its limit fails.
//! `cargo bench --bench instructions`; `benches/README.md` says what it needs and how limits are renewed.
#![allow(missing_docs)] // what the macros make

use std::{hint::black_box, path::Path};

use gungraun::{Callgrind, EventKind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main};
use musafir::{
    engine::{CHUNK_ROWS, Setup, Simulation},
    scenario::{Overrides, Scenario},
};

/// Millions of instructions allowed: 5 % above what was counted last.
const SYNTHESIS: u64 = 177;
const MINI_YEAR: u64 = 68;
const BASELINE_YEAR: u64 = 147;

fn limit(millions: u64) -> LibraryBenchmarkConfig {
    let mut callgrind = Callgrind::default();
    callgrind.hard_limits([(EventKind::Ir, millions * 1_000_000)]);
    LibraryBenchmarkConfig::default().tool(callgrind).clone()
}

/// A scenario that lives as long as the process, with all work on this thread, where it is counted.
fn scenario(file: &str, set: &[(&str, &str)]) -> &'static Scenario {
    let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let set = set.iter().map(|(key, value)| ((*key).to_string(), (*value).to_string())).collect();
    let scenario = Scenario::load(&path, &Overrides { set, root: None, until: None }).unwrap_or_else(|findings| panic!("{findings:?}"));
    Box::leak(Box::new(scenario))
}

fn simulation(scenario: &'static Scenario, sample: f64) -> Simulation<'static> {
    Simulation::new(&scenario.world, &scenario.behaviour, Setup { seed: 1, sample, chunk_rows: CHUNK_ROWS })
}

/// After some months, so that people are abroad.
fn after(months: usize, mut simulation: Simulation<'static>) -> Simulation<'static> {
    for _ in 0..months {
        simulation.step(&mut ());
    }
    simulation
}

fn mini() -> &'static Scenario {
    scenario("benches/mini.toml", &[("population", "100_000")])
}

fn mini_under_way() -> Simulation<'static> {
    after(24, simulation(mini(), 1.0))
}

fn baseline_under_way() -> Simulation<'static> {
    after(24, simulation(scenario("scenarios/baseline.toml", &[]), 0.001))
}

fn year(simulation: Simulation<'static>) -> Simulation<'static> {
    black_box(after(12, simulation))
}

#[library_benchmark(config = limit(SYNTHESIS))]
#[bench::mini(setup = mini)]
fn synthesis(scenario: &'static Scenario) -> Simulation<'static> {
    black_box(simulation(scenario, 1.0))
}

#[library_benchmark(config = limit(MINI_YEAR))]
#[bench::hundred_thousand(setup = mini_under_way)]
fn mini_year(simulation: Simulation<'static>) -> Simulation<'static> {
    year(simulation)
}

#[library_benchmark(config = limit(BASELINE_YEAR))]
#[bench::a_thousandth(setup = baseline_under_way)]
fn baseline_year(simulation: Simulation<'static>) -> Simulation<'static> {
    year(simulation)
}

library_benchmark_group!(name = months, benchmarks = [synthesis, mini_year, baseline_year]);
main!(library_benchmark_groups = months);
