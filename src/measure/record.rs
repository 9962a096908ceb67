//! `run.json`: the record of a run, and what the records of all commands have in common.

use std::{fs, path::Path, time::Instant};

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};

use crate::machine;

/// A result file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Name within the folder of results.
    pub name: String,
    /// Rows without the header; none for files that are not tables.
    pub rows: Option<u64>,
    /// BLAKE3 hash of the content, hexadecimal.
    pub hash: String,
}

/// The record of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of musafir.
    pub version: String,
    /// Title of the scenario.
    pub scenario: String,
    /// Hash of its resolved values.
    pub scenario_hash: String,
    /// Hash of the ensemble whose members the replicates used, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ensemble_hash: Option<String>,
    /// Hash of the scenarios of the members, as they were run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members_hash: Option<String>,
    /// Seed of the first replicate.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u32,
    /// Simulated over real persons.
    pub sample: f64,
    /// Rows: simulated persons of one replicate.
    pub persons: u64,
    /// Months simulated.
    pub months: u64,
    /// Months lived at 16-64 by simulated persons, all replicates.
    pub person_months: u64,
    /// Persons visited, all replicates.
    pub visits: u64,
    /// Events, all replicates.
    pub events: u64,
    /// Threads.
    pub threads: usize,
    /// Wall time of loading the scenario, seconds.
    pub seconds_load: f64,
    /// Wall time of synthesis, all replicates, seconds.
    pub seconds_synthesis: f64,
    /// Wall time of the months, all replicates, seconds.
    pub seconds_simulate: f64,
    /// Processor time of the months, all replicates, seconds; none where the system does not tell.
    pub cpu_seconds_simulate: Option<f64>,
    /// Largest resident memory, bytes; none where the system does not tell.
    pub peak_rss_bytes: Option<u64>,
    /// One hash over the state of all persons and totals at the end of all replicates.
    pub state_hash: String,
    /// Result files, without this one.
    pub files: Vec<FileEntry>,
    /// What to be wary of.
    pub warnings: Vec<String>,
}

/// Warnings of several runs, each once; of those that differ in numbers alone the one with the largest, with how many there are.
pub fn gathered(warnings: impl IntoIterator<Item = String>) -> Vec<String> {
    let shape = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    let numbers = |text: &str| text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect::<Vec<u64>>();
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for warning in warnings {
        let like = shape(&warning);
        match groups.iter_mut().find(|g| g.0 == like) {
            Some((_, group)) if group.contains(&warning) => {}
            Some((_, group)) => group.push(warning),
            None => groups.push((like, vec![warning])),
        }
    }
    let said = |(_, group): (String, Vec<String>)| {
        let count = group.len();
        let most = group.into_iter().max_by_key(|w| numbers(w)).unwrap_or_default();
        if count > 1 { format!("{most} (the most of {count} runs)") } else { most }
    };
    groups.into_iter().map(said).collect()
}

/// Name of the record's file.
pub const FILE: &str = "run.json";

/// A record of how the files of a folder came about.
pub trait Provenance: Serialize + DeserializeOwned {
    /// Name of its file.
    const NAME: &'static str = FILE;
    /// What made the files: `run`, `comparison`.
    const KIND: &'static str;

    /// What identifies it: the same text for the same inputs and version.
    fn inputs(&self) -> String;

    /// Its inputs for people.
    fn gist(&self) -> String;

    /// Result files, without its own.
    fn files(&self) -> &[FileEntry];

    /// The record in a folder; none if there is none that can be read.
    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(Self::NAME)).ok()?).ok()
    }

    /// As JSON text, with a line feed.
    fn json(&self) -> String {
        serde_json::to_string_pretty(self).map_or_else(|_| String::new(), |text| text + "\n")
    }

    /// Whether both are of the same inputs.
    fn same(&self, other: &Self) -> bool {
        self.inputs() == other.inputs()
    }

    /// Whether all files that it lists are in the folder with the content it says.
    fn complete(&self, folder: &Path) -> bool {
        !self.files().is_empty() && self.files().iter().all(|file| intact(folder, file))
    }
}

impl Provenance for Record {
    const KIND: &'static str = "run";

    fn inputs(&self) -> String {
        format!("{:?}", (&self.version, &self.scenario_hash, &self.ensemble_hash, &self.members_hash, self.seed, self.sample.to_bits(), self.replicates, self.months))
    }

    fn gist(&self) -> String {
        format!("`{}`, seed {}, sample {}, replicates {}, {} months", self.scenario, self.seed, self.sample, self.replicates, self.months)
    }

    fn files(&self) -> &[FileEntry] {
        &self.files
    }
}

/// Reads a number of a JSON file, which says `null` where there is none, for `deserialize_with`.
///
/// # Errors
/// What is neither.
pub fn number_or_nan<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
}

/// Likewise two numbers.
///
/// # Errors
/// What is not two of them.
pub fn numbers_or_nan<'de, D: Deserializer<'de>>(from: D) -> Result<[f64; 2], D::Error> {
    Ok(<[Option<f64>; 2]>::deserialize(from)?.map(|x| x.unwrap_or(f64::NAN)))
}

/// An argument of a command as a shell reads it.
pub fn quoted(argument: &str) -> String {
    let plain = !argument.is_empty() && argument.chars().all(|c| c.is_alphanumeric() || "-_./=:,+".contains(c));
    if plain { argument.to_string() } else { format!("'{}'", argument.replace('\'', "'\\''")) }
}

/// What a command took of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// Threads.
    pub threads: usize,
    /// Wall time, seconds.
    pub seconds: f64,
    /// Processor time, seconds; none where the system does not tell.
    pub cpu_seconds: Option<f64>,
    /// Largest resident memory, bytes; none where the system does not tell.
    pub peak_rss_bytes: Option<u64>,
}

impl Effort {
    /// Of this process since a moment.
    pub fn since(started: Instant, threads: usize) -> Effort {
        Effort { threads, seconds: started.elapsed().as_secs_f64(), cpu_seconds: machine::cpu_seconds(), peak_rss_bytes: machine::peak_rss_bytes() }
    }
}

/// Whether a file is in a folder with the content that its entry says.
pub fn intact(folder: &Path, file: &FileEntry) -> bool {
    hash_file(&folder.join(&file.name)).is_some_and(|hash| hash == file.hash)
}

fn hash_file(path: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path).ok()?).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

#[cfg(test)]
mod tests {
    #[test]
    fn warnings_that_differ_in_numbers_are_one() {
        let all = ["held in 3 of 40 months", "no way", "held in 12 of 40 months", "held in 3 of 40 months"];
        assert_eq!(super::gathered(all.map(str::to_string)), ["held in 12 of 40 months (the most of 2 runs)", "no way"]);
    }
}
