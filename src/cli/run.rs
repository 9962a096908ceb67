//! `musafir run`: one scenario, its replicates, its results.

mod args;
pub mod folder;
mod profile;

use std::{fmt, io::Write, path::Path, process::ExitCode, time::Instant};

use super::{
    interrupt,
    progress::{Progress, duration},
    table,
};
use crate::{
    engine::{Setup, Simulation},
    measure::{
        Recorder, Results,
        checkpoint::{self, Head, Identity, Tally},
        record::{self, FileEntry, Record},
    },
    report,
    scenario::Scenario,
    store::{StoreError, atomic::Staging},
};

/// Why a run ended early.
enum Stop {
    /// Wrong usage or a wrong scenario; exit code 2.
    Usage(String),
    /// The run failed; exit code 1.
    Failed(String),
    /// Stopped by the user, saved; exit code 3.
    Saved,
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Failed(error.to_string())
    }
}

pub use args::Args;
use args::{load, out};
use profile::Profile;

/// Runs the command.
pub fn execute(args: &Args) -> ExitCode {
    let started = Instant::now();
    let scenario = match load(args) {
        Ok(Some(scenario)) => scenario,
        Ok(None) => return ExitCode::from(2),
        Err(stop) => return ended(&stop),
    };
    let out = out(args);
    let job = Job { args, scenario: &scenario, out: &out, seconds_load: started.elapsed().as_secs_f64() };
    match job.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => ended(&stop),
    }
}

fn ended(stop: &Stop) -> ExitCode {
    let mut stderr = std::io::stderr();
    match stop {
        Stop::Usage(why) => {
            let _ = writeln!(stderr, "error: {why}");
            ExitCode::from(2)
        }
        Stop::Failed(why) => {
            let _ = writeln!(stderr, "error: {why}");
            ExitCode::from(1)
        }
        Stop::Saved => ExitCode::from(3),
    }
}

/// Prints to standard output; a reader who has gone away is no failure.
fn print(text: impl fmt::Display) {
    let mut stdout = std::io::stdout();
    let _ = write!(stdout, "{text}").and_then(|()| stdout.flush());
}

struct Job<'a> {
    args: &'a Args,
    scenario: &'a Scenario,
    out: &'a Path,
    seconds_load: f64,
}

impl Job<'_> {
    fn run(&self) -> Result<(), Stop> {
        if self.args.checkpoint_every == Some(0) || self.args.threads == Some(0) || self.args.chunk_rows == 0 {
            return Err(Stop::Usage("--checkpoint-every, --threads and --chunk-rows are 1 or more".to_string()));
        }
        let finished = folder::finished(self.out, &self.record(), self.args.format, self.args.force).map_err(Stop::Usage)?;
        if let Some(record) = finished {
            if !self.args.no_report && !self.out.join(report::FILE).exists() {
                report::write(self.out, report::targets_of(&self.args.scenario).as_deref())?;
            }
            self.say_finished(&record);
            return Ok(());
        }
        let opened = self.checkpoint()?;
        self.enough_memory()?;
        // A place that cannot be written is found now, not after the run.
        drop(Staging::new(self.out)?);
        interrupt::listen();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.args.threads.unwrap_or(0)).build().map_err(|e| Stop::Failed(format!("cannot start threads: {e}")))?;
        let mut profile = self.args.profile.then(Profile::default);
        let (tally, results) = pool.install(|| self.simulate(opened, profile.as_mut()))?;
        self.write(&tally, &results, pool.current_num_threads())?;
        if let Some(mut profile) = profile {
            pool.install(|| profile.measure_memory());
            let _ = write!(std::io::stderr(), "\n{profile}");
        }
        Ok(())
    }

    fn identity(&self) -> Identity {
        let run = &self.scenario.run;
        Identity {
            version: env!("CARGO_PKG_VERSION").to_string(),
            scenario_hash: self.scenario.hash.clone(),
            months: (self.scenario.world.start.0, self.scenario.world.months as u32),
            seed: run.seed,
            sample: run.sample.to_bits(),
            replicates: run.replicates,
        }
    }

    /// The record without what the run will tell.
    fn record(&self) -> Record {
        let run = &self.scenario.run;
        Record {
            version: env!("CARGO_PKG_VERSION").to_string(),
            scenario: self.scenario.title.clone(),
            scenario_hash: self.scenario.hash.clone(),
            seed: run.seed,
            replicates: run.replicates,
            sample: run.sample,
            months: self.scenario.world.months as u64,
            seconds_load: self.seconds_load,
            ..Record::default()
        }
    }

    fn say_finished(&self, record: &Record) {
        if self.args.json {
            print(record.json());
        } else if !self.args.quiet {
            print(format_args!("This run is finished already: {} (--force runs it again).\n", self.out.display()));
        }
    }

    /// The checkpoint to go on from, if that was asked for.
    fn checkpoint(&self) -> Result<Option<checkpoint::Opened>, Stop> {
        let path = self.out.join(checkpoint::FILE);
        if !path.exists() {
            if self.args.resume {
                return Err(Stop::Usage(format!("there is nothing to resume: {} does not exist; without --resume the run starts from the beginning", path.display())));
            }
            return Ok(None);
        }
        if !self.args.resume {
            if self.args.force {
                return Ok(None);
            }
            let place = self.out.display();
            return Err(Stop::Usage(format!("{place} holds an interrupted run; --resume goes on with it, --force starts again")));
        }
        let opened = checkpoint::open(self.out)?;
        if opened.head.identity == self.identity() {
            Ok(Some(opened))
        } else {
            Err(Stop::Usage(format!("{} is of another run (scenario, seed, sample or replicates differ)", path.display())))
        }
    }

    fn enough_memory(&self) -> Result<(), Stop> {
        let (world, sample) = (&self.scenario.world, self.scenario.run.sample);
        let needed = Simulation::bytes_needed(world, sample) + Recorder::bytes_needed(world, sample, self.scenario.run.replicates);
        match record::memory_available() {
            Some(available) if needed > available => {
                let gigabytes = |bytes: u64| bytes as f64 / 1e9;
                Err(Stop::Failed(format!(
                    "this run needs about {:.1} GB of memory and {:.1} GB are free; a smaller --sample than {sample} needs less",
                    gigabytes(needed),
                    gigabytes(available)
                )))
            }
            _ => Ok(()),
        }
    }

    fn setup(&self, replicate: u32) -> Setup {
        let run = &self.scenario.run;
        Setup { seed: run.seed.wrapping_add(u64::from(replicate) - 1), sample: run.sample, chunk_rows: self.args.chunk_rows }
    }

    fn simulate(&self, opened: Option<checkpoint::Opened>, mut profile: Option<&mut Profile>) -> Result<(Tally, Results), Stop> {
        let run = &self.scenario.run;
        let months = self.scenario.world.months as u64;
        let (mut tally, mut results, mut first) = (Tally::default(), Results::default(), 1);
        let mut resumed = None;
        if let Some(opened) = opened {
            first = opened.head.replicate;
            tally = opened.head.tally.clone();
            results = opened.head.results.clone();
            resumed = Some(opened.resume(self.scenario, self.setup(first))?);
        }
        let before = u64::from(first - 1) * months + resumed.as_ref().map_or(0, |r| r.1.index() as u64);
        let mut progress = Progress::new(u64::from(run.replicates) * months, before, self.args.quiet || self.args.json);
        if before > 0 {
            progress.say(&format!("Going on after {before} months."));
        }
        for replicate in first..=run.replicates {
            let started = Instant::now();
            let (mut recorder, mut simulation) = match resumed.take() {
                Some(pair) => pair,
                None => self.begin(replicate),
            };
            tally.seconds_synthesis += started.elapsed().as_secs_f64();
            if let Some(profile) = &mut profile {
                profile.begin(&mut simulation);
            }
            let simulated = tally.cpu_seconds_simulate;
            self.months(replicate, &mut tally, &results, &mut recorder, &mut simulation, &mut progress)?;
            tally.persons = simulation.rows() as u64;
            tally.person_months += simulation.person_months();
            tally.visits += simulation.visits();
            tally.events += simulation.events();
            tally.states.push(*simulation.state_hash().as_bytes());
            for warning in simulation.warnings() {
                if !tally.warnings.contains(&warning) {
                    tally.warnings.push(warning);
                }
            }
            let cpu = record::cpu_seconds();
            let recorded = recorder.finish().map_err(|e| Stop::Failed(format!("cannot encode the tables: {e}")))?;
            if let Some(profile) = &mut profile {
                profile.end(&simulation);
                profile.simulation += tally.cpu_seconds_simulate - simulated;
                profile.encoding += record::cpu_seconds().zip(cpu).map_or(0.0, |(now, before)| now - before);
            }
            results.replicates.push(recorded);
        }
        progress.finish();
        Ok((tally, results))
    }

    fn begin(&self, replicate: u32) -> (Recorder, Simulation<'_>) {
        let setup = self.setup(replicate);
        let mut recorder = Recorder::new(&self.scenario.world, setup.sample, replicate);
        let simulation = Simulation::new(&self.scenario.world, &self.scenario.behaviour, setup);
        simulation.start(&mut recorder);
        (recorder, simulation)
    }

    /// The months of a replicate, to its end or to an interruption.
    fn months(&self, replicate: u32, tally: &mut Tally, results: &Results, recorder: &mut Recorder, simulation: &mut Simulation<'_>, progress: &mut Progress) -> Result<(), Stop> {
        let (mut started, mut cpu) = (Instant::now(), record::cpu_seconds());
        let mut time = |tally: &mut Tally| {
            tally.seconds_simulate += started.elapsed().as_secs_f64();
            let now = record::cpu_seconds();
            tally.cpu_seconds_simulate += now.zip(cpu).map_or(0.0, |(now, before)| now - before);
            (started, cpu) = (Instant::now(), now);
        };
        while !simulation.finished() {
            let events = simulation.events();
            simulation.step(recorder);
            progress.month(simulation.rows() as u64, simulation.events() - events);
            let stop = interrupt::seen();
            let due = self.args.checkpoint_every.is_some_and(|n| simulation.index().is_multiple_of(n)) && !simulation.finished();
            if stop || due {
                time(tally);
                let head = Head { identity: self.identity(), replicate, tally: tally.clone(), results: results.clone() };
                checkpoint::save(self.out, &head, recorder, simulation)?;
            }
            if stop {
                progress.finish();
                self.say_saved(simulation.index());
                return Err(Stop::Saved);
            }
        }
        time(tally);
        Ok(())
    }

    fn say_saved(&self, months: usize) {
        let place = self.out.join(checkpoint::FILE);
        let _ = writeln!(std::io::stderr(), "Stopped after {months} months; the run is saved in {}.\nTo go on: {}", place.display(), interrupt::resuming());
    }

    fn write(&self, tally: &Tally, results: &Results, threads: usize) -> Result<(), Stop> {
        let world = &self.scenario.world;
        let mut staging = Staging::new(self.out)?;
        let mut files = results.write(world, self.scenario.run.sample, self.args.format, &mut staging)?;
        let written = staging.file("scenario.toml", |sink| sink.write_all(self.scenario.resolved.as_bytes()))?;
        files.push(FileEntry { name: "scenario.toml".to_string(), rows: None, hash: written.hash });
        let mut hasher = blake3::Hasher::new();
        tally.states.iter().for_each(|state| {
            hasher.update(state);
        });
        let record = Record {
            persons: tally.persons,
            person_months: tally.person_months,
            visits: tally.visits,
            events: tally.events,
            threads,
            seconds_synthesis: tally.seconds_synthesis,
            seconds_simulate: tally.seconds_simulate,
            cpu_seconds_simulate: record::cpu_seconds().map(|_| tally.cpu_seconds_simulate),
            peak_rss_bytes: record::peak_rss_bytes(),
            state_hash: hasher.finalize().to_hex().to_string(),
            files,
            warnings: self.scenario.warnings.iter().map(ToString::to_string).chain(tally.warnings.iter().cloned()).collect(),
            ..self.record()
        };
        staging.file(record::FILE, |sink| sink.write_all(record.json().as_bytes()))?;
        // The page of other results would belie the new ones.
        folder::remove(self.out, report::FILE)?;
        folder::replace(self.out, staging, &record)?;
        report::changes::write(self.out, &self.args.scenario, &args::pairs(self.args)?, self.args.root.as_deref())?;
        if !self.args.no_report {
            report::write(self.out, report::targets_of(&self.args.scenario).as_deref())?;
        }
        self.say(&record, results);
        Ok(())
    }

    fn say(&self, record: &Record, results: &Results) {
        if self.args.json {
            print(record.json());
        } else if !self.args.quiet {
            let summary = table::summary(&results.summary(&self.scenario.world));
            let place = self.out.display();
            let tables = record.files.len().saturating_sub(2);
            let page = if self.args.no_report { "" } else { "report.html, " };
            print(format_args!("\n{}\n\n{summary}\n{}Results: {place}  ({page}summary.csv, {tables} tables, scenario.toml, run.json)\n", self.scenario.title, figures(record)));
        }
    }
}

/// Size and speed of a run, and warnings of the run itself (those of the scenario were printed when it was read).
fn figures(record: &Record) -> String {
    let rate = record.person_months as f64 / record.seconds_simulate.max(1e-9);
    let replicates = if record.replicates == 1 { "1 replicate".to_string() } else { format!("{} replicates", record.replicates) };
    let warnings = record.warnings.iter().filter(|w| !w.contains("warning:")).map(|w| format!("Warning: {w}\n")).collect::<Vec<_>>();
    format!(
        "{} simulated persons (sample {}), {replicates}, {} events, {} ({} person-months a second)\n{}",
        table::thousands(record.persons as f64),
        record.sample,
        table::thousands(record.events as f64),
        duration(record.seconds_simulate),
        table::thousands(rate),
        warnings.concat()
    )
}
