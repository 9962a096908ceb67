//! `musafir check`: every mistake of scenario files and sweeps at once.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::json;

use super::{WRONG, diagnostics, flags::Reading, print, usage};
use crate::{
    experiment::sweep::{self, Flags, Sweep},
    scenario::{Finding, Findings, Overrides, Scenario},
};

/// Arguments of `check`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Scenario files and sweeps.
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
        if sweep::is_one(file) && !overrides.set.is_empty() {
            return usage(&format!("--set changes scenarios, and {name} is a sweep; what all its points have stands in its table `[set]`"));
        }
        match checked(file, &overrides) {
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

/// Reads a scenario or a sweep.
fn checked(file: &Path, overrides: &Overrides) -> Result<Right, Findings> {
    if sweep::is_one(file) {
        let sweep = Sweep::load(file, &Flags { root: overrides.root.clone(), ..Flags::default() })?;
        let (factors, points) = (sweep.factors.len(), sweep.points().len());
        return Ok(Right { said: format!("{}; {factors} factors, {points} points", sweep.title), hash: None, warnings: Vec::new() });
    }
    let scenario = Scenario::load(file, overrides)?;
    Ok(Right { said: format!("{}; hash {}", scenario.title, &scenario.hash[..12]), hash: Some(scenario.hash), warnings: scenario.warnings })
}
