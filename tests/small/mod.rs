//! The small complete world of the tests: two origins, everything switched on.
#![allow(dead_code)]

use std::path::Path;

use musafir::{
    engine::{Setup, Simulation, observe::Observer},
    scenario::{Overrides, Scenario},
};

/// The small scenario with some keys changed.
pub fn scenario(set: &[(&str, &str)]) -> Scenario {
    let set = set.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/small.toml");
    Scenario::load(&path, &Overrides { set, root: None, until: None }).unwrap_or_else(|findings| panic!("{findings:?}"))
}

/// Set-up with the small chunks that a small world needs to have several.
pub fn setup(seed: u64) -> Setup {
    Setup { seed, sample: 1.0, chunk_rows: 500 }
}

/// Runs to the end.
pub fn run<'w>(scenario: &'w Scenario, setup: Setup, observer: &mut dyn Observer) -> Simulation<'w> {
    let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup);
    simulation.start(observer);
    while !simulation.finished() {
        simulation.step(observer);
    }
    simulation
}

/// Keys that switch off everything by which one person's life touches another's outside the household.
pub const NO_FEEDBACK: [(&str, &str); 5] = [
    ("behaviour.labour.feedback", "false"),
    ("behaviour.choose.b_net", "0.0"),
    ("behaviour.consider.b_deprivation", "0.0"),
    ("behaviour.labour.jobs_per_million_invested", "0.0"),
    ("behaviour.consider.b_push", "0.0"),
];
