//! How a person enters: with or without papers, and who may go for a season (docs/odd.md, submodel 4).

use serde::{Deserialize, Serialize};

use super::traits::Motive;
use crate::{
    math::exp,
    world::regime::{Kind, Regime},
};

/// Parameters of the legal channel.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Weight of the permit's fee over pay in the choice to do without.
    #[schemars(range(min = 0.0, max = 50.0), extend("unit" = "log-odds per unit"))]
    pub b_fee: f64,
    /// Weight of the hazard of being found.
    #[schemars(range(min = 0.0, max = 200.0), extend("unit" = "log-odds per monthly hazard"))]
    pub b_detection: f64,
    /// Pay without papers over pay with papers.
    #[schemars(range(min = 0.1, max = 1.0), extend("unit" = "ratio"))]
    pub undocumented_pay: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

/// Whether somebody who goes for a motive may go for a season.
pub fn may_be_seasonal(motive: Motive) -> bool {
    matches!(motive, Motive::Earn | Motive::Experience)
}

impl Params {
    /// Probability that an entrant works without papers; `pay` is the monthly pay abroad, US dollars.
    pub fn undocumented(&self, regime: &Regime, pay: f64) -> f64 {
        match (regime.kind, regime.papers_log_odds) {
            (Kind::Closed, _) | (_, None) => 0.0,
            (_, Some(odds)) => {
                let log_odds = odds + self.b_fee * regime.permit_usd_month / pay.max(1.0) - self.b_detection * regime.detection;
                1.0 / (1.0 + exp(-log_odds))
            }
        }
    }
}
