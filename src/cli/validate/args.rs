//! Flags of `musafir validate`, and the scenario and the targets as they say.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{
    cli::{
        diagnostics::print_list,
        flags::{Reading, Running, Uncertain},
        folder,
        stop::{Stop, expect},
    },
    engine::CHUNK_ROWS,
    experiment::{
        ensemble::{Ensemble, Members},
        past::{target_file::Folder, targets::Targets},
    },
    measure::scope::Scope,
    scenario::{Findings, Kind, Scenario},
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
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub running: Running,
    #[command(flatten)]
    pub uncertain: Uncertain,
    /// Number of replicates.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub replicates: u32,
    /// Write a page for people too, as Markdown.
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Leave out the page report.html.
    #[arg(long)]
    pub no_report: bool,
    /// Rows of a chunk (results do not depend on it).
    #[arg(long, hide = true, default_value_t = CHUNK_ROWS)]
    pub chunk_rows: usize,
}

/// What is validated.
pub struct Loaded {
    /// The scenario as it is.
    pub scenario: Scenario,
    /// Published values.
    pub targets: Targets,
    /// The ensemble whose members the replicates use.
    pub ensemble: Option<Ensemble>,
    /// The scenario of each replicate; none if it is the same for all.
    pub members: Members,
}

/// The folder of targets.
pub fn targets_of(args: &Args) -> PathBuf {
    args.targets.clone().unwrap_or_else(|| args.scenario.parent().unwrap_or(Path::new("")).join("targets"))
}

/// The scenario, run no longer than the targets need, and the targets. Mistakes of the scenario come first.
pub fn load(args: &Args) -> Result<Loaded, Stop> {
    let mut overrides = args.running.overrides(&args.reading, Some(args.replicates))?;
    let folder = Folder::read(&targets_of(args));
    expect(Kind::Scenario, &args.scenario)?;
    args.page.as_deref().map_or(Ok(()), folder::markdown)?;
    let loaded = Scenario::load(&args.scenario, &overrides);
    let targets = Targets::of(folder, loaded.as_ref().ok().map(|l| Scope::new(&l.world)).as_ref());
    let (mut loaded, targets) = match (loaded, targets) {
        (Ok(loaded), Ok(targets)) => (loaded, targets),
        (loaded, targets) => {
            let list = [loaded.err(), targets.err()].into_iter().flatten().flat_map(|f| f.list).collect();
            return Err(Findings { list }.into());
        }
    };
    if !args.running.quiet {
        print_list(&targets.warnings);
    }
    overrides.until = targets.stop(&loaded.world).or(overrides.until);
    loaded = args.running.load(&args.scenario, &overrides, &mut BTreeSet::new())?;
    let ensemble = args.uncertain.named()?;
    let members = args.running.members(ensemble.as_ref(), &args.scenario, &overrides, args.replicates, &mut loaded)?;
    Ok(Loaded { scenario: loaded, targets, ensemble, members })
}
