//! `musafir compare`: two or more scenarios on the same persons, their differences, their results.

mod args;
mod folder;
mod say;
mod watch;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use rayon::prelude::*;

use super::{FAILED, STOPPED, WRONG, interrupt, print, progress::duration, run::folder::remove, usage};
use crate::{
    engine::{Setup, Simulation},
    experiment::{
        answer, attribute,
        compare::{self, Comparison, Replicate, Tally},
        diversion,
        record::{Grouped, Record, Side, UNFINISHED, Unfinished, identity},
        replicate::{Tree, Watch},
    },
    measure::{
        record::{self, FileEntry},
        scope::Scope,
    },
    population::synthesis,
    report,
    scenario::Scenario,
    store::{
        StoreError,
        atomic::{Sink, Staging},
    },
};

pub use args::Args;
use watch::Watcher;

/// Rows below which replicates run side by side, one a thread: a month of fewer persons does not fill the threads.
const SIDE_BY_SIDE: f64 = 1_500_000.0;
/// Finished replicates are saved when the last saving is so many seconds ago.
const SAVE_EVERY: f64 = 120.0;
/// Months that are timed for an estimate.
const PILOT: usize = 24;

/// Why a comparison ended early.
enum Stop {
    /// Wrong usage; exit code 2.
    Usage(String),
    /// It failed; exit code 1.
    Failed(String),
    /// Stopped by the user; exit code 3. How many replicates are saved.
    Stopped(usize),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Failed(error.to_string())
    }
}

/// Runs the command.
pub fn execute(args: &Args) -> ExitCode {
    let scenarios = match args::load(args) {
        Ok(scenarios) => scenarios,
        Err(args::Unloaded::Usage(why)) => return usage(&why),
        Err(args::Unloaded::Said) => return ExitCode::from(WRONG),
    };
    match job(args, &scenarios) {
        Ok(text) => print(&text),
        Err(Stop::Usage(why)) => failed(&why, WRONG),
        Err(Stop::Failed(why)) => failed(&why, FAILED),
        Err(Stop::Stopped(saved)) => {
            let text = match saved {
                0 => "Stopped before the first replicate was finished; nothing is saved.".to_string(),
                n => format!("Stopped; {n} finished replicates of {} are saved.\nTo go on: {}", args.replicates, interrupt::resuming()),
            };
            let _ = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(STOPPED)
        }
    }
}

fn failed(why: &str, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {why}");
    ExitCode::from(code)
}

/// One scenario against A.
struct Pair {
    /// Index of the scenario.
    scenario: usize,
    folder: PathBuf,
    planned: Record,
}

struct Job<'a> {
    args: &'a Args,
    scenarios: &'a [Scenario],
    comparison: &'a Comparison<'a>,
    pairs: Vec<Pair>,
}

/// Does the work and returns what is to be printed.
fn job(args: &Args, scenarios: &[Scenario]) -> Result<String, Stop> {
    let wishes = args.wishes().map_err(Stop::Usage)?;
    let comparison = Comparison::new(scenarios, args.attribute.then_some(wishes.as_slice())).map_err(Stop::Usage)?;
    let folders = folder::places(args);
    let pairs = folders.into_iter().enumerate().map(|(k, folder)| Pair { scenario: k + 1, folder, planned: planned(scenarios, &comparison, k + 1, args) });
    let job = Job { args, scenarios, comparison: &comparison, pairs: pairs.collect() };
    let finished = job.pairs.iter().map(|pair| folder::finished(&pair.folder, &pair.planned, args.force)).collect::<Result<Vec<_>, _>>().map_err(Stop::Usage)?;
    if let Some(records) = finished.into_iter().collect::<Option<Vec<Record>>>() {
        for pair in job.pairs.iter().filter(|p| !args.no_report && !p.folder.join(report::FILE).exists()) {
            report::write(&pair.folder, report::targets_of(&args.a).as_deref())?;
        }
        return Ok(say::finished(args, &job.pairs.iter().map(|p| p.folder.as_path()).zip(&records).collect::<Vec<_>>()));
    }
    job.run()
}

/// The record of a pair without what the runs will tell.
fn planned(scenarios: &[Scenario], comparison: &Comparison<'_>, b: usize, args: &Args) -> Record {
    let (first, run) = (&scenarios[0], &scenarios[0].run);
    let side = |s: &Scenario| Side { scenario: s.title.clone(), scenario_hash: s.hash.clone(), state_hash: String::new() };
    let groups = comparison.attributed(b).into_iter().map(|(name, parts)| Grouped { name, parts }).collect();
    Record {
        version: env!("CARGO_PKG_VERSION").to_string(),
        a: side(first),
        b: side(&scenarios[b]),
        fork: comparison.fork(b).map(|m| m.to_string()),
        groups,
        attribute: args.attribute,
        seed: run.seed,
        replicates: run.replicates,
        sample: run.sample,
        months: first.world.months as u64,
        ..Record::default()
    }
}

impl Job<'_> {
    fn run(&self) -> Result<String, Stop> {
        let started = Instant::now();
        let mut unfinished = self.unfinished()?;
        let tree = self.comparison.tree();
        let threads = self.args.threads.unwrap_or(0) as usize;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| Stop::Failed(format!("cannot start threads: {e}")))?;
        let rows = synthesis::expected_rows(&self.scenarios[0].world, self.scenarios[0].run.sample);
        let side_by_side = if rows < SIDE_BY_SIDE { pool.current_num_threads() } else { 1 };
        self.enough_memory(&tree, rows, side_by_side)?;
        for pair in &self.pairs {
            // A place that cannot be written is found now, not after the runs.
            drop(Staging::new(&pair.folder)?);
        }
        interrupt::listen();
        pool.install(|| self.replicates(&tree, side_by_side, &mut unfinished))?;
        let cpu = record::cpu_seconds();
        let mut said = Vec::new();
        for (pair, done) in self.pairs.iter().zip(&unfinished) {
            let record = Record {
                persons: done.tallies.first().map_or(0, |t| t.persons),
                months_simulated: done.tallies.iter().map(|t| t.months).sum(),
                events: done.tallies.iter().map(|t| t.events).sum(),
                threads: pool.current_num_threads(),
                seconds: started.elapsed().as_secs_f64(),
                cpu_seconds: cpu,
                peak_rss_bytes: record::peak_rss_bytes(),
                ..pair.planned.clone()
            };
            said.push(self.write(pair, record, done)?);
        }
        Ok(say::all(self.args, &said))
    }

    /// Finished replicates to go on after, one list a pair, of equal lengths.
    fn unfinished(&self) -> Result<Vec<Unfinished>, Stop> {
        let begun = |pair: &&Pair| pair.folder.join(UNFINISHED).exists();
        let fresh = |pair: &Pair| Unfinished { identity: identity(&pair.planned), ..Unfinished::default() };
        if !self.args.resume {
            if let Some(pair) = self.pairs.iter().find(begun).filter(|_| !self.args.force) {
                return Err(Stop::Usage(format!("{} holds an interrupted comparison; --resume goes on with it, --force starts again", pair.folder.display())));
            }
            return Ok(self.pairs.iter().map(fresh).collect());
        }
        let mut opened = Vec::new();
        for pair in &self.pairs {
            let path = pair.folder.join(UNFINISHED);
            if !path.exists() {
                return Err(Stop::Usage(format!("there is nothing to resume: {} does not exist; without --resume it starts from the beginning", path.display())));
            }
            let saved = Unfinished::open(&pair.folder)?;
            if saved.identity != identity(&pair.planned) {
                return Err(Stop::Usage(format!("{} is of another comparison (scenarios, groups, seed, sample or replicates differ)", path.display())));
            }
            opened.push(saved);
        }
        let least = opened.iter().map(|u| u.replicates.len().min(u.tallies.len())).min().unwrap_or(0);
        for saved in &mut opened {
            saved.replicates.truncate(least);
            saved.tallies.truncate(least);
        }
        Ok(opened)
    }

    fn setup(&self, replicate: u32) -> Setup {
        let run = &self.scenarios[0].run;
        Setup { seed: run.seed.wrapping_add(u64::from(replicate) - 1), sample: run.sample, chunk_rows: self.args.chunk_rows.max(1) }
    }

    fn enough_memory(&self, tree: &Tree<'_>, rows: f64, side_by_side: usize) -> Result<(), Stop> {
        let run = &self.scenarios[0].run;
        // One run as such, a state for each further one in memory, and three bytes a person abroad (a ninth of all) each August.
        let one = Simulation::bytes_needed(&self.scenarios[0].world, run.sample);
        let states = 48.0 * rows * (tree.depth() * side_by_side).saturating_sub(1) as f64;
        let whereabouts = rows / 9.0 * 3.0 * self.scenarios[0].world.months as f64 / 12.0 * side_by_side as f64;
        let needed = one + (states + whereabouts) as u64;
        match record::memory_available() {
            Some(available) if needed > available => {
                let gigabytes = |bytes: u64| bytes as f64 / 1e9;
                let (needed, free, sample) = (gigabytes(needed), gigabytes(available), run.sample);
                Err(Stop::Failed(format!("this comparison needs about {needed:.1} GB of memory and {free:.1} GB are free; a smaller --sample than {sample} needs less")))
            }
            _ => Ok(()),
        }
    }

    /// Runs the replicates that are not done yet.
    fn replicates(&self, tree: &Tree<'_>, side_by_side: usize, unfinished: &mut [Unfinished]) -> Result<(), Stop> {
        let quiet = self.args.quiet || self.args.json;
        let all = self.args.replicates;
        let first = unfinished.first().map_or(0, |u| u.replicates.len()) as u32 + 1;
        if first > all {
            return Ok(());
        }
        if self.args.attribute && !quiet {
            self.estimate(tree, all + 1 - first);
        }
        let watcher = Watcher::new(self.args, self.comparison, tree.months(), first, quiet);
        let mut saved = Instant::now();
        let numbers: Vec<u32> = (first..=all).collect();
        for batch in numbers.chunks(side_by_side.max(1)) {
            let run = |&k: &u32| self.comparison.replicate(tree, self.setup(k), k, &watcher);
            let done: Vec<Result<(Vec<Replicate>, Tally), _>> = if batch.len() == 1 { batch.iter().map(run).collect() } else { batch.par_iter().map(run).collect() };
            // Only replicates without a gap before them count.
            for (pairs, tally) in done.into_iter().map_while(Result::ok) {
                for (unfinished, replicate) in unfinished.iter_mut().zip(pairs) {
                    unfinished.replicates.push(replicate);
                    unfinished.tallies.push(tally.clone());
                }
            }
            let count = unfinished.first().map_or(0, |u| u.replicates.len());
            let stopped = watcher.stopped() && count < all as usize;
            if count > 0 && (stopped || (saved.elapsed().as_secs_f64() > SAVE_EVERY && count < all as usize)) {
                for (pair, unfinished) in self.pairs.iter().zip(unfinished.iter()) {
                    unfinished.save(&pair.folder)?;
                }
                saved = Instant::now();
            }
            if stopped {
                watcher.finish();
                return Err(Stop::Stopped(count));
            }
        }
        watcher.finish();
        Ok(())
    }

    /// Says how long it will take, from the first months of A.
    fn estimate(&self, tree: &Tree<'_>, replicates: u32) {
        let a = &self.scenarios[0];
        let mut simulation = Simulation::new(&a.world, &a.behaviour, self.setup(1));
        let started = Instant::now();
        while !simulation.finished() && simulation.index() < PILOT {
            simulation.step(&mut ());
        }
        let month = started.elapsed().as_secs_f64() / simulation.index().max(1) as f64;
        let months = tree.months() * u64::from(replicates);
        let seconds = month * months as f64;
        let _ = writeln!(
            std::io::stderr(),
            "About {}: {months} months in {replicates} replicates of {} worlds, timed on the first {} months (later ones take longer the more people are abroad).",
            duration(seconds),
            tree.worlds(),
            simulation.index()
        );
    }

    fn write(&self, pair: &Pair, mut record: Record, done: &Unfinished) -> Result<say::Said, Stop> {
        let world = &self.scenarios[0].world;
        let (scope, sample, replicates) = (Scope::new(world), self.scenarios[0].run.sample, &done.replicates);
        let lines = compare::lines(&scope, replicates);
        let diversions: Option<Vec<_>> = replicates.iter().map(|r| r.diversion.as_ref()).collect();
        let diverted = diversions.as_ref().map_or_else(Vec::new, |d| diversion::lines(&scope, 1.0 / sample, d));
        let shares: Vec<&[attribute::Share]> = replicates.iter().map(|r| r.shares.as_slice()).collect();
        let values = replicates.first().map_or(&[][..], |r| &r.values[0]);
        let attributed = attribute::lines(&scope, &self.comparison.groups(pair.scenario), values, &shares);
        let mut staging = Staging::new(&pair.folder)?;
        let mut files = Vec::new();
        let mut add = |name: &str, content: &dyn Fn(&mut Sink) -> std::io::Result<Option<u64>>| -> Result<(), StoreError> {
            let mut rows = None;
            let written = staging.file(name, |sink| {
                rows = content(sink)?;
                Ok(())
            })?;
            files.push(FileEntry { name: name.to_string(), rows, hash: written.hash });
            Ok(())
        };
        add("compare.csv", &|sink| compare::write(&lines, sink).map(Some))?;
        add("diversion.csv", &|sink| diversion::write(&diverted, sink).map(Some))?;
        if self.args.attribute {
            add("attribution.csv", &|sink| attribute::write(&attributed, sink).map(Some))?;
        }
        for (name, summary) in ["summary-a.csv", "summary-b.csv"].into_iter().zip(compare::summaries(&scope, replicates)) {
            add(name, &|sink| summary.write(sink).map(Some))?;
        }
        for (name, scenario) in [("a.toml", 0), ("b.toml", pair.scenario)] {
            add(name, &|sink| sink.write_all(self.scenarios[scenario].resolved.as_bytes()).map(|()| None))?;
        }
        record.files = files;
        record.a.state_hash = states(replicates, 0);
        record.b.state_hash = states(replicates, 1);
        record.warnings = self.warnings(pair, done, diversions.is_some());
        staging.file(record::FILE, |sink| sink.write_all(record.json().as_bytes()))?;
        // The page of other results would belie the new ones.
        remove(&pair.folder, report::FILE)?;
        folder::replace(&pair.folder, staging, &record)?;
        if !self.args.no_report {
            report::write(&pair.folder, report::targets_of(&self.args.a).as_deref())?;
        }
        let answer = answer::answer(world, sample, replicates, &lines, &diverted, &attributed);
        Ok(say::Said { folder: pair.folder.clone(), record, answer })
    }

    fn warnings(&self, pair: &Pair, done: &Unfinished, same_persons: bool) -> Vec<String> {
        let mut warnings: Vec<String> = Vec::new();
        let scenarios = [0, pair.scenario].into_iter().flat_map(|s| self.scenarios[s].warnings.iter().map(ToString::to_string));
        for warning in scenarios.chain(done.tallies.iter().flat_map(|t| t.warnings.iter().cloned())) {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        if !same_persons {
            warnings.push("places or demography differ, so that persons are not the same ones: there is no diversion, and differences are hardly paired".to_string());
        }
        warnings
    }
}

/// One hash over the states of a side at the end of all replicates.
fn states(replicates: &[Replicate], side: usize) -> String {
    let mut hasher = blake3::Hasher::new();
    for replicate in replicates {
        hasher.update(&replicate.states[side]);
    }
    hasher.finalize().to_hex().to_string()
}

/// Name of a scenario file without its ending.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "scenario".to_string(), |s| s.to_string_lossy().into_owned())
}
