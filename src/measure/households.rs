//! Inequality of households' income within origins, from one pass over all persons a year.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::{
    engine::{
        month::Environment,
        totals::{HOME_CELLS, home_cell},
    },
    hierarchy,
    population::person::{Chunk, HOME, MEMBER_BITS, Person},
    units::MULTIPLIER_ONE,
};

/// Bits of an income that tell its class, beside the place of the highest one: classes are at most 1/128 wide.
const BITS: u32 = 7;
/// Largest income told apart, thousandths of a dollar a month.
const MOST: i64 = 1 << 36;
/// Number of classes.
const CLASSES: usize = class(MOST) + 1;
/// Where there are more households than these, every second, fourth, ... is counted, told by its id: a pass must stay cheap.
const MOST_HOUSEHOLDS: usize = 131_072;

/// Inequality between households of a row of origins; NaN where there is none to tell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inequality {
    /// Gini coefficient of income per adult at home.
    pub gini: f64,
    /// Mean income per adult at home of households with a member abroad over that of those without.
    pub ratio: f64,
    /// Share of households with a member abroad: those left behind.
    pub left_behind: f64,
}

/// Number of households, and sum of their incomes: integers, so that sums do not depend on who adds first.
type Count = (i64, i64);

/// Households of an origin.
#[derive(Clone, Debug, Default)]
struct Incomes {
    /// By class; empty, or one for each of [`CLASSES`].
    classes: Vec<Count>,
    /// Without and with a member abroad.
    halves: [Count; 2],
}

/// Class of an income (>= 0): place of its highest bit, and the next [`BITS`] bits.
const fn class(income: i64) -> usize {
    let shift = (i64::BITS - income.leading_zeros()).saturating_sub(BITS + 1);
    ((shift as usize) << BITS) + (income >> shift) as usize
}

impl Incomes {
    fn count(&mut self, income: i64, abroad: bool) {
        let income = income.clamp(0, MOST);
        for sum in [&mut self.classes[class(income)], &mut self.halves[usize::from(abroad)]] {
            sum.0 += 1;
            sum.1 += income;
        }
    }

    fn plus(&mut self, other: &Incomes) {
        if self.classes.is_empty() {
            self.classes.clone_from(&other.classes);
        } else {
            self.classes.iter_mut().zip(&other.classes).for_each(add);
        }
        self.halves.iter_mut().zip(&other.halves).for_each(add);
    }

    fn inequality(&self) -> Inequality {
        let mean = |sum: &Count| sum.1 as f64 / sum.0 as f64;
        let (means, households): (Vec<f64>, Vec<f64>) = self.classes.iter().filter(|c| c.0 > 0).map(|c| (mean(c), c.0 as f64)).unzip();
        let [without, with] = self.halves;
        let ratio = if without.1 > 0 && with.0 > 0 { mean(&with) / mean(&without) } else { f64::NAN };
        let left_behind = with.0 as f64 / (without.0 + with.0) as f64;
        Inequality { left_behind, gini: if means.is_empty() { f64::NAN } else { hierarchy::gini(&means, &households) }, ratio }
    }
}

fn add((sum, more): (&mut Count, &Count)) {
    sum.0 += more.0;
    sum.1 += more.1;
}

/// Earnings at home of multiplier one by the lower five bits of traits, thousandths of a dollar a month.
fn rates(environment: &Environment<'_>, home: u8) -> [i64; 32] {
    std::array::from_fn(|traits| {
        let person = Person { traits: traits as u8, ..Person::default() };
        let known = person.education() < 3;
        if known { environment.home_rate[usize::from(home) * HOME_CELLS + home_cell(person.sex(), person.education(), person.trade())] } else { 0 }
    })
}

/// Income of a household, thousandths of a dollar a month per member of age at home, and whether a member is abroad; none if nobody of age
/// is at home.
#[inline]
fn income(environment: &Environment<'_>, chunk: &Chunk, rates: &[i64; 32], household: usize) -> Option<(i64, bool)> {
    let (mut income, mut adults, mut abroad) = (0i64, 0i64, false);
    for person in &chunk.person[chunk.rows(household)] {
        // Who is of age is hard to foresee: counting nothing is cheaper than a branch.
        let active = person.active(environment.month);
        let at_home = i64::from(active) * i64::from(person.place == HOME);
        adults += at_home;
        income += at_home * rates[usize::from(person.traits & 31)] * i64::from(person.multiplier);
        if active && person.place != HOME {
            abroad = true;
            income += environment.budget_of(chunk.home, person.place, person).remitted * i64::from(environment.resolved.multiplier_abroad(person));
        }
    }
    (adults > 0).then(|| ((income as f64 / (adults * i64::from(MULTIPLIER_ONE)) as f64) as i64, abroad))
}

/// Inequality by row of origins at the start of a month, at the month's rates. Incomes are classed by a width of at most 1/128 and counted
/// at the mean of their class: only differences within a class are lost.
pub fn inequality(scope: &Scope, environment: &Environment<'_>, chunks: &[Chunk]) -> Vec<Inequality> {
    let households: usize = chunks.iter().map(|c| c.household.len()).sum();
    let every = households.div_ceil(MOST_HOUSEHOLDS).next_power_of_two() as u32;
    let none = || vec![Incomes::default(); scope.origins];
    let count = |mut sums: Vec<Incomes>, chunk: &Chunk| {
        let of_origin = &mut sums[scope.origin_of[usize::from(chunk.home)]];
        of_origin.classes.resize(CLASSES, (0, 0));
        let rates = rates(environment, chunk.home);
        // First members alone have nothing below their household's id.
        let first = (every << MEMBER_BITS) - 1;
        for row in (0..chunk.key.len()).filter(|&row| chunk.key[row] & first == 0) {
            let index = usize::from(chunk.person[row].household);
            if let Some((income, abroad)) = income(environment, chunk, &rates, index) {
                of_origin.count(income, abroad);
            }
        }
        sums
    };
    let merge = |mut sums: Vec<Incomes>, more: Vec<Incomes>| {
        sums.iter_mut().zip(&more).for_each(|(sum, more)| sum.plus(more));
        sums
    };
    let sums = chunks.par_iter().fold(none, count).reduce(none, merge);
    let mut all = Incomes::default();
    for sum in &sums {
        all.plus(sum);
    }
    sums.iter().chain([&all]).map(Incomes::inequality).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_in_order_and_narrow() {
        let mut last = (0, 0);
        for income in (0..2000).chain((11..36).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + (1 << (bit - 4))])).chain([MOST]) {
            let found = class(income);
            assert!(found < CLASSES && (income < last.1 || found >= last.0), "{income}");
            last = (found, income);
        }
        for income in [300_i64, 123_456, 9_876_543_210] {
            assert_eq!(class(income), class(income + income / 1000 / 128));
            assert!(class(income) < class(income + income / 100), "{income}");
        }
    }

    #[test]
    fn classes_lose_next_to_nothing() {
        let incomes: Vec<i64> = (1..4000).map(|k: i64| 40_000 + k * k * 37).collect();
        let mut sums = Incomes { classes: vec![(0, 0); CLASSES], ..Incomes::default() };
        for &income in &incomes {
            sums.count(income, income % 3 == 0);
        }
        let exact = hierarchy::gini(&incomes.iter().map(|i| *i as f64).collect::<Vec<_>>(), &vec![1.0; incomes.len()]);
        let found = sums.inequality();
        assert!((found.gini - exact).abs() < 1e-5 && exact > 0.4, "{} is not {exact}", found.gini);
        assert!(Incomes::default().inequality().gini.is_nan());
    }
}
