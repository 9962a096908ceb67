//! Flags of `musafir run`, and the scenario as they change it.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use super::Stop;
use crate::{
    cli::diagnostics,
    engine::CHUNK_ROWS,
    measure::Format,
    scenario::{Overrides, Scenario},
    units::Month,
};

/// Arguments of `run`.
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Scenario file.
    pub scenario: PathBuf,
    /// Change a value: key.path=value (repeatable).
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Number of replicates; replicate k uses the seed plus k - 1.
    #[arg(long, value_name = "N")]
    pub replicates: Option<u32>,
    /// Seed of synthesis and dynamics.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Share of households simulated, (0, 1].
    #[arg(long, value_name = "SHARE")]
    pub sample: Option<f64>,
    /// Last month simulated, YYYY-MM.
    #[arg(long, value_name = "YYYY-MM")]
    pub until: Option<Month>,
    /// Threads; all processors unless said otherwise. Results do not depend on it.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Folder of results; `results/<name of the file>` unless said otherwise.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Folder within which the scenario's paths stay.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Format of the tables.
    #[arg(long, value_enum, default_value_t = Format::Parquet)]
    pub format: Format,
    /// Leave out the page report.html.
    #[arg(long)]
    pub no_report: bool,
    /// Replace the results of another run.
    #[arg(long)]
    pub force: bool,
    /// Save the run every N months, so that it can be resumed.
    #[arg(long, value_name = "N")]
    pub checkpoint_every: Option<usize>,
    /// Go on from the checkpoint in the folder of results.
    #[arg(long)]
    pub resume: bool,
    /// No progress and no table.
    #[arg(long)]
    pub quiet: bool,
    /// Print the record of the run as JSON and nothing else.
    #[arg(long)]
    pub json: bool,
    /// Say on standard error where the time of the months went, and how near the scan comes to what memory can deliver.
    #[arg(long)]
    pub profile: bool,
    /// Rows of a chunk (results do not depend on it).
    #[arg(long, hide = true, default_value_t = CHUNK_ROWS)]
    pub chunk_rows: usize,
}

/// The scenario as the flags change it; none if it is wrong, which has been said.
pub(super) fn load(args: &Args) -> Result<Option<Scenario>, Stop> {
    let overrides = Overrides { set: set(args)?, root: args.root.clone(), until: args.until };
    match Scenario::load(&args.scenario, &overrides) {
        Ok(scenario) => {
            if !args.quiet {
                for warning in &scenario.warnings {
                    let _ = writeln!(std::io::stderr(), "{warning}");
                }
            }
            Ok(Some(scenario))
        }
        Err(findings) => {
            diagnostics::print(&findings);
            Ok(None)
        }
    }
}

/// Values that `--set` sets.
pub(super) fn pairs(args: &Args) -> Result<Vec<(String, String)>, Stop> {
    let pair = |text: &String| {
        let (key, value) = text.split_once('=').ok_or_else(|| Stop::Usage(format!("`--set {text}` is not of the form key.path=value")))?;
        Ok((key.trim().to_string(), value.trim().to_string()))
    };
    args.set.iter().map(pair).collect()
}

/// Values that all flags set.
fn set(args: &Args) -> Result<Vec<(String, String)>, Stop> {
    let mut set = pairs(args)?;
    let mut flag = |key: &str, value: Option<String>| set.extend(value.map(|v| (key.to_string(), v)));
    flag("run.seed", args.seed.map(|v| v.to_string()));
    flag("run.sample", args.sample.map(|v| format!("{v:?}").to_lowercase()));
    flag("run.replicates", args.replicates.map(|v| v.to_string()));
    Ok(set)
}

pub(super) fn out(args: &Args) -> PathBuf {
    args.out.clone().unwrap_or_else(|| Path::new("results").join(args.scenario.file_stem().unwrap_or("run".as_ref())))
}
