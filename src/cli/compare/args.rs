//! Flags of `musafir compare`, and the scenarios as they change them.

use std::{collections::BTreeSet, io::Write, path::PathBuf};

use crate::{
    cli::{diagnostics, pairs},
    engine::CHUNK_ROWS,
    experiment::attribute::Wish,
    scenario::{Overrides, Scenario},
    units::Month,
};

/// Arguments of `compare`.
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The reference, A.
    pub a: PathBuf,
    /// What is compared with it: B, C, ...
    #[arg(required = true, value_name = "B")]
    pub others: Vec<PathBuf>,
    /// Change a value in all scenarios: key.path=value (repeatable).
    #[arg(long, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Number of replicates; replicate k uses the seed plus k - 1 in every scenario.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub replicates: u32,
    /// Seed of synthesis and dynamics [default: that of A].
    #[arg(long)]
    pub seed: Option<u64>,
    /// Share of households simulated, (0, 1] [default: that of A].
    #[arg(long, value_name = "SHARE")]
    pub sample: Option<f64>,
    /// Last month simulated, YYYY-MM.
    #[arg(long, value_name = "YYYY-MM")]
    pub until: Option<Month>,
    /// Threads; all processors unless said otherwise. Results do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub threads: Option<u32>,
    /// Folder of results [default: `results/compare-A-B`]. With more than two scenarios each pair gets a folder `compare-A-B` in it.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Folder within which the scenarios' paths stay.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Say which of the changes did it: Shapley shares over all coalitions of at most six groups of changes.
    #[arg(long)]
    pub attribute: bool,
    /// A group of changes, NAME=PART,PART (repeatable); a part is named `corridor:channel`, `regime:id`, `closure:id`, ..., by the beginning of
    /// its name up to a colon, or by a channel.
    #[arg(long, value_name = "NAME=PART,..", requires = "attribute")]
    pub group: Vec<String>,
    /// Leave out the page report.html.
    #[arg(long)]
    pub no_report: bool,
    /// Replace other results.
    #[arg(long)]
    pub force: bool,
    /// Go on after the replicates that an interrupted comparison finished.
    #[arg(long)]
    pub resume: bool,
    /// No progress and no table.
    #[arg(long)]
    pub quiet: bool,
    /// Print records and answers as JSON and nothing else.
    #[arg(long)]
    pub json: bool,
    /// Rows of a chunk (results do not depend on it).
    #[arg(long, hide = true, default_value_t = CHUNK_ROWS)]
    pub chunk_rows: usize,
}

impl Args {
    /// All scenario files, A first.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.a).chain(&self.others)
    }

    /// The wished groups.
    pub fn wishes(&self) -> Result<Vec<Wish>, String> {
        let wish = |text: &String| match text.split_once('=') {
            Some((name, parts)) if !name.trim().is_empty() && !parts.trim().is_empty() => {
                Ok((name.trim().to_string(), parts.split(',').map(|p| p.trim().to_string()).filter(|p| !p.is_empty()).collect()))
            }
            _ => Err(format!("`--group {text}` is not of the form NAME=PART,PART")),
        };
        self.group.iter().map(wish).collect()
    }
}

/// Why scenarios could not be loaded.
pub enum Unloaded {
    /// Wrong usage.
    Usage(String),
    /// They are wrong, which has been said.
    Said,
}

/// The scenarios as the flags change them; seed and sample are those of A in all.
pub fn load(args: &Args) -> Result<Vec<Scenario>, Unloaded> {
    let mut set = pairs(&args.set).map_err(Unloaded::Usage)?;
    let mut flag = |key: &str, value: Option<String>| set.extend(value.map(|v| (key.to_string(), v)));
    flag("run.seed", args.seed.map(|v| v.to_string()));
    flag("run.sample", args.sample.map(|v| format!("{v:?}").to_lowercase()));
    flag("run.replicates", Some(args.replicates.to_string()));
    let mut scenarios: Vec<Scenario> = Vec::new();
    let (mut wrong, mut said) = (false, BTreeSet::new());
    for file in args.files() {
        let mut set = set.clone();
        if let Some(a) = scenarios.first() {
            set.push(("run.seed".to_string(), a.run.seed.to_string()));
            set.push(("run.sample".to_string(), format!("{:?}", a.run.sample)));
        }
        match Scenario::load(file, &Overrides { set, root: args.root.clone(), until: args.until }) {
            Ok(scenario) => {
                // What files share is said once.
                for warning in scenario.warnings.iter().map(ToString::to_string).filter(|_| !args.quiet) {
                    if said.insert(warning.clone()) {
                        let _ = writeln!(std::io::stderr(), "{warning}");
                    }
                }
                scenarios.push(scenario);
            }
            Err(findings) => {
                diagnostics::print(&findings);
                wrong = true;
            }
        }
    }
    if wrong { Err(Unloaded::Said) } else { Ok(scenarios) }
}
