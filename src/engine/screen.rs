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
    behaviour::traits::MOTIVES,
    draw::{Stream, salted},
    math::{exp, ln},
};

/// Brackets of own earnings: quarters of octaves, from a quarter to four times the earnings of the cell.
const BRACKETS: usize = 16;
/// Room for rounding to single precision.
const SLACK: f64 = 1.0 + 1e-4;

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

/// Bracket of earnings: the exponent and the first two binary digits.
#[inline]
fn bracket(earnings: f64) -> u32 {
    (earnings as f32).to_bits() >> 21
}

/// Earnings below which those of a bracket lie.
fn upper_edge(bracket: u32) -> f64 {
    f64::from(f32::from_bits((bracket + 1) << 21))
}

impl Screen {
    /// Bounds of a month.
    pub fn new(env: &Environment<'_>) -> Screen {
        let nest = env.behaviour.choose.nest_go;
        let first: Vec<u32> = env.tables.home_earnings.iter().map(|usd| bracket(usd * 0.25)).collect();
        let weight = (0..env.world.places.homes.len()).into_par_iter().flat_map_iter(|home| of_home(env, home, &first[home * HOME_CELLS..][..HOME_CELLS])).collect();
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

    /// Countries that may beat staying, as bits; `cell` is home region x home cell, `kin` the countries with kin as bits.
    #[inline]
    pub fn countries(&self, cell: usize, motive: u8, own_earnings: f64, kin: u16, ln_theta: f64, key: u32) -> u16 {
        const LARGEST: f64 = 60.0;
        let place = bracket(own_earnings).saturating_sub(self.first[cell]).min(BRACKETS as u32 - 1);
        let theta = exp(ln_theta.min(LARGEST)) as f32;
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
        let mut hits = [0u32; MAX_COUNTRIES];
        for c in 0..MAX_COUNTRIES {
            let share = x[c] * (1.0 - x[c] * (0.5 - x[c] * (1.0 / 6.0)));
            let bits = salted(key, self.before[c], self.between[c]) >> 1;
            // Rounding of the bits to single precision is at most 64.
            hits[c] = u32::from((bits as i32 as f32) < share * (2_147_483_648.0 * SLACK as f32) + 64.0) << c;
        }
        // The room for rounding may hit where there is no country.
        hits.iter().fold(0, |bits, hit| bits | hit) as u16 & self.there
    }
}

/// Bounds of one home region.
fn of_home(env: &Environment<'_>, home: usize, first: &[u32]) -> Vec<[f32; MAX_COUNTRIES]> {
    let (destinations, choose) = (env.destinations(), &env.behaviour.choose);
    let journey = &env.journey[home * destinations..][..destinations];
    let lowest = first.iter().copied().min().unwrap_or(0);
    let brackets = (first.iter().copied().max().unwrap_or(0) - lowest) as usize + BRACKETS;
    // Factor of the journey at the upper edge of each bracket.
    let at_edge = |k: usize| upper_edge(lowest + k as u32);
    let factor: Vec<Vec<f64>> = (0..brackets).map(|k| journey.iter().map(|cost| exp(choose.cost_term(*cost, at_edge(k)) / choose.nest_country)).collect()).collect();
    let power = choose.nest_country / choose.nest_go;
    let mut bounds = Vec::with_capacity(HOME_CELLS * BRACKETS);
    for (cell, first) in first.iter().enumerate() {
        let weights = &env.tables.weight[(home * HOME_CELLS + cell) * destinations..][..destinations];
        for k in 0..BRACKETS {
            let journey = &factor[(first - lowest) as usize + k];
            // The last bracket has no upper edge: there the journey costs nothing.
            let last = k + 1 == BRACKETS;
            let mut sums = [0.0; MAX_COUNTRIES];
            for (d, weight) in weights.iter().enumerate() {
                sums[env.resolved.country_of[d]] += weight * if last { 1.0 } else { journey[d] };
            }
            bounds.push(sums.map(|sum| if sum > 0.0 { (exp(power * ln(sum)) * SLACK) as f32 } else { 0.0 }));
        }
    }
    bounds
}
