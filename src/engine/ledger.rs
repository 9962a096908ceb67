//! Lazy purses. What a household gains in a month depends only on the cells of its members, so a purse is brought up to date when a member
//! changes state or asks: differences of cumulated integer rates times multipliers, equal to a monthly account to the last unit.
//! All purses are settled at the end of each year, so that one year of cumulated rates is kept. May be used by `engine`.

use std::sync::Arc;

use super::{
    resolved::Resolved,
    totals::{CELLS, HOME_CELLS, cell, home_cell},
};
use crate::{
    population::person::{Chunk, HOME, Person},
    units::Month,
    world::demography::{AGED_OUT, OF_AGE},
};

/// Cumulated rates since the last general settlement, thousandths of a dollar.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Month index of the last general settlement.
    pub base: usize,
    /// First month of the run.
    pub start: Month,
    /// Number of destination regions.
    pub destinations: usize,
    /// The parameters by index.
    pub resolved: Arc<Resolved>,
    /// Number of months accounted for since `base`.
    pub months: usize,
    /// By origin x destination region x pay cell, after 0, 1, ... [`MONTHS`] months: what one cell gives in a year lies together.
    pub abroad: Vec<i64>,
    /// By home region x home cell, likewise.
    pub home: Vec<i64>,
}

/// Most months between general settlements.
pub const MONTHS: usize = 12;
/// Values of a cell.
const ROW: usize = MONTHS + 1;

impl Ledger {
    /// Room for a number of cells.
    #[must_use]
    pub fn with_room(self, abroad: usize, home: usize) -> Ledger {
        Ledger { abroad: vec![0; abroad * ROW], home: vec![0; home * ROW], ..self }
    }

    /// Begins anew at a month index.
    pub fn reset(&mut self, base: usize) {
        (self.base, self.months) = (base, 0);
        self.abroad.fill(0);
        self.home.fill(0);
    }

    /// Adds a month's rates.
    pub fn accrue(&mut self, abroad: impl Iterator<Item = i64>, home: &[i64]) {
        let month = self.months.min(MONTHS - 1);
        let rows = self.abroad.chunks_exact_mut(ROW).zip(abroad).chain(self.home.chunks_exact_mut(ROW).zip(home.iter().copied()));
        for (row, rate) in rows {
            row[month + 1] = row[month] + rate;
        }
        self.months += 1;
    }

    /// Earnings multiplier abroad of a person, 1024ths.
    #[inline]
    pub fn multiplier_abroad(&self, person: &Person) -> u16 {
        self.resolved.multiplier_abroad(person)
    }

    /// What a person adds to the purse between two month indices in which place and work did not change: nothing before coming of age and
    /// after death or 65.
    #[inline(always)]
    fn gain(&self, home: u8, person: &Person, from: usize, until: usize) -> i64 {
        // Who is of age is hard to foresee: an empty span is cheaper than a branch.
        let (birth, death) = (i32::from(person.birth) - i32::from(self.start.0), i32::from(person.death) - i32::from(self.start.0));
        let (first, last) = (from as i32, until as i32);
        let from = (birth + OF_AGE).max(first).min(last);
        let until = (birth + AGED_OUT).min(death).min(last).max(from);
        let (from, until) = ((from - self.base as i32) as usize, (until - self.base as i32) as usize);
        let over = |rates: &[i64], k: usize| rates[k * ROW + until] - rates[k * ROW + from];
        if person.place == HOME {
            let k = usize::from(home) * HOME_CELLS + home_cell(person.sex(), person.education(), person.trade());
            over(&self.home, k) * i64::from(person.multiplier)
        } else {
            let c = cell(person.sector(), person.motive(), person.status() as u8, person.stay() as u8);
            let k = (self.resolved.origin_of[usize::from(home)] * self.destinations + usize::from(person.place)) * CELLS + c;
            over(&self.abroad, k) * i64::from(self.multiplier_abroad(person))
        }
    }

    /// What persons with one purse add to it between two month indices.
    #[inline(always)]
    pub fn gains(&self, home: u8, members: &[Person], from: u16, until: usize) -> i64 {
        let from = usize::from(from).max(self.base);
        let mut sum = 0;
        if from < until {
            for person in members {
                sum += self.gain(home, person, from, until);
            }
        }
        sum
    }

    /// What a household's purse would gain up to `until` (number of months of the run accounted for).
    pub fn pending(&self, chunk: &Chunk, household: usize, until: usize) -> i64 {
        self.gains(chunk.home, &chunk.person[chunk.rows(household)], chunk.household[household].settled, until)
    }

    /// Brings a purse up to date.
    pub fn settle(&self, chunk: &mut Chunk, household: usize, until: usize) {
        let gain = self.pending(chunk, household, until);
        let h = &mut chunk.household[household];
        h.purse += gain;
        h.settled = until as u16;
    }
}
