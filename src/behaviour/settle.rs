//! Settling: kinds of stay, motives, and citizenship (docs/odd.md, submodel 5).

use serde::{Deserialize, Serialize};

/// Parameters of settling.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Hazard of a seasonal stay becoming open-ended.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub seasonal_to_open_ended: f64,
    /// Hazard of an open-ended, documented stay becoming settled.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub open_ended_to_settled: f64,
    /// Factor on the latter of those whose motive is to settle.
    #[schemars(range(min = 0.0, max = 20.0), extend("unit" = "factor"))]
    pub settler: f64,
    /// Hazard of turning from earning to studying, below `study_until` and with secondary education or more.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub earn_to_study: f64,
    /// Age at which studying is no longer taken up.
    #[schemars(range(min = 16, max = 64), extend("unit" = "years"))]
    pub study_until: u32,
    /// Hazard of any other motive turning to settling, in open-ended and settled stays.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub any_to_settle: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}
