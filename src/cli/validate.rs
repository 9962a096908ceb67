//! `musafir validate`: a scenario against the published past.

mod args;
mod page;
mod say;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use rayon::prelude::*;

use super::{BAR_NOT_MET, DONE, FAILED, STOPPED, WRONG, diagnostics, interrupt, print, progress::Progress, run::folder::remove, usage};
use crate::{
    engine::{Setup, Simulation},
    experiment::{
        monthly::Wanted,
        observe::{self, Observed},
        replicate::{Step, Watch},
        targets::Targets,
        validate::{self, Assessment},
        validation::{Record, write_fits, write_scores},
    },
    measure::record::{self, FileEntry},
    population::synthesis,
    report,
    scenario::Scenario,
    store::{
        StoreError,
        atomic::{self, Sink, Staging},
    },
};

pub use args::Args;

/// Rows below which replicates run side by side, one a thread.
const SIDE_BY_SIDE: f64 = 1_500_000.0;

/// Why it ended early: what is said, and the exit code.
struct Stop(String, u8);

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop(error.to_string(), FAILED)
    }
}

/// Runs the command; 4 if a bar is not met.
pub fn execute(args: &Args) -> ExitCode {
    let (scenario, targets) = match args::load(args) {
        Ok(loaded) => loaded,
        Err(args::Unloaded::Usage(why)) => return usage(&why),
        Err(args::Unloaded::Wrong(findings)) => {
            diagnostics::print(&findings);
            return ExitCode::from(WRONG);
        }
    };
    match (Job { args, scenario: &scenario, targets: &targets }).run() {
        Ok((text, met)) => {
            let printed = print(&text);
            if met || printed != ExitCode::from(DONE) { printed } else { ExitCode::from(BAR_NOT_MET) }
        }
        Err(Stop(why, code)) => {
            let kind = if code == STOPPED { "" } else { "error: " };
            let _ = writeln!(std::io::stderr(), "{kind}{why}");
            ExitCode::from(code)
        }
    }
}

struct Job<'a> {
    args: &'a Args,
    scenario: &'a Scenario,
    targets: &'a Targets,
}

impl Job<'_> {
    /// What is to be printed, and whether all bars are met.
    fn run(&self) -> Result<(String, bool), Stop> {
        let started = Instant::now();
        let out = self.args.out.clone().unwrap_or_else(|| PathBuf::from("results").join(format!("validate-{}", args::stem(&self.args.scenario))));
        let planned = self.planned();
        if let Some(record) = finished(&out, &planned, self.args).map_err(|why| Stop(why, WRONG))? {
            if !self.args.no_report && !out.join(report::FILE).exists() {
                report::write(&out, Some(&args::targets_of(self.args)))?;
            }
            return Ok((say::finished(self.args, &out, &record), record.met()));
        }
        self.enough_memory()?;
        // A place that cannot be written is found now, not after the runs.
        drop(Staging::new(&out)?);
        let threads = self.args.threads.unwrap_or(0) as usize;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|e| Stop(format!("cannot start threads: {e}"), FAILED))?;
        interrupt::listen();
        let observed = pool.install(|| self.replicates())?;
        let predictions: Vec<_> = observed.iter().map(|o| observe::predictions(self.targets, o)).collect();
        let assessment = validate::assess(self.targets, &self.scenario.world, &predictions);
        let mut states = blake3::Hasher::new();
        for replicate in &observed {
            states.update(&replicate.state);
        }
        let record = Record {
            persons: observed.first().map_or(0, |o| o.persons),
            events: observed.iter().map(|o| o.events).sum(),
            threads: pool.current_num_threads(),
            seconds: started.elapsed().as_secs_f64(),
            cpu_seconds: record::cpu_seconds(),
            peak_rss_bytes: record::peak_rss_bytes(),
            state_hash: states.finalize().to_hex().to_string(),
            bars: assessment.bars.clone(),
            warnings: self.warnings(&observed, &assessment),
            ..planned
        };
        let record = self.write(&out, record, &assessment)?;
        if !self.args.no_report {
            report::write(&out, Some(&args::targets_of(self.args)))?;
        }
        if let Some(path) = &self.args.page {
            let text = page::page(self.args, &record, self.targets, &assessment);
            atomic::write(path, |sink| sink.write_all(text.as_bytes()))?;
        }
        Ok((say::all(self.args, &out, &record, self.targets, &assessment), record.met()))
    }

    /// The record without what the runs will tell.
    fn planned(&self) -> Record {
        let run = &self.scenario.run;
        Record {
            version: env!("CARGO_PKG_VERSION").to_string(),
            scenario: self.scenario.title.clone(),
            scenario_hash: self.scenario.hash.clone(),
            targets_hash: self.targets.hash.clone(),
            targets: [self.targets.series.len(), self.targets.rows().count()],
            seed: run.seed,
            replicates: run.replicates,
            sample: run.sample,
            months: self.scenario.world.months as u64,
            ..Record::default()
        }
    }

    fn rows(&self) -> f64 {
        synthesis::expected_rows(&self.scenario.world, self.scenario.run.sample)
    }

    fn side_by_side(&self) -> usize {
        let threads = self.args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), |n| n as usize);
        if self.rows() < SIDE_BY_SIDE { threads.min(self.scenario.run.replicates as usize).max(1) } else { 1 }
    }

    fn enough_memory(&self) -> Result<(), Stop> {
        let sample = self.scenario.run.sample;
        let needed = Simulation::bytes_needed(&self.scenario.world, sample) * self.side_by_side() as u64;
        match record::memory_available() {
            Some(available) if needed > available => {
                let gigabytes = |bytes: u64| bytes as f64 / 1e9;
                let why = format!(
                    "this validation needs about {:.1} GB of memory and {:.1} GB are free; a smaller --sample than {sample} needs less",
                    gigabytes(needed),
                    gigabytes(available)
                );
                Err(Stop(why, FAILED))
            }
            _ => Ok(()),
        }
    }

    /// All replicates in their order.
    fn replicates(&self) -> Result<Vec<Observed>, Stop> {
        let run = &self.scenario.run;
        let wanted = Wanted::of(self.targets);
        let months = self.scenario.world.months as u64 * u64::from(run.replicates);
        let watcher = Watcher { replicates: run.replicates, progress: Mutex::new(Progress::new(months, 0, self.args.quiet || self.args.json)) };
        let one = |&k: &u32| {
            let setup = Setup { seed: run.seed.wrapping_add(u64::from(k) - 1), sample: run.sample, chunk_rows: self.args.chunk_rows.max(1) };
            observe::run(self.scenario, &wanted, setup, k, &watcher)
        };
        let numbers: Vec<u32> = (1..=run.replicates).collect();
        let mut observed = Vec::new();
        for batch in numbers.chunks(self.side_by_side()) {
            let done: Vec<_> = if batch.len() == 1 { batch.iter().map(one).collect() } else { batch.par_iter().map(one).collect() };
            for replicate in done {
                observed.push(replicate.map_err(|_| {
                    watcher.finish();
                    Stop("Stopped; nothing is saved.".to_string(), STOPPED)
                })?);
            }
        }
        watcher.finish();
        Ok(observed)
    }

    fn warnings(&self, observed: &[Observed], assessment: &Assessment) -> Vec<String> {
        let mut warnings: Vec<String> = self.scenario.warnings.iter().map(ToString::to_string).collect();
        for warning in observed.iter().flat_map(|o| &o.warnings) {
            if !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
        let untold = assessment.fits.iter().filter(|f| f.predicted.is_none()).count();
        if untold > 0 {
            warnings.push(format!("{untold} rows of the targets are not told by the run (its months do not hold theirs, or nobody is there); they are not scored"));
        }
        let thin = assessment.fits.iter().filter(|f| f.predicted.is_some() && !f.scored).count();
        if thin > 0 {
            warnings
                .push(format!("{thin} rows stand for fewer than {} simulated persons and are not scored; a larger --sample scores them", self.targets.rules.split.least_persons));
        }
        warnings
    }

    fn write(&self, out: &Path, mut record: Record, assessment: &Assessment) -> Result<Record, Stop> {
        let mut staging = Staging::new(out)?;
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
        add("validation.csv", &|sink| write_scores(assessment, sink).map(Some))?;
        add("fit.csv", &|sink| write_fits(self.targets, assessment, sink).map(Some))?;
        add("scenario.toml", &|sink| sink.write_all(self.scenario.resolved.as_bytes()).map(|()| None))?;
        record.files = files;
        staging.file(record::FILE, |sink| sink.write_all(record.json().as_bytes()))?;
        // The old record goes first and the new one comes last, so that an interruption never leaves a record that the files belie.
        let old = Record::read(out);
        remove(out, record::FILE)?;
        remove(out, report::FILE)?;
        staging.commit()?;
        for file in old.iter().flat_map(|r| &r.files).filter(|f| record.files.iter().all(|n| n.name != f.name)) {
            remove(out, &file.name)?;
        }
        Ok(record)
    }
}

/// The record of the validation `planned` if the folder holds it whole. Says why not to write there if the folder holds something else,
/// unless `force` allows it.
fn finished(folder: &Path, planned: &Record, args: &Args) -> Result<Option<Record>, String> {
    if args.force {
        return Ok(None);
    }
    let place = folder.display();
    let instead = "choose another place with --out, or replace it with --force";
    let Some(found) = Record::read(folder) else {
        let foreign = ["validation.csv", "compare.csv", "summary.csv", "scenario.toml", record::FILE].into_iter().find(|name| folder.join(name).exists());
        return foreign.map_or(Ok(None), |name| Err(format!("{place} holds a `{name}` of something else; {instead}")));
    };
    if !planned.same_validation(&found) {
        let (title, seed, sample, replicates) = (&found.scenario, found.seed, found.sample, found.replicates);
        return Err(format!("{place} holds another validation (`{title}`, seed {seed}, sample {sample}, replicates {replicates}, or other targets); {instead}"));
    }
    // A page is made of the runs themselves; a damaged copy is written anew.
    Ok((found.complete(folder) && args.page.is_none()).then_some(found))
}

/// Says on standard error what is being run.
struct Watcher {
    replicates: u32,
    progress: Mutex<Progress>,
}

impl Watcher {
    fn finish(&self) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).finish();
    }
}

impl Watch for Watcher {
    fn month(&self, step: &Step<'_>) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.shows() {
            progress.label(&format!("replicate {} of {}, {}", step.replicate, self.replicates, step.month));
            progress.month(step.persons, step.events);
        }
    }

    fn stopped(&self) -> bool {
        interrupt::seen()
    }
}
