//! Flags of `musafir validate`, and the scenario and the targets as they say.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use crate::{
    cli::pairs,
    engine::CHUNK_ROWS,
    experiment::{target_file::Folder, targets::Targets},
    measure::scope::Scope,
    scenario::{Findings, Overrides, Scenario},
    units::Month,
};

/// Arguments of `validate`.
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Scenario file.
    pub scenario: PathBuf,
    /// Folder of targets [default: `targets` beside the scenario].
    #[arg(long, value_name = "DIR")]
    pub targets: Option<PathBuf>,
    /// Change a value: key.path=value (repeatable).
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Number of replicates; replicate k uses the seed plus k - 1.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub replicates: u32,
    /// Seed of synthesis and dynamics.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Share of households simulated, (0, 1].
    #[arg(long, value_name = "SHARE")]
    pub sample: Option<f64>,
    /// Threads; all processors unless said otherwise. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub threads: Option<u32>,
    /// Folder of results [default: `results/validate-<name of the file>`].
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write a page for people too, as Markdown.
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Folder within which the scenario's paths stay.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Leave out the page report.html.
    #[arg(long)]
    pub no_report: bool,
    /// Replace other results.
    #[arg(long)]
    pub force: bool,
    /// No progress and no table.
    #[arg(long)]
    pub quiet: bool,
    /// Print the record and the scores as JSON and nothing else.
    #[arg(long)]
    pub json: bool,
    /// Rows of a chunk (results do not depend on it).
    #[arg(long, hide = true, default_value_t = CHUNK_ROWS)]
    pub chunk_rows: usize,
}

/// Why it cannot begin.
pub enum Unloaded {
    /// Wrong usage.
    Usage(String),
    /// Wrong files.
    Wrong(Findings),
}

/// Name of a file without its ending.
pub fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "run".to_string(), |s| s.to_string_lossy().into_owned())
}

/// The folder of targets.
pub fn targets_of(args: &Args) -> PathBuf {
    args.targets.clone().unwrap_or_else(|| args.scenario.parent().unwrap_or(Path::new("")).join("targets"))
}

/// The scenario, run no longer than the targets need, and the targets. Mistakes of both show at once where the scenario can be read.
pub fn load(args: &Args) -> Result<(Scenario, Targets), Unloaded> {
    let mut set = pairs(&args.set).map_err(Unloaded::Usage)?;
    let mut flag = |key: &str, value: Option<String>| set.extend(value.map(|v| (key.to_string(), v)));
    flag("run.seed", args.seed.map(|v| v.to_string()));
    flag("run.sample", args.sample.map(|v| format!("{v:?}").to_lowercase()));
    flag("run.replicates", Some(args.replicates.to_string()));
    let folder = Folder::read(&targets_of(args));
    let scenario = |until: Option<Month>| Scenario::load(&args.scenario, &Overrides { set: set.clone(), root: args.root.clone(), until }).map_err(Unloaded::Wrong);
    let mut loaded = scenario(None)?;
    let targets = Targets::of(folder, &Scope::new(&loaded.world)).map_err(Unloaded::Wrong)?;
    let last = targets.last_month();
    if last < loaded.world.start.plus(loaded.world.months as i32 - 1) && last > loaded.world.start {
        loaded = scenario(Some(last))?;
    }
    if !args.quiet {
        for warning in &loaded.warnings {
            let _ = writeln!(std::io::stderr(), "{warning}");
        }
    }
    Ok((loaded, targets))
}
