//! `musafir report`: the page of results that are there already.

use std::{fmt::Write as _, io::Write, path::PathBuf, process::ExitCode};

use super::{FAILED, WRONG, print, usage};
use crate::{report, store::StoreError};

/// Arguments of `report`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Folders of results of `run`, `compare`, `sweep`, `validate` or `calibrate`.
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Folder of targets: observed points over the lines (run and compare take `scenarios/targets` of their scenario if it is there).
    #[arg(long, value_name = "DIR")]
    targets: Option<PathBuf>,
    /// Say nothing.
    #[arg(long)]
    quiet: bool,
}

/// Writes the pages; a folder that cannot be read does not keep the others from theirs.
pub fn execute(args: &Args) -> ExitCode {
    if let Some(targets) = &args.targets {
        match report::observed::stated(targets) {
            Ok(series) if series.is_empty() => return usage(&format!("{} holds no targets: no file that ends in .toml has a [[series]]", targets.display())),
            Ok(_) => {}
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "error: {error}");
                return ExitCode::from(FAILED);
            }
        }
    }
    let (mut said, mut code) = (String::new(), None);
    for folder in &args.folders {
        match report::write(folder, args.targets.as_deref()) {
            Ok(()) => {
                let _ = writeln!(said, "Report: {}", folder.join(report::FILE).display());
            }
            Err(error) => {
                let _ = writeln!(std::io::stderr(), "error: {error}");
                let wrong = matches!(error, StoreError::Content { .. });
                code = Some(if wrong { WRONG } else { FAILED });
            }
        }
    }
    if !args.quiet {
        print(&said);
    }
    ExitCode::from(code.unwrap_or(0))
}
