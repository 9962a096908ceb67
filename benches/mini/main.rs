//! How fast is the engine on the mini workload, and how fast a loop written by hand? Both in one process, in turn.
//! `cargo bench --bench mini -- [--persons N,N] [--runs N] [--threads N] [--seed N]`; `benches/README.md` explains.

mod aos;

use std::{path::Path, process::ExitCode};

use aos::{Aos, MONTHS};
use musafir::{
    engine::{CHUNK_ROWS, Setup, Simulation},
    machine::cpu_seconds,
    scenario::{Overrides, Scenario},
};

struct Args {
    persons: Vec<usize>,
    runs: usize,
    threads: usize,
    seed: u64,
}

fn args() -> Result<Args, String> {
    let mut args = Args { persons: vec![1_000_000, 10_000_000], runs: 5, threads: 1, seed: 1 };
    let mut given = std::env::args().skip(1).filter(|a| a != "--bench");
    while let Some(flag) = given.next() {
        let value = given.next().ok_or_else(|| format!("{flag} needs a value"))?.replace('_', "");
        let number = |text: &str| text.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(|| format!("{flag}: `{text}` is not a number above 0"));
        match flag.as_str() {
            "--persons" => args.persons = value.split(',').map(number).collect::<Result<_, _>>()?,
            "--runs" => args.runs = number(&value)?,
            "--threads" => args.threads = number(&value)?,
            "--seed" => args.seed = number(&value)? as u64,
            _ => return Err(format!("unknown flag {flag}: --persons N,N --runs N --threads N --seed N")),
        }
    }
    Ok(args)
}

fn cpu() -> f64 {
    cpu_seconds().unwrap_or(f64::NAN)
}

/// Person-months and CPU seconds of the months, bytes a row; synthesis is not counted.
fn engine(scenario: &Scenario, seed: u64) -> (f64, f64, f64) {
    let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, Setup { seed, sample: scenario.run.sample, chunk_rows: CHUNK_ROWS });
    let before = cpu();
    while !simulation.finished() {
        simulation.step(&mut ());
    }
    (simulation.person_months() as f64, cpu() - before, simulation.bytes() as f64 / simulation.rows() as f64)
}

/// The same of the loop.
fn by_hand(persons: usize, seed: u64) -> (f64, f64, f64) {
    let mut aos = Aos::new(persons, seed);
    let before = cpu();
    let mut abroad = 0;
    for _ in 0..MONTHS {
        abroad = aos.step().stock.iter().sum();
    }
    assert!(abroad > 0, "somebody left");
    ((persons * MONTHS) as f64, cpu() - before, aos.bytes() as f64 / persons as f64)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

fn run(args: &Args) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/mini.toml");
    println!("million person-months per CPU second of simulation, {} threads, medians of {} runs (least to largest)", args.threads, args.runs);
    println!("{:>12}  {:>22}  {:>22}  {:>6}  {:>11}", "persons", "engine", "by hand", "ratio", "bytes a row");
    for &persons in &args.persons {
        let set = vec![("population".to_string(), persons.to_string())];
        let scenario = Scenario::load(&path, &Overrides { set, root: None, until: None }).map_err(|findings| format!("{findings:?}"))?;
        let (mut engines, mut hands, mut bytes) = (Vec::new(), Vec::new(), (0.0, 0.0));
        for run in 0..args.runs as u64 {
            let (months, seconds, of_row) = engine(&scenario, args.seed + run);
            engines.push(months / seconds / 1e6);
            bytes.0 = of_row;
            let (months, seconds, of_row) = by_hand(persons, args.seed + run);
            hands.push(months / seconds / 1e6);
            bytes.1 = of_row;
        }
        let (a, b) = (median(&mut engines), median(&mut hands));
        let spread = |all: &[f64], median: f64| format!("{median:.0} ({:.0} to {:.0})", all[0], all[all.len() - 1]);
        println!("{persons:>12}  {:>22}  {:>22}  {:>6.2}  {:>5.1} / {:<4.1}", spread(&engines, a), spread(&hands, b), a / b, bytes.0, bytes.1);
    }
    Ok(())
}

fn main() -> ExitCode {
    let ran = args().and_then(|args| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads).build().map_err(|e| e.to_string())?;
        pool.install(|| run(&args))
    });
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}
