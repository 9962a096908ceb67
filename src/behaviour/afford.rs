//! Paying for a journey: purse and credit of the household (model, section 4, *Can*).

use serde::{Deserialize, Serialize};

/// Parameters of purses and credit.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Median of a household's purse at the start, in months of the region's mean wage.
    #[schemars(range(min = 0.0, max = 120.0), extend("unit" = "months of wage"))]
    pub wealth_median: f64,
    /// Standard deviation of its logarithm.
    #[schemars(range(min = 0.0, max = 3.0), extend("unit" = "log points"))]
    pub wealth_spread: f64,
    /// Credit of a household, in months of the leaver's own earnings at home.
    #[schemars(range(min = 0.0, max = 60.0), extend("unit" = "months of earnings"))]
    pub credit: f64,
    /// Credit of a household with kin abroad.
    #[schemars(range(min = 0.0, max = 60.0), extend("unit" = "months of earnings"))]
    pub credit_kin: f64,
    /// Share of earnings at home that is saved.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub saving_home: f64,
    /// Purse above which a household spends on housing and ceremonies at the end of the year, in months of the region's mean wage.
    #[schemars(range(min = 0.0, max = 600.0), extend("unit" = "months of wage"))]
    pub buffer: f64,
    /// Share of what lies above the buffer that is spent then.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub buffer_spent: f64,
    /// Interest on debt, added at the end of the year.
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "share/year"))]
    pub debt_interest: f64,
    /// Money for the first weeks, beside fare and documents.
    #[schemars(range(min = 0.0, max = 2000.0), extend("unit" = "USD"))]
    pub settling_in_usd: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}
