//! `musafir calibrate`: uncertain parameters against dated targets, to an ensemble that other commands take.

mod args;
mod page;
mod say;
mod watch;

use std::{io::Write, path::PathBuf, process::ExitCode, time::Instant};

use super::{
    BAR_NOT_MET, DONE,
    diagnostics::print_list,
    flags::{ENSEMBLE, enough_memory, stem},
    folder::{self, Writing},
    interrupt,
    stop::{Stop, end, expect},
};
use crate::{
    engine::Simulation,
    experiment::{
        calibration::{
            Calibration, Flags,
            method::{self, Fitted},
            model::{End, Past, Runs, Told},
            origins,
            posterior::{self, Spread},
            record::{FINDINGS, Findings, Record, Seen, write_origins, write_posterior, write_recovery},
            recovery,
        },
        ensemble::{Discrepancy, Ensemble},
        past::{
            discrepancy,
            target_file::Use,
            validate::{self, Assessment},
            validation::{write_fits, write_scores},
        },
    },
    measure::record::Effort,
    population::synthesis::{self, NOBODY},
    report,
    scenario::Kind,
    store::atomic::{self, Staging},
};
use watch::Watching;

pub use args::Args;

/// Folder of runs within the folder of results.
const RUNS: &str = "runs";

/// Runs the command.
pub fn execute(args: &Args) -> ExitCode {
    end(run(args))
}

fn run(args: &Args) -> Result<(String, u8), Stop> {
    let started = Instant::now();
    if args.running.until.is_some() {
        return Err(Stop::Usage("--until has no effect here: a calibration runs to the last month of its targets".to_string()));
    }
    let flags =
        Flags { sample: args.running.sample, seed: args.running.seed, members: args.members.map(|n| n as usize), steps: args.steps.map(|n| n as usize), root: args.root.clone() };
    expect(Kind::Calibration, &args.calibration)?;
    args.page.as_deref().map_or(Ok(()), folder::markdown)?;
    let mut calibration = Calibration::load(&args.calibration, &flags)?;
    if !args.running.quiet {
        print_list(&calibration.warnings);
    }
    if args.no_origins {
        calibration.origins = None;
    }
    let name = format!("{}-{}", if args.recover.is_some() { "recover" } else { "calibrate" }, stem(&args.calibration));
    let job = Job { args, out: args.running.out(&name), calibration: &calibration };
    match args.recover {
        Some(cases) => job.recover(cases, started),
        None => Ok((job.run(started)?, DONE)),
    }
}

struct Job<'a> {
    args: &'a Args,
    out: PathBuf,
    calibration: &'a Calibration,
}

/// Everything that was fitted.
struct Whole {
    base: Told,
    fitted: Fitted<Told>,
    prior: Vec<Told>,
    discrepancy: Discrepancy,
    origins: Vec<origins::Forecast>,
}

impl Job<'_> {
    fn run(&self, started: Instant) -> Result<String, Stop> {
        let planned = self.planned();
        if let Some(record) = folder::finished(&self.out, &planned, self.args.running.force)?.filter(|_| self.args.page.is_none()) {
            if !self.out.join(report::FILE).exists() {
                self.report()?;
            }
            return Ok(say::finished(self.args, &self.out, &record));
        }
        let workers = self.prepare()?;
        let pool = self.args.running.pool()?;
        let whole = pool.install(|| self.fit(workers))?;
        self.write(planned, &whole, started, pool.current_num_threads())
    }

    /// Makes sure that the runs can be made; how many at a time.
    fn prepare(&self) -> Result<usize, Stop> {
        let (world, sample) = (&self.calibration.base.world, self.calibration.base.run.sample);
        if synthesis::expected_rows(world, sample) < 1.0 {
            let _ = writeln!(std::io::stderr(), "Warning: {NOBODY}");
        }
        let workers = self.args.running.side_by_side(world, sample, u32::MAX);
        enough_memory("this calibration", Simulation::bytes_needed(world, sample) * workers as u64, sample)?;
        // A place that cannot be written is found now, not after the runs.
        drop(Staging::new(&self.out)?);
        interrupt::listen();
        Ok(workers)
    }

    /// Tries cases of known values; 4 if intervals do not hold them as often as they say. Where it was done before its runs stand, and only the
    /// fits are made again.
    fn recover(&self, cases: u32, started: Instant) -> Result<(String, u8), Stop> {
        let c = self.calibration;
        let count = 1 + cases as usize * (recovery::PUBLISHED as usize + c.budget.members * (c.budget.steps + 1));
        let whole = self.planned();
        let identity = blake3::hash(format!("{} recovery of {cases}", whole.identity).as_bytes()).to_hex().to_string();
        let planned = Record { identity, runs: count, with_origins: false, ..whole };
        folder::finished(&self.out, &planned, self.args.running.force)?;
        let workers = self.prepare()?;
        let watching = Watching::new(count, (count * c.base.world.months) as u64, c.base.world.months as u64, self.args.running.silent());
        watching.phase("recovery");
        let runs = Runs::new(c, self.out.join(RUNS), workers, &watching);
        let pool = self.args.running.pool()?;
        let found = pool.install(|| runs.base().and_then(|base| recovery::recover(c, &runs, &base, cases)));
        watching.finish();
        let found = found.map_err(|why| self.ended(why))?;
        let mut writing = Writing::new(&self.out, self.args.running.force)?;
        writing.table("recovery.csv", |sink| write_recovery(&found, sink))?;
        let record = Record { effort: Effort::since(started, pool.current_num_threads()), files: writing.entries.clone(), ..planned };
        writing.commit(&record, None)?;
        let coverage = recovery::coverage(&found);
        let sound = (recovery::SOUND[0]..=recovery::SOUND[1]).contains(&coverage);
        Ok((say::recovery(self.args, &found, sound), if sound { DONE } else { BAR_NOT_MET }))
    }

    /// All runs there are: the scenario as it is, those of the fit, those of the origins.
    fn runs(&self) -> usize {
        let c = self.calibration;
        let origins = c.origins.as_ref().map_or(0, |o| o.until.iter().filter(|p| p.last != c.targets.rules.split.fit_until.last).count() * o.members * (o.steps + 1));
        1 + c.budget.members * (c.budget.steps + 2) + origins
    }

    fn planned(&self) -> Record {
        let c = self.calibration;
        let parameters: Vec<_> = c.uncertain.iter().map(|u| (&u.parameter, u.low.to_bits(), u.high.to_bits(), u.log, u.fitted)).collect();
        let identity = (&c.base.hash, &c.targets.hash, c.method, c.budget, c.base.run.seed, c.base.run.sample.to_bits(), parameters);
        let identity = format!("{identity:?}{:?}{:?}", c.errors, c.origins);
        Record {
            version: env!("CARGO_PKG_VERSION").to_string(),
            calibration: c.title.clone(),
            identity: blake3::hash(identity.as_bytes()).to_hex().to_string(),
            scenario_hash: c.base.hash.clone(),
            targets_hash: c.targets.hash.clone(),
            seed: c.base.run.seed,
            sample: c.base.run.sample,
            members: c.budget.members,
            steps: c.budget.steps,
            with_origins: c.origins.is_some(),
            runs: self.runs(),
            ..Record::default()
        }
    }

    fn fit(&self, workers: usize) -> Result<Whole, Stop> {
        let c = self.calibration;
        let months = (self.runs() * c.base.world.months) as u64;
        let watching = Watching::new(self.runs(), months, c.base.world.months as u64, self.args.running.silent());
        let runs = Runs::new(c, self.out.join(RUNS), workers, &watching);
        let whole = self.fit_with(&runs, &watching);
        watching.finish();
        whole.map_err(|why| self.ended(why))
    }

    fn fit_with(&self, runs: &Runs<'_>, watching: &Watching) -> Result<Whole, End> {
        let c = self.calibration;
        let base = runs.base()?;
        let cut = c.targets.rules.split.fit_until.last;
        let Some(mut past) = Past::new(runs, &base, cut) else { return Err(End::Nothing) };
        let (seed, free) = (c.base.run.seed, c.free());
        watching.phase("the fit");
        let start = method::prior(c.budget.members, free.len(), seed);
        let evidence = past.evidence.clone();
        let fitted = method::fit(c.method, c.budget.steps, &start, &evidence, &free, seed, &mut past)?;
        let ensemble = c.ensemble(&fitted.z, &fitted.weights, c.discrepancy(false));
        let members: Vec<&Told> = ensemble.by_weight().iter().map(|&k| &fitted.predicted[k]).collect();
        let means = origins::means(&members);
        let seen = discrepancy::errors(&c.targets, &means, c.errors.least, |row| row.usage == Use::Fit && row.period.last <= cut);
        let prior = runs.all(&start)?;
        let mut rolled = origins::Rolled::default();
        if let Some(table) = &c.origins {
            watching.phase("origins");
            rolled = origins::forecasts(c, table, runs, &base, &start, &fitted)?;
        }
        // A fit that has seen a row misses less of it than of one to come.
        let discrepancy = discrepancy::estimate(if rolled.unseen.is_empty() { &seen } else { &rolled.unseen }, c.errors.least).unwrap_or(c.discrepancy(false));
        Ok(Whole { base, fitted, prior, discrepancy, origins: rolled.forecasts })
    }

    fn ended(&self, why: End) -> Stop {
        match why {
            End::Stopped => Stop::Stopped(format!("Stopped. Finished runs are kept in {}; the same command goes on.", self.out.display())),
            End::Wrong(findings) => Stop::from(findings),
            End::Store(error) => Stop::from(error),
            End::Threads(why) => Stop::Failed(format!("cannot start threads: {why}")),
            End::Nothing => Stop::Failed("no row of the targets can be fitted: none is marked `fit`, ends by the split and is told by the run".to_string()),
        }
    }

    fn write(&self, planned: Record, whole: &Whole, started: Instant, threads: usize) -> Result<String, Stop> {
        let c = self.calibration;
        let ensemble = c.ensemble(&whole.fitted.z, &whole.fitted.weights, whole.discrepancy);
        // Members of equal weight, as other commands use them.
        let equal = ensemble.by_weight();
        let told: Vec<&Told> = equal.iter().map(|&k| &whole.fitted.predicted[k]).collect();
        let means = origins::means(&told);
        let cut = c.targets.rules.split.fit_until.last;
        let missed = discrepancy::missed(&c.targets, &means, cut, whole.discrepancy);
        let predictions: Vec<_> = told.iter().map(|t| t.predictions()).collect();
        let assessment = validate::assess(&c.targets, &c.base.world, &predictions, Some(&missed));
        let findings = self.findings(whole, equal, &told, &assessment);
        let mut writing = Writing::new(&self.out, self.args.running.force)?;
        writing.text(ENSEMBLE, &ensemble.toml())?;
        writing.text(FINDINGS, &findings.json())?;
        writing.table("posterior.csv", |sink| write_posterior(&findings.keys, sink))?;
        writing.table("origins.csv", |sink| write_origins(&findings.origins, sink))?;
        writing.table("fit.csv", |sink| write_fits(&c.targets, &assessment, sink))?;
        writing.table("validation.csv", |sink| write_scores(&assessment, sink))?;
        let record = Record {
            ensemble_hash: ensemble.hash.clone(),
            effort: Effort::since(started, threads),
            files: writing.entries.clone(),
            warnings: self.warnings(whole, &ensemble),
            ..planned
        };
        writing.commit(&record, None)?;
        self.report()?;
        if let Some(path) = &self.args.page {
            let text = page::page(c, &record, &findings);
            atomic::write(path, |sink| sink.write_all(text.as_bytes()))?;
        }
        Ok(say::all(self.args, &self.out, &record, &findings))
    }

    /// Writes the page, unless it is not wanted.
    fn report(&self) -> Result<(), Stop> {
        if self.args.no_report { Ok(()) } else { Ok(report::write(&self.out, report::targets_of(&self.calibration.path).as_deref())?) }
    }

    fn findings(&self, whole: &Whole, equal: &[usize], told: &[&Told], assessment: &Assessment) -> Findings {
        let c = self.calibration;
        let z: Vec<Vec<f64>> = equal.iter().map(|&k| whole.fitted.z[k].clone()).collect();
        let prior = method::prior(c.budget.members, c.uncertain.len(), c.base.run.seed);
        let seen = |(place, (series, row)): (usize, (&crate::experiment::past::targets::Series, &crate::experiment::past::targets::Row))| {
            let values: Vec<f64> = told.iter().filter_map(|t| t.values[place]).collect();
            let predicted = Spread::of(&values);
            Seen {
                target: if row.id.is_empty() { series.id.clone() } else { row.id.clone() },
                label: series.title.clone(),
                period: row.period.to_string(),
                usage: row.usage.name().to_string(),
                headline: series.headline,
                observed: row.value,
                low: row.low,
                high: row.high,
                predicted,
                within: !values.is_empty() && row.holds(predicted.mean),
            }
        };
        Findings {
            title: c.title.clone(),
            method: serde_json::to_value(c.method).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default(),
            keys: posterior::held(c, &z),
            iterations: whole.fitted.progress.clone(),
            series: c.targets.rows().enumerate().map(seen).collect(),
            trade_offs: posterior::trade_offs(c, &z),
            unverified: posterior::influences(c, &prior, &whole.prior),
            discrepancy: whole.discrepancy,
            origin_scores: Some(origins::scores(&whole.origins)).filter(|s| s.rows > 0),
            origins: whole.origins.clone(),
            bars: assessment.bars.clone(),
        }
    }

    fn warnings(&self, whole: &Whole, ensemble: &Ensemble) -> Vec<String> {
        let mut warnings: Vec<String> = self.calibration.base.warnings.iter().map(ToString::to_string).collect();
        let untold = whole.base.values.iter().filter(|v| v.is_none()).count();
        if untold > 0 {
            warnings.push(format!("{untold} rows of the targets are not told by the run; they are not fitted"));
        }
        let last = whole.fitted.progress.last().map_or(0.0, |p| p.misfit_mean);
        if last > 4.0 {
            warnings
                .push(format!("errors of the fitted rows are {:.1} times what was allowed for (root mean square): the model misses more than the calibration says", last.sqrt()));
        }
        if ensemble.members.len() < 50 {
            warnings.push("fewer than 50 members: tails of intervals are rough".to_string());
        }
        warnings
    }
}
