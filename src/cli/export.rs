//! `musafir export`: results for other programs.

use std::{fmt::Write as _, io::Write, path::PathBuf, process::ExitCode};

use super::{FAILED, WRONG, print};
use crate::{
    report::export::{self, Format},
    store::StoreError,
};

/// Arguments of `export`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Folder of results of `run` or `compare`.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Format.
    #[arg(long = "as", value_enum, value_name = "FORMAT")]
    format: Format,
    /// Folder for the files [default: `DIR/export`].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace files of other content; within the folder of results that needs no word.
    #[arg(long)]
    force: bool,
    /// Say nothing.
    #[arg(long)]
    quiet: bool,
}

/// Writes the files.
pub fn execute(args: &Args) -> ExitCode {
    let out = args.out.clone().unwrap_or_else(|| args.folder.join("export"));
    match export::export(&args.folder, args.format, &out, args.force || args.out.is_none()) {
        Ok(files) => {
            let mut said = String::new();
            for file in &files {
                let _ = writeln!(said, "{}", file.display());
            }
            if args.quiet { ExitCode::SUCCESS } else { print(&said) }
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(if matches!(error, StoreError::Content { .. }) { WRONG } else { FAILED })
        }
    }
}
