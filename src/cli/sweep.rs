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

use super::{FAILED, STOPPED, WRONG, diagnostics, interrupt, print, run::folder::remove};
use crate::{
    experiment::{
        queue::{Division, End, Queue},
        sweep::{
            Flags, Sweep, findings,
            plan::{Plan, Run},
            record::{self, Planned, RECORD, Record},
            runs::{Fate, Runs},
            tables::{self, Gathered},
        },
    },
    measure::record::{FileEntry, cpu_seconds, memory_available, peak_rss_bytes},
    report,
    store::{
        StoreError,
        atomic::{Sink, Staging},
    },
};

pub use args::Args;
use pilot::Costs;
use watch::Watcher;

/// Memory that may be used where the system does not tell what is free.
const MEMORY: u64 = 4_000_000_000;

/// Why a sweep ended early.
enum Stop {
    /// Wrong usage; exit code 2.
    Usage(String),
    /// It failed; exit code 1.
    Failed(String),
    /// Mistakes in the sweep, which have been said; exit code 2.
    Said,
    /// Stopped by the user; exit code 3. How many runs are done, and how many there are.
    Stopped(usize, usize),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Failed(error.to_string())
    }
}

/// Runs the command.
pub fn execute(args: &Args) -> ExitCode {
    let (why, code) = match command(args) {
        Ok((text, failed)) => {
            let printed = print(&text);
            return if failed == 0 { printed } else { ExitCode::from(FAILED) };
        }
        Err(Stop::Said) => return ExitCode::from(WRONG),
        Err(Stop::Usage(why)) => (format!("error: {why}"), WRONG),
        Err(Stop::Failed(why)) => (format!("error: {why}"), FAILED),
        Err(Stop::Stopped(done, all)) => (format!("Stopped; {done} of {all} runs are done and kept. The same command goes on after them."), STOPPED),
    };
    let _ = writeln!(std::io::stderr(), "{why}");
    ExitCode::from(code)
}

/// Does what is asked; returns what is to be printed, and how many runs failed.
fn command(args: &Args) -> Result<(String, usize), Stop> {
    let started = Instant::now();
    if let Some(folder) = &args.status {
        let none = || Stop::Usage(format!("{} holds no sweep", folder.display()));
        return watch::status(folder).ok_or_else(none).map(|text| (text, 0));
    }
    let (file, folder, flags) = if let Some(folder) = &args.collect {
        let planned = Planned::read(folder).ok_or_else(|| Stop::Usage(format!("{} holds no sweep", folder.display())))?;
        (PathBuf::from(&planned.file), folder.clone(), planned.flags())
    } else {
        let file = args.file.clone().unwrap_or_default();
        let folder = args.out.clone().unwrap_or_else(|| Path::new("results").join(file.file_stem().unwrap_or("sweep".as_ref())));
        (file, folder, args.flags())
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads()).build().map_err(|e| Stop::Failed(format!("cannot start threads: {e}")))?;
    let (sweep, plan) = pool.install(|| {
        let sweep = Sweep::load(&file, &flags).map_err(|findings| {
            diagnostics::print(&findings);
            Stop::Said
        })?;
        let plan = Plan::new(&sweep);
        Ok::<_, Stop>((sweep, plan))
    })?;
    let runs = plan.runs();
    let job = Job { args, sweep: &sweep, plan: &plan, all: &runs, store: Runs::new(&folder), folder: &folder, started, pool: &pool };
    if args.collect.is_some() { job.collected(&flags) } else { job.run(&file, &flags) }
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
}

impl Job<'_> {
    fn run(&self, file: &Path, flags: &Flags) -> Result<(String, usize), Stop> {
        let planned = Planned::new(self.sweep, self.plan, self.all, flags);
        if let Some(text) = self.stands(&planned)? {
            return Ok((text, 0));
        }
        let (k, n) = self.args.shard.unwrap_or((1, 1));
        let mine = Plan::shard(self.all, k, n);
        let todo: Vec<Run> = mine.iter().copied().filter(|&run| self.to_do(run)).collect();
        let division = self.division(&todo)?;
        if self.args.dry_run {
            return Ok((self.dry(&todo, division), 0));
        }
        // A place that cannot be written is found now, not after the runs.
        planned.write(self.folder)?;
        if self.args.slurm {
            let costs = Costs::new(self.sweep, self.plan, &todo, division);
            return slurm::submit(self.args, file, self.folder, &costs).map(|text| (text, 0));
        }
        self.store.sweep_up();
        interrupt::listen();
        let quiet = self.args.quiet || self.args.json;
        let watcher = Watcher::new(todo.len(), mine.len() - todo.len(), pilot::months(self.plan, &todo), quiet);
        let ended = Queue::new(self.sweep, self.plan, &self.store, &todo, division, &watcher).work();
        watcher.finish();
        let (finished, failed) = watcher.ended();
        match ended {
            Ok(()) => {}
            Err(End::Stopped) => return Err(Stop::Stopped(mine.len() - todo.len() + (finished + failed) as usize, mine.len())),
            Err(End::Store(error)) => return Err(Stop::Failed(format!("{error}\nWhat was done stays; the same command goes on after it."))),
            Err(End::Threads(why)) => return Err(Stop::Failed(format!("cannot start threads: {why}"))),
        }
        if self.args.shard.is_some() {
            let text = format!("Part {k} of {n}: {} runs done. --collect {} makes the data set when all parts are.\n", mine.len(), self.folder.display());
            return Ok((if quiet { String::new() } else { text }, failed as usize));
        }
        self.collect(&planned, Done { runs: (finished + failed) as usize, months: watcher.months(), division: Some(division) })
    }

    /// What is printed if the folder holds this sweep, finished; refuses if it holds another.
    fn stands(&self, planned: &Planned) -> Result<Option<String>, Stop> {
        if self.args.force {
            return Ok(None);
        }
        let place = self.folder.display();
        let other = "choose another place with --out, or replace it with --force";
        match Planned::read(self.folder) {
            Some(there) if there.identity != planned.identity => return Err(Stop::Usage(format!("{place} holds another sweep (`{}`); {other}", there.title))),
            None if ["run.json", RECORD, "results.parquet"].iter().any(|name| self.folder.join(name).exists()) => {
                return Err(Stop::Usage(format!("{place} holds something else; {other}")));
            }
            _ => {}
        }
        let same = |r: &Record| r.identity == planned.identity && r.complete(self.folder);
        let Some(record) = Record::read(self.folder).filter(same).filter(|_| !self.args.dry_run && !self.args.retry) else { return Ok(None) };
        if !self.args.no_report && !self.folder.join(report::FILE).exists() {
            report::write(self.folder, None)?;
        }
        Ok(Some(if self.args.json {
            record::json(&record)
        } else if self.args.quiet {
            String::new()
        } else {
            format!("This sweep is finished already: {place}.\n")
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
        Ok(Division::new(self.args.threads(), todo.len(), each, memory))
    }

    fn dry(&self, todo: &[Run], division: Division) -> String {
        let costs = Costs::new(self.sweep, self.plan, todo, division);
        let wrong = self.plan.world_of.iter().filter(|w| w.is_err()).count();
        let (points, worlds, replicates) = (self.plan.points.len(), self.plan.worlds.len(), self.plan.replicates);
        let (title, all, done) = (&self.sweep.title, self.all.len(), self.all.len() - todo.len());
        let mut text = format!("{title}\nPoints       {points}, {worlds} different worlds, {replicates} replicates: {all} runs, {done} of them done\n");
        if let Some(Err(why)) = self.plan.world_of.iter().find(|w| w.is_err()) {
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
        let missing = self.all.iter().filter(|&&run| self.store.stands(&self.plan.key(run)).0 == 0).count();
        if missing > 0 {
            return Err(Stop::Failed(format!("{missing} of {} runs are still to be done; the same sweep goes on with them", self.all.len())));
        }
        self.collect(&planned, Done::default())
    }

    /// Makes the data set and what it says.
    fn collect(&self, planned: &Planned, done: Done) -> Result<(String, usize), Stop> {
        let mut staging = Staging::new(self.folder)?;
        let mut files = Vec::new();
        let mut gathered = Gathered::default();
        let mut add = |staging: &mut Staging, name: &str, content: &mut (dyn FnMut(&mut Sink) -> std::io::Result<u64> + Send)| -> Result<(), StoreError> {
            let mut rows = 0;
            let written = staging.file(name, |sink| {
                rows = content(sink)?;
                Ok(())
            })?;
            files.push(FileEntry { name: name.to_string(), rows: Some(rows), hash: written.hash });
            Ok(())
        };
        self.pool.install(|| add(&mut staging, "results.parquet", &mut |sink| tables::results(self.sweep, self.plan, &self.store, &mut gathered, sink)))?;
        let findings = self.pool.install(|| findings::findings(self.sweep, self.plan, &gathered));
        add(&mut staging, "points.csv", &mut |sink| tables::points(self.sweep, self.plan, &gathered, sink))?;
        add(&mut staging, "runs.csv", &mut |sink| tables::runs(&gathered, sink))?;
        if !self.sweep.outcomes.is_empty() {
            add(&mut staging, "sensitivity.csv", &mut |sink| findings::sensitivity(self.sweep, &findings, sink))?;
            add(&mut staging, "response.csv", &mut |sink| findings::responses(self.sweep, &findings, sink))?;
            add(&mut staging, "discovery.csv", &mut |sink| findings::discovery(self.sweep, &findings, sink))?;
        }
        add(&mut staging, "scenario.toml", &mut |sink| sink.write_all(self.sweep.base.resolved.as_bytes()).map(|()| 0))?;
        // Lines of a scenario are no rows.
        files.iter_mut().filter(|f| f.name == "scenario.toml").for_each(|f| f.rows = None);
        let (factors, outcomes) = (self.sweep.factors_described(), self.sweep.asked(&findings));
        let record = Record { factors, outcomes, files, ..self.record(planned, &gathered, done) };
        let text = record::json(&record);
        staging.file(RECORD, |sink| sink.write_all(text.as_bytes()))?;
        // The page of other results would belie the new ones.
        remove(self.folder, report::FILE)?;
        staging.commit()?;
        if !self.args.no_report {
            report::write(self.folder, None)?;
        }
        let said = if self.args.json {
            text
        } else if self.args.quiet {
            String::new()
        } else {
            say::summary(self.sweep, &findings, &record, self.folder)
        };
        Ok((said, record.failed))
    }

    fn record(&self, planned: &Planned, gathered: &Gathered, done: Done) -> Record {
        let mut states = blake3::Hasher::new();
        for line in &gathered.lines {
            states.update(line.4.as_bytes()).update(b"\n");
        }
        Record {
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
            workers: done.division.map_or(0, |d| d.workers),
            threads: done.division.map_or(0, |d| d.threads),
            seconds: self.started.elapsed().as_secs_f64(),
            cpu_seconds: cpu_seconds(),
            peak_rss_bytes: peak_rss_bytes(),
            factors: Vec::new(),
            outcomes: Vec::new(),
            files: Vec::new(),
        }
    }
}
