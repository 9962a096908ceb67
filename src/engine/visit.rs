//! Visits of the due of a chunk, in blocks: each phase (draws, hazards, screening, choices) runs over a whole block before the next. All of
//! them read the chunk as it was at the end of the month before. May be used by `engine`.

use super::{
    abroad,
    act::Act,
    bounds::Bounds,
    leave::{self, Draws},
    month::Environment,
    scan::Due,
    totals::{HOME_CELLS, home_cell},
};
use crate::{
    draw::{exponential, ln_kanter},
    math::ln,
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
    likely: Vec<u16>,
    weighing: Vec<u16>,
}

impl Decisions {
    /// Decides for all due persons.
    pub fn make(&mut self, env: &Environment<'_>, bounds: &Bounds, chunk: &Chunk, due: &Due) {
        self.acts.clear();
        self.faded.clear();
        self.likely.clear();
        self.weighing.clear();
        for rows in due.home.chunks(BLOCK) {
            self.narrow(env, bounds, chunk, rows);
        }
        let likely = std::mem::take(&mut self.likely);
        for rows in likely.chunks(BLOCK) {
            self.weigh(env, bounds, chunk, rows);
        }
        self.likely = likely;
        let weighing = std::mem::take(&mut self.weighing);
        for rows in weighing.chunks(BLOCK) {
            self.choose(env, bounds, chunk, rows);
        }
        self.weighing = weighing;
        let at_home = self.acts.len();
        for due in due.abroad.chunks(BLOCK) {
            self.abroad(env, chunk, due);
        }
        if at_home > 0 && at_home < self.acts.len() {
            self.acts.sort_unstable_by_key(|a| a.0);
        }
    }

    /// Who of a block at home is likely to weigh leaving, from class codes and draws alone.
    fn narrow(&mut self, env: &Environment<'_>, bounds: &Bounds, chunk: &Chunk, rows: &[u16]) {
        let table = &bounds.hazard[usize::from(chunk.home)];
        let draws = considering(env, chunk, rows);
        for (&row, draw) in rows.iter().zip(draws) {
            if draw < table[usize::from(chunk.class[usize::from(row)])] * bounds.deprivation[1] {
                self.likely.push(row);
            }
        }
    }

    /// Who of a block weighs leaving. The household's income is asked for only where the draw lies between the bounds that it could move the
    /// hazard to.
    fn weigh(&mut self, env: &Environment<'_>, bounds: &Bounds, chunk: &Chunk, rows: &[u16]) {
        let table = &bounds.hazard[usize::from(chunk.home)];
        let draws = considering(env, chunk, rows);
        let persons = gather(chunk, rows);
        for ((&row, draw), person) in rows.iter().zip(draws).zip(&persons) {
            let mut code = chunk.class[usize::from(row)];
            if class::experienced(code) && !person.experienced(env.month) {
                self.faded.push(row);
                code = class::without_experience(code);
            }
            let hazard = table[usize::from(code)];
            let [low, high] = bounds.deprivation;
            if draw < hazard * low || (draw < hazard * high && draw < leave::consider_hazard(env, chunk, usize::from(row))) {
                self.weighing.push(row);
            }
        }
    }

    /// Choices of a block of those who weigh leaving.
    fn choose(&mut self, env: &Environment<'_>, bounds: &Bounds, chunk: &Chunk, rows: &[u16]) {
        let home = usize::from(chunk.home);
        let mut keys = [0u32; BLOCK];
        for (key, &row) in keys.iter_mut().zip(rows) {
            *key = chunk.key[usize::from(row)];
        }
        let persons = gather(chunk, rows);
        fetch_beside(chunk, rows);
        let draws = draws(env, &keys);
        for (i, &row) in rows.iter().enumerate() {
            let (key, person, draws) = (keys[i], &persons[i], draws.of(i));
            let kin = if class::has_kin(chunk.class[usize::from(row)]) { leave::kin_at(env, chunk, usize::from(row)) } else { 0 };
            let cell = home * HOME_CELLS + home_cell(person.sex(), person.education(), person.trade());
            let ln_theta = draws.ln_frailty + draws.ln_stay / env.behaviour.choose.nest_go;
            let own = leave::own_earnings(env, chunk.home, person);
            let countries = bounds.screen.countries(cell, person.motive(), own, env.countries_of(kin), ln_theta, key);
            if countries != 0 {
                self.acts.extend(leave::choose(env, chunk.home, key, person, kin, countries, draws).map(|act| (row, act)));
            }
        }
    }

    /// What happens to a block of those abroad.
    fn abroad(&mut self, env: &Environment<'_>, chunk: &Chunk, due: &[(u16, u16)]) {
        let mut rows = [0; BLOCK];
        for (row, due) in rows.iter_mut().zip(due) {
            *row = due.0;
        }
        let persons = gather(chunk, &rows[..due.len()]);
        for (&(row, causes), person) in due.iter().zip(&persons) {
            let index = usize::from(row);
            let act = match abroad::visit(env, chunk.home, chunk.key[index], person, causes) {
                Some(Act::WeighMovingOn) => leave::move_on(env, chunk, index),
                act => act,
            };
            self.acts.extend(act.map(|act| (row, act)));
        }
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
fn fetch_beside(chunk: &Chunk, rows: &[u16]) {
    let mut sum = 0;
    for &row in rows {
        let first = usize::from(row) - chunk.member(usize::from(row));
        sum ^= chunk.person[first].place ^ chunk.person[(first + 3).min(chunk.person.len() - 1)].place;
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
}

impl BlockDraws {
    fn of(&self, i: usize) -> Draws {
        Draws { ln_frailty: self.ln_frailty[i], ln_stay: self.ln_stay[i] }
    }
}

/// The same draws as [`Draws::of`], in loops that become vector instructions.
fn draws(env: &Environment<'_>, keys: &[u32; BLOCK]) -> BlockDraws {
    let mut draws = BlockDraws { ln_frailty: [0.0; BLOCK], ln_stay: [0.0; BLOCK] };
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
    draws
}
