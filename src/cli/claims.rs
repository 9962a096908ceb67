//! `musafir claims`: claims held against runs, and the page of verdicts.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use super::{DONE, FAILED, WRONG, diagnostics, progress::Progress, usage};
use crate::{
    engine::{CHUNK_ROWS, Setup, Simulation},
    experiment::claims::{
        Book, Trial,
        page::{self, Made},
    },
    measure::{Recorder, scope::Scope, year::Value},
    scenario::{Overrides, Scenario},
    store::atomic,
};

/// Arguments of `claims`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The book of claims; scenarios stand beside it.
    #[arg(default_value = "scenarios/claims.toml", value_name = "FILE")]
    file: PathBuf,
    /// Share of households simulated.
    #[arg(long, default_value_t = 0.01)]
    sample: f64,
    /// Runs of each scenario.
    #[arg(long, default_value_t = 10)]
    replicates: u32,
    /// Seed of the first.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The page that is written.
    #[arg(long, default_value = "docs/claims.md", value_name = "FILE")]
    out: PathBuf,
    /// Check the book and its scenarios, and run nothing.
    #[arg(long)]
    check: bool,
    /// No progress.
    #[arg(long)]
    quiet: bool,
}

/// Runs all scenarios of the book and writes the page.
pub fn execute(args: &Args) -> ExitCode {
    if !(args.sample > 0.0 && args.sample <= 1.0) || args.replicates == 0 {
        return usage("--sample lies above 0 and up to 1, --replicates is 1 or more");
    }
    let (book, scenarios, mut trial) = match read(&args.file) {
        Ok(read) => read,
        Err(why) => {
            if !why.is_empty() {
                let _ = writeln!(std::io::stderr(), "error: {}: {why}", args.file.display());
            }
            return ExitCode::from(WRONG);
        }
    };
    if args.check {
        return super::print(&format!("{}: right ({} claims, {} scenarios)\n", args.file.display(), book.claim.len(), scenarios.len()));
    }
    let months: usize = scenarios.iter().map(|s| s.world.months).sum();
    let mut progress = Progress::new(months as u64 * u64::from(args.replicates), 0, args.quiet);
    for replicate in 1..=args.replicates {
        let setup = Setup { seed: args.seed.wrapping_add(u64::from(replicate) - 1), sample: args.sample, chunk_rows: CHUNK_ROWS };
        let runs: Result<Vec<Vec<Value>>, String> = scenarios.iter().map(|s| run(s, setup, replicate, &mut progress)).collect();
        match runs {
            Ok(runs) => trial.replicate(&runs),
            Err(why) => return failed(&why),
        }
    }
    progress.finish();
    let text = page::page(&book, &trial, Made { sample: args.sample, replicates: args.replicates, seed: args.seed });
    match atomic::write(&args.out, |sink| sink.write_all(text.as_bytes())) {
        Ok(_) if args.quiet => ExitCode::from(DONE),
        Ok(_) => super::print(&format!("Verdicts: {}\n", args.out.display())),
        Err(error) => failed(&error.to_string()),
    }
}

fn failed(why: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {why}");
    ExitCode::from(FAILED)
}

/// The book, its scenarios, and what is to be measured; an empty text if the mistakes are on the screen already.
fn read(file: &Path) -> Result<(Book, Vec<Scenario>, Trial), String> {
    let text = std::fs::read_to_string(file).map_err(|e| e.to_string())?;
    let book = Book::read(&text)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let (mut scenarios, mut wrong) = (Vec::new(), false);
    for name in book.scenarios() {
        match Scenario::load(&folder.join(format!("{name}.toml")), &Overrides::default()) {
            Ok(scenario) => scenarios.push(scenario),
            Err(findings) => {
                diagnostics::print(&findings);
                wrong = true;
            }
        }
    }
    let Some(first) = scenarios.first().filter(|_| !wrong) else {
        return Err(if wrong { String::new() } else { "no claim is tested".to_string() });
    };
    let scope = Scope::new(&first.world);
    let world = &first.world;
    if let Some(other) = scenarios.iter().find(|s| (s.world.start, s.world.months) != (world.start, world.months) || Scope::new(&s.world).party_names != scope.party_names) {
        return Err(format!("`{}` has other months or places than `{}`", other.title, first.title));
    }
    let last = world.start.plus(world.months as i32 - 1);
    let trial = Trial::new(&book, &scope, (world.start.year(), last.year()))?;
    Ok((book, scenarios, trial))
}

/// Yearly values of one run.
fn run(scenario: &Scenario, setup: Setup, replicate: u32, progress: &mut Progress) -> Result<Vec<Value>, String> {
    let mut recorder = Recorder::new(&scenario.world, setup.sample, replicate);
    let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup);
    simulation.start(&mut recorder);
    while !simulation.finished() {
        let events = simulation.events();
        simulation.step(&mut recorder);
        progress.month(simulation.rows() as u64, simulation.events() - events);
    }
    recorder.finish().map(|recorded| recorded.values).map_err(|e| format!("`{}`: {e}", scenario.title))
}
