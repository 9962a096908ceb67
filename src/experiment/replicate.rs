//! One replicate of many worlds as a tree: worlds whose inputs are equal so far are one run, which parts where they first differ. Each world
//! ends with the bits of its own full run. At any time only the runs on the way from the root to the running branch are in memory: one more
//! state than there are partings on that way.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    diversion::{self, Matrix, Whereabouts},
    inputs::Inputs,
    parting::{Parting, classes},
};
use crate::{
    behaviour::Behaviour,
    engine::{Setup, Simulation},
    measure::{Recorder, year::Value},
    population::synthesis,
    units::Month,
    world::World,
};

/// A world to run.
#[derive(Clone, Debug)]
pub struct Variant<'w> {
    /// The world.
    pub world: &'w World,
    /// The behaviour.
    pub behaviour: &'w Behaviour,
    /// What it reads.
    pub inputs: &'w Inputs,
}

/// What is running.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Replicate, from 1.
    pub replicate: u32,
    /// Worlds (indices) that share this run.
    pub variants: &'a [usize],
    /// The month that ended.
    pub month: Month,
    /// Simulated persons.
    pub persons: u64,
    /// Events of the month.
    pub events: u64,
}

/// Who watches the runs from outside; may stop them.
pub trait Watch: Sync {
    /// A month of a run ended.
    fn month(&self, step: &Step<'_>);
    /// Whether to stop.
    fn stopped(&self) -> bool;
}

impl Watch for () {
    fn month(&self, _: &Step<'_>) {}
    fn stopped(&self) -> bool {
        false
    }
}

/// The runs were stopped before they ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// What all runs of a replicate left.
#[derive(Clone, Debug, Default)]
pub struct Grown {
    /// Yearly values by world.
    pub values: Vec<Arc<Vec<Value>>>,
    /// State hash at the end by world.
    pub states: Vec<[u8; 32]>,
    /// Diversion against world 0, by world and year; none where the persons are not the same ones.
    pub diversion: Vec<Option<BTreeMap<i32, Matrix>>>,
    /// Rows.
    pub persons: u64,
    /// Months simulated, each shared month once.
    pub months: u64,
    /// Events, likewise.
    pub events: u64,
    /// Remarks of the runs.
    pub warnings: Vec<String>,
    /// World 0 by year, from where it parts from another named one.
    places: BTreeMap<i32, Whereabouts>,
}

/// The worlds of a comparison. World 0 is A; the first `named` are scenarios, the others coalitions.
#[derive(Clone, Debug)]
pub struct Tree<'w> {
    variants: Vec<Variant<'w>>,
    named: usize,
}

impl Parting for Tree<'_> {
    type Read = blake3::Hash;

    fn base(&self, world: usize) -> blake3::Hash {
        self.variants[world].inputs.base
    }

    fn read(&self, world: usize, t: usize) -> blake3::Hash {
        let Inputs { months, base, .. } = self.variants[world].inputs;
        months.get(t).copied().unwrap_or(*base)
    }

    fn length(&self) -> usize {
        self.variants.first().map_or(0, |v| v.inputs.months.len())
    }
}

impl<'w> Tree<'w> {
    /// Of worlds of the same places and months.
    pub fn new(variants: Vec<Variant<'w>>, named: usize) -> Tree<'w> {
        Tree { variants, named }
    }

    /// Months that a replicate simulates.
    pub fn months(&self) -> u64 {
        self.months_of(&self.all())
    }

    fn all(&self) -> Vec<usize> {
        (0..self.variants.len()).collect()
    }

    /// Number of worlds.
    pub fn worlds(&self) -> usize {
        self.variants.len()
    }

    /// Most runs in memory at once.
    pub fn depth(&self) -> usize {
        let starts = self.starts(&self.all());
        // Synthesised persons wait for the next start.
        starts.iter().map(|class| self.depth_from(class, 0)).max().unwrap_or(0) + usize::from(starts.len() > 1)
    }

    /// Runs all worlds on the persons and draws of one seed.
    ///
    /// # Errors
    /// If `watch` stopped it.
    pub fn grow(&self, setup: Setup, replicate: u32, watch: &dyn Watch) -> Result<Grown, Stopped> {
        let all = self.all();
        let mut grown = Grown {
            values: vec![Arc::default(); all.len()],
            states: vec![[0; 32]; all.len()],
            diversion: (0..all.len()).map(|m| self.same_persons(m).then(BTreeMap::new)).collect(),
            ..Grown::default()
        };
        for class in classes(&all, |w| self.variants[w].inputs.synthesis) {
            let first = &self.variants[class[0]];
            let mut chunks = synthesis::synthesise(first.world, first.behaviour, setup.seed, setup.sample, setup.chunk_rows);
            let starts = self.starts(&class);
            for (n, start) in starts.iter().enumerate() {
                let own = if n + 1 == starts.len() { std::mem::take(&mut chunks) } else { chunks.clone() };
                let variant = &self.variants[start[0]];
                let simulation = Simulation::with_population(variant.world, variant.behaviour, setup, own);
                let mut recorder = Recorder::new(variant.world, setup.sample, replicate).without_tables();
                simulation.start(&mut recorder);
                grown.persons = simulation.rows() as u64;
                self.branch(start, simulation, recorder, replicate, watch, &mut grown)?;
            }
        }
        Ok(grown)
    }

    fn same_persons(&self, member: usize) -> bool {
        self.variants[member].inputs.persons == self.variants[0].inputs.persons
    }

    fn branch(&self, group: &[usize], mut simulation: Simulation<'w>, mut recorder: Recorder, replicate: u32, watch: &dyn Watch, grown: &mut Grown) -> Result<(), Stopped> {
        let parting = self.parting(group, simulation.index());
        while !simulation.finished() {
            if parting == Some(simulation.index()) {
                return self.part(group, simulation, recorder, replicate, watch, grown);
            }
            let (month, events) = (simulation.month(), simulation.events());
            simulation.step(&mut recorder);
            let events = simulation.events() - events;
            grown.months += 1;
            grown.events += events;
            self.whereabouts(group, &simulation, month, grown);
            watch.month(&Step { replicate, variants: group, month, persons: simulation.rows() as u64, events });
            if watch.stopped() {
                return Err(Stopped);
            }
        }
        let state = *simulation.state_hash().as_bytes();
        for warning in simulation.warnings() {
            if !grown.warnings.contains(&warning) {
                grown.warnings.push(warning);
            }
        }
        drop(simulation);
        let values = Arc::new(recorder.values());
        for &member in group {
            grown.values[member] = values.clone();
            grown.states[member] = state;
        }
        Ok(())
    }

    /// Goes on in each of the worlds into which a group parts, the one of A first.
    fn part(&self, group: &[usize], simulation: Simulation<'w>, recorder: Recorder, replicate: u32, watch: &dyn Watch, grown: &mut Grown) -> Result<(), Stopped> {
        let mut classes = self.at(group, simulation.index());
        let last = classes.pop();
        for class in &classes {
            let to = &self.variants[class[0]];
            self.branch(class, simulation.fork(to.world, to.behaviour), recorder.fork(), replicate, watch, grown)?;
        }
        let Some(last) = last else { return Ok(()) };
        let to = &self.variants[last[0]];
        self.branch(&last, simulation.onto(to.world, to.behaviour), recorder, replicate, watch, grown)
    }

    /// Where everybody is, if some scenario has parted from A. A runs before all others.
    fn whereabouts(&self, group: &[usize], simulation: &Simulation<'_>, month: Month, grown: &mut Grown) {
        let named = |group: &[usize]| group.iter().filter(|m| **m < self.named).count();
        if !diversion::counted(month) || named(group) == 0 || named(group) == self.named {
            return;
        }
        let world = self.variants[group[0]].world;
        if group.contains(&0) {
            grown.places.insert(month.year(), Whereabouts::of(world, simulation.chunks(), month));
            return;
        }
        let Some(places) = grown.places.get(&month.year()) else { return };
        if !self.same_persons(group[0]) {
            return;
        }
        let matrix = places.differences(world, simulation.chunks(), month);
        for &member in group.iter().filter(|m| **m < self.named) {
            if let Some(years) = &mut grown.diversion[member] {
                years.insert(month.year(), matrix.clone());
            }
        }
    }
}
