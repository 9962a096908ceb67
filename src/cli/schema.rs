//! `musafir schema`: the JSON Schema of scenario files, of sweeps, calibrations, ensembles, of targets, of bars, of claims.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use super::{BAR_NOT_MET, DONE, print, usage};
use crate::{
    experiment::{calibration, claims, ensemble, past::target_file, sweep},
    scenario::check,
};

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Of {
    /// Scenarios.
    Scenario,
    /// Sweeps.
    Sweep,
    /// Calibrations.
    Calibration,
    /// Ensembles.
    Ensemble,
    /// Targets of `validate`.
    Targets,
    /// The split and the bars of `validate`.
    Bars,
    /// Books of claims.
    Claims,
}

/// Arguments of `schema`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Which files.
    #[arg(long, value_enum, default_value = "scenario")]
    of: Of,
    /// Compare with a file instead of printing; 4 if it is not the same [default: the one of the repository].
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = ".")]
    check: Option<PathBuf>,
}

/// Prints or compares the schema.
pub fn execute(args: &Args) -> ExitCode {
    let (schema, flag, own) = match args.of {
        Of::Calibration => (calibration::schema(), " --of calibration", "scenarios/calibrations/calibration.schema.json"),
        Of::Ensemble => (ensemble::schema(), " --of ensemble", "scenarios/ensemble.schema.json"),
        Of::Scenario => (check::schema_of_files(), "", "scenarios/scenario.schema.json"),
        Of::Sweep => (sweep::schema(), " --of sweep", "scenarios/sweeps/sweep.schema.json"),
        Of::Targets => (target_file::schema_of_targets(), " --of targets", "scenarios/targets/targets.schema.json"),
        Of::Claims => (claims::read::schema(), " --of claims", "scenarios/claims.schema.json"),
        Of::Bars => (target_file::schema_of_bars(), " --of bars", "scenarios/targets/bars.schema.json"),
    };
    let text = format!("{schema:#}\n");
    let Some(file) = &args.check else { return print(&text) };
    let file = if file.as_os_str() == "." { PathBuf::from(own) } else { file.clone() };
    match std::fs::read_to_string(&file) {
        Ok(found) if found == text => ExitCode::from(DONE),
        Ok(_) => {
            let file = file.display();
            let _ = writeln!(std::io::stderr(), "{file} is not the schema of this version; write it anew: musafir schema{flag} > {file}");
            ExitCode::from(BAR_NOT_MET)
        }
        Err(error) => usage(&format!("{}: {error}", file.display())),
    }
}
