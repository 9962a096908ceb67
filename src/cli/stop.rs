//! How a command ends early: what it says, and its exit code.

use std::{io::Write, path::Path, process::ExitCode};

use super::{FAILED, STOPPED, WRONG, diagnostics, print};
use crate::{
    scenario::{Findings, Kind, document, kind},
    store::StoreError,
};

/// Why a command ends early.
#[derive(Debug)]
pub enum Stop {
    /// Wrong usage.
    Usage(String),
    /// It failed.
    Failed(String),
    /// Wrong files; what is wrong has been said.
    Wrong,
    /// Stopped by the user; what is saved, and how to go on.
    Stopped(String),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Failed(error.to_string())
    }
}

impl From<Findings> for Stop {
    /// Says what is wrong.
    fn from(findings: Findings) -> Stop {
        diagnostics::print(&findings);
        Stop::Wrong
    }
}

impl Stop {
    /// Says why; the exit code.
    pub fn end(self) -> ExitCode {
        let (why, code) = match self {
            Stop::Usage(why) => (format!("error: {why}"), WRONG),
            Stop::Failed(why) => (format!("error: {why}"), FAILED),
            Stop::Stopped(saved) => (saved, STOPPED),
            Stop::Wrong => return ExitCode::from(WRONG),
        };
        let _ = writeln!(std::io::stderr(), "{why}");
        ExitCode::from(code)
    }
}

/// Makes sure that a file is not plainly of another kind.
///
/// # Errors
/// What it is, and what takes it.
pub fn expect(wanted: Kind, file: &Path) -> Result<(), Stop> {
    let tree = document::tree_of(file);
    let found = Kind::of_tree(&tree);
    if found == wanted || (found == Kind::Scenario && !tree.has_any(&kind::WHOLE)) {
        return Ok(());
    }
    Err(Stop::Usage(format!("{} is {}, not {}; {}", file.display(), found.name(), wanted.name(), found.taken())))
}

/// Prints what a command has to say and ends with a code, unless it could not be printed; or ends early.
pub fn end(done: Result<(String, u8), Stop>) -> ExitCode {
    match done {
        Ok((text, code)) => {
            let printed = print(&text);
            if printed == ExitCode::SUCCESS { ExitCode::from(code) } else { printed }
        }
        Err(stop) => stop.end(),
    }
}
