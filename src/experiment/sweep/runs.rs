//! Finished runs on disk: each a file of its own, written whole or not at all, found again by what identifies the run; of those that failed, why.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    measure::year::Value,
    store::{
        StoreError, atomic,
        shelf::{self, Shelf},
    },
};

/// Folder of finished runs within the folder of results.
pub const FOLDER: &str = "runs";
const FAILED: &str = "failed";

/// A finished run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// State hash at the end.
    pub state: [u8; 32],
    /// Rows.
    pub persons: u64,
    /// Yearly values that are kept.
    pub values: Vec<Value>,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It is finished.
    Finished(Finished),
    /// It failed, and why.
    Failed(String),
    /// It has not been run.
    ToGo,
}

/// The folder of a sweep's runs.
#[derive(Clone, Debug)]
pub struct Runs {
    shelf: Shelf<Finished>,
}

impl Runs {
    /// Within a folder of results.
    pub fn new(results: &Path) -> Runs {
        Runs { shelf: Shelf::new(results.join(FOLDER), "sweep run 3") }
    }

    /// Writes a finished run.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn finish(&self, key: &str, run: &Finished) -> Result<(), StoreError> {
        self.shelf.put(key, run)?;
        let failed = self.shelf.path(key, FAILED);
        if failed.exists() {
            fs::remove_file(&failed).map_err(StoreError::io("remove", &failed))?;
        }
        Ok(())
    }

    /// Records that a run failed.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn fail(&self, key: &str, why: &str) -> Result<(), StoreError> {
        use std::io::Write;
        atomic::write(&self.shelf.path(key, FAILED), |sink| sink.write_all(why.as_bytes())).map(drop)
    }

    /// What became of a run. A file that is cut off or damaged is none.
    pub fn fate(&self, key: &str) -> Fate {
        let failed = || fs::read_to_string(self.shelf.path(key, FAILED)).map_or(Fate::ToGo, Fate::Failed);
        self.shelf.get(key).map_or_else(failed, Fate::Finished)
    }

    /// Whether a run is there, without reading it: 1 finished, -1 failed, 0 neither; and when it was written.
    pub fn stands(&self, key: &str) -> (i8, Option<std::time::SystemTime>) {
        let when = |ending: &str| fs::metadata(self.shelf.path(key, ending)).ok().map(|m| m.modified().ok());
        if let Some(time) = when(shelf::VALUE) {
            return (1, time);
        }
        when(FAILED).map_or((0, None), |time| (-1, time))
    }

    /// Removes what an interrupted writing left.
    pub fn sweep_up(&self) {
        atomic::sweep_up(self.shelf.folder());
    }
}
