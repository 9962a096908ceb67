//! Flags that commands have in common, and what they mean: the scenario as they change it, threads, memory, the place of results.

use std::{
    collections::BTreeSet,
    io::Write,
    path::{Path, PathBuf},
};

use super::stop::{Stop, expect};
use crate::{
    experiment::ensemble::{Ensemble, Members},
    machine,
    population::synthesis,
    scenario::{Finding, Kind, Overrides, Scenario},
    units::Month,
    world::World,
};

/// Rows below which replicates run side by side, one a thread: a month of fewer persons does not fill the threads.
const SIDE_BY_SIDE: f64 = 1_500_000.0;

/// Flags of all commands that read a scenario.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Reading {
    /// Change a value, e.g. `run.sample=0.5` or `regime.tur-2028.days=60` (repeatable).
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Folder that all paths stay inside [default: the nearest folder named `scenarios` above the file, else the file's own].
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

impl Reading {
    /// What they change in a scenario.
    pub fn overrides(&self) -> Result<Overrides, String> {
        Ok(Overrides { set: pairs(&self.set)?, root: self.root.clone(), until: None })
    }
}

/// Takes `key.path=value` texts apart.
fn pairs(set: &[String]) -> Result<Vec<(String, String)>, String> {
    let pair = |text: &String| match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_string(), value.trim().to_string())),
        _ => Err(format!("`--set {text}` is not of the form key.path=value")),
    };
    set.iter().map(pair).collect()
}

/// Flags of all commands that run scenarios and leave a folder of results.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Running {
    /// Seed of the first replicate; replicate k uses the seed plus k - 1 [default: that of the file].
    #[arg(long, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Share of households simulated, (0, 1] [default: that of the file].
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub sample: Option<f64>,
    /// Last month simulated, YYYY-MM.
    #[arg(long, value_name = "YYYY-MM")]
    pub until: Option<Month>,
    /// Threads, at most 1024; all processors unless said otherwise. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub threads: Option<u32>,
    /// Folder of results [default: under `results/`, named after the command and its files].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace other results.
    #[arg(long)]
    pub force: bool,
    /// No progress, no summary and no warnings, which stand in the record.
    #[arg(long)]
    pub quiet: bool,
    /// Print JSON and nothing else: the record, or what is asked for.
    #[arg(long)]
    pub json: bool,
}

impl Running {
    /// Whether nothing but results is to be seen.
    pub fn silent(&self) -> bool {
        self.quiet || self.json
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), |n| n as usize)
    }

    /// The threads.
    pub fn pool(&self) -> Result<rayon::ThreadPool, Stop> {
        rayon::ThreadPoolBuilder::new().num_threads(self.threads()).build().map_err(|e| Stop::Failed(format!("cannot start threads: {e}")))
    }

    /// Folder of results, `results/NAME` unless said otherwise.
    pub fn out(&self, name: &str) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new("results").join(name))
    }

    /// What all flags change in a scenario.
    pub fn overrides(&self, reading: &Reading, replicates: Option<u32>) -> Result<Overrides, Stop> {
        let mut overrides = reading.overrides().map_err(Stop::Usage)?;
        let mut flag = |key: &str, value: Option<String>| overrides.set.extend(value.map(|v| (key.to_string(), v)));
        flag("run.seed", self.seed.map(|v| v.to_string()));
        flag("run.sample", self.sample.map(|v| format!("{v:?}").to_lowercase()));
        flag("run.replicates", replicates.map(|v| v.to_string()));
        overrides.until = self.until;
        Ok(overrides)
    }

    /// Replicates that run side by side, one a thread; each has all threads if it is 1.
    pub fn side_by_side(&self, world: &World, sample: f64, replicates: u32) -> usize {
        if synthesis::expected_rows(world, sample) < SIDE_BY_SIDE { self.threads().min(replicates as usize).max(1) } else { 1 }
    }

    /// Reads the scenario of a file. Its warnings are printed, unless they are in `said` already.
    pub fn load(&self, file: &Path, overrides: &Overrides, said: &mut BTreeSet<String>) -> Result<Scenario, Stop> {
        expect(Kind::Scenario, file)?;
        let scenario = Scenario::load(file, overrides)?;
        self.say(&scenario.warnings, said);
        Ok(scenario)
    }

    /// The scenarios of all replicates with the values of an ensemble's members; none without one. What the scenario keeps to itself is
    /// printed and becomes one of its warnings.
    pub fn members(&self, ensemble: Option<&Ensemble>, file: &Path, overrides: &Overrides, replicates: u32, scenario: &mut Scenario) -> Result<Members, Stop> {
        let Some(ensemble) = ensemble else { return Ok(Members::default()) };
        let members = ensemble.scenarios(file, overrides, replicates)?;
        self.say(&members.warnings, &mut BTreeSet::new());
        scenario.warnings.extend(members.warnings.iter().cloned());
        Ok(members)
    }

    /// Prints warnings that are not in `said` yet.
    pub fn say(&self, warnings: &[Finding], said: &mut BTreeSet<String>) {
        for warning in warnings.iter().map(ToString::to_string).filter(|_| !self.quiet) {
            if said.insert(warning.clone()) {
                let _ = writeln!(std::io::stderr(), "{warning}");
            }
        }
    }
}

/// Flags of commands whose replicates may use members of an ensemble.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Uncertain {
    /// Ensemble whose members the replicates use, replicate k member k; `none` for none.
    #[arg(long, value_name = "FILE")]
    pub ensemble: Option<PathBuf>,
}

/// Name of the ensemble beside a scenario that is used where nothing else is said.
pub const ENSEMBLE: &str = "ensemble.toml";

impl Uncertain {
    /// The ensemble that is named.
    pub fn named(&self) -> Result<Option<Ensemble>, Stop> {
        match &self.ensemble {
            Some(path) if path.as_os_str() != "none" => Ok(Some(Ensemble::load(path)?)),
            _ => Ok(None),
        }
    }

    /// The ensemble that is named, or else the one beside a scenario, if there is one.
    pub fn named_or_beside(&self, scenario: &Path) -> Result<Option<Ensemble>, Stop> {
        let beside = scenario.parent().unwrap_or(Path::new("")).join(ENSEMBLE);
        if self.ensemble.is_none() && beside.is_file() { Ok(Some(Ensemble::load(&beside)?)) } else { self.named() }
    }
}

/// Fails if a command (`this run`) needs more bytes than are free.
pub fn enough_memory(what: &str, needed: u64, sample: f64) -> Result<(), Stop> {
    let free = machine::memory_available().unwrap_or(u64::MAX);
    if needed <= free {
        return Ok(());
    }
    let (needed, free) = (needed as f64 / 1e9, free as f64 / 1e9);
    Err(Stop::Failed(format!("{what} needs about {needed:.1} GB of memory and {free:.1} GB are free; a smaller --sample than {sample} needs less")))
}

/// Name of a file without its ending.
pub fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "scenario".to_string(), |s| s.to_string_lossy().into_owned())
}
