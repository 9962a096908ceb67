//! What a comparison leaves beside its tables: the record `run.json`, and the finished replicates of one that was interrupted.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::compare::{Replicate, Tally};
use crate::{
    measure::record::{Effort, FileEntry, Provenance},
    store::{StoreError, sealed},
};

/// One of two scenarios.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Title.
    pub scenario: String,
    /// Hash of its resolved values.
    pub scenario_hash: String,
    /// Hash of the scenarios of the members, as they were run, if there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members_hash: Option<String>,
    /// One hash over the state at the end of all replicates.
    pub state_hash: String,
}

/// A group of changes and the parts in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grouped {
    /// Name, the `channel` of `attribution.csv`.
    pub name: String,
    /// Names of its parts.
    pub parts: Vec<String>,
}

/// The record of a comparison of two scenarios.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of musafir.
    pub version: String,
    /// The reference.
    pub a: Side,
    /// What is compared with it.
    pub b: Side,
    /// Hash of the ensemble whose members the replicates used, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ensemble_hash: Option<String>,
    /// First month in which their inputs differ, before which they are one run; none if they do not differ.
    pub fork: Option<String>,
    /// Groups to which differences are attributed; empty without `--attribute`.
    pub groups: Vec<Grouped>,
    /// Whether differences are attributed.
    pub attribute: bool,
    /// Seed of the first replicate.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u32,
    /// Simulated over real persons.
    pub sample: f64,
    /// Months of a run.
    pub months: u64,
    /// Rows of one replicate.
    pub persons: u64,
    /// Months simulated for all scenarios of the command and all replicates, shared ones once.
    pub months_simulated: u64,
    /// Events in them.
    pub events: u64,
    /// What it took.
    #[serde(flatten)]
    pub effort: Effort,
    /// The answer in about ten numbers, [`super::answer::Answer`].
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub answer: serde_json::Value,
    /// Result files, without this one.
    pub files: Vec<FileEntry>,
    /// What to be wary of.
    pub warnings: Vec<String>,
}

impl Provenance for Record {
    const KIND: &'static str = "comparison";

    fn inputs(&self) -> String {
        let groups: Vec<_> = self.groups.iter().map(|g| (&g.name, &g.parts)).collect();
        let hashes = [&self.a, &self.b].map(|side| (&side.scenario_hash, &side.members_hash));
        format!("{:?}", (&self.version, hashes, &self.ensemble_hash, self.attribute, groups, self.seed, self.replicates, self.sample.to_bits(), self.months))
    }

    fn gist(&self) -> String {
        let with = if self.attribute { "with" } else { "without" };
        let (a, b) = (&self.a.scenario, &self.b.scenario);
        format!("`{a}` and `{b}`, seed {}, sample {}, replicates {}, {} months, {with} attribution", self.seed, self.sample, self.replicates, self.months)
    }

    fn files(&self) -> &[FileEntry] {
        &self.files
    }
}

/// Finished replicates of a comparison that is not finished.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Unfinished {
    /// Which comparison: a hash over what identifies it.
    pub identity: [u8; 32],
    /// In the order of replicates.
    pub replicates: Vec<Replicate>,
    /// Their counts.
    pub tallies: Vec<Tally>,
}

/// Name of the file within the folder of results.
pub const UNFINISHED: &str = "replicates.musafir";
const MAGIC: &[u8] = b"musafir replicates 1\n";

/// What identifies a comparison.
pub fn identity(record: &Record) -> [u8; 32] {
    *blake3::hash(record.inputs().as_bytes()).as_bytes()
}

impl Unfinished {
    /// Saves it, whole or not at all.
    ///
    /// # Errors
    /// Those of the file system and of the encoder.
    pub fn save(&self, folder: &Path) -> Result<(), StoreError> {
        sealed::write(&folder.join(UNFINISHED), MAGIC, self)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of the file system; content that is cut off, damaged or of another version.
    pub fn open(folder: &Path) -> Result<Unfinished, StoreError> {
        let path = folder.join(UNFINISHED);
        sealed::read(&path, MAGIC)?
            .ok_or_else(|| StoreError::Content { path, reason: "the saved replicates are cut off, damaged or of another version; start again with --force".to_string() })
    }
}
