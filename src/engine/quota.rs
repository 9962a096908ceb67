//! Places given by quota among those who applied and can pay, in keyed order. May be used by `engine`.

use super::{
    chunk_month::{Outcome, Owner},
    ledger::Ledger,
    month::Environment,
};
use crate::{
    draw::{Purpose, Stream},
    population::person::Chunk,
    units::Month,
    world::{World, regime::Kind},
};

/// Places of the year so far, by origin x country, simulated persons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// Opened: a twelfth of the year's in each month in which there is a quota.
    pub opened: Vec<f64>,
    /// Given.
    pub used: Vec<u64>,
    /// Asked for.
    pub asked: Vec<u64>,
    /// Opened in the year before.
    pub opened_before: Vec<f64>,
    /// Given in the year before.
    pub used_before: Vec<u64>,
    /// Asked for in the year before.
    pub asked_before: Vec<u64>,
}

impl Places {
    /// None yet.
    pub fn new(world: &World) -> Places {
        let pairs = world.places.origins.len() * world.places.countries.len();
        Places { opened: vec![0.0; pairs], used: vec![0; pairs], asked: vec![0; pairs], opened_before: vec![0.0; pairs], used_before: vec![0; pairs], asked_before: vec![0; pairs] }
    }

    /// What is opened and what is counted, for checkpoints. Named one by one, so that a new field must say where it belongs.
    pub fn counts(&self) -> ([&Vec<f64>; 2], [&Vec<u64>; 4]) {
        let Places { opened, opened_before, used, asked, used_before, asked_before } = self;
        ([opened, opened_before], [used, asked, used_before, asked_before])
    }

    /// Likewise, to be read.
    pub fn counts_mut(&mut self) -> ([&mut Vec<f64>; 2], [&mut Vec<u64>; 4]) {
        let Places { opened, opened_before, used, asked, used_before, asked_before } = self;
        ([opened, opened_before], [used, asked, used_before, asked_before])
    }

    /// Share of the places asked for that was given before a month, in its year and the year before. Where nobody asked, all who ask will get one
    /// of those that were opened; where none was, nobody.
    pub fn granted(&self, month: Month) -> Vec<f64> {
        // Before January's places are opened the year that has ended is the one before.
        let before = f64::from(u8::from(month.of_year() > 0));
        let share = |pair: usize| {
            let of = |now: f64, earlier: f64| now + before * earlier;
            match of(self.asked[pair] as f64, self.asked_before[pair] as f64) {
                0.0 => f64::from(u8::from(of(self.opened[pair], self.opened_before[pair]) > 0.0)),
                asked => of(self.used[pair] as f64, self.used_before[pair] as f64) / asked,
            }
        };
        (0..self.asked.len()).map(share).collect()
    }

    /// Opens those of a month; a year's places end with it.
    fn open(&mut self, env: &Environment<'_>, sample: f64) {
        if env.month.of_year() == 0 {
            self.opened_before.clone_from(&self.opened);
            self.used_before.clone_from(&self.used);
            self.asked_before.clone_from(&self.asked);
            self.opened.fill(0.0);
            self.used.fill(0);
            self.asked.fill(0);
        }
        for (opened, regime) in self.opened.iter_mut().zip(&env.regime).filter(|(_, regime)| regime.kind == Kind::Quota) {
            *opened += regime.places_per_year * sample / 12.0;
        }
    }

    /// Whole places opened in the year so far: rounded by a keyed uniform of the year.
    fn whole(&self, env: &Environment<'_>, pair: usize) -> u64 {
        let january = Month::new(env.month.year(), 1);
        let u = Stream::new(env.seed, Purpose::QuotaSize, january, pair as u32).uniform(0);
        (self.opened[pair] + u).floor() as u64
    }
}

/// Gives the places of the month.
pub fn settle(env: &Environment<'_>, ledger: &Ledger, places: &mut Places, sample: f64, chunks: &mut [Chunk], outcomes: &mut [Outcome]) {
    places.open(env, sample);
    // (pair, keyed order, key, chunk, applicant)
    let mut all: Vec<(usize, u32, u32, usize, usize)> = Vec::new();
    for (k, (chunk, outcome)) in chunks.iter().zip(outcomes.iter()).enumerate() {
        for (n, applicant) in outcome.applicants.iter().enumerate() {
            let key = chunk.key[usize::from(applicant.row)];
            let pair = env.pair(chunk.home, env.resolved.country_of[usize::from(applicant.destination)]);
            debug_assert_eq!(env.regime[pair].kind, Kind::Quota);
            all.push((pair, env.streams.quota.bits(key), key, k, n));
        }
    }
    all.sort_unstable();
    let mut granted: Vec<(usize, usize, bool)> = Vec::with_capacity(all.len());
    for (pair, _, _, k, n) in all {
        let free = places.used[pair] < places.whole(env, pair);
        places.used[pair] += u64::from(free);
        places.asked[pair] += 1;
        granted.push((k, n, free));
    }
    // Written in the order of rows, so that a purse shared by two applicants sees the same order as everywhere.
    granted.sort_unstable();
    for (k, n, free) in granted {
        let applicant = outcomes[k].applicants[n];
        Owner { env, ledger, chunk: &mut chunks[k], out: &mut outcomes[k] }.answer(applicant, free);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn january_looks_back_on_the_year_that_ended() {
        let places = Places { opened: vec![10.0], used: vec![10], asked: vec![20], opened_before: vec![10.0], used_before: vec![1], asked_before: vec![80] };
        assert_eq!(places.granted(Month::new(2030, 1)), [0.5]);
        assert_eq!(places.granted(Month::new(2030, 2)), [0.11]);
        let unasked = Places { asked: vec![0], used: vec![0], opened: vec![0.0], ..places.clone() };
        assert_eq!(unasked.granted(Month::new(2030, 1)), [0.0], "none were opened in the year that ended");
        assert_eq!(Places { opened: vec![3.0], ..unasked }.granted(Month::new(2030, 1)), [1.0]);
    }
}
