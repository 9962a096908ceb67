//! `musafir check`: every mistake of scenario files, sweeps, calibrations, ensembles and books of claims at once.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::json;

use super::{WRONG, claims, diagnostics, flags::Reading, print, usage};
use crate::{
    experiment::{
        calibration::{self, Calibration},
        ensemble::{Ensemble, Members, described},
        sweep::{Flags, Sweep},
    },
    scenario::{
        Finding, Findings, Kind, Overrides, Scenario, document,
        finding::{At, Ledger},
        kind,
    },
};

/// Arguments of `check`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Scenario files, sweeps, calibrations, ensembles, books of claims.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reading: Reading,
    /// Print findings as JSON to standard output.
    #[arg(long)]
    json: bool,
}

/// Checks the files; 2 if one of them is wrong.
pub fn execute(args: &Args) -> ExitCode {
    let overrides = match args.reading.overrides() {
        Ok(overrides) => overrides,
        Err(why) => return usage(&why),
    };
    let (mut wrong, mut text, mut records) = (false, String::new(), Vec::new());
    for file in &args.files {
        let name = file.display().to_string();
        let kind = Kind::of(file);
        if kind != Kind::Scenario && !overrides.set.is_empty() {
            let hint = if kind == Kind::Sweep { "; what all its points have stands in its table `[set]`" } else { "" };
            return usage(&format!("--set changes scenarios, and {name} is {}{hint}", kind.name()));
        }
        match checked(file, kind, &overrides) {
            Ok(right) => {
                let _ = writeln!(text, "{name}: right ({})", right.said);
                if !args.json && !right.warnings.is_empty() {
                    diagnostics::print_list(&right.warnings);
                }
                records.push(json!({"file": name, "right": true, "hash": right.hash, "findings": right.warnings}));
            }
            Err(findings) => {
                wrong = true;
                if !args.json {
                    diagnostics::print(&findings);
                }
                let _ = writeln!(text, "{name}: wrong");
                records.push(json!({"file": name, "right": false, "findings": findings.list}));
            }
        }
    }
    let code = if args.json { print(&format!("{:#}\n", json!(records))) } else { print(&text) };
    if wrong { ExitCode::from(WRONG) } else { code }
}

/// A file that is right.
struct Right {
    said: String,
    /// Of a scenario's values.
    hash: Option<String>,
    warnings: Vec<Finding>,
}

/// What a file is that does not stand alone, and what reads it.
fn dependent(file: &Path, of: Kind) -> Option<(&'static str, &'static str)> {
    let tree = document::tree_of(file);
    let whole = || tree.get("title").is_some() || tree.has_any(&kind::WHOLE);
    match () {
        () if file.extension().is_some_and(|e| e == "csv") => Some(("a table", "check a scenario that names it in `[tables]`")),
        () if of == Kind::Targets => Some((of.name(), of.taken())),
        () if tree.has_any(&kind::PARTS) && !whole() => Some(("a part of scenarios", "check a scenario that has it in `extends`")),
        () => None,
    }
}

/// Reads a file of a kind.
fn checked(file: &Path, kind: Kind, overrides: &Overrides) -> Result<Right, Findings> {
    if let Some((what, reader)) = dependent(file, kind) {
        let mut ledger = Ledger::default();
        ledger.error(At::NOWHERE, "", format!("`{}` is {what}", file.display()), "it cannot be checked by itself", reader);
        return Err(Findings { list: ledger.sorted() });
    }
    let root = overrides.root.clone();
    let other = |said: String| Right { said, hash: None, warnings: Vec::new() };
    Ok(match kind {
        Kind::Sweep => {
            let sweep = Sweep::load(file, &Flags { root, ..Flags::default() })?;
            other(format!("{}; {} factors, {} points", sweep.title, sweep.factors.len(), sweep.points().len()))
        }
        Kind::Calibration => {
            let calibration = Calibration::load(file, &calibration::Flags { root, ..calibration::Flags::default() })?;
            let said = format!("{}; {} parameters, {} members", calibration.title, calibration.uncertain.len(), calibration.budget.members);
            Right { warnings: calibration.warnings, ..other(said) }
        }
        Kind::Ensemble => {
            let ensemble = Ensemble::load(file)?;
            let scenario = file.parent().unwrap_or(Path::new("")).join(&ensemble.scenario);
            // Beside its scenario all members are tried in it.
            let tried = !ensemble.scenario.is_empty() && scenario.is_file();
            let members = if tried { ensemble.scenarios(&scenario, overrides, ensemble.members.len() as u32)? } else { Members::default() };
            Right { warnings: members.warnings, ..other(format!("{}; {}", ensemble.title, described(&ensemble))) }
        }
        Kind::Claims => {
            let (book, scenarios, _) = claims::read(file)?;
            other(format!("{} claims, {} scenarios", book.claim.len(), scenarios.len()))
        }
        Kind::Scenario | Kind::Targets => {
            let scenario = Scenario::load(file, overrides)?;
            Right { said: format!("{}; hash {}", scenario.title, &scenario.hash[..12]), hash: Some(scenario.hash), warnings: scenario.warnings }
        }
    })
}
