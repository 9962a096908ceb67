//! A run's whole state as bytes, and back. The reader rebuilds what follows from the scenario; what does not follow is stored, with a hash
//! at the end, so that a cut or changed file is an error and never a wrong result. Used by `engine`; called through [`Simulation`].

use std::io::{self, Read, Write};

use bytemuck::Pod;

use super::{Setup, Simulation, network_costs};
use crate::{
    behaviour::{Behaviour, policy::MEMORY},
    population::person::{Chunk, Household, Person},
    world::{World, place::SECTORS},
};

const MAGIC: &[u8; 16] = b"musafir state 10";

struct Hashing<'a, T: ?Sized> {
    inner: &'a mut T,
    hasher: blake3::Hasher,
}

impl<T: Write + ?Sized> Hashing<'_, T> {
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.inner.write_all(bytes)
    }

    fn slice<P: Pod>(&mut self, values: &[P]) -> io::Result<()> {
        self.bytes(&(values.len() as u64).to_le_bytes())?;
        self.bytes(bytemuck::cast_slice(values))
    }
}

impl<T: Read + ?Sized> Hashing<'_, T> {
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.inner.read_exact(bytes)?;
        self.hasher.update(bytes);
        Ok(())
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn vector<P: Pod>(&mut self) -> io::Result<Vec<P>> {
        let count = self.number()?;
        let mut values = Vec::new();
        // A wrong count must not ask for the whole memory before the data prove it.
        let mut left = usize::try_from(count).map_err(|_| wrong("a length is too large"))?;
        while left > 0 {
            let piece = left.min(1 << 20);
            let from = values.len();
            values.resize(from + piece, P::zeroed());
            self.fill(bytemuck::cast_slice_mut(&mut values[from..]))?;
            left -= piece;
        }
        Ok(values)
    }

    fn vector_of<P: Pod>(&mut self, count: usize) -> io::Result<Vec<P>> {
        let values = self.vector()?;
        if values.len() == count { Ok(values) } else { Err(wrong("it belongs to another scenario")) }
    }
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the checkpoint cannot be read: {why}"))
}

impl<'w> Simulation<'w> {
    /// Writes the whole state.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn save(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = Hashing { inner: out, hasher: blake3::Hasher::new() };
        out.bytes(MAGIC)?;
        out.slice(&[self.index as u64, self.person_months, self.visits, self.events, self.ledger.base as u64, self.chunks.len() as u64])?;
        for chunk in &self.chunks {
            out.slice(&[u64::from(chunk.home)])?;
            out.slice(&chunk.class)?;
            out.slice(&chunk.key)?;
            out.slice(&chunk.person)?;
            out.slice(&chunk.household)?;
        }
        self.sums(&mut out)?;
        for state in &self.policy.states {
            out.slice(&[state.since.map_or(u64::MAX, |since| since as u64), state.seen.to_bits()])?;
            out.slice(&state.months)?;
        }
        out.slice(&[self.ledger.months as u64])?;
        out.slice(&self.ledger.abroad)?;
        out.slice(&self.ledger.home)?;
        let hash = out.hasher.finalize();
        out.inner.write_all(hash.as_bytes())
    }

    /// Writes all sums: totals, markets, places.
    fn sums<T: Write + ?Sized>(&self, out: &mut Hashing<'_, T>) -> io::Result<()> {
        out.slice(&self.totals.home)?;
        out.slice(&self.totals.abroad)?;
        self.totals.counts().into_iter().try_for_each(|counts| out.slice(counts))?;
        out.slice(&self.totals.money)?;
        self.market.values().into_iter().try_for_each(|values| out.slice(values))?;
        out.slice(&[self.market.held])?;
        let (opened, counts) = self.quota.counts();
        opened.into_iter().try_for_each(|opened| out.slice(opened))?;
        counts.into_iter().try_for_each(|counts| out.slice(counts))
    }

    /// One hash over every person's state, every purse, every sum and the rules in force, in the order of keys.
    pub fn state_hash(&self) -> blake3::Hash {
        // Many small pieces are gathered first. The hasher takes all of them and fails at none.
        let mut pieces = io::BufWriter::with_capacity(1 << 15, blake3::Hasher::new());
        let mut feed = |piece: &[u8]| {
            let _ = pieces.write_all(piece);
        };
        for chunk in &self.chunks {
            for (row, person) in chunk.person.iter().enumerate() {
                feed(&chunk.key[row].to_le_bytes());
                feed(bytemuck::bytes_of(&Person { household: 0, ..*person }));
            }
        }
        for chunk in &self.chunks {
            for household in 0..chunk.household.len() {
                feed(&chunk.id(household).to_le_bytes());
                feed(&self.purse(chunk, household).to_le_bytes());
            }
        }
        let _ = pieces.flush();
        let mut out = Hashing { inner: &mut io::sink(), hasher: pieces.get_ref().clone() };
        let _ = self.sums(&mut out);
        self.policy.feed(self.world, &mut out.hasher);
        out.hasher.finalize()
    }

    /// Reads a state that [`Simulation::save`] wrote for the same scenario and set-up.
    ///
    /// # Errors
    /// Those of the reader; and invalid data if the bytes are cut, changed, or of another scenario.
    pub fn resume(world: &'w World, behaviour: &'w Behaviour, setup: Setup, input: &mut dyn Read) -> io::Result<Simulation<'w>> {
        let mut input = Hashing { inner: input, hasher: blake3::Hasher::new() };
        let mut magic = [0; 16];
        input.fill(&mut magic)?;
        if &magic != MAGIC {
            return Err(wrong("it is not a checkpoint of this version"));
        }
        let head: Vec<u64> = input.vector_of(6)?;
        let mut chunks = Vec::new();
        for _ in 0..head[5] {
            chunks.push(chunk(&mut input)?);
        }
        let mut simulation = Simulation::empty(world, behaviour, setup, chunks);
        let resolved = &simulation.resolved;
        for chunk in &mut simulation.chunks {
            // Another world's home region is told by the sums below.
            let Some(origin) = resolved.origin_of.get(usize::from(chunk.home)) else { return Err(wrong("it belongs to another scenario")) };
            for row in 0..chunk.key.len() {
                chunk.set_class(row, chunk.class[row], &resolved.rates[*origin]);
            }
        }
        let totals = &mut simulation.totals;
        totals.home = input.vector_of(totals.home.len())?;
        totals.abroad = input.vector_of(totals.abroad.len())?;
        totals.sum_pairs();
        for counts in totals.counts_mut() {
            *counts = input.vector_of(counts.len())?;
        }
        totals.money = input.vector_of(totals.money.len())?;
        let lengths = market_lengths(world);
        for (values, count) in simulation.market.values_mut().into_iter().zip(lengths) {
            *values = input.vector_of(count)?;
        }
        simulation.market.held = input.vector_of::<u64>(1)?[0];
        let (opened, counts) = simulation.quota.counts_mut();
        for opened in opened {
            *opened = input.vector_of(opened.len())?;
        }
        for counts in counts {
            *counts = input.vector_of(counts.len())?;
        }
        for state in &mut simulation.policy.states {
            let [since, seen] = input.vector_of::<u64>(2)?[..] else { return Err(wrong("a rule has no state")) };
            state.since = (since != u64::MAX).then_some(since as usize);
            state.seen = f64::from_bits(seen);
            state.months = input.vector()?;
            if state.months.len() > MEMORY || state.since.is_some_and(|since| since as u64 > head[0]) {
                return Err(wrong("a rule's state is not one"));
            }
        }
        let ledger = &mut simulation.ledger;
        ledger.months = input.vector_of::<u64>(1)?[0] as usize;
        if ledger.months > super::ledger::MONTHS {
            return Err(wrong("its ledger has more than a year"));
        }
        ledger.abroad = input.vector_of(ledger.abroad.len())?;
        ledger.home = input.vector_of(ledger.home.len())?;
        let expected = input.hasher.finalize();
        let mut hash = [0; 32];
        input.inner.read_exact(&mut hash)?;
        if hash != *expected.as_bytes() {
            return Err(wrong("its hash does not agree"));
        }
        (simulation.index, simulation.person_months, simulation.visits, simulation.events) = (head[0] as usize, head[1], head[2], head[3]);
        simulation.ledger.base = head[4] as usize;
        simulation.costs = network_costs(world, world.start.plus((simulation.index as i32 - 1).max(0)));
        Ok(simulation)
    }
}

/// Lengths of [`Market::values`](super::market::Market::values).
fn market_lengths(world: &World) -> [usize; 9] {
    let (regions, countries, homes) = (world.places.destinations.len() * SECTORS, world.places.countries.len(), world.places.homes.len());
    let pairs = world.places.origins.len() * countries;
    [regions, regions, regions, pairs * 4, countries, homes, homes, homes, homes]
}

fn chunk<T: Read + ?Sized>(input: &mut Hashing<'_, T>) -> io::Result<Chunk> {
    let home = input.vector_of::<u64>(1)?[0] as u8;
    let class: Vec<u8> = input.vector()?;
    let (key, person) = (input.vector_of(class.len())?, input.vector_of::<Person>(class.len())?);
    let mut chunk = Chunk::new(home, class, key, person, input.vector::<Household>()?);
    if chunk.person.len() > crate::population::person::MAX_ROWS {
        return Err(wrong("a chunk is too long"));
    }
    chunk.index();
    Ok(chunk)
}
