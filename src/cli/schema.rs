//! `musafir schema`: the JSON Schema of scenario files.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use super::{BAR_NOT_MET, DONE, print, usage};
use crate::scenario::check;

/// Arguments of `schema`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Compare with a file instead of printing; 4 if it is not the same.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "scenarios/scenario.schema.json")]
    check: Option<PathBuf>,
}

/// Prints or compares the schema.
pub fn execute(args: &Args) -> ExitCode {
    let text = format!("{:#}\n", check::schema_of_files());
    let Some(file) = &args.check else { return print(&text) };
    match std::fs::read_to_string(file) {
        Ok(found) if found == text => ExitCode::from(DONE),
        Ok(_) => {
            let file = file.display();
            let _ = writeln!(std::io::stderr(), "{file} is not the schema of this version; write it anew: musafir schema > {file}");
            ExitCode::from(BAR_NOT_MET)
        }
        Err(error) => usage(&format!("{}: {error}", file.display())),
    }
}
