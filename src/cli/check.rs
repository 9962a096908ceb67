//! `musafir check`: every mistake of scenario files at once.

use std::{fmt::Write as _, path::PathBuf, process::ExitCode};

use serde_json::json;

use super::{WRONG, diagnostics, flags::Reading, print, usage};
use crate::scenario::Scenario;

/// Arguments of `check`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Scenario files.
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
        match Scenario::load(file, &overrides) {
            Ok(scenario) => {
                let _ = writeln!(text, "{name}: right ({}; hash {})", scenario.title, &scenario.hash[..12]);
                if !args.json && !scenario.warnings.is_empty() {
                    diagnostics::print_list(&scenario.warnings);
                }
                records.push(json!({"file": name, "right": true, "hash": scenario.hash, "findings": scenario.warnings}));
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
