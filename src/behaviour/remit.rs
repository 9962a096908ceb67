//! What becomes of pay abroad, and of remittances at home (docs/odd.md, submodel 6). All money of a month is divided by one function, so that
//! what is earned is spent, paid in fees, saved or remitted, to the last unit.

use serde::{Deserialize, Serialize};

use super::{
    ByCode,
    traits::{Motive, Status, Stay},
};

/// Parameters of remitting and of the use of remittances.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Share remitted of earnings less living cost and fee, by origin.
    #[schemars(extend("unit" = "share"))]
    pub share: ByCode,
    /// Factor by kind of stay (seasonal, open-ended, settled).
    #[schemars(extend("unit" = "factor"))]
    pub stay: [f64; 3],
    /// Factor by motive (earn, study, experience, settle).
    #[schemars(extend("unit" = "factor"))]
    pub motive: [f64; 4],
    /// Factor by status (documented, undocumented, naturalised).
    #[schemars(extend("unit" = "factor"))]
    pub status: [f64; 3],
    /// Living cost abroad as a share of migrants' pay in 2013, moved with prices and the exchange rate.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub living_cost: f64,
    /// Share of what is left after living cost, fee and remittance that is saved abroad and brought to the household's purse.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub saving_abroad: f64,
    /// Share of remittances that goes into the purse: debt first, then savings.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub to_purse: f64,
    /// Share of remittances that is invested and makes local jobs; the rest is consumed.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub invested: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

/// A month's money of a migrant of multiplier one, thousandths of a dollar: `earned = fee + spent + saved + remitted`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Pay.
    pub earned: i64,
    /// Permit fee.
    pub fee: i64,
    /// Living cost and other spending abroad.
    pub spent: i64,
    /// Saved for the purse.
    pub saved: i64,
    /// Sent home.
    pub remitted: i64,
    /// Part of `remitted` that reaches the purse.
    pub to_purse: i64,
    /// Part of `remitted` that is invested.
    pub invested: i64,
}

impl Budget {
    /// What a month adds to the household's purse.
    pub fn purse(&self) -> i64 {
        self.saved + self.to_purse
    }
}

impl Params {
    /// Divides a month's pay (US dollars); `share` is the origin's.
    pub fn budget(&self, share: f64, motive: Motive, status: Status, stay: Stay, pay: f64, fee: f64, living: f64) -> Budget {
        let mills = |usd: f64| (usd * crate::units::MILLS).round() as i64;
        let earned = mills(pay).max(0);
        let fee = mills(if status == Status::Documented { fee } else { 0.0 }).min(earned);
        let left = (earned - fee - mills(living)).max(0) as f64;
        let factor = self.stay[stay as usize] * self.motive[motive as usize] * self.status[status as usize];
        let remitted = ((left * (share * factor).min(1.0)) as i64).max(0);
        let saved = ((left - remitted as f64).max(0.0) * self.saving_abroad) as i64;
        let to_purse = (remitted as f64 * self.to_purse) as i64;
        let invested = ((remitted as f64 * self.invested) as i64).min(remitted - to_purse);
        Budget { earned, fee, spent: earned - fee - saved - remitted, saved, remitted, to_purse, invested }
    }
}
