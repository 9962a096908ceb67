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
    population::person::{Chunk, HOME},
};

/// Bits of an income that tell its class, beside the place of the highest one: classes are at most 1/128 wide.
const BITS: u32 = 7;
/// Number of classes.
const CLASSES: usize = (64 - BITS as usize + 1) << BITS;

/// Inequality between households of a row of origins; NaN where there is none to tell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inequality {
    /// Gini coefficient of income per adult at home.
    pub gini: f64,
    /// Mean income per adult at home of households with a member abroad over that of those without.
    pub ratio: f64,
}

/// Households of an origin: integers, so that their sums do not depend on who adds first.
#[derive(Clone, Debug, Default)]
struct Incomes {
    /// Households and sum of incomes by class; empty or one for each of [`CLASSES`].
    classes: Vec<(u64, i128)>,
    /// Households and sum of incomes without and with a member abroad.
    halves: [(u64, i128); 2],
}

/// Class of an income (>= 0): place of its highest bit, and the next [`BITS`] bits.
fn class(income: u64) -> usize {
    let shift = (u64::BITS - income.leading_zeros()).saturating_sub(BITS + 1);
    ((shift as usize) << BITS) + (income >> shift) as usize
}

impl Incomes {
    fn count(&mut self, income: i64, abroad: bool) {
        self.classes.resize(CLASSES, (0, 0));
        let income = income.max(0);
        let class = &mut self.classes[class(income.unsigned_abs())];
        for sum in [class, &mut self.halves[usize::from(abroad)]] {
            sum.0 += 1;
            sum.1 += i128::from(income);
        }
    }

    fn plus(&mut self, other: &Incomes) {
        if self.classes.is_empty() {
            self.classes = other.classes.clone();
        } else {
            self.classes.iter_mut().zip(&other.classes).for_each(add);
        }
        self.halves.iter_mut().zip(&other.halves).for_each(add);
    }

    fn inequality(&self) -> Inequality {
        let filled = || self.classes.iter().filter(|c| c.0 > 0);
        let mean = |sum: &(u64, i128)| sum.1 as f64 / sum.0 as f64;
        let (means, households): (Vec<f64>, Vec<f64>) = filled().map(|c| (mean(c), c.0 as f64)).unzip();
        let [without, with] = self.halves;
        let ratio = if without.1 > 0 && with.0 > 0 { mean(&with) / mean(&without) } else { f64::NAN };
        Inequality { gini: if means.is_empty() { f64::NAN } else { hierarchy::gini(&means, &households) }, ratio }
    }
}

fn add((sum, more): (&mut (u64, i128), &(u64, i128))) {
    sum.0 += more.0;
    sum.1 += more.1;
}

/// Income of a household a month, thousandths of a dollar x 1024ths per member of age at home, and whether a member is abroad; none if
/// nobody of age is at home.
fn income(environment: &Environment<'_>, chunk: &Chunk, household: usize) -> Option<(i64, bool)> {
    let (mut income, mut adults, mut abroad) = (0i64, 0i64, false);
    let rates = &environment.home_rate[usize::from(chunk.home) * HOME_CELLS..];
    for person in chunk.person[chunk.rows(household)].iter().filter(|p| p.active(environment.month)) {
        let rate = if person.place == HOME {
            adults += 1;
            rates[home_cell(person.sex(), person.education(), person.trade())]
        } else {
            abroad = true;
            environment.budget_of(chunk.home, person.place, person).remitted
        };
        income += rate * i64::from(person.multiplier);
    }
    (adults > 0).then(|| (income / adults, abroad))
}

/// Inequality by row of origins at the start of a month, at the month's rates. Incomes are classed by a width of at most 1/128 and counted
/// at the mean of their class: only differences within a class are lost.
pub fn inequality(scope: &Scope, environment: &Environment<'_>, chunks: &[Chunk]) -> Vec<Inequality> {
    let none = || vec![Incomes::default(); scope.origins];
    let count = |mut sums: Vec<Incomes>, chunk: &Chunk| {
        let of_origin = &mut sums[scope.origin_of[usize::from(chunk.home)]];
        for household in 0..chunk.household.len() {
            if let Some((income, abroad)) = income(environment, chunk, household) {
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
    sums.iter().for_each(|sum| all.plus(sum));
    sums.iter().chain([&all]).map(Incomes::inequality).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_in_order_and_narrow() {
        let mut last = (0, 0);
        for income in (0..2000).chain((11..63).flat_map(|bit| [(1 << bit) - 1, 1 << bit, (1 << bit) + (1 << (bit - 4))])).chain([i64::MAX as u64]) {
            let found = class(income);
            assert!(found < CLASSES && (income < last.1 || found >= last.0), "{income}");
            last = (found, income);
        }
        for income in [300_u64, 123_456, 98_765_432_101] {
            assert_eq!(class(income), class(income + income / 1000 / 128));
            assert!(class(income) < class(income + income / 100), "{income}");
        }
    }

    #[test]
    fn classes_lose_next_to_nothing() {
        let incomes: Vec<i64> = (1..4000).map(|k: i64| 40_000 + k * k * 37).collect();
        let mut sums = Incomes::default();
        incomes.iter().for_each(|&income| sums.count(income, income % 3 == 0));
        let exact = hierarchy::gini(&incomes.iter().map(|i| *i as f64).collect::<Vec<_>>(), &vec![1.0; incomes.len()]);
        let found = sums.inequality();
        assert!((found.gini - exact).abs() < 1e-5 && exact > 0.4, "{} is not {exact}", found.gini);
        assert!(Incomes::default().inequality().gini.is_nan());
    }
}
