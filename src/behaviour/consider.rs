//! Weighing to leave (docs/odd.md, submodel 1): the only monthly hazard of a person at home.

use serde::{Deserialize, Serialize};

use super::ByCode;
use crate::math::exp;

/// A factor that holds from an age on, up to the next one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AgeFactor {
    /// First age, years.
    #[schemars(range(min = 16, max = 64), extend("unit" = "years"))]
    pub from: u32,
    /// Factor on the hazard.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "factor"))]
    pub factor: f64,
}

/// Parameters of weighing to leave.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Hazard of a man without experience and kin, at factors of one.
    #[schemars(range(min = 0.0, max = 0.5), extend("unit" = "per month"))]
    pub lambda0: f64,
    /// Factor of women by origin.
    #[schemars(extend("unit" = "factor"))]
    pub women: ByCode,
    /// Factor by home region: what its past and its customs add to the country's; 1 where nothing is said.
    #[serde(default)]
    #[schemars(extend("unit" = "factor"))]
    pub home: ByCode,
    /// Factor of the basic, secondary and tertiary educated.
    #[schemars(extend("unit" = "factor"))]
    pub education: [f64; 3],
    /// Factors by age, in the order of ages, at most six.
    pub age: Vec<AgeFactor>,
    /// Exponent on the month's weight in `calendar.csv` (1: as given, 0: no season).
    #[schemars(range(min = 0.0, max = 4.0), extend("unit" = "power"))]
    pub season_exponent: f64,
    /// Effect of the region's unemployment rate above `push_reference`.
    #[schemars(range(min = 0.0, max = 10.0), extend("unit" = "log points per unit"))]
    pub b_push: f64,
    /// Unemployment rate at which push is nil.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub push_reference: f64,
    /// Effect of relative deprivation: one less household income per adult over the region's mean (Stark & Taylor 1991).
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "log points per unit"))]
    pub b_deprivation: f64,
    /// Range within which relative deprivation counts.
    #[schemars(inner(range(min = -100.0, max = 1.0)), extend("unit" = "share"))]
    pub deprivation_range: [f64; 2],
    /// Factor of those with experience abroad that has not faded.
    #[schemars(range(min = 1.0, max = 20.0), extend("unit" = "factor"))]
    pub k_trip: f64,
    /// Factor of those whose household has or had a member abroad.
    #[schemars(range(min = 1.0, max = 20.0), extend("unit" = "factor"))]
    pub k_kin: f64,
    /// Largest product of the two.
    #[schemars(range(min = 1.0, max = 50.0), extend("unit" = "factor"))]
    pub cap: f64,
    /// Hazard with which experience fades at home.
    #[schemars(range(min = 0.0, max = 0.2), extend("unit" = "per month"))]
    pub experience_fades: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

impl Params {
    /// Index of the age band of an age in months; `None` before the first.
    pub fn band(&self, age_months: i32) -> Option<usize> {
        self.age.partition_point(|b| b.from as i32 * 12 <= age_months).checked_sub(1)
    }

    /// Factor of experience and kin, capped.
    pub fn ties(&self, experienced: bool, kin: bool) -> f64 {
        let product = if experienced { self.k_trip } else { 1.0 } * if kin { self.k_kin } else { 1.0 };
        product.min(self.cap)
    }

    /// Months until experience has faded, of a draw of the standard exponential.
    pub fn fading(&self, draw: f64) -> i32 {
        // No life is longer than a century.
        (draw / self.experience_fades).min(1200.0) as i32
    }

    /// Factor of relative deprivation: `income` of the household per adult over that of the region.
    pub fn deprivation(&self, relative_income: f64) -> f64 {
        let [low, high] = self.deprivation_range;
        exp(self.b_deprivation * (1.0 - relative_income).clamp(low, high))
    }

    /// Least and largest factor of relative deprivation, with room for rounding.
    pub fn deprivation_bounds(&self) -> [f64; 2] {
        let [low, high] = self.deprivation_range.map(|bound| exp(self.b_deprivation * bound));
        [low.min(high) * (1.0 - 1e-9), low.max(high) * (1.0 + 1e-9)]
    }
}
