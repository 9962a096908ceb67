//! What a file means to be: scenarios, sweeps and the others are told apart by their keys.

use std::path::Path;

use super::stop::Stop;
use crate::{experiment::sweep, scenario::document};

/// Kinds of files that commands take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scenario, or nothing that can be told.
    Scenario,
    /// A sweep.
    Sweep,
    /// A calibration.
    Calibration,
    /// An ensemble.
    Ensemble,
    /// A book of claims.
    Claims,
}

impl Kind {
    /// Of a file.
    pub fn of(file: &Path) -> Kind {
        match () {
            () if sweep::is_one(file) => Kind::Sweep,
            () if document::has(file, &["member"]) => Kind::Ensemble,
            () if document::has(file, &["method", "parameter"]) => Kind::Calibration,
            () if document::has(file, &["claim"]) => Kind::Claims,
            () => Kind::Scenario,
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        ["a scenario", "a sweep", "a calibration", "an ensemble", "a book of claims"][self as usize]
    }

    /// What takes it.
    fn taken(self) -> &'static str {
        ["`musafir run` takes it", "`musafir sweep` takes it", "`musafir calibrate` takes it", "give it to --ensemble", "`musafir claims` takes it"][self as usize]
    }

    /// Makes sure that a file is not plainly of another kind.
    ///
    /// # Errors
    /// What it is, and what takes it.
    pub fn expect(self, file: &Path) -> Result<(), Stop> {
        let found = Kind::of(file);
        if found == self || (found == Kind::Scenario && !document::has(file, &["run", "tables", "extends", "behaviour"])) {
            return Ok(());
        }
        Err(Stop::Usage(format!("{} is {}, not {}; {}", file.display(), found.name(), self.name(), found.taken())))
    }
}
