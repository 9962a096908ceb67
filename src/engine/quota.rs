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

/// Places given so far in the year, by origin x country.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// Simulated persons.
    pub used: Vec<u64>,
}

impl Places {
    /// No places given.
    pub fn new(world: &World) -> Places {
        Places { used: vec![0; world.places.origins.len() * world.places.countries.len()] }
    }
}

/// Places of a year open up to the month in equal parts: `floor(quota x sample x part of the year + a keyed uniform of the year)`.
fn open(env: &Environment<'_>, pair: usize, sample: f64) -> u64 {
    let part = (env.month.of_year() + 1) as f64 / 12.0;
    let january = Month::new(env.month.year(), 1);
    let u = Stream::new(env.seed, Purpose::QuotaSize, january, pair as u32).uniform(0);
    (env.regime[pair].places_per_year * sample * part + u).floor() as u64
}

/// Gives the places of the month.
pub fn settle(env: &Environment<'_>, ledger: &Ledger, places: &mut Places, sample: f64, chunks: &mut [Chunk], outcomes: &mut [Outcome]) {
    if env.month.of_year() == 0 {
        places.used.fill(0);
    }
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
        let free = places.used[pair] < open(env, pair, sample);
        places.used[pair] += u64::from(free);
        granted.push((k, n, free));
    }
    // Written in the order of rows, so that a purse shared by two applicants sees the same order as everywhere.
    granted.sort_unstable();
    for (k, n, free) in granted {
        let applicant = outcomes[k].applicants[n];
        Owner { env, ledger, chunk: &mut chunks[k], out: &mut outcomes[k] }.answer(applicant, free);
    }
}
