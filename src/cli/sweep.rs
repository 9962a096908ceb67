//! `musafir sweep`: a design over the keys of a scenario; its runs, its data set, what it says.

mod args;
mod pilot;
mod say;
mod slurm;
mod watch;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use serde_json::json;

use super::{
    DONE, FAILED,
    flags::stem,
    folder::{self, Writing},
    interrupt,
    stop::{Stop, end, expect},
};
use crate::{
    experiment::{
        parting::Parting,
        queue::{Division, End, Queue, Spent},
        sweep::{
            Flags, Sweep, findings,
            plan::{Plan, Run},
            record::{Planned, Record},
            runs::{Fate, Runs},
            tables::{self, Gathered},
        },
    },
    machine::memory_available,
    measure::record::{Effort, Provenance},
    population::synthesis::{self, NOBODY},
    report,
    scenario::Kind,
};

pub use args::Args;
use pilot::Costs;
use watch::Watcher;

/// Memory that may be used where the system does not tell what is free.
const MEMORY: u64 = 4_000_000_000;

/// Runs the command; 1 if a run failed.
pub fn execute(args: &Args) -> ExitCode {
    end(command(args).map(|(text, failed)| (text, if failed == 0 { DONE } else { FAILED })))
}

/// Does what is asked; returns what is to be printed, and how many runs failed.
fn command(args: &Args) -> Result<(String, usize), Stop> {
    let started = Instant::now();
    if let Some(folder) = &args.status {
        let none = || Stop::Usage(format!("{} holds no sweep", folder.display()));
        let standing = watch::Standing::of(folder).ok_or_else(none)?;
        return Ok((if args.running.json { json_text(&standing) } else { standing.to_string() }, 0));
    }
    let (file, folder, flags) = if let Some(folder) = &args.collect {
        let planned = Planned::read(folder).ok_or_else(|| Stop::Usage(format!("{} holds no sweep", folder.display())))?;
        (PathBuf::from(&planned.file), folder.clone(), planned.flags())
    } else {
        let file = args.file.clone().unwrap_or_default();
        let folder = args.running.out(&stem(&file));
        (file, folder, args.flags())
    };
    let pool = args.running.pool()?;
    let (sweep, plan) = pool.install(|| {
        expect(Kind::Sweep, &file)?;
        let sweep = Sweep::load(&file, &flags)?;
        let plan = if args.running.force { Plan::new(&sweep) } else { Plan::kept_in(&folder, &sweep) };
        Ok::<_, Stop>((sweep, plan))
    })?;
    let runs = plan.runs();
    let job = Job { args, sweep: &sweep, plan: &plan, all: &runs, store: Runs::new(&folder), folder: &folder, started, pool: &pool };
    if args.collect.is_some() { job.collected(&flags) } else { job.run(&file, &flags) }
}

/// A value as JSON, for people too.
fn json_text(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).map_or_else(|_| String::new(), |text| text + "\n")
}

struct Job<'a> {
    args: &'a Args,
    sweep: &'a Sweep,
    plan: &'a Plan,
    all: &'a [Run],
    store: Runs,
    folder: &'a Path,
    started: Instant,
    pool: &'a rayon::ThreadPool,
}

/// What this process did.
#[derive(Clone, Copy, Default)]
struct Done {
    runs: usize,
    months: u64,
    division: Option<Division>,
    spent: Spent,
}

impl Job<'_> {
    fn run(&self, file: &Path, flags: &Flags) -> Result<(String, usize), Stop> {
        let planned = Planned::new(self.sweep, self.plan, self.all, flags);
        if let Some(stands) = self.stands(&planned)? {
            return Ok(stands);
        }
        let (k, n) = self.args.shard.unwrap_or((1, 1));
        let mine = Plan::shard(self.all, k, n);
        let todo: Vec<Run> = mine.iter().copied().filter(|&run| self.to_do(run)).collect();
        let division = self.division(&todo)?;
        if self.args.dry_run {
            return Ok((self.dry(&mine, &todo, division), 0));
        }
        if synthesis::expected_rows(&self.sweep.base.world, self.sweep.base.run.sample) < 1.0 {
            let _ = writeln!(std::io::stderr(), "Warning: {NOBODY}");
        }
        // A place that cannot be written is found now, not after the runs.
        planned.write(self.folder)?;
        self.plan.keep(self.folder)?;
        if self.args.slurm {
            let costs = Costs::new(self.sweep, self.plan, &todo, division);
            let submitted = slurm::submit(self.args, file, self.folder, &costs)?;
            return Ok((if self.args.running.json { json_text(&submitted) } else { submitted.to_string() }, 0));
        }
        self.store.sweep_up();
        interrupt::listen();
        let quiet = self.args.running.silent();
        let watcher = Watcher::new(todo.len(), mine.len() - todo.len(), pilot::months(self.plan, &todo), quiet);
        let queue = Queue::new(self.sweep, self.plan, &self.store, &todo, division, &watcher);
        let ended = queue.work();
        watcher.finish();
        let (finished, failed) = watcher.ended();
        match ended {
            Ok(()) => {}
            Err(End::Stopped) => {
                let done = mine.len() - todo.len() + (finished + failed) as usize;
                return Err(Stop::Stopped(format!("Stopped; {done} of {} runs are done and kept. The same command goes on after them.", mine.len())));
            }
            Err(End::Store(error)) => return Err(Stop::Failed(format!("{error}\nWhat was done stays; the same command goes on after it."))),
            Err(End::Threads(why)) => return Err(Stop::Failed(format!("cannot start threads: {why}"))),
        }
        if self.args.shard.is_some() {
            let text = match (self.args.running.json, self.args.running.quiet) {
                (true, _) => json_text(&json!({"part": k, "of": n, "runs": mine.len(), "runs_now": finished + failed, "failed_now": failed, "folder": self.folder})),
                (_, true) => String::new(),
                _ => format!("Part {k} of {n}: {} runs done. --collect {} makes the data set when all parts are.\n", mine.len(), self.folder.display()),
            };
            return Ok((text, failed as usize));
        }
        self.collect(&planned, Done { runs: (finished + failed) as usize, months: watcher.months(), division: Some(division), spent: queue.spent() })
    }

    /// What is printed if the folder holds this sweep, finished, and how many of its runs failed; refuses if it holds another.
    fn stands(&self, planned: &Planned) -> Result<Option<(String, usize)>, Stop> {
        if self.args.running.force {
            return Ok(None);
        }
        let there = Planned::read(self.folder);
        if let Some(other) = there.as_ref().filter(|there| there.identity != planned.identity) {
            return Err(folder::instead(&format!("{} holds another sweep (`{}`)", self.folder.display(), other.title)));
        }
        if there.is_some() && Record::read(self.folder).is_none() {
            return Ok(None);
        }
        let same = Record { identity: planned.identity.clone(), ..Record::default() };
        let finished = folder::finished(self.folder, &same, false)?.filter(|_| !self.args.dry_run && !self.args.retry);
        if finished.is_some() && there.is_none() {
            planned.write(self.folder)?;
        }
        if finished.is_some() && !self.args.no_report && !self.folder.join(report::FILE).exists() {
            report::write(self.folder, None)?;
        }
        Ok(finished.map(|record| {
            let text = match (self.args.running.json, self.args.running.quiet) {
                (true, _) => record.json(),
                (_, true) => String::new(),
                _ => format!("This sweep is finished already: {}.\n", self.folder.display()),
            };
            (text, record.failed)
        }))
    }

    fn to_do(&self, run: Run) -> bool {
        match self.store.fate(&self.plan.key(run)) {
            Fate::Finished(_) => false,
            Fate::Failed(_) => self.args.retry,
            Fate::ToGo => true,
        }
    }

    fn division(&self, todo: &[Run]) -> Result<Division, Stop> {
        let memory = match self.args.memory {
            Some(gigabytes) if gigabytes > 0.0 => (gigabytes * 1e9) as u64,
            Some(_) => return Err(Stop::Usage("--memory is above 0".to_string())),
            None => memory_available().map_or(MEMORY, |free| free / 10 * 9),
        };
        let each = pilot::bytes_of_run(self.sweep);
        if each > memory {
            let gigabytes = |bytes: u64| bytes as f64 / 1e9;
            let (needed, there, sample) = (gigabytes(each), gigabytes(memory), self.sweep.base.run.sample);
            return Err(Stop::Failed(format!("a run needs about {needed:.1} GB of memory and {there:.1} GB may be used; a smaller --sample than {sample} needs less")));
        }
        Ok(Division::new(self.args.running.threads(), todo.len(), each, memory))
    }

    fn dry(&self, mine: &[Run], todo: &[Run], division: Division) -> String {
        let costs = Costs::new(self.sweep, self.plan, todo, division);
        let wrong = self.plan.wrong().count();
        let (points, worlds, replicates) = (self.plan.points.len(), self.plan.worlds.len(), self.plan.replicates);
        let (title, all, done) = (&self.sweep.title, mine.len(), mine.len() - todo.len());
        if self.args.running.json {
            let counts = json!({"title": title, "points": points, "wrong_points": wrong, "worlds": worlds, "replicates": replicates, "runs": all, "done": done});
            return json_text(&json!({"counts": counts, "costs": costs.json()}));
        }
        let mut text = format!("{title}\nPoints       {points}, {worlds} different worlds, {replicates} replicates: {all} runs, {done} of them done\n");
        if let Some(why) = self.plan.wrong().next() {
            text = format!("{text}{wrong} points cannot be run; the first: {why}\n");
        }
        text + &costs.to_string()
    }

    /// Collects what other processes ran.
    fn collected(&self, flags: &Flags) -> Result<(String, usize), Stop> {
        let planned = Planned::new(self.sweep, self.plan, self.all, flags);
        if Planned::read(self.folder).is_none_or(|p| p.identity != planned.identity) {
            return Err(Stop::Usage("the sweep or its scenarios have changed since it was planned; run it again".to_string()));
        }
        let keys: Vec<String> = self.all.iter().map(|&run| self.plan.key(run)).collect();
        let missing: Vec<&String> = keys.iter().filter(|key| self.store.fate(key) == Fate::ToGo).collect();
        if !missing.is_empty() {
            let damaged = missing.iter().filter(|key| self.store.stands(key).0 != 0).count();
            let damaged = if damaged > 0 { format!(" ({damaged} of them stand in files that are damaged)") } else { String::new() };
            let how =
                if Record::read(self.folder).is_some() { "the data set stays as it is; the same sweep with --retry runs them again" } else { "the same sweep goes on with them" };
            return Err(Stop::Failed(format!("{} of {} runs are still to be done{damaged}; {how}", missing.len(), self.all.len())));
        }
        self.collect(&planned, Done::default())
    }

    /// Makes the data set and what it says.
    fn collect(&self, planned: &Planned, done: Done) -> Result<(String, usize), Stop> {
        let (sweep, plan, mut gathered) = (self.sweep, self.plan, Gathered::default());
        let mut writing = Writing::new(self.folder, self.args.running.force)?;
        self.pool.install(|| writing.table("results.parquet", |sink| tables::results(sweep, plan, &self.store, &mut gathered, sink)))?;
        let findings = self.pool.install(|| findings::findings(sweep, plan, &gathered));
        writing.table("points.csv", |sink| tables::points(sweep, plan, &gathered, sink))?;
        writing.table("runs.csv", |sink| tables::runs(&gathered, sink))?;
        if !sweep.outcomes.is_empty() {
            writing.table("sensitivity.csv", |sink| findings::sensitivity(sweep, &findings, sink))?;
            writing.table("response.csv", |sink| findings::responses(sweep, &findings, sink))?;
            writing.table("discovery.csv", |sink| findings::discovery(sweep, &findings, sink))?;
        }
        writing.text("scenario.toml", &sweep.base.resolved)?;
        let (factors, outcomes) = (sweep.factors_described(), sweep.asked(&findings));
        let record = Record { factors, outcomes, files: writing.entries.clone(), ..self.record(planned, &gathered, done) };
        writing.commit(&record, None)?;
        if !self.args.no_report {
            report::write(self.folder, None)?;
        }
        let said = match (self.args.running.json, self.args.running.quiet) {
            (true, _) => record.json(),
            (_, true) => String::new(),
            _ => say::summary(sweep, &findings, &record, self.folder),
        };
        Ok((said, record.failed))
    }

    fn record(&self, planned: &Planned, gathered: &Gathered, done: Done) -> Record {
        let mut states = blake3::Hasher::new();
        for line in &gathered.lines {
            states.update(line.4.as_bytes()).update(b"\n");
        }
        let record = Record {
            version: planned.version.clone(),
            title: planned.title.clone(),
            description: self.sweep.description.clone(),
            file: self.sweep.path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()),
            design: serde_json::to_value(self.sweep.design.kind).ok().and_then(|kind| kind.as_str().map(str::to_string)).unwrap_or_default(),
            identity: planned.identity.clone(),
            points: self.plan.points.len(),
            replicates: self.plan.replicates,
            worlds: self.plan.worlds.len(),
            runs: gathered.lines.len(),
            failed: gathered.failed(),
            seed: self.sweep.base.run.seed,
            sample: self.sweep.base.run.sample,
            months: self.plan.length(),
            state_hash: states.finalize().to_hex().to_string(),
            runs_now: done.runs,
            months_now: done.months,
            cpu_seconds_simulate: done.spent.engine,
            waiting_share: if done.spent.all > 0.0 { done.spent.waiting / done.spent.all } else { 0.0 },
            workers: done.division.map_or(0, |d| d.workers),
            effort: Effort::since(self.started, done.division.map_or(0, |d| d.threads)),
            factors: Vec::new(),
            outcomes: Vec::new(),
            files: Vec::new(),
        };
        // Collecting again leaves what the runs took.
        match Record::read(self.folder).filter(|before| done.runs == 0 && before.same(&record)) {
            Some(Record { runs_now, months_now, workers, cpu_seconds_simulate, waiting_share, effort, .. }) => {
                Record { runs_now, months_now, workers, cpu_seconds_simulate, waiting_share, effort, ..record }
            }
            None => record,
        }
    }
}
