//! Does `benches/mini.toml`, run by the engine, do the work that `benches/README.md` states? Held against an independent loop and against the
//! outcome that others measured.

#[allow(dead_code)] // what only the benchmark asks
#[path = "../benches/mini/aos.rs"]
mod aos;

use std::path::Path;

use aos::{Aos, DESTINATIONS, Flows, MONTHS, ORIGINS, PAIRS};
use musafir::{
    engine::{
        CHUNK_ROWS, Setup, Simulation,
        event::Happening,
        observe::{MonthView, Observer},
    },
    scenario::{Overrides, Scenario},
    units::Money,
};

fn scenario(persons: usize) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/mini.toml");
    let set = vec![("population".to_string(), persons.to_string())];
    Scenario::load(&path, &Overrides { set, root: None, until: None }).unwrap_or_else(|findings| panic!("{findings:?}"))
}

/// What happened by month.
#[derive(Default)]
struct Tally(Vec<Flows>);

impl Observer for Tally {
    fn start(&mut self, _: &MonthView<'_>) {}

    fn month(&mut self, view: &MonthView<'_>) {
        let mut flows = Flows::default();
        for event in view.events.iter().flat_map(|e| e.iter()) {
            let pair = |place: u8| usize::from(event.home) * DESTINATIONS + usize::from(place);
            match event.happening {
                Happening::Departed => flows.departures[pair(event.after.place)] += 1,
                Happening::Returned => flows.returns[pair(event.before.place)] += 1,
                _ => {}
            }
        }
        for k in 0..PAIRS {
            flows.stock[k] = view.totals.diaspora(k / DESTINATIONS, k % DESTINATIONS) as u64;
            flows.remitted[k] = Money(view.totals.money[k].remitted).usd();
        }
        self.0.push(flows);
    }
}

fn setup(seed: u64) -> Setup {
    Setup { seed, sample: 1.0, chunk_rows: CHUNK_ROWS }
}

fn by_engine(persons: usize, seed: u64) -> Vec<Flows> {
    let scenario = scenario(persons);
    let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup(seed));
    let mut tally = Tally::default();
    while !simulation.finished() {
        simulation.step(&mut tally);
    }
    // The workload pays those abroad at a month's start, the engine those abroad at its end: the same payment, told a month earlier.
    let mut flows = tally.0;
    for month in (1..flows.len()).rev() {
        flows[month].remitted = flows[month - 1].remitted;
    }
    flows[0].remitted = [0.0; PAIRS];
    flows
}

fn by_loop(persons: usize, seed: u64) -> Vec<Flows> {
    let mut aos = Aos::new(persons, seed);
    (0..MONTHS).map(|_| aos.step()).collect()
}

/// Share abroad at the end, and US dollars remitted a person.
fn outcome(flows: &[Flows], persons: usize) -> (f64, f64) {
    let stock: u64 = flows[MONTHS - 1].stock.iter().sum();
    let remitted: f64 = flows.iter().flat_map(|f| f.remitted).sum();
    (stock as f64 / persons as f64, remitted / persons as f64)
}

/// What others measured: share abroad after 120 months, US dollars remitted a person in them.
const EXPECTED: (f64, f64) = (0.0940, 2218.0);

#[test]
fn a_million_persons_have_the_outcome_that_others_measured() {
    let persons = 1_000_000;
    for (who, (abroad, remitted)) in [("engine", outcome(&by_engine(persons, 1), persons)), ("loop", outcome(&by_loop(persons, 1), persons))] {
        assert!((abroad / EXPECTED.0 - 1.0).abs() < 0.01, "{who}: {abroad} abroad");
        assert!((remitted / EXPECTED.1 - 1.0).abs() < 0.01, "{who}: {remitted} dollars a person");
    }
}

/// Departures, returns, stock at the end and remittances of all months by pair.
fn sums(flows: &[Flows]) -> Vec<f64> {
    let measures: [fn(&Flows, usize) -> f64; 3] = [|f, k| f.departures[k] as f64, |f, k| f.returns[k] as f64, |f, k| f.remitted[k]];
    let mut sums: Vec<f64> = measures.iter().flat_map(|m| (0..PAIRS).map(move |k| flows.iter().map(|f| m(f, k)).sum())).collect();
    sums.extend(flows[MONTHS - 1].stock.map(|n| n as f64));
    sums
}

/// Mean and variance of the mean of each column.
fn moments(runs: &[Vec<f64>]) -> Vec<(f64, f64)> {
    let n = runs.len() as f64;
    (0..runs[0].len())
        .map(|k| {
            let mean = runs.iter().map(|r| r[k]).sum::<f64>() / n;
            (mean, runs.iter().map(|r| (r[k] - mean).powi(2)).sum::<f64>() / (n - 1.0) / n)
        })
        .collect()
}

#[test]
fn engine_and_loop_agree_by_origin_and_destination() {
    // The network term feeds luck back, so that runs differ by more than counting alone: the spread is taken from the runs (Welch 1947).
    const RUNS: u64 = 10;
    let persons = 50_000;
    let engine = moments(&(1..=RUNS).map(|seed| sums(&by_engine(persons, seed))).collect::<Vec<_>>());
    let by_hand = moments(&(1..=RUNS).map(|seed| sums(&by_loop(persons, seed))).collect::<Vec<_>>());
    let t: Vec<f64> = engine.iter().zip(&by_hand).map(|(a, b)| (a.0 - b.0) / (a.1 + b.1).sqrt()).collect();
    // Student's t with 18 degrees of freedom: beyond 5 once in ten thousand, mean square 18/16; the measures of a pair go together.
    for (k, t) in t.iter().enumerate() {
        let name = ["departures", "returns", "remittances", "stock"][k / PAIRS];
        assert!(t.abs() < 5.0, "{name} from {} to {}: {} by the engine, {} by the loop", k % PAIRS / DESTINATIONS, k % DESTINATIONS, engine[k].0, by_hand[k].0);
    }
    let square = t.iter().map(|t| t * t).sum::<f64>() / t.len() as f64;
    assert!(square < 2.5, "the pairs differ by more than luck: mean square of t {square}");
}

#[test]
fn journeys_cost_what_the_workload_says() {
    let scenario = scenario(10_000);
    let simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup(1));
    let environment = simulation.environment();
    for (k, cost) in environment.tables.cost.iter().enumerate() {
        let stated = aos::COST[k / DESTINATIONS][k % DESTINATIONS];
        assert!(cost.money == stated && cost.generalised == stated, "{k}: {cost:?}");
    }
    for o in 0..ORIGINS {
        assert_eq!(environment.tables.home_wage[o], aos::HOME_WAGE[o]);
    }
}

#[test]
fn a_given_population_scales_persons_and_survives_resolution() {
    for persons in [10_000, 50_000] {
        let scenario = scenario(persons);
        let simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup(1));
        // 588 months of birth are of age at the start, 120 come later.
        let rows = persons as f64 * (588.0 + 120.0) / 588.0;
        assert!((simulation.rows() as f64 - rows).abs() < 3.0, "{} rows", simulation.rows());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("resolved.toml");
        std::fs::write(&path, &scenario.resolved).expect("it can be written");
        let again = Scenario::load(&path, &Overrides::default()).unwrap_or_else(|findings| panic!("{findings:?}"));
        assert_eq!(again.hash, scenario.hash);
    }
}

#[test]
fn a_population_that_makes_no_sense_is_a_finding() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/mini.toml");
    for value in ["0", "-5", "many", "1e12", "200_000_000"] {
        let set = vec![("population".to_string(), value.to_string())];
        let Err(findings) = Scenario::load(&path, &Overrides { set, root: None, until: None }) else { panic!("{value} is taken") };
        assert!(findings.list.iter().any(|f| f.path == "population"), "{value}: {findings:?}");
    }
}
