//! Finished runs on disk: each a file of its own, written whole or not at all, found again by what identifies the run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    measure::year::Value,
    store::{StoreError, atomic, sealed},
};

/// Folder of finished runs within the folder of results.
pub const FOLDER: &str = "runs";
const MAGIC: &[u8] = b"musafir sweep run 2\n";

/// A finished run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// What identifies it.
    pub key: String,
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
    folder: PathBuf,
}

impl Runs {
    /// Within a folder of results.
    pub fn new(results: &Path) -> Runs {
        Runs { folder: results.join(FOLDER) }
    }

    fn path(&self, key: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", &key[..40.min(key.len())]))
    }

    /// Writes a finished run.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn finish(&self, run: &Finished) -> Result<(), StoreError> {
        sealed::write(&self.path(&run.key, "run"), MAGIC, run)?;
        let failed = self.path(&run.key, "failed");
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
        atomic::write(&self.path(key, "failed"), |sink| sink.write_all(why.as_bytes())).map(drop)
    }

    /// What became of a run. A file that is cut off or damaged is none.
    pub fn fate(&self, key: &str) -> Fate {
        let run = sealed::read::<Finished>(&self.path(key, "run"), MAGIC).ok().flatten();
        if let Some(run) = run.filter(|run| run.key == key) {
            return Fate::Finished(run);
        }
        fs::read_to_string(self.path(key, "failed")).map_or(Fate::ToGo, Fate::Failed)
    }

    /// Whether a run is there, without reading it: 1 finished, -1 failed, 0 neither; and when it was written.
    pub fn stands(&self, key: &str) -> (i8, Option<std::time::SystemTime>) {
        let when = |ending: &str| fs::metadata(self.path(key, ending)).ok().map(|m| m.modified().ok());
        if let Some(time) = when("run") {
            return (1, time);
        }
        when("failed").map_or((0, None), |time| (-1, time))
    }

    /// Removes what an interrupted writing left.
    pub fn sweep_up(&self) {
        atomic::sweep_up(&self.folder);
    }
}
