//! Visits of the due of a chunk, in blocks: each phase (draws, hazards, screening, choices) runs over a whole block before the next. All of
//! them read the chunk as it was at the end of the month before. May be used by `engine`.

use super::{
    abroad,
    act::Act,
    bounds::Bounds,
    leave::{self, LEAST_WEIGHT},
    month::{Environment, LANES},
    scan::Due,
    totals::{HOME_CELLS, home_cell},
};
use crate::{
    behaviour::choose::ln_arrival,
    draw::{exponential, ln_kanter},
    math::{exp, ln},
    population::{
        class,
        person::{Chunk, Person},
    },
};

/// Persons of a block.
const BLOCK: usize = 64;

/// What a month's visits of a chunk decided; kept from month to month so that nothing is allocated.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    /// Decisions by row, ascending.
    pub acts: Vec<(u16, Act)>,
    /// Rows whose class tells of experience that has faded.
    pub faded: Vec<u16>,
    weighing: Vec<u16>,
    at_home: Vec<(u16, Act)>,
    abroad: Vec<(u16, Act)>,
    race: Race,
}

/// The countries that may beat staying, of a block: person after person.
#[derive(Clone, Debug, Default)]
struct Race {
    entrants: Vec<Entrant>,
    /// Weights of the entrants' regions.
    regions: Vec<f64>,
    /// Weights of the entrants, their draws, frailties, and times of arrival.
    weights: Vec<f64>,
    bits: Vec<u32>,
    ln_frailty: Vec<f64>,
    times: Vec<f64>,
}

/// A country in the race of a person.
#[derive(Clone, Copy, Debug)]
struct Entrant {
    /// Place of the person in the block.
    person: u8,
    country: u8,
    /// Where the weights of its regions begin.
    regions: u32,
}

impl Decisions {
    /// Decides for all due persons.
    pub fn make(&mut self, env: &Environment<'_>, bounds: &Bounds, chunk: &Chunk, due: &Due) {
        self.acts.clear();
        self.faded.clear();
        self.weighing.clear();
        self.at_home.clear();
        self.abroad.clear();
        for rows in due.home.chunks(BLOCK) {
            self.weigh(env, bounds, chunk, rows);
        }
        let weighing = std::mem::take(&mut self.weighing);
        for rows in weighing.chunks(BLOCK) {
            self.choose(env, bounds, chunk, rows);
        }
        self.weighing = weighing;
        for due in due.abroad.chunks(BLOCK) {
            self.go_on(env, chunk, due);
        }
        self.merge();
    }

    /// Brings the decisions of those at home and abroad into the order of rows.
    fn merge(&mut self) {
        let mut abroad = self.abroad.iter().peekable();
        for act in &self.at_home {
            while let Some(before) = abroad.next_if(|other| other.0 < act.0) {
                self.acts.push(*before);
            }
            self.acts.push(*act);
        }
        self.acts.extend(abroad);
    }

    /// Who of a block weighs leaving. The household's income is asked for only where the draw lies between the bounds that it could move the
    /// hazard to.
    fn weigh(&mut self, env: &Environment<'_>, bounds: &Bounds, chunk: &Chunk, rows: &[u16]) {
        let table = &bounds.hazard[usize::from(chunk.home)];
        let [low, high] = bounds.deprivation;
        let draws = considering(env, chunk, rows);
        let persons = gather(chunk, rows);
        let (mut likely, mut asked) = ([(0u16, 0.0, false); BLOCK], [0u16; BLOCK]);
        let (mut count, mut questions) = (0, 0);
        for ((&row, draw), person) in rows.iter().zip(draws).zip(&persons) {
            let mut code = chunk.class[usize::from(row)];
            if class::experienced(code) && !person.experienced(env.month) {
                self.faded.push(row);
                code = class::without_experience(code);
            }
            let hazard = table[usize::from(code)];
            if draw < hazard * high {
                let certain = draw < hazard * low;
                likely[count] = (row, draw, certain);
                asked[questions] = row;
                questions += usize::from(!certain);
                count += 1;
            }
        }
        fetch_households(chunk, asked[..questions].iter().copied());
        let weighs = |&&(row, draw, certain): &&(u16, f64, bool)| certain || draw < leave::consider_hazard(env, chunk, usize::from(row));
        self.weighing.extend(likely[..count].iter().filter(weighs).map(|l| l.0));
    }

    /// Choices of a block of those who weigh leaving.
    fn choose(&mut self, env: &Environment<'_>, bounds: &Bounds, chunk: &Chunk, rows: &[u16]) {
        let home = usize::from(chunk.home);
        let (mut keys, mut kin) = ([0u32; BLOCK], [0u64; BLOCK]);
        for (key, &row) in keys.iter_mut().zip(rows) {
            *key = chunk.key[usize::from(row)];
        }
        let persons = gather(chunk, rows);
        let with_kin = || rows.iter().copied().enumerate().filter(|(_, row)| class::has_kin(chunk.class[usize::from(*row)]));
        fetch_beside(chunk, with_kin().map(|(_, row)| row));
        for (i, row) in with_kin() {
            kin[i] = leave::kin_at(env, chunk, usize::from(row));
        }
        let draws = draws(env, &keys);
        self.race.clear();
        for i in 0..rows.len() {
            let person = &persons[i];
            let cell = home * HOME_CELLS + home_cell(person.sex(), person.education(), person.trade());
            let own = leave::own_earnings(env, chunk.home, person);
            let countries = bounds.screen.countries(cell, person.motive(), own, env.countries_of(kin[i]), draws.theta[i], keys[i]);
            if countries != 0 {
                self.race.enter(env, chunk.home, i, person, keys[i], kin[i], countries, draws.ln_frailty[i]);
            }
        }
        self.race.run(env.behaviour.choose.nest_go, env.behaviour.choose.nest_country);
        let mut left = self.race.entrants.as_slice();
        let mut times = self.race.times.as_slice();
        while let Some(first) = left.first() {
            let i = usize::from(first.person);
            let count = left.iter().take_while(|e| e.person == first.person).count();
            let (own, arrivals) = (&left[..count], &times[..count]);
            (left, times) = (&left[count..], &times[count..]);
            let mut gone = 0u32;
            let next = || {
                let mut first = (draws.ln_stay[i], None);
                for (n, time) in arrivals.iter().enumerate() {
                    if *time < first.0 && gone >> n & 1 == 0 {
                        first = (*time, Some(n));
                    }
                }
                let n = first.1?;
                gone |= 1 << n;
                Some((usize::from(own[n].country), &self.race.regions[own[n].regions as usize..]))
            };
            let act = leave::leave(env, chunk.home, keys[i], &persons[i], kin[i], next);
            self.at_home.extend(act.map(|act| (rows[i], act)));
        }
    }

    /// What happens to a block of those abroad.
    fn go_on(&mut self, env: &Environment<'_>, chunk: &Chunk, due: &[(u16, u16)]) {
        let mut rows = [0; BLOCK];
        for (row, due) in rows.iter_mut().zip(due) {
            *row = due.0;
        }
        let persons = gather(chunk, &rows[..due.len()]);
        for (&(row, causes), person) in due.iter().zip(&persons) {
            let index = usize::from(row);
            let act = match abroad::visit(env, chunk.home, chunk.key[index], person, causes) {
                Some(Act::WeighMovingOn) => leave::move_on(env, chunk, index, &mut self.race.regions),
                act => act,
            };
            self.abroad.extend(act.map(|act| (row, act)));
        }
    }
}

impl Race {
    fn clear(&mut self) {
        self.entrants.clear();
        self.regions.clear();
        self.weights.clear();
        self.bits.clear();
        self.ln_frailty.clear();
    }

    /// Enters the countries of a person.
    fn enter(&mut self, env: &Environment<'_>, home: u8, i: usize, person: &Person, key: u32, kin: u64, countries: u16, ln_frailty: f64) {
        let scales = leave::Scales::new(env, home, person, kin);
        let mut left = countries;
        while left != 0 {
            let country = left.trailing_zeros() as usize;
            left &= left - 1;
            self.entrants.push(Entrant { person: i as u8, country: country as u8, regions: self.regions.len() as u32 });
            self.weights.push(scales.weigh(country, &mut self.regions));
            self.bits.push(env.streams.country[country].bits(key));
            self.ln_frailty.push(ln_frailty);
        }
        // Regions are read by lanes.
        self.regions.extend([0.0; LANES]);
    }

    /// When each entrant arrives.
    fn run(&mut self, nest_go: f64, nest_country: f64) {
        self.times.clear();
        self.times.resize(self.entrants.len(), 0.0);
        arrive(&mut self.times, &self.weights, &self.bits, &self.ln_frailty, nest_go, nest_country);
    }
}

/// Times of arrival, or never for those that weigh nothing. Stands apart so that its loop becomes vector instructions.
#[inline(never)]
fn arrive(times: &mut [f64], weights: &[f64], bits: &[u32], ln_frailty: &[f64], nest_go: f64, nest_country: f64) {
    for (((time, &weight), &bits), &ln_frailty) in times.iter_mut().zip(weights).zip(bits).zip(ln_frailty) {
        let arrival = ln_arrival(exponential(bits), ln_frailty, nest_go, nest_country * ln(weight));
        *time = if weight > LEAST_WEIGHT { arrival } else { f64::INFINITY };
    }
}

/// Draws of weighing to leave of a block.
fn considering(env: &Environment<'_>, chunk: &Chunk, rows: &[u16]) -> [f64; BLOCK] {
    let mut bits = [0u32; BLOCK];
    for (bits, &row) in bits.iter_mut().zip(rows) {
        *bits = env.streams.consider.bits(chunk.key[usize::from(row)]);
    }
    let mut draws = [0.0; BLOCK];
    for i in 0..BLOCK {
        draws[i] = exponential(bits[i]);
    }
    draws
}

/// The persons of a block. Nothing else happens in this loop, so that the processor waits for many rows at once.
fn gather(chunk: &Chunk, rows: &[u16]) -> [Person; BLOCK] {
    let mut persons = [Person::default(); BLOCK];
    for (person, &row) in persons.iter_mut().zip(rows) {
        *person = chunk.person[usize::from(row)];
    }
    persons
}

/// Fetches the first members of the households of a block of rows into the cache, many at once.
fn fetch_beside(chunk: &Chunk, rows: impl Iterator<Item = u16>) {
    let mut sum = 0;
    for row in rows {
        let first = usize::from(row) - chunk.member(usize::from(row));
        sum ^= chunk.person[first].place ^ chunk.person[(first + 3).min(chunk.person.len() - 1)].place;
    }
    std::hint::black_box(sum);
}

/// Fetches a block of rows into the cache, with their households if asked for, many at once.
pub fn fetch(chunk: &Chunk, rows: &[u16], households: bool) {
    let mut sum = 0;
    for &row in rows {
        let row = usize::from(row);
        let person = &chunk.person[row];
        sum ^= u32::from(chunk.class[row]) ^ u32::from(chunk.rate[row]) ^ chunk.key[row];
        sum ^= u32::from(if households { chunk.household[usize::from(person.household)].settled } else { person.birth });
    }
    std::hint::black_box(sum);
}

/// Fetches the households of a block of rows and their first and last members into the cache, many at once.
pub fn fetch_households(chunk: &Chunk, rows: impl Iterator<Item = u16> + Clone) {
    let mut sum = 0u64;
    for row in rows.clone() {
        sum = sum.wrapping_add(u64::from(chunk.household[usize::from(chunk.person[usize::from(row)].household)].settled));
    }
    for row in rows {
        let members = chunk.rows(usize::from(chunk.person[usize::from(row)].household));
        sum = sum.wrapping_add(u64::from(chunk.person[members.start].birth)).wrapping_add(u64::from(chunk.person[members.end - 1].birth));
    }
    std::hint::black_box(sum);
}

/// Draws of a block, by kind.
struct BlockDraws {
    ln_frailty: [f64; BLOCK],
    ln_stay: [f64; BLOCK],
    /// `S E_0^(1/nest_go)`, with which countries are screened; infinite where single precision has no room for it.
    theta: [f32; BLOCK],
}

/// The same draws as [`leave::Draws::of`], in loops that become vector instructions.
#[inline(never)]
fn draws(env: &Environment<'_>, keys: &[u32; BLOCK]) -> BlockDraws {
    const LARGEST: f64 = 60.0;
    let mut draws = BlockDraws { ln_frailty: [0.0; BLOCK], ln_stay: [0.0; BLOCK], theta: [0.0; BLOCK] };
    let stay = env.streams.stay;
    for i in 0..BLOCK {
        draws.ln_stay[i] = ln(stay.exponential(keys[i]));
    }
    let nest = env.behaviour.choose.nest_go;
    if nest < 1.0 {
        let [u, e] = env.streams.frailty;
        for i in 0..BLOCK {
            draws.ln_frailty[i] = ln_kanter(nest, u.uniform(keys[i]), e.exponential(keys[i]));
        }
    }
    for i in 0..BLOCK {
        let ln_theta = draws.ln_frailty[i] + draws.ln_stay[i] / nest;
        let theta = exp(ln_theta.min(LARGEST)) as f32;
        draws.theta[i] = if ln_theta < LARGEST { theta } else { f32::INFINITY };
    }
    draws
}
