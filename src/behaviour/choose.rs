//! Choosing to stay or to go, where, and in which sector: a nested logit played as a race (docs/odd.md, submodel 2).
//!
//! Utility of sector `s` in region `d` of country `c` for a person of home region `r`, where `x` is the diaspora of `r` at `d` over the
//! population of `r`:
//!
//! ```text
//! V = b_wage ln(net_ds / home) - b_cost ln(1 + C_rd / w) - b_regime burden + b_net ln(1 + 1000 x / (1 + x / x_sat))
//!   + b_kin [kin at d] + motive[m, c] + xi_c + xi_oc + origin_o - b_drawdown ln(peak / now) + b_tie tie_rd + size_d + size_ds + taste_s
//!   + same_sector [s is the sector of work at home]
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ByCode;
use crate::math::{exp, ln};

/// Form of the wage term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WageForm {
    /// `b_wage ln(abroad / home)`.
    Log,
    /// `b_wage (abroad - home) / wage_unit`, in dollars of constant price.
    Linear,
}

/// Form of the cost term, `C` over own monthly earnings at home `w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CostForm {
    /// `b_cost ln(1 + C/w)`.
    Ln1p,
    /// `b_cost C/w`.
    Linear,
}

/// Parameters of the choice.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Weight of earnings.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "utility per log point"))]
    pub b_wage: f64,
    /// Form of the wage term.
    pub wage_form: WageForm,
    /// Unit of the linear wage term.
    #[schemars(range(min = 1.0, max = 10000.0), extend("unit" = "USD of 2015/month"))]
    pub wage_unit: f64,
    /// Weight of the generalised cost of travel, documents and intermediary.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "utility"))]
    pub b_cost: f64,
    /// Form of the cost term.
    pub cost_form: CostForm,
    /// Weight of the regime's burden.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "utility per unit"))]
    pub b_regime: f64,
    /// Weight of the diaspora of the home region at the destination.
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "utility per log point"))]
    pub b_net: f64,
    /// Diaspora over population at which its pull is half saturated.
    #[schemars(range(min = 0.001, max = 100.0), extend("unit" = "share"))]
    pub x_sat: f64,
    /// Weight of the size of a region's market (1: jobs are the elementary alternatives; less where the diaspora already stands for size).
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub b_size: f64,
    /// Pull of a member of the own household at the destination region.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "utility"))]
    pub b_kin: f64,
    /// Repulsion of a country whose demand for labour has fallen below its remembered peak.
    #[schemars(range(min = 0.0, max = 10.0), extend("unit" = "utility per log point"))]
    pub b_drawdown: f64,
    /// Parameter of the nest *go* (1: countries are siblings of staying).
    #[schemars(range(min = 0.05, max = 1.0), extend("unit" = "nest parameter"))]
    pub nest_go: f64,
    /// Parameter of regions within a country; at most that of *go*.
    #[schemars(range(min = 0.05, max = 1.0), extend("unit" = "nest parameter"))]
    pub nest_country: f64,
    /// Parameter of sectors within a region; at most that of regions.
    #[schemars(range(min = 0.05, max = 1.0), extend("unit" = "nest parameter"))]
    pub nest_region: f64,
    /// Constants by country of destination.
    #[schemars(extend("unit" = "utility"))]
    pub xi: ByCode,
    /// Constants by country of destination and origin, beside those of the country.
    #[serde(default)]
    #[schemars(extend("unit" = "utility"))]
    pub xi_origin: BTreeMap<String, ByCode>,
    /// Level of going by origin.
    #[schemars(extend("unit" = "utility"))]
    pub origin: ByCode,
    /// Pull of countries by motive other than to earn.
    #[serde(default)]
    #[schemars(extend("unit" = "utility"))]
    pub motive: BTreeMap<String, ByCode>,
    /// Taste of men for construction, services, industry, agriculture.
    #[schemars(inner(range(min = -50.0, max = 50.0)), extend("unit" = "utility"))]
    pub sector_men: [f64; 4],
    /// Taste of women for the same.
    #[schemars(inner(range(min = -50.0, max = 50.0)), extend("unit" = "utility"))]
    pub sector_women: [f64; 4],
    /// Advantage of the sector in which a person works at home.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "utility"))]
    pub same_sector: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

impl Params {
    /// The level that monthly earnings give, US dollars; the wage term is the level of net earnings abroad less that of earnings at home.
    /// `deflator` is the price level over 2015's.
    pub fn wage_level(&self, earnings: f64, deflator: f64) -> f64 {
        match self.wage_form {
            WageForm::Log => self.b_wage * ln(earnings.max(1.0)),
            WageForm::Linear => self.b_wage * earnings / (self.wage_unit * deflator),
        }
    }

    /// The cost term for a generalised cost and own monthly earnings at home, US dollars.
    #[inline(always)]
    pub fn cost_term(&self, cost: f64, own_earnings: f64) -> f64 {
        match self.cost_form {
            CostForm::Ln1p => -self.b_cost * ln(1.0 + cost / own_earnings),
            CostForm::Linear => -self.b_cost * cost / own_earnings,
        }
    }

    /// The network term for a diaspora over the population of the home region.
    pub fn network_term(&self, x: f64) -> f64 {
        self.b_net * ln(1.0 + 1000.0 * x / (1.0 + x / self.x_sat))
    }
}

/// Logarithm of the time at which an alternative of inclusive value `v` arrives, of exponential `e`, in a nest of parameter `lambda` with
/// frailty `s`: `T = (e/s)^lambda exp(-v)`. Least wins.
#[inline(always)]
pub fn ln_arrival(e: f64, ln_s: f64, lambda: f64, v: f64) -> f64 {
    lambda * (ln(e) - ln_s) - v
}

/// Winner of a race: the least `e_k / w_k` with `w_k = exp(value_k / lambda)`; `None` if there is no alternative.
pub fn race(values: impl Iterator<Item = (usize, f64, f64)>, lambda: f64) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for (k, value, e) in values {
        let t = e * exp(-value / lambda);
        if best.is_none_or(|(least, _)| t < least) {
            best = Some((t, k));
        }
    }
    best.map(|b| b.1)
}

/// Weights `exp(v / lambda)` over the largest of them, and the inclusive value `lambda ln sum exp(v / lambda)` of the nest. Stands apart so that
/// its loop becomes vector instructions.
#[inline(never)]
pub fn weights<const N: usize>(values: &[f64; N], lambda: f64) -> ([f64; N], f64) {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut weights = [0.0; N];
    for k in 0..N {
        weights[k] = exp((values[k] - largest) / lambda);
    }
    (weights, largest + lambda * ln(weights.iter().sum()))
}

/// `lambda ln sum exp(v / lambda)`, the inclusive value of a nest; minus infinity for an empty one.
pub fn inclusive(values: &[f64], lambda: f64) -> f64 {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    let mut sum = 0.0;
    for v in values {
        sum += if *v == f64::NEG_INFINITY { 0.0 } else { exp((v - largest) / lambda) };
    }
    largest + lambda * ln(sum)
}
