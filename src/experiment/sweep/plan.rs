//! From points to runs: points with the same content are one world, a world is run once a replicate, and runs whose inputs are equal so far
//! are one run up to the month in which they part.

use std::collections::BTreeMap;

use blake3::Hash;
use rayon::prelude::*;

use super::{Point, Sweep};
use crate::{
    engine::{CHUNK_ROWS, Setup},
    experiment::inputs::{Inputs, Journeys},
};

/// A world: what points of the same content have in common.
#[derive(Clone, Debug)]
pub struct World {
    /// Its first point.
    pub point: usize,
    /// Hash of its resolved values.
    pub hash: String,
    /// What it reads.
    pub inputs: Inputs,
}

/// A world in a replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    /// From 1.
    pub replicate: u32,
    /// Index of the world.
    pub world: usize,
}

/// All runs of a sweep.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Points, in order.
    pub points: Vec<Point>,
    /// World of each point, or why its scenario cannot be run.
    pub world_of: Vec<Result<usize, String>>,
    /// Worlds, by first point.
    pub worlds: Vec<World>,
    /// Replicates of each.
    pub replicates: u32,
    seed: u64,
    sample: f64,
    kept: String,
}

impl Plan {
    /// Resolves all points.
    pub fn new(sweep: &Sweep) -> Plan {
        let points = sweep.points();
        let known = Journeys::default();
        let resolve = |point: &Point| match sweep.scenario(&point.levels) {
            Ok(scenario) => Ok((scenario.hash.clone(), Inputs::with(&scenario.run, &scenario.world, &scenario.behaviour, &known))),
            Err(findings) => Err(findings.list.iter().find(|f| f.severity == crate::scenario::Severity::Error).map_or_else(String::new, ToString::to_string)),
        };
        let resolved: Vec<Result<(String, Inputs), String>> = points.par_iter().map(resolve).collect();
        let (mut worlds, mut by_hash): (Vec<World>, BTreeMap<String, usize>) = (Vec::new(), BTreeMap::new());
        let world_of = resolved
            .into_iter()
            .enumerate()
            .map(|(point, resolved)| {
                let (hash, inputs) = resolved?;
                let next = worlds.len();
                let world = *by_hash.entry(hash.clone()).or_insert(next);
                if world == next {
                    worlds.push(World { point, hash, inputs });
                }
                Ok(world)
            })
            .collect();
        let kept = format!("{:?}{:?}", sweep.selection, sweep.outcomes.iter().map(|o| &o.quantity).collect::<Vec<_>>());
        Plan { points, world_of, worlds, replicates: sweep.replicates, seed: sweep.base.run.seed, sample: sweep.base.run.sample, kept }
    }

    /// How a replicate is set up: the same seed at every point.
    pub fn setup(&self, replicate: u32) -> Setup {
        Setup { seed: self.seed.wrapping_add(u64::from(replicate) - 1), sample: self.sample, chunk_rows: CHUNK_ROWS }
    }

    /// What identifies a run, whatever sweep it is of.
    pub fn key(&self, run: Run) -> String {
        let setup = self.setup(run.replicate);
        let parts = (env!("CARGO_PKG_VERSION"), &self.worlds[run.world].hash, setup.seed, setup.sample.to_bits(), &self.kept);
        blake3::hash(format!("{parts:?}").as_bytes()).to_hex().to_string()
    }

    /// What identifies the sweep: whatever changes the bytes of its results.
    pub fn identity(&self, sweep: &Sweep) -> String {
        let worlds: Vec<Result<&str, &str>> = self.world_of.iter().map(|w| w.as_ref().map(|&w| self.worlds[w].hash.as_str()).map_err(String::as_str)).collect();
        let factors: Vec<_> = sweep.factors.iter().map(|f| (&f.id, f.names())).collect();
        let outcomes: Vec<_> = sweep.outcomes.iter().map(|o| (&o.id, &o.quantity, &o.difference)).collect();
        let parts = (env!("CARGO_PKG_VERSION"), self.replicates, self.seed, self.sample.to_bits(), &self.kept, &self.points, worlds, factors, outcomes, &sweep.design);
        blake3::hash(format!("{parts:?}").as_bytes()).to_hex().to_string()
    }

    /// All runs: those that share most stand next to each other.
    pub fn runs(&self) -> Vec<Run> {
        // Worlds that may start as one, then those that may start from the same persons.
        let mut order = vec![(0, 0); self.worlds.len()];
        let mut persons: BTreeMap<[u8; 32], usize> = BTreeMap::new();
        for group in self.starts(&(0..self.worlds.len()).collect::<Vec<_>>()) {
            let synthesis = *persons.entry(*self.worlds[group[0]].inputs.synthesis.as_bytes()).or_insert(group[0]);
            for &w in &group {
                order[w] = (synthesis, group[0]);
            }
        }
        let mut runs: Vec<Run> = (1..=self.replicates).flat_map(|replicate| (0..self.worlds.len()).map(move |world| Run { replicate, world })).collect();
        runs.sort_by_key(|r| (r.replicate, order[r.world], r.world));
        runs
    }

    fn read(&self, world: usize, t: usize) -> Hash {
        let inputs = &self.worlds[world].inputs;
        inputs.months.get(t).copied().unwrap_or(inputs.base)
    }

    /// Runs of one of `shards` machines, `shard` from 1.
    pub fn shard(runs: &[Run], shard: usize, shards: usize) -> Vec<Run> {
        let part = |k: usize| runs.len() * k / shards.max(1);
        runs[part(shard.saturating_sub(1)).min(runs.len())..part(shard).min(runs.len())].to_vec()
    }

    /// Groups of worlds that may start as one run.
    pub fn starts(&self, worlds: &[usize]) -> Vec<Vec<usize>> {
        Plan::classes(worlds, |w| (self.worlds[w].inputs.synthesis, self.worlds[w].inputs.base, self.read(w, 0)))
    }

    /// Groups into which a group falls in a month.
    pub fn at(&self, worlds: &[usize], t: usize) -> Vec<Vec<usize>> {
        Plan::classes(worlds, |w| self.read(w, t))
    }

    fn classes<K: PartialEq>(worlds: &[usize], key: impl Fn(usize) -> K) -> Vec<Vec<usize>> {
        let mut classes: Vec<(K, Vec<usize>)> = Vec::new();
        for &world in worlds {
            let key = key(world);
            match classes.iter_mut().find(|(k, _)| *k == key) {
                Some((_, class)) => class.push(world),
                None => classes.push((key, vec![world])),
            }
        }
        classes.into_iter().map(|(_, class)| class).collect()
    }

    /// The first month from `t` on in which a group parts.
    pub fn parting(&self, worlds: &[usize], t: usize) -> Option<usize> {
        let first = *worlds.first()?;
        let months = self.worlds[first].inputs.months.len();
        (t..months).find(|&k| worlds.iter().any(|&w| self.read(w, k) != self.read(first, k)))
    }

    /// Months that some runs of one replicate simulate.
    pub fn months(&self, worlds: &[usize]) -> u64 {
        self.starts(worlds).iter().map(|group| self.months_from(group, 0)).sum()
    }

    fn months_from(&self, group: &[usize], t: usize) -> u64 {
        let end = self.worlds[group[0]].inputs.months.len();
        match self.parting(group, t) {
            None => (end - t) as u64,
            Some(k) => (k - t) as u64 + self.at(group, k).iter().map(|class| self.months_from(class, k)).sum::<u64>(),
        }
    }

    /// Months of a run.
    pub fn length(&self) -> usize {
        self.worlds.first().map_or(0, |w| w.inputs.months.len())
    }
}
