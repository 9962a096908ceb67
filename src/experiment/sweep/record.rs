//! What a sweep leaves beside its tables: `plan.json`, from which it can be collected and watched, and the record `sweep.json`.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

use super::{
    Sweep,
    about::{Asked, Varied},
    plan::{Plan, Run},
    read::Flags,
};
use crate::{
    measure::record::{Effort, FileEntry, Provenance},
    store::{StoreError, atomic},
    units::Month,
};

/// Name of the plan within the folder of results.
pub const PLAN: &str = "plan.json";
/// Name of the record.
pub const RECORD: &str = "sweep.json";

/// What is to be run, for other processes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Version of musafir.
    pub version: String,
    /// Title of the sweep.
    pub title: String,
    /// Its file.
    pub file: String,
    /// What the command line changed.
    pub sample: Option<f64>,
    /// Likewise.
    pub seed: Option<u64>,
    /// Likewise.
    pub replicates: Option<u32>,
    /// Likewise.
    pub until: Option<Month>,
    /// Likewise.
    pub root: Option<String>,
    /// What identifies the sweep.
    pub identity: String,
    /// Points.
    pub points: usize,
    /// Points whose scenario cannot be run.
    pub wrong_points: usize,
    /// What identifies each run, in the order in which they are run.
    pub runs: Vec<String>,
}

/// The record of a finished sweep.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of musafir.
    pub version: String,
    /// Title of the sweep.
    pub title: String,
    /// What it asks, in a few sentences.
    #[serde(default)]
    pub description: String,
    /// Name of its file.
    #[serde(default)]
    pub file: String,
    /// Kind of design.
    #[serde(default)]
    pub design: String,
    /// What identifies it.
    pub identity: String,
    /// Points.
    pub points: usize,
    /// Replicates of each.
    pub replicates: u32,
    /// Distinct worlds among the points.
    pub worlds: usize,
    /// Runs of points, in all.
    pub runs: usize,
    /// Those of them that failed.
    pub failed: usize,
    /// Seed of the first replicate.
    pub seed: u64,
    /// Simulated over real persons.
    pub sample: f64,
    /// Months of a run.
    pub months: usize,
    /// One hash over the states at the end of all runs.
    pub state_hash: String,
    /// Runs that the last process made that made any.
    pub runs_now: usize,
    /// Months that it simulated, shared ones once.
    pub months_now: u64,
    /// Runs side by side.
    pub workers: usize,
    /// Processor time of synthesis and months in it, seconds; 0 where runs have several threads or the system does not tell.
    pub cpu_seconds_simulate: f64,
    /// Share of the workers' time spent waiting for something to do.
    pub waiting_share: f64,
    /// What it took, with the threads of each run.
    #[serde(flatten)]
    pub effort: Effort,
    /// What was varied.
    #[serde(default)]
    pub factors: Vec<Varied>,
    /// What was asked, and what came of it.
    #[serde(default)]
    pub outcomes: Vec<Asked>,
    /// Result files, without this one.
    pub files: Vec<FileEntry>,
}

impl Planned {
    /// Of a sweep.
    pub fn new(sweep: &Sweep, plan: &Plan, runs: &[Run], flags: &Flags) -> Planned {
        let absolute = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf()).display().to_string();
        Planned {
            version: env!("CARGO_PKG_VERSION").to_string(),
            title: sweep.title.clone(),
            file: absolute(&sweep.path),
            sample: flags.sample,
            seed: flags.seed,
            replicates: flags.replicates,
            until: flags.until,
            root: flags.root.as_deref().map(absolute),
            identity: plan.identity(sweep),
            points: plan.points.len(),
            wrong_points: plan.wrong().count(),
            runs: runs.iter().map(|&run| plan.key(run)).collect(),
        }
    }

    /// What the command line changed.
    pub fn flags(&self) -> Flags {
        Flags { sample: self.sample, seed: self.seed, replicates: self.replicates, until: self.until, root: self.root.as_ref().map(Into::into) }
    }

    /// The plan in a folder; none if there is none that can be read.
    pub fn read(folder: &Path) -> Option<Planned> {
        serde_json::from_slice(&fs::read(folder.join(PLAN)).ok()?).ok()
    }

    /// Writes it, unless it is there.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, folder: &Path) -> Result<(), StoreError> {
        use io::Write;
        if Planned::read(folder).as_ref() == Some(self) {
            return Ok(());
        }
        atomic::write(&folder.join(PLAN), |sink| {
            serde_json::to_writer_pretty(&mut *sink, self)?;
            sink.write_all(b"\n")
        })
        .map(drop)
    }
}

impl Provenance for Record {
    const NAME: &'static str = RECORD;
    const KIND: &'static str = "sweep";

    fn inputs(&self) -> String {
        self.identity.clone()
    }

    fn gist(&self) -> String {
        format!("`{}`", self.title)
    }

    fn files(&self) -> &[FileEntry] {
        &self.files
    }
}
