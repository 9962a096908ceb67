//! `musafir run`: one scenario, its replicates, its results.

mod args;
mod profile;

use std::{collections::BTreeSet, io::Write, path::Path, process::ExitCode, time::Instant};

use super::{
    DONE,
    flags::{ENSEMBLE, enough_memory, stem},
    folder::{self, Writing},
    interrupt,
    progress::{Progress, duration},
    stop::{Stop, end},
    table,
};
use crate::{
    engine::{Setup, Simulation},
    experiment::ensemble::{Ensemble, Members},
    machine,
    measure::{
        Recorder, Results,
        checkpoint::{self, Head, Identity, Tally},
        columns::TABLES,
        record::{self, Provenance, Record},
        scope::Scope,
    },
    report::{self, changes},
    scenario::{Scenario, keeping},
    store::atomic::Staging,
};

pub use args::Args;
use profile::Profile;

/// Runs the command.
pub fn execute(args: &Args) -> ExitCode {
    end(command(args).map(|text| (text, DONE)))
}

fn command(args: &Args) -> Result<String, Stop> {
    let started = Instant::now();
    let overrides = args.running.overrides(&args.reading, args.replicates)?;
    let mut scenario = args.running.load(&args.scenario, &overrides, &mut BTreeSet::new())?;
    let out = args.running.out(&stem(&args.scenario));
    let ensemble = args.uncertain.named()?;
    let members = args.running.members(ensemble.as_ref(), &args.scenario, &overrides, scenario.run.replicates, &mut scenario)?;
    Job { args, scenario: &scenario, ensemble: ensemble.as_ref(), members: &members, out: &out, seconds_load: started.elapsed().as_secs_f64() }.run()
}

struct Job<'a> {
    args: &'a Args,
    scenario: &'a Scenario,
    ensemble: Option<&'a Ensemble>,
    /// The scenario of each replicate; none if it is the same for all.
    members: &'a Members,
    out: &'a Path,
    seconds_load: f64,
}

impl Job<'_> {
    fn run(&self) -> Result<String, Stop> {
        let (args, running) = (self.args, &self.args.running);
        if args.chunk_rows == 0 {
            return Err(Stop::Usage("--chunk-rows is 1 or more".to_string()));
        }
        if let Some(record) = folder::finished(self.out, &self.record(), running.force)? {
            if !record.files.iter().any(|f| f.name == format!("flows.{}", args.format.extension())) {
                return Err(folder::instead(&format!("{} holds this run in another format", self.out.display())));
            }
            if !args.no_report && !self.out.join(report::FILE).exists() {
                report::write(self.out, report::targets_of(&args.scenario).as_deref())?;
            }
            return Ok(self.said_finished(&record));
        }
        let opened = self.checkpoint()?;
        let (world, run) = (&self.scenario.world, &self.scenario.run);
        enough_memory("this run", Simulation::bytes_needed(world, run.sample) + Recorder::bytes_needed(world, run.sample, run.replicates), run.sample)?;
        // A place that cannot be written is found now, not after the run.
        drop(Staging::new(self.out)?);
        interrupt::listen();
        let pool = running.pool()?;
        let mut profile = args.profile.then(Profile::default);
        let (tally, results) = pool.install(|| self.simulate(opened, profile.as_mut()))?;
        let text = self.write(&tally, &results, pool.current_num_threads())?;
        if let Some(mut profile) = profile {
            pool.install(|| profile.measure_memory());
            let _ = write!(std::io::stderr(), "\n{profile}");
        }
        Ok(text)
    }

    fn identity(&self) -> Identity {
        let run = &self.scenario.run;
        Identity {
            version: env!("CARGO_PKG_VERSION").to_string(),
            scenario_hash: format!("{}{}", self.scenario.hash, self.members.hash().unwrap_or_default()),
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
            ensemble_hash: self.ensemble.map(|e| e.hash.clone()),
            members_hash: self.members.hash(),
            seed: run.seed,
            replicates: run.replicates,
            sample: run.sample,
            months: self.scenario.world.months as u64,
            seconds_load: self.seconds_load,
            ..Record::default()
        }
    }

    fn said_finished(&self, record: &Record) -> String {
        if self.args.running.json {
            record.json()
        } else if self.args.running.quiet {
            String::new()
        } else {
            format!("This run is finished already: {} (--force runs it again).\n", self.out.display())
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
            if self.args.running.force {
                return Ok(None);
            }
            let place = self.out.display();
            return Err(Stop::Usage(format!("{place} holds an interrupted run; --resume goes on with it, --force starts again")));
        }
        let opened = checkpoint::open(self.out)?;
        if opened.head.identity == self.identity() {
            Ok(Some(opened))
        } else {
            Err(Stop::Usage(format!("{} is of another run (scenario, ensemble, seed, sample or replicates differ)", path.display())))
        }
    }

    /// The scenario of a replicate.
    fn of(&self, replicate: u32) -> &Scenario {
        self.members.scenarios.get(replicate as usize - 1).unwrap_or(self.scenario)
    }

    fn setup(&self, replicate: u32) -> Setup {
        let run = &self.scenario.run;
        Setup::replicate(run.seed, replicate, run.sample, self.args.chunk_rows)
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
            resumed = Some(opened.resume(self.of(first), self.setup(first))?);
        }
        let before = u64::from(first - 1) * months + resumed.as_ref().map_or(0, |r| r.1.index() as u64);
        let mut progress = Progress::new(u64::from(run.replicates) * months, before, self.args.running.silent());
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
            let cpu = machine::cpu_seconds();
            let recorded = recorder.finish().map_err(|e| Stop::Failed(format!("cannot encode the tables: {e}")))?;
            if let Some(profile) = &mut profile {
                profile.end(&simulation);
                profile.simulation += tally.cpu_seconds_simulate - simulated;
                profile.encoding += machine::cpu_seconds().zip(cpu).map_or(0.0, |(now, before)| now - before);
            }
            results.replicates.push(recorded);
        }
        progress.finish();
        Ok((tally, results))
    }

    fn begin(&self, replicate: u32) -> (Recorder, Simulation<'_>) {
        let setup = self.setup(replicate);
        let scenario = self.of(replicate);
        let mut recorder = Recorder::new(&scenario.world, setup.sample, replicate);
        let simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup);
        simulation.start(&mut recorder);
        (recorder, simulation)
    }

    /// The months of a replicate, to its end or to an interruption.
    fn months(&self, replicate: u32, tally: &mut Tally, results: &Results, recorder: &mut Recorder, simulation: &mut Simulation<'_>, progress: &mut Progress) -> Result<(), Stop> {
        let (mut started, mut cpu) = (Instant::now(), machine::cpu_seconds());
        let mut time = |tally: &mut Tally| {
            tally.seconds_simulate += started.elapsed().as_secs_f64();
            let now = machine::cpu_seconds();
            tally.cpu_seconds_simulate += now.zip(cpu).map_or(0.0, |(now, before)| now - before);
            (started, cpu) = (Instant::now(), now);
        };
        while !simulation.finished() {
            let events = simulation.events();
            simulation.step(recorder);
            progress.month(simulation.rows() as u64, simulation.events() - events);
            let stop = interrupt::seen();
            let due = self.args.checkpoint_every.is_some_and(|n| simulation.index().is_multiple_of(n as usize)) && !simulation.finished();
            if stop || due {
                time(tally);
                let head = Head { identity: self.identity(), replicate, tally: tally.clone(), results: results.clone() };
                checkpoint::save(self.out, &head, recorder, simulation)?;
            }
            if stop {
                progress.finish();
                let (months, place) = (simulation.index(), self.out.join(checkpoint::FILE));
                let saved = format!("Stopped after {months} months; the run is saved in {}.\nTo go on: {}", place.display(), interrupt::resuming());
                return Err(Stop::Stopped(saved));
            }
        }
        time(tally);
        Ok(())
    }

    fn write(&self, tally: &Tally, results: &Results, threads: usize) -> Result<String, Stop> {
        let world = &self.scenario.world;
        let mut writing = Writing::new(self.out, self.args.running.force)?;
        writing.entries = results.write(world, self.scenario.run.sample, self.args.format, &mut writing.staging)?;
        let how = self.ensemble.map_or_else(String::new, |_| format!("# Its replicates are members of an ensemble: musafir run scenario.toml --ensemble {ENSEMBLE}\n"));
        writing.text("scenario.toml", &(how + &keeping(&self.scenario.resolved, &self.members.kept)))?;
        if let Some(ensemble) = self.ensemble {
            writing.text(ENSEMBLE, &ensemble.of_resolved().toml())?;
        }
        let overrides = self.args.reading.overrides().map_err(Stop::Usage)?;
        if let Some((text, rows)) = changes::content(&self.args.scenario, &self.scenario.hash, &overrides.set, overrides.root.as_deref()) {
            writing.table(changes::FILE, |sink| sink.write_all(&text).map(|()| rows))?;
        }
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
            cpu_seconds_simulate: machine::cpu_seconds().map(|_| tally.cpu_seconds_simulate),
            peak_rss_bytes: machine::peak_rss_bytes(),
            state_hash: hasher.finalize().to_hex().to_string(),
            files: writing.entries.clone(),
            warnings: record::gathered(self.scenario.warnings.iter().map(ToString::to_string).chain(tally.warnings.iter().cloned())),
            ..self.record()
        };
        writing.commit(&record, Some(checkpoint::FILE))?;
        if !self.args.no_report {
            report::write(self.out, report::targets_of(&self.args.scenario).as_deref())?;
        }
        Ok(self.said(&record, results))
    }

    fn said(&self, record: &Record, results: &Results) -> String {
        if self.args.running.json {
            return record.json();
        }
        if self.args.running.quiet {
            return String::new();
        }
        let world = &self.scenario.world;
        let summary = table::summary(&Scope::new(world), &results.summary(world));
        let (place, tables) = (self.out.display(), TABLES.len());
        let page = if self.args.no_report { "" } else { "report.html, " };
        format!("\n{}\n\n{summary}\n{}Results: {place}  ({page}summary.csv, {tables} tables, scenario.toml, run.json)\n", self.scenario.title, figures(record))
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
