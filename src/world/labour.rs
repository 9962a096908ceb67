//! The migrants' segment of the labour markets, and jobs at home (docs/odd.md, submodels 7 and 8). May be used by everything right of `world`.

use serde::{Deserialize, Serialize};

use crate::math::{exp, ln, power};

/// Year to which `jobs_2013` and the cost of living abroad refer.
pub const BASE_YEAR: i32 = 2013;

/// Jobs for migrants of our origins in a country of destination.
#[derive(Clone, Debug, PartialEq)]
pub struct CountryJobs {
    /// Jobs in [`BASE_YEAR`], persons.
    pub jobs_2013: f64,
    /// Elasticity of jobs to the mean of ln GDP and ln construction (GDP alone where there is no construction index).
    pub demand_elasticity: f64,
    /// Growth of jobs beside that, share a year.
    pub demand_trend: f64,
    /// Elasticity of jobs to the price of oil over that of 2013, beside output.
    pub oil_elasticity: f64,
}

/// Jobs by country of destination (order of `Places::countries`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Markets {
    /// One a country.
    pub countries: Vec<CountryJobs>,
}

/// How pay and employment of migrants follow crowding, and how jobs at home follow output.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Whether pay, employment and unemployment answer to who is where. Otherwise pay abroad stays at its base, employment there is that of
    /// uncrowded markets, and unemployment at home keeps its rate of the first month.
    pub feedback: bool,
    /// Elasticity of migrants' pay to crowding (supply over jobs).
    #[schemars(range(min = -2.0, max = 0.0), extend("unit" = "elasticity"))]
    pub pay_crowding: f64,
    /// Least and largest crowding that moves pay.
    #[schemars(inner(range(min = 0.01, max = 100.0)), extend("unit" = "ratio"))]
    pub pay_crowding_range: [f64; 2],
    /// Employment of migrants where jobs are plenty.
    #[schemars(range(min = 0.1, max = 1.0), extend("unit" = "share"))]
    pub employment_max: f64,
    /// Power k of employment = max (1 + crowding^k)^(-1/k).
    #[schemars(range(min = 1.0, max = 50.0), extend("unit" = "power"))]
    pub crowding_power: f64,
    /// Elasticity of employment to a fall of demand below its remembered peak.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "elasticity"))]
    pub employment_drawdown: f64,
    /// Fraction of the gap to its level that pay and employment close in a month.
    #[schemars(range(min = 0.001, max = 1.0), extend("unit" = "per month"))]
    pub adjustment: f64,
    /// Elasticity of formal jobs at home to real output.
    #[schemars(range(min = -1.0, max = 3.0), extend("unit" = "elasticity"))]
    pub formal_jobs_gdp: f64,
    /// Formal jobs as a share of the labour force at home in the first month.
    #[schemars(range(min = 0.01, max = 1.0), extend("unit" = "share"))]
    pub formal_share_start: f64,
    /// Jobs at home made by a million dollars of invested remittances.
    #[schemars(range(min = 0.0, max = 200.0), extend("unit" = "jobs per million USD"))]
    pub jobs_per_million_invested: f64,
    /// Share of those jobs lost in a month.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub invested_jobs_lost: f64,
    /// Least and largest unemployment rate at home.
    #[schemars(inner(range(min = 0.0, max = 1.0)), extend("unit" = "share"))]
    pub unemployment_range: [f64; 2],
    /// Factor on mean pay at home of the basic, the secondary and the tertiary educated. Factors are not brought to a mean of one.
    #[schemars(extend("unit" = "ratio"))]
    pub education_pay_home: [f64; 3],
    /// The same abroad.
    #[schemars(extend("unit" = "ratio"))]
    pub education_pay_abroad: [f64; 3],
    /// Factor on mean pay at home in construction, services, industry and agriculture.
    #[schemars(extend("unit" = "ratio"))]
    pub sector_pay_home: [f64; 4],
    /// Women's pay at home over men's.
    #[schemars(range(min = 0.1, max = 1.5), extend("unit" = "ratio"))]
    pub women_pay_home: f64,
    /// Women's pay abroad over men's.
    #[schemars(range(min = 0.1, max = 1.5), extend("unit" = "ratio"))]
    pub women_pay_abroad: f64,
    /// Standard deviation of the logarithm of a person's earnings multiplier.
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "log points"))]
    pub multiplier_spread: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

impl Params {
    /// Level of pay over its base at a crowding `x = supply / jobs`: `clamp(x)^eta`.
    pub fn pay_level(&self, crowding: f64) -> f64 {
        let [low, high] = self.pay_crowding_range;
        power(crowding.clamp(low, high), self.pay_crowding)
    }

    /// Level of employment at a crowding `x` and a fall of demand `drawdown = ln(peak/now)`: `max (1 + x^k)^(-1/k) exp(-omega drawdown)`.
    pub fn employment_level(&self, crowding: f64, drawdown: f64) -> f64 {
        let k = self.crowding_power;
        let filled = exp(-ln(1.0 + power(crowding, k)) / k);
        self.employment_max * filled * exp(-self.employment_drawdown * drawdown)
    }

    /// Employment at its base: that of a market with as many migrants as jobs, at which pay is at its base too, whose demand has not fallen; without
    /// feedback no job is contested.
    pub fn employment_base(&self) -> f64 {
        self.employment_level(if self.feedback { 1.0 } else { 0.0 }, 0.0)
    }
}
