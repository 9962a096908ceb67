//! A run in progress on disk: what identifies it, what is finished, the recorder and the simulation of the running replicate.
//!
//! Layout: a line that names the format; length and bytes of the head (postcard); length and bytes of the recorder; the simulation; a
//! BLAKE3 hash of all before it.

use std::{
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{Recorder, Results};
use crate::{
    engine::{Setup, Simulation},
    scenario::Scenario,
    store::{StoreError, atomic},
};

const MAGIC: &[u8] = b"musafir checkpoint 4\n";
const HASH: usize = 32;

/// Name of the file within the folder of results.
pub const FILE: &str = "checkpoint.musafir";

/// What identifies a run: only what changes results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Version of musafir.
    pub version: String,
    /// Hash of the scenario.
    pub scenario_hash: String,
    /// First month and number of months.
    pub months: (u16, u32),
    /// Seed of the first replicate.
    pub seed: u64,
    /// Simulated over real persons, bits.
    pub sample: u64,
    /// Number of replicates.
    pub replicates: u32,
}

/// Counts and times of the replicates so far, of the running one up to its start.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Tally {
    pub persons: u64,
    pub person_months: u64,
    pub visits: u64,
    pub events: u64,
    pub seconds_synthesis: f64,
    pub seconds_simulate: f64,
    pub cpu_seconds_simulate: f64,
    /// State hashes of finished replicates.
    pub states: Vec<[u8; 32]>,
    pub warnings: Vec<String>,
}

/// What stands before the recorder and the simulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Which run.
    pub identity: Identity,
    /// The running replicate, from 1.
    pub replicate: u32,
    /// Counts so far.
    pub tally: Tally,
    /// Results of finished replicates.
    pub results: Results,
}

/// Saves a run, whole or not at all.
///
/// # Errors
/// Those of the file system and of the encoders.
pub fn save(folder: &Path, head: &Head, recorder: &Recorder, simulation: &Simulation<'_>) -> Result<(), StoreError> {
    let mut recorded = Vec::new();
    let path = folder.join(FILE);
    recorder.save(&mut recorded).map_err(StoreError::io("write", &path))?;
    atomic::write(&path, |sink| {
        let head = postcard::to_stdvec(head).map_err(io::Error::other)?;
        sink.write_all(MAGIC)?;
        for block in [&head, &recorded] {
            sink.write_all(&(block.len() as u64).to_le_bytes())?;
            sink.write_all(block)?;
        }
        simulation.save(sink)?;
        let hash = sink.hash();
        sink.write_all(hash.as_bytes())
    })?;
    Ok(())
}

/// A checkpoint opened for reading; the simulation has not been read yet.
pub struct Opened {
    path: PathBuf,
    /// What it says of itself.
    pub head: Head,
    recorded: Vec<u8>,
    rest: io::Take<io::BufReader<fs::File>>,
}

/// Opens a checkpoint, after checking that it is whole.
///
/// # Errors
/// Those of the file system; content that is cut off, damaged or of another version.
pub fn open(folder: &Path) -> Result<Opened, StoreError> {
    let path = folder.join(FILE);
    let mut file = fs::File::open(&path).map_err(StoreError::io("read", &path))?;
    let wrong = |reason: &str| StoreError::Content { path: path.clone(), reason: reason.to_string() };
    let length = file.metadata().map_err(StoreError::io("read", &path))?.len();
    let body = length.checked_sub(HASH as u64).ok_or_else(|| wrong("the checkpoint is cut off"))?;
    if !intact(&mut file, body).map_err(StoreError::io("read", &path))? {
        return Err(wrong("the checkpoint is cut off or damaged; start again with --force"));
    }
    let mut rest = io::BufReader::new(file).take(body);
    let mut magic = vec![0; MAGIC.len()];
    rest.read_exact(&mut magic).map_err(StoreError::io("read", &path))?;
    if magic != MAGIC {
        return Err(wrong("this is not a checkpoint of this version"));
    }
    let head = block(&mut rest).map_err(StoreError::io("read", &path))?;
    let recorded = block(&mut rest).map_err(StoreError::io("read", &path))?;
    let head = postcard::from_bytes(&head).map_err(|_| wrong("this is not a checkpoint of this version"))?;
    Ok(Opened { path, head, recorded, rest })
}

/// Whether the hash at the end is that of the rest; leaves the file at its start.
fn intact(file: &mut fs::File, body: u64) -> io::Result<bool> {
    use std::io::Seek;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&mut file.take(body))?;
    let mut hash = [0; HASH];
    file.read_exact(&mut hash)?;
    file.rewind()?;
    Ok(hasher.finalize() == hash)
}

fn block(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    if input.take(length).read_to_end(&mut bytes)? as u64 == length { Ok(bytes) } else { Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the checkpoint is cut off")) }
}

impl Opened {
    /// Reads recorder and simulation.
    ///
    /// # Errors
    /// Content that does not fit the scenario.
    pub fn resume(mut self, scenario: &Scenario, setup: Setup) -> Result<(Recorder, Simulation<'_>), StoreError> {
        let world = &scenario.world;
        let recorder = Recorder::load(world, setup.sample, self.head.replicate, &mut self.recorded.as_slice()).map_err(StoreError::io("read", &self.path))?;
        let simulation = Simulation::resume(world, &scenario.behaviour, setup, &mut self.rest).map_err(StoreError::io("read", &self.path))?;
        Ok((recorder, simulation))
    }
}
