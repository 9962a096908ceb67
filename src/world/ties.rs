//! Cultural ties between a home region and a macro-cultural area (docs/odd.md, submodel 9). May be used by everything right of `world`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::place::MacroArea;

/// How ties grow, and what they are worth.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Utility of a destination for a tie that is stronger than at the start by 1.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "utility"))]
    pub b_tie: f64,
    /// Time in which half of the way to the level is made.
    #[schemars(range(min = 0.1, max = 100.0), extend("unit" = "years"))]
    pub half_life_years: f64,
    /// Rise of the level with `ln(1 + passengers a year per 1000 inhabitants)`.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "tie"))]
    pub g: f64,
    /// Rise of the level with the logarithm of market access over that without the corridors.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "tie"))]
    pub m: f64,
    /// Ties at the start by origin and macro-cultural area, which persist without corridors.
    #[schemars(extend("unit" = "share"))]
    pub base: BTreeMap<String, BTreeMap<MacroArea, f64>>,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

impl Params {
    /// Tie at the start.
    pub fn base(&self, origin: &str, area: MacroArea) -> f64 {
        self.base.get(origin).and_then(|areas| areas.get(&area)).copied().unwrap_or(0.0)
    }

    /// Level towards which a tie moves: `base + g ln(1 + passengers per 1000) + m ln(access ratio)`, within 0 and 1.
    pub fn level(&self, base: f64, passengers_per_1000: f64, ln_access: f64) -> f64 {
        (base + self.g * crate::math::ln(1.0 + passengers_per_1000) + self.m * ln_access).clamp(0.0, 1.0)
    }

    /// Share of the gap to the level that is closed in a month.
    pub fn adjustment(&self) -> f64 {
        1.0 - crate::math::exp(-std::f64::consts::LN_2 / (12.0 * self.half_life_years))
    }
}
