//! Who stays for certain: bounds of the choice to go, by which most of those who weigh leaving are answered without a look at the
//! destinations. They decide who must choose, never what is chosen. May be used by `engine`.
//!
//! Country `c` beats staying if `E_c < theta w_c`, where `theta = S E_0^(1/nest_go)` is the person's own and `w_c = exp(V_c / nest_go)`
//! (module `behaviour::choose`). With an upper bound of `w_c` that depends on cell and bracket of earnings alone this is one comparison of
//! draws a country: `E_c < x` means that its uniform lies below `1 - exp(-x) <= x - x^2/2 + x^3/6`.

use rayon::prelude::*;

use super::{
    month::{Environment, MAX_COUNTRIES},
    totals::HOME_CELLS,
};
use crate::{
    behaviour::{choose::Params, traits::MOTIVES},
    draw::{Stream, UPPER_ERROR, folded, upper},
    math::{exp, ln},
};

/// Brackets of own earnings: halves of octaves, from a quarter to four times the earnings of the cell.
const BRACKETS: usize = 8;
/// Room for rounding to single precision, and for the error of [`powers`].
const SLACK: f64 = 1.0 + 1e-3;

/// Bounds of a month.
#[derive(Clone, Debug)]
pub struct Screen {
    /// Bounds of `w_c` without motive and kin, by home region x home cell x bracket of earnings; 0 for countries that are not open.
    weight: Vec<[f32; MAX_COUNTRIES]>,
    /// First bracket of earnings, by home region x home cell.
    first: Vec<u32>,
    /// Factors by motive.
    motive: [[f32; MAX_COUNTRIES]; MOTIVES.len()],
    /// Countries that there are, as bits.
    there: u16,
    /// Factor of kin at the country.
    kin: f32,
    /// Salts of the countries' streams.
    before: [u32; MAX_COUNTRIES],
    between: [u32; MAX_COUNTRIES],
}

/// Bracket of earnings: the exponent and the first binary digit.
#[inline]
fn bracket(earnings: f64) -> u32 {
    (earnings as f32).to_bits() >> 22
}

/// Earnings below which those of a bracket lie.
fn upper_edge(bracket: u32) -> f64 {
    f64::from(f32::from_bits((bracket + 1) << 22))
}

impl Screen {
    /// Bounds of a month.
    pub fn new(env: &Environment<'_>) -> Screen {
        let nest = env.behaviour.choose.nest_go;
        let first: Vec<u32> = env.tables.home_earnings.iter().map(|usd| bracket(usd * 0.25)).collect();
        let mut weight = vec![[0.0; MAX_COUNTRIES]; first.len() * BRACKETS];
        weight.par_chunks_mut(HOME_CELLS * BRACKETS).zip(first.par_chunks(HOME_CELLS)).enumerate().for_each(|(home, (bounds, first))| of_home(env, home, first, bounds));
        let mut motive = [[0.0; MAX_COUNTRIES]; MOTIVES.len()];
        for (m, factors) in motive.iter_mut().enumerate() {
            for (c, factor) in factors.iter_mut().enumerate().take(env.countries()) {
                *factor = (exp(env.resolved.motive[m * env.countries() + c] / nest) * SLACK) as f32;
            }
        }
        let salts = env.streams.country.map(Stream::salts);
        Screen {
            weight,
            first,
            motive,
            there: (0..env.countries()).fold(0, |bits, c| bits | 1 << c),
            kin: (exp(env.behaviour.choose.b_kin / nest) * SLACK) as f32,
            before: salts.map(|s| s.0),
            between: salts.map(|s| s.1),
        }
    }

    /// Countries that may beat staying, as bits: all of them if `theta` is infinite; `cell` is home region x home cell, `kin` the countries
    /// with kin as bits.
    #[inline]
    pub fn countries(&self, cell: usize, motive: u8, own_earnings: f64, kin: u16, theta: f32, key: u32) -> u16 {
        if theta == f32::INFINITY {
            return self.there;
        }
        let place = bracket(own_earnings).saturating_sub(self.first[cell]).min(BRACKETS as u32 - 1);
        let mut x = self.weight[cell * BRACKETS + place as usize];
        let motive = &self.motive[usize::from(motive)];
        for c in 0..MAX_COUNTRIES {
            x[c] *= motive[c] * theta;
        }
        let mut left = kin;
        while left != 0 {
            x[left.trailing_zeros() as usize] *= self.kin;
            left &= left - 1;
        }
        // Rounding of the bits to single precision is at most 64.
        const ROOM: f32 = UPPER_ERROR as f32 + 64.0;
        let (key, mut hits) = (folded(key), [0u32; MAX_COUNTRIES]);
        for c in 0..MAX_COUNTRIES {
            let share = x[c] * (1.0 - x[c] * (0.5 - x[c] * (1.0 / 6.0)));
            let bits = upper(key, self.before[c], self.between[c]) >> 1;
            // What overflows and is then multiplied by nothing is no number: it hits.
            hits[c] = (1 - u32::from((bits as i32 as f32) >= share * (2_147_483_648.0 * SLACK as f32) + ROOM)) << c;
        }
        // The room for rounding may hit where there is no country.
        hits.iter().fold(0, |bits, hit| bits | hit) as u16 & self.there
    }
}

/// Bounds of one home region, by home cell x bracket.
fn of_home(env: &Environment<'_>, home: usize, first: &[u32], bounds: &mut [[f32; MAX_COUNTRIES]]) {
    let (destinations, choose) = (env.destinations(), &env.behaviour.choose);
    let journey = &env.journey[home * destinations..][..destinations];
    let lowest = first.iter().copied().min().unwrap_or(0);
    let brackets = (first.iter().copied().max().unwrap_or(0) - lowest) as usize + BRACKETS;
    // Factor of the journey at the upper edge of each bracket, by region x bracket.
    let edges: Vec<f64> = (0..brackets).map(|k| upper_edge(lowest + k as u32)).collect();
    let factor: Vec<Vec<f64>> = journey.iter().map(|cost| at_edges(choose, *cost, &edges)).collect();
    let power = choose.nest_country / choose.nest_go;
    for ((bounds, first), weights) in bounds.chunks_exact_mut(BRACKETS).zip(first).zip(env.tables.weight[home * HOME_CELLS * destinations..].chunks_exact(destinations)) {
        let from = (first - lowest) as usize;
        let (mut sums, mut all) = ([[0.0; BRACKETS]; MAX_COUNTRIES], [0.0; MAX_COUNTRIES]);
        for ((sums, all), regions) in sums.iter_mut().zip(&mut all).zip(&env.resolved.regions_of) {
            for d in regions.clone() {
                if let Some(journey) = factor[d][from..].first_chunk() {
                    weigh(sums, weights[d], journey);
                }
            }
            *all = sums[BRACKETS - 1];
        }
        let largest = raised(&all, power);
        for (country, (sums, all)) in sums.iter().zip(all).enumerate().filter(|(_, (_, all))| *all > 0.0) {
            let of_country = powers(sums, all, power as f32, largest[country]);
            for (bound, of_country) in bounds.iter_mut().zip(of_country) {
                bound[country] = of_country;
            }
        }
    }
}

// The loops over brackets stand in functions of their own: there they become vector instructions.

/// Factor of a journey at the edges of brackets of earnings.
#[inline(never)]
fn at_edges(choose: &Params, cost: f64, edges: &[f64]) -> Vec<f64> {
    edges.iter().map(|edge| exp(choose.cost_term(cost, *edge) / choose.nest_country)).collect()
}

/// Adds a region to the sums of its country. The last bracket has no upper edge: there the journey costs nothing.
#[inline(never)]
fn weigh(sums: &mut [f64; BRACKETS], weight: f64, journey: &[f64; BRACKETS]) {
    let mut journey = *journey;
    journey[BRACKETS - 1] = 1.0;
    for k in 0..BRACKETS {
        sums[k] += weight * journey[k];
    }
}

/// Powers of what the countries weigh without a journey, with [`SLACK`]; meaningless for those that weigh nothing.
#[inline(never)]
fn raised(all: &[f64; MAX_COUNTRIES], power: f64) -> [f64; MAX_COUNTRIES] {
    let mut raised = [0.0; MAX_COUNTRIES];
    for c in 0..MAX_COUNTRIES {
        raised[c] = exp(power * ln(all[c])) * SLACK;
    }
    raised
}

/// Powers of sums over all of them, exponent in (0, 1], times `largest`; shares below 1e-30 count as that. Relative error below 1e-5, for
/// which [`SLACK`] has room.
#[inline(never)]
fn powers(sums: &[f64; BRACKETS], all: f64, power: f32, largest: f64) -> [f32; BRACKETS] {
    const ROOT_HALF: u32 = 0x3f35_04f3;
    const SHIFT: f32 = 12_582_912.0; // 1.5 * 2^23: adding it rounds to an integer in the low bits
    let mut powers = [0.0; BRACKETS];
    for k in 0..BRACKETS {
        // Logarithm: x = 2^e m with m in [sqrt(1/2), sqrt(2)), ln m = 2 atanh(s).
        let bits = ((sums[k] / all) as f32).max(1e-30).to_bits().wrapping_sub(ROOT_HALF);
        let e = ((bits as i32) >> 23) as f32;
        let m = f32::from_bits((bits & 0x007f_ffff) + ROOT_HALF);
        let s = (m - 1.0) / (m + 1.0);
        let z = s * s;
        let log = e + 2.0 * std::f32::consts::LOG2_E * s * (1.0 + z * (1.0 / 3.0 + z * (0.2 + z * (1.0 / 7.0))));
        // Exponential: 2^(n + r), |r| <= 1/2, Taylor.
        let y = power * log;
        let shifted = y + SHIFT;
        let r = (y - (shifted - SHIFT)) * std::f32::consts::LN_2;
        let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0)))));
        powers[k] = (largest * f64::from(p * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23))) as f32;
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_err_less_than_the_room_for_it() {
        for power in [1.0, 0.731, 0.05] {
            for k in 0..1600_i16 {
                let share = (f64::from(k) * -0.043).exp().max(1e-30);
                let [found, ..] = powers(&[share * 3.0; BRACKETS], 3.0, power as f32, 1.0);
                let exact = share.powf(power);
                assert!((f64::from(found) / exact - 1.0).abs() < 0.1 * (SLACK - 1.0), "{share}^{power}: {found}");
            }
        }
        assert!(powers(&[0.0; BRACKETS], 1.0, 1.0, 1.0)[0] > 0.0);
    }
}
