//! `musafir compare`: two or more scenarios on the same persons, their differences, their results.

mod args;
mod say;
mod watch;

use std::{io::Write, path::PathBuf, process::ExitCode, time::Instant};

use rayon::prelude::*;

use super::{
    DONE,
    flags::{ENSEMBLE, enough_memory, stem},
    folder::{self, Writing},
    interrupt,
    progress::duration,
    stop::{Stop, end},
};
use crate::{
    engine::{BYTES_OF_ROW, Setup, Simulation},
    experiment::{
        answer, attribute,
        compare::{self, Comparison, Replicate, Tally},
        diversion,
        record::{Grouped, Record, Side, UNFINISHED, Unfinished, identity},
        replicate::{Tree, Watch},
    },
    measure::{
        record::{self, Effort},
        scope::Scope,
    },
    population::synthesis,
    report,
    scenario::{Scenario, keeping},
    store::atomic::Staging,
};

pub use args::Args;
use args::Loaded;
use watch::Watcher;

/// Finished replicates are saved when the last saving is so many seconds ago.
const SAVE_EVERY: f64 = 5.0;
/// Least months that are timed to say how long the rest will take, and their share of all: months are not alike.
const PILOT: usize = 24;
const PILOT_SHARE: f64 = 0.02;

/// Runs the command.
pub fn execute(args: &Args) -> ExitCode {
    end(args::load(args).and_then(|loaded| job(args, &loaded)).map(|text| (text, DONE)))
}

/// Why a replicate ends early.
enum Early {
    Stopped,
    Other(String),
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
    loaded: &'a Loaded,
    scenarios: &'a [Scenario],
    comparison: &'a Comparison<'a>,
    pairs: Vec<Pair>,
}

/// Does the work and returns what is to be printed.
fn job(args: &Args, loaded: &Loaded) -> Result<String, Stop> {
    let scenarios = loaded.scenarios.as_slice();
    let wishes = args.wishes().map_err(Stop::Usage)?;
    let comparison = Comparison::new(scenarios, args.attribute.then_some(wishes.as_slice())).map_err(Stop::Usage)?;
    let folders = places(args);
    let pairs = folders.into_iter().enumerate().map(|(k, folder)| Pair { scenario: k + 1, folder, planned: planned(loaded, &comparison, k + 1, args) });
    let job = Job { args, loaded, scenarios, comparison: &comparison, pairs: pairs.collect() };
    let finished = job.pairs.iter().map(|pair| folder::finished(&pair.folder, &pair.planned, args.running.force)).collect::<Result<Vec<_>, _>>()?;
    if let Some(records) = finished.into_iter().collect::<Option<Vec<Record>>>() {
        for pair in job.pairs.iter().filter(|p| !args.no_report && !p.folder.join(report::FILE).exists()) {
            report::write(&pair.folder, report::targets_of(&args.a).as_deref())?;
        }
        return Ok(say::finished(args, &job.pairs.iter().map(|p| p.folder.as_path()).zip(&records).collect::<Vec<_>>()));
    }
    job.run()
}

/// The record of a pair without what the runs will tell.
fn planned(loaded: &Loaded, comparison: &Comparison<'_>, b: usize, args: &Args) -> Record {
    let scenarios = &loaded.scenarios;
    let (first, run) = (&scenarios[0], &scenarios[0].run);
    let side =
        |i: usize| Side { scenario: scenarios[i].title.clone(), scenario_hash: scenarios[i].hash.clone(), members_hash: loaded.hashes[i].clone(), state_hash: String::new() };
    let groups = comparison.attributed(b).into_iter().map(|(name, parts)| Grouped { name, parts }).collect();
    Record {
        version: env!("CARGO_PKG_VERSION").to_string(),
        a: side(0),
        b: side(b),
        ensemble_hash: loaded.ensemble.as_ref().map(|e| e.hash.clone()),
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
        let pool = self.args.running.pool()?;
        let (world, run) = (&self.scenarios[0].world, &self.scenarios[0].run);
        let side_by_side = self.args.running.side_by_side(world, run.sample, run.replicates);
        enough_memory("this comparison", self.bytes_needed(&tree, side_by_side), run.sample)?;
        for pair in &self.pairs {
            // A place that cannot be written is found now, not after the runs.
            drop(Staging::new(&pair.folder)?);
        }
        interrupt::listen();
        pool.install(|| self.replicates(&tree, side_by_side, &mut unfinished))?;
        let effort = Effort::since(started, pool.current_num_threads());
        let mut said = Vec::new();
        for (pair, done) in self.pairs.iter().zip(&unfinished) {
            let record = Record {
                persons: done.tallies.first().map_or(0, |t| t.persons),
                months_simulated: done.tallies.iter().map(|t| t.months).sum(),
                events: done.tallies.iter().map(|t| t.events).sum(),
                effort,
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
            if let Some(pair) = self.pairs.iter().find(begun).filter(|_| !self.args.running.force) {
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
                return Err(Stop::Usage(format!("{} is of another comparison (scenarios, ensemble, groups, seed, sample or replicates differ)", path.display())));
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
        Setup::replicate(run.seed, replicate, run.sample, self.args.chunk_rows)
    }

    fn bytes_needed(&self, tree: &Tree<'_>, side_by_side: usize) -> u64 {
        let (world, sample) = (&self.scenarios[0].world, self.scenarios[0].run.sample);
        let rows = synthesis::expected_rows(world, sample);
        // One run as such, a state for each further one in memory, and four bytes a person abroad (a ninth of all) each August.
        let states = BYTES_OF_ROW * rows * (tree.depth() * side_by_side).saturating_sub(1) as f64;
        let whereabouts = rows / 9.0 * 4.0 * world.months as f64 / 12.0 * side_by_side as f64;
        Simulation::bytes_needed(world, sample) + (states + whereabouts) as u64
    }

    /// Runs one replicate, on the scenarios of its member if there is an ensemble.
    fn replicate(&self, tree: &Tree<'_>, k: u32, watcher: &Watcher<'_>) -> Result<(Vec<Replicate>, Tally), Early> {
        let Some(scenarios) = self.loaded.members.get(k as usize - 1) else {
            return self.comparison.replicate(tree, self.setup(k), k, watcher).map_err(|_| Early::Stopped);
        };
        let wishes = self.args.wishes().map_err(Early::Other)?;
        let own = Comparison::new(scenarios, self.args.attribute.then_some(wishes.as_slice())).map_err(Early::Other)?;
        if (1..scenarios.len()).any(|b| own.attributed(b) != self.comparison.attributed(b)) {
            return Err(Early::Other(format!("the scenarios differ in other parts with the values of member {k} than without; they cannot be attributed with this ensemble")));
        }
        own.replicate(&own.tree(), self.setup(k), k, watcher).map_err(|_| Early::Stopped)
    }

    /// Runs the replicates that are not done yet.
    fn replicates(&self, tree: &Tree<'_>, side_by_side: usize, unfinished: &mut [Unfinished]) -> Result<(), Stop> {
        let quiet = self.args.running.silent();
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
            let run = |&k: &u32| self.replicate(tree, k, &watcher);
            let done: Vec<Result<(Vec<Replicate>, Tally), _>> = if batch.len() == 1 { batch.iter().map(run).collect() } else { batch.par_iter().map(run).collect() };
            // Only replicates without a gap before them count.
            let other = done.iter().find_map(|d| if let Err(Early::Other(why)) = d { Some(why.clone()) } else { None });
            if let Some(why) = other {
                watcher.finish();
                return Err(Stop::Failed(why));
            }
            for (pairs, tally) in done.into_iter().map_while(Result::ok) {
                for (unfinished, replicate) in unfinished.iter_mut().zip(pairs) {
                    unfinished.replicates.push(replicate);
                    unfinished.tallies.push(tally.clone());
                }
            }
            let count = unfinished.first().map_or(0, |u| u.replicates.len());
            let stopped = watcher.stopped() && count < all as usize;
            if stopped || (count > 0 && (saved.elapsed().as_secs_f64() > SAVE_EVERY && count < all as usize)) {
                for (pair, unfinished) in self.pairs.iter().zip(unfinished.iter()) {
                    unfinished.save(&pair.folder)?;
                }
                saved = Instant::now();
            }
            if stopped {
                watcher.finish();
                return Err(Stop::Stopped(format!("Stopped; {count} finished replicates of {all} are saved.\nTo go on: {}", interrupt::resuming())));
            }
        }
        watcher.finish();
        Ok(())
    }

    /// Says how long it will take, from the first months of A.
    fn estimate(&self, tree: &Tree<'_>, replicates: u32) {
        let a = &self.scenarios[0];
        let months = tree.months() * u64::from(replicates);
        let pilot = PILOT.max((PILOT_SHARE * months as f64) as usize);
        let mut simulation = Simulation::new(&a.world, &a.behaviour, self.setup(1));
        let started = Instant::now();
        while !simulation.finished() && simulation.index() < pilot {
            simulation.step(&mut ());
        }
        let month = started.elapsed().as_secs_f64() / simulation.index().max(1) as f64;
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
        let answer = answer::answer(world, sample, replicates, &lines, &diverted, &attributed);
        let mut writing = Writing::new(&pair.folder, self.args.running.force)?;
        writing.table("compare.csv", |sink| compare::write(&lines, sink))?;
        writing.table("diversion.csv", |sink| diversion::write(&diverted, sink))?;
        if self.args.attribute {
            writing.table("attribution.csv", |sink| attribute::write(&attributed, sink))?;
        }
        for (name, summary) in ["summary-a.csv", "summary-b.csv"].into_iter().zip(compare::summaries(&scope, replicates)) {
            writing.table(name, |sink| summary.write(sink))?;
        }
        for (name, scenario) in [("a.toml", 0), ("b.toml", pair.scenario)] {
            writing.text(name, &keeping(&self.scenarios[scenario].resolved, &self.loaded.kept[scenario]))?;
        }
        if let Some(ensemble) = &self.loaded.ensemble {
            writing.text(ENSEMBLE, &ensemble.of_resolved().toml())?;
        }
        record.files.clone_from(&writing.entries);
        record.a.state_hash = states(replicates, 0);
        record.b.state_hash = states(replicates, 1);
        record.warnings = self.warnings(pair, done, diversions.is_some());
        record.answer = serde_json::to_value(&answer).unwrap_or_default();
        writing.commit(&record, Some(UNFINISHED))?;
        if !self.args.no_report {
            report::write(&pair.folder, report::targets_of(&self.args.a).as_deref())?;
        }
        Ok(say::Said { folder: pair.folder.clone(), record, answer })
    }

    fn warnings(&self, pair: &Pair, done: &Unfinished, same_persons: bool) -> Vec<String> {
        let scenarios = [0, pair.scenario].into_iter().flat_map(|s| self.scenarios[s].warnings.iter().map(ToString::to_string));
        let mut warnings = record::gathered(scenarios.chain(done.tallies.iter().flat_map(|t| t.warnings.iter().cloned())));
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

/// One folder for each scenario but A: `results/compare-A-B`, or `--out` itself if there are only two, else `compare-A-B` in it.
fn places(args: &Args) -> Vec<PathBuf> {
    if let ([_], Some(out)) = (args.others.as_slice(), &args.running.out) {
        return vec![out.clone()];
    }
    let parent = args.running.out("");
    let mut places: Vec<PathBuf> = Vec::new();
    for other in &args.others {
        let name = format!("compare-{}-{}", stem(&args.a), stem(other));
        let mut place = parent.join(&name);
        let mut n = 2;
        while places.contains(&place) {
            place = parent.join(format!("{name}-{n}"));
            n += 1;
        }
        places.push(place);
    }
    places
}
