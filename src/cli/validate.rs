//! `musafir validate`: a scenario against the published past.

mod args;
mod page;
mod say;

use std::{io::Write, path::Path, process::ExitCode, time::Instant};

use rayon::prelude::*;

use super::{
    BAR_NOT_MET, DONE,
    flags::{ENSEMBLE, enough_memory, stem},
    folder::{self, Writing},
    interrupt,
    progress::Replicates,
    stop::{Stop, end},
};
use crate::{
    engine::{Setup, Simulation},
    experiment::{
        ensemble::Ensemble,
        past::{
            discrepancy::{self, Missed},
            monthly::Wanted,
            observe::{self, Observed, Predicted},
            targets::Targets,
            validate::{self, Assessment},
            validation::{Record, write_fits, write_scores},
        },
    },
    measure::{
        record::{self, Effort},
        statistics,
    },
    report,
    scenario::{Scenario, keeping},
    store::atomic::{self, Staging},
};

pub use args::Args;
use args::Loaded;

/// Name of the file of all scores.
const SCORES: &str = "scores.json";

/// Runs the command; 4 if a bar is not met.
pub fn execute(args: &Args) -> ExitCode {
    let done = args::load(args).and_then(|loaded| Job { args, loaded: &loaded, scenario: &loaded.scenario, targets: &loaded.targets }.run());
    end(done.map(|(text, met)| (text, if met { DONE } else { BAR_NOT_MET })))
}

struct Job<'a> {
    args: &'a Args,
    loaded: &'a Loaded,
    scenario: &'a Scenario,
    targets: &'a Targets,
}

impl Job<'_> {
    /// What is to be printed, and whether all bars are met.
    fn run(&self) -> Result<(String, bool), Stop> {
        let started = Instant::now();
        let out = self.args.running.out(&format!("validate-{}", stem(&self.args.scenario)));
        let planned = self.planned();
        // A page is made of the runs themselves.
        if let Some(record) = folder::finished(&out, &planned, self.args.running.force)?.filter(|_| self.args.page.is_none()) {
            if !self.args.no_report && !out.join(report::FILE).exists() {
                report::write(&out, Some(&args::targets_of(self.args)))?;
            }
            return Ok((say::finished(self.args, &out, &record), record.met()));
        }
        let (world, sample) = (&self.scenario.world, self.scenario.run.sample);
        let side_by_side = self.args.running.side_by_side(world, sample, self.scenario.run.replicates);
        enough_memory("this validation", Simulation::bytes_needed(world, sample) * side_by_side as u64, sample)?;
        // A place that cannot be written is found now, not after the runs.
        drop(Staging::new(&out)?);
        let pool = self.args.running.pool()?;
        interrupt::listen();
        let observed = pool.install(|| self.replicates(side_by_side))?;
        let predictions: Vec<_> = observed.iter().map(|o| observe::predictions(self.targets, o)).collect();
        let missed = self.loaded.ensemble.as_ref().map(|e| self.missed(e, &predictions));
        let assessment = validate::assess(self.targets, &self.scenario.world, &predictions, missed.as_deref());
        let mut states = blake3::Hasher::new();
        for replicate in &observed {
            states.update(&replicate.state);
        }
        let record = Record {
            persons: observed.first().map_or(0, |o| o.persons),
            events: observed.iter().map(|o| o.events).sum(),
            effort: Effort::since(started, pool.current_num_threads()),
            state_hash: states.finalize().to_hex().to_string(),
            bars: assessment.bars.clone(),
            patterns: assessment.patterns.clone(),
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
            ensemble_hash: self.loaded.ensemble.as_ref().map(|e| e.hash.clone()),
            members_hash: self.loaded.members.hash(),
            targets_hash: self.targets.hash.clone(),
            targets: [self.targets.series.len(), self.targets.rows().count()],
            seed: run.seed,
            replicates: run.replicates,
            sample: run.sample,
            months: self.scenario.world.months as u64,
            ..Record::default()
        }
    }

    /// What the model misses of each row, as the ensemble says and the last published values before the cut show.
    fn missed(&self, ensemble: &Ensemble, predictions: &[Vec<Predicted>]) -> Vec<Missed> {
        let mean = |row: usize| predictions.iter().map(|p| p[row].value).collect::<Option<Vec<f64>>>().map(statistics::mean);
        let means: Vec<Option<f64>> = (0..self.targets.rows().count()).map(mean).collect();
        discrepancy::missed(self.targets, &means, self.targets.rules.split.fit_until.last, ensemble.discrepancy)
    }

    /// All replicates in their order.
    fn replicates(&self, side_by_side: usize) -> Result<Vec<Observed>, Stop> {
        let run = &self.scenario.run;
        let wanted = Wanted::of(self.targets);
        let months = self.scenario.world.months as u64 * u64::from(run.replicates);
        let watcher = Replicates::new(run.replicates, months, self.args.running.silent());
        let one = |&k: &u32| {
            let setup = Setup::replicate(run.seed, k, run.sample, self.args.chunk_rows);
            observe::run(self.loaded.members.scenarios.get(k as usize - 1).unwrap_or(self.scenario), &wanted, setup, k, &watcher)
        };
        let numbers: Vec<u32> = (1..=run.replicates).collect();
        let mut observed = Vec::new();
        for batch in numbers.chunks(side_by_side) {
            let done: Vec<_> = if batch.len() == 1 { batch.iter().map(one).collect() } else { batch.par_iter().map(one).collect() };
            for replicate in done {
                observed.push(replicate.map_err(|_| {
                    watcher.finish();
                    Stop::Stopped("Stopped; nothing is saved.".to_string())
                })?);
            }
        }
        watcher.finish();
        Ok(observed)
    }

    fn warnings(&self, observed: &[Observed], assessment: &Assessment) -> Vec<String> {
        let of_runs = observed.iter().flat_map(|o| o.warnings.iter().cloned());
        let mut warnings = record::gathered(self.scenario.warnings.iter().map(ToString::to_string).chain(of_runs));
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
        let mut writing = Writing::new(out, self.args.running.force)?;
        writing.table("validation.csv", |sink| write_scores(assessment, sink))?;
        writing.table("fit.csv", |sink| write_fits(self.targets, assessment, sink))?;
        writing.text(SCORES, &format!("{:#}\n", say::scores(assessment)))?;
        writing.text("scenario.toml", &keeping(&self.scenario.resolved, &self.loaded.members.kept))?;
        if let Some(ensemble) = &self.loaded.ensemble {
            writing.text(ENSEMBLE, &ensemble.of_resolved().toml())?;
        }
        record.files.clone_from(&writing.entries);
        writing.commit(&record, None)?;
        Ok(record)
    }
}
