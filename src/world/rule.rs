//! Policy rules: what a state watches, and what law follows. Data alone; whether a rule acts is told by `behaviour::policy`.
//! May be used by everything right of `world`.

use serde::{Deserialize, Serialize};

use super::regime::{Kind, Regime, Terms};
use crate::units::Month;

/// What a rule watches, of last month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Leverage of the country over the origins: mean over persons at home of the fall of the log-sum without the country, log earnings.
    Leverage,
    /// Arrivals in the country from home or from other countries, persons, sum of twelve months.
    Arrivals,
    /// Foreign citizens aged 16-64 in the country, persons.
    Stock,
    /// Unemployment at home, share, mean weighted by residents.
    UnemploymentHome,
    /// Remittances from the country over the origins' GDP, share, mean of twelve months.
    RemittancesGdpShare,
    /// Foreign citizens in the country over all citizens aged 16-64 at home and abroad, share.
    WorkforceAbroad,
}

/// In which form the measure is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Its value.
    #[default]
    Value,
    /// Its growth: mean of the last 12 months over that of the 36 before, less one; none in the first 48 months.
    Growth,
}

/// A measure of origins and a country.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// The measure.
    pub measure: Measure,
    /// Origins (indices), taken together.
    pub origins: Vec<usize>,
    /// Country (index); not used by [`Measure::UnemploymentHome`].
    pub country: usize,
    /// Form.
    pub over: Over,
}

/// What follows: keys of a regime, the others as in the regime in force, and a partial closure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Citizens concerned (indices of origins).
    pub origins: Vec<usize>,
    /// Country concerned (index).
    pub country: usize,
    /// Kind of the regime that follows.
    pub kind: Option<Kind>,
    /// Terms that follow.
    pub terms: Terms,
    /// Share of attempts let in, 0 to 1, unless a closure is in force.
    pub entry: Option<f64>,
    /// Factor on the hazards of return, 0 to 1, likewise.
    pub leave: Option<f64>,
}

impl Answer {
    /// Lays what it says over a regime.
    pub fn lay_over(&self, regime: &mut Regime) {
        if let Some(kind) = self.kind.filter(|kind| *kind != regime.kind) {
            *regime = regime.followed_by(kind);
        }
        self.terms.lay_over(regime);
    }
}

/// A side of a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Side {
    /// Acts above the first value, eases at or below the second.
    Above(f64, f64),
    /// Acts below the first value, eases at or above the second.
    Below(f64, f64),
}

/// A policy rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Identifier in the scenario.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What it watches.
    pub watches: Watch,
    /// Thresholds to act and to ease.
    pub side: Side,
    /// Probability a year that it acts while its condition holds.
    pub probability: f64,
    /// Probability a year that it eases while that condition holds.
    pub eases_probability: f64,
    /// First month in which it may be in force.
    pub from: Month,
    /// First month in which it is not any more.
    pub until: Month,
    /// Least months in force.
    pub least_months: u32,
    /// What follows.
    pub does: Answer,
}

impl Rule {
    /// Index of its random stream: made of its id, so that other rules do not shift its luck.
    pub fn stream(&self) -> u32 {
        let hash = blake3::hash(self.id.as_bytes());
        let [a, b, c, d, ..] = *hash.as_bytes();
        u32::from_le_bytes([a, b, c, d])
    }
}
