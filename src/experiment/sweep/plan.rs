//! From points to runs: points with the same content are one world, a world is run once a replicate, and runs whose inputs are equal so far
//! are one run up to the month in which they part.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Outcome, Point, Sweep};
use crate::{
    engine::{CHUNK_ROWS, Setup},
    experiment::{
        inputs::{Inputs, Known},
        parting::Parting,
    },
    scenario::Severity,
    store::{StoreError, sealed},
};

/// Name of the file in a folder of results that keeps the worlds, so that other processes need not find them out again.
pub const FILE: &str = "worlds.musafir";
const MAGIC: &[u8] = b"musafir worlds 1\n";
/// Points that are resolved at a time.
const BLOCK: usize = 256;

/// A world: what points of the same content have in common. What it reads is numbered: equal numbers are equal inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DistinctWorld {
    /// Its first point.
    pub point: usize,
    /// The first replicate that has it there.
    pub replicate: u32,
    /// Hash of its resolved values.
    pub hash: String,
    /// What synthesis reads.
    pub synthesis: u32,
    /// What synthesis and every month read.
    base: u32,
    /// What single months read.
    months: Vec<u32>,
}

/// A world in a replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// From 1.
    pub replicate: u32,
    /// Index of the world.
    pub world: usize,
}

/// The worlds of a sweep.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Worlds {
    /// Of which sweep.
    digest: [u8; 32],
    /// By point, and by member where replicates are members of an ensemble: its world, or why its scenario cannot be run.
    of: Vec<Vec<Result<usize, String>>>,
    /// By first point.
    list: Vec<DistinctWorld>,
}

/// All runs of a sweep.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Points, in order.
    pub points: Vec<Point>,
    /// Worlds, by first point.
    pub worlds: Vec<DistinctWorld>,
    /// Replicates of each.
    pub replicates: u32,
    of: Vec<Vec<Result<usize, String>>>,
    digest: [u8; 32],
    seed: u64,
    sample: f64,
    kept: String,
}

/// Numbers for hashes.
#[derive(Default)]
struct Numbers(BTreeMap<Vec<u8>, u32>);

impl Numbers {
    fn of(&mut self, hashes: &[&[u8; 32]]) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(hashes.iter().flat_map(|h| h.iter().copied()).collect()).or_insert(next)
    }
}

impl Worlds {
    /// Resolves all points.
    fn find(sweep: &Sweep, points: &[Point]) -> Worlds {
        let members = sweep.members();
        let known = Known::default();
        let resolve = |&(point, replicate): &(usize, u32)| match sweep.scenario(&points[point].levels, replicate) {
            Ok(scenario) => Ok((scenario.hash.clone(), Inputs::with(&scenario.run, &scenario.world, &scenario.behaviour, &known))),
            Err(findings) => Err(findings.list.iter().find(|f| f.severity == Severity::Error).map_or_else(String::new, ToString::to_string)),
        };
        let mut worlds = Worlds { digest: sweep.digest, of: vec![Vec::new(); points.len()], list: Vec::new() };
        let (mut by_hash, mut numbers) = (BTreeMap::new(), Numbers::default());
        let all: Vec<(usize, u32)> = (0..points.len()).flat_map(|point| (1..=members).map(move |replicate| (point, replicate))).collect();
        for block in all.chunks(BLOCK) {
            let resolved: Vec<Result<(String, Inputs), String>> = block.par_iter().map(resolve).collect();
            for (&(point, replicate), resolved) in block.iter().zip(resolved) {
                let world = resolved.map(|(hash, inputs)| {
                    let next = worlds.list.len();
                    let world = *by_hash.entry(hash.clone()).or_insert(next);
                    if world == next {
                        let synthesis = inputs.synthesis.as_bytes();
                        let months = inputs.months.iter().map(|m| numbers.of(&[m.as_bytes()])).collect();
                        let (base, synthesis) = (numbers.of(&[synthesis, inputs.base.as_bytes()]), numbers.of(&[synthesis]));
                        worlds.list.push(DistinctWorld { point, replicate, hash, synthesis, base, months });
                    }
                    world
                });
                worlds.of[point].push(world);
            }
        }
        worlds
    }
}

impl Plan {
    /// Resolves all points.
    pub fn new(sweep: &Sweep) -> Plan {
        Plan::with(sweep, None)
    }

    /// Likewise, unless the folder of results keeps the worlds of this sweep.
    pub fn kept_in(folder: &Path, sweep: &Sweep) -> Plan {
        Plan::with(sweep, sealed::read(&folder.join(FILE), MAGIC).ok().flatten())
    }

    fn with(sweep: &Sweep, kept: Option<Worlds>) -> Plan {
        let points = sweep.points();
        let fits = |w: &Worlds| w.digest == sweep.digest && w.of.len() == points.len() && w.of.iter().flatten().flatten().all(|&i| i < w.list.len());
        let worlds = kept.filter(fits).unwrap_or_else(|| Worlds::find(sweep, &points));
        // What is asked of the values makes no other run.
        let values = |o: &Outcome| (o.quantity.measure, o.quantity.origin, o.quantity.destination, o.quantity.years);
        let kept = format!("{:?}{:?}", sweep.selection, sweep.outcomes.iter().map(values).collect::<Vec<_>>());
        let (replicates, seed, sample) = (sweep.replicates, sweep.base.run.seed, sweep.base.run.sample);
        Plan { points, worlds: worlds.list, replicates, of: worlds.of, digest: worlds.digest, seed, sample, kept }
    }

    /// Keeps the worlds in a folder of results.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn keep(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(FILE);
        if sealed::read::<Worlds>(&path, MAGIC).ok().flatten().is_some_and(|w| w.digest == self.digest) {
            return Ok(());
        }
        sealed::write(&path, MAGIC, &Worlds { digest: self.digest, of: self.of.clone(), list: self.worlds.clone() })
    }

    /// The world of a point in a replicate, or why its scenario cannot be run.
    ///
    /// # Errors
    /// Why its scenario cannot be run.
    pub fn world(&self, point: usize, replicate: u32) -> Result<usize, &str> {
        let of = &self.of[point];
        of[(replicate.max(1) - 1) as usize % of.len()].as_ref().copied().map_err(String::as_str)
    }

    /// Points that cannot be run in some replicate, each with the reason.
    pub fn wrong(&self) -> impl Iterator<Item = &str> {
        self.of.iter().filter_map(|of| of.iter().find_map(|w| w.as_ref().err())).map(String::as_str)
    }

    /// Worlds that a replicate has.
    fn worlds_in(&self, replicate: u32) -> BTreeSet<usize> {
        (0..self.points.len()).filter_map(|point| self.world(point, replicate).ok()).collect()
    }

    /// How a replicate is set up: the same seed at every point.
    pub fn setup(&self, replicate: u32) -> Setup {
        Setup::replicate(self.seed, replicate, self.sample, CHUNK_ROWS)
    }

    /// What identifies a run, whatever sweep it is of.
    pub fn key(&self, run: Run) -> String {
        let setup = self.setup(run.replicate);
        let parts = (env!("CARGO_PKG_VERSION"), &self.worlds[run.world].hash, setup.seed, setup.sample.to_bits(), &self.kept);
        blake3::hash(format!("{parts:?}").as_bytes()).to_hex().to_string()
    }

    /// What identifies the sweep: whatever changes the bytes of its results.
    pub fn identity(&self, sweep: &Sweep) -> String {
        let worlds: Vec<Result<&str, &str>> = self.of.iter().flatten().map(|w| w.as_ref().map(|&w| self.worlds[w].hash.as_str()).map_err(String::as_str)).collect();
        let factors: Vec<_> = sweep.factors.iter().map(|f| (&f.id, f.names())).collect();
        let outcomes: Vec<_> = sweep.outcomes.iter().map(|o| (&o.id, &o.quantity, &o.difference)).collect();
        let parts = (env!("CARGO_PKG_VERSION"), self.replicates, self.seed, self.sample.to_bits(), &self.kept, &self.points, worlds, factors, outcomes, &sweep.design);
        blake3::hash(format!("{parts:?}").as_bytes()).to_hex().to_string()
    }

    /// All runs: those that share most stand next to each other.
    pub fn runs(&self) -> Vec<Run> {
        // Worlds that may start as one, then those that may start from the same persons.
        let mut order = vec![(0, 0); self.worlds.len()];
        let mut persons: BTreeMap<u32, usize> = BTreeMap::new();
        for group in self.starts(&(0..self.worlds.len()).collect::<Vec<_>>()) {
            let synthesis = *persons.entry(self.worlds[group[0]].synthesis).or_insert(group[0]);
            for &w in &group {
                order[w] = (synthesis, group[0]);
            }
        }
        let mut runs: Vec<Run> = (1..=self.replicates).flat_map(|replicate| self.worlds_in(replicate).into_iter().map(move |world| Run { replicate, world })).collect();
        runs.sort_by_key(|r| (r.replicate, order[r.world], r.world));
        runs
    }

    /// Runs of one of `shards` machines, `shard` from 1.
    pub fn shard(runs: &[Run], shard: usize, shards: usize) -> Vec<Run> {
        let part = |k: usize| runs.len() * k / shards.max(1);
        runs[part(shard.saturating_sub(1)).min(runs.len())..part(shard).min(runs.len())].to_vec()
    }
}

impl Parting for Plan {
    type Read = u32;

    fn base(&self, world: usize) -> u32 {
        self.worlds[world].base
    }

    fn read(&self, world: usize, t: usize) -> u32 {
        let DistinctWorld { months, base, .. } = &self.worlds[world];
        months.get(t).copied().unwrap_or(*base)
    }

    fn length(&self) -> usize {
        self.worlds.first().map_or(0, |w| w.months.len())
    }
}
