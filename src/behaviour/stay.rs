//! The competing hazards of return and of moving on (docs/odd.md, submodel 5). The other hazards abroad stand in [`super::settle`].
//!
//! Return = base by kind of stay and season, times the answers to shocks, taken apart by cause: with base `b`, job factor `J >= 1` and
//! wage factor `W >= 1`, the ordinary return has hazard `b`, the lost job `b (J - 1)`, the fallen wage `b J (W - 1)`.

use serde::{Deserialize, Serialize};

use super::traits::{Status, Stay};
use crate::math::{exp, power};

/// Parameters of return and onward moves.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Base hazard of a seasonal stay.
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "per month"))]
    pub seasonal: f64,
    /// Exponent on the month's weight for seasonal stays.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "power"))]
    pub seasonal_exponent: f64,
    /// Base hazard of an open-ended stay.
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "per month"))]
    pub open_ended: f64,
    /// Exponent on the month's weight for open-ended stays.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "power"))]
    pub open_ended_exponent: f64,
    /// Base hazard of a settled stay.
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "per month"))]
    pub settled: f64,
    /// Share of the answer to shocks that the settled show.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub settled_shock: f64,
    /// Answer to pay abroad net of the permit, in constant dollars or over pay at home, below its remembered peak.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "log points per log point"))]
    pub b_shock: f64,
    /// Answer to employment of migrants below that of a market with as many jobs as migrants.
    #[schemars(range(min = 0.0, max = 30.0), extend("unit" = "log points per log point"))]
    pub b_job: f64,
    /// Largest factor of each of the two answers.
    #[schemars(range(min = 1.0, max = 20.0), extend("unit" = "factor"))]
    pub shock_cap: f64,
    /// Decay of the remembered peaks of pay.
    #[schemars(range(min = 0.0, max = 0.5), extend("unit" = "per month"))]
    pub wage_memory: f64,
    /// Decay of the remembered peak of demand.
    #[schemars(range(min = 0.0, max = 0.5), extend("unit" = "per month"))]
    pub demand_memory: f64,
    /// Factor on the returns of those without papers who are certain of a ban on leaving.
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "factor"))]
    pub undocumented: f64,
    /// Median savings goal, in months of earnings at home.
    #[schemars(range(min = 0.0, max = 240.0), extend("unit" = "months of earnings"))]
    pub goal_median: f64,
    /// Standard deviation of its logarithm.
    #[schemars(range(min = 0.0, max = 3.0), extend("unit" = "log points"))]
    pub goal_spread: f64,
    /// Hazard of return once it is reached (seasonal and open-ended stays).
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "per month"))]
    pub goal_reached: f64,
    /// Age from which returning for age begins.
    #[schemars(range(min = 16, max = 65), extend("unit" = "years"))]
    pub age_from: u32,
    /// Its hazard.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per month"))]
    pub age: f64,
    /// Hazard of weighing another destination, by kind of stay (seasonal, open-ended, settled).
    #[schemars(extend("unit" = "per month"))]
    pub onward: [f64; 3],
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

/// What the month holds for returns from a country.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Climate {
    /// `ln(peak/now)` of pay abroad net of the permit of those who have one, in constant dollars or over pay at home, at least 0.
    pub wage_fall: f64,
    /// Work that is wanting: `ln(base/now)` of migrants' employment, at least 0; its base is that of a market with as many jobs as migrants.
    pub idle: f64,
    /// Weight of the month in returns (mean 1).
    pub season: f64,
    /// Factor of closed borders on leaving.
    pub leave: f64,
}

/// Hazards of return a month, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Returns {
    /// End of the season (seasonal) or of the stay (family and the like).
    pub ordinary: f64,
    /// The job was lost.
    pub job: f64,
    /// Pay fell.
    pub wage: f64,
}

impl Params {
    /// Hazards of return of a stay, its status and the month; `ban_risk` is the probability of a ban on leaving without papers.
    pub fn returns(&self, stay: Stay, status: Status, ban_risk: f64, climate: &Climate) -> Returns {
        let season = |exponent: f64| power(climate.season, exponent);
        let (base, answer) = match stay {
            Stay::Seasonal => (self.seasonal * season(self.seasonal_exponent), 1.0),
            Stay::OpenEnded => (self.open_ended * season(self.open_ended_exponent), 1.0),
            Stay::Settled => (self.settled, self.settled_shock),
        };
        let papers = if status == Status::Undocumented { 1.0 - ban_risk * (1.0 - self.undocumented) } else { 1.0 };
        let base = base * papers * climate.leave;
        let job = exp(self.b_job * answer * climate.idle).min(self.shock_cap);
        let wage = exp(self.b_shock * answer * climate.wage_fall).min(self.shock_cap);
        Returns { ordinary: base, job: base * (job - 1.0), wage: base * job * (wage - 1.0) }
    }

    /// Savings goal of a person with standard normal draw `z`, in months of earnings at home.
    pub fn goal(&self, z: f64) -> f64 {
        self.goal_median * exp(self.goal_spread * z)
    }
}
