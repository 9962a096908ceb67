//! Paying for a journey: purse and credit of the household (docs/odd.md, submodel 3).

use serde::{Deserialize, Serialize};

use crate::{math::exp, world::demography::OF_AGE};

/// Form of a household's purse at the start. Both are drawn a household.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WealthForm {
    /// `wealth_median` months of the region's mean wage times `exp(wealth_spread z)`, `z` standard normal.
    #[default]
    Lognormal,
    /// Between `wealth_median - wealth_spread` and `wealth_median + wealth_spread` months of the region's mean wage times the earnings
    /// multiplier of the household's first member.
    Uniform,
}

/// Parameters of purses and credit.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Form of a household's purse at the start.
    #[serde(default)]
    pub wealth_form: WealthForm,
    /// Median of a household's purse at the start, in months of the region's mean wage.
    #[schemars(range(min = 0.0, max = 120.0), extend("unit" = "months of wage"))]
    pub wealth_median: f64,
    /// Standard deviation of its logarithm (lognormal), or half the width of its range in months of wage (uniform).
    #[schemars(range(min = 0.0, max = 3.0), extend("unit" = "log points, or months of wage"))]
    pub wealth_spread: f64,
    /// Purse at the start of a household whose members all come of age after the first month, in months of the region's mean wage times the
    /// multiplier of its first member; below 0 it is debt. Unless it is given, such a household's purse is drawn like any other.
    #[serde(default)]
    #[schemars(range(min = -120.0, max = 120.0), extend("unit" = "months of wage"))]
    pub wealth_later: Option<f64>,
    /// Age until which a household's first member pays off, by saving at home, a debt that lowers the purse at the start. Unless it is given
    /// there is no such debt.
    #[serde(default)]
    #[schemars(range(min = 16, max = 64), extend("unit" = "years"))]
    pub debt_until: Option<u32>,
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
    /// Interest on debt, added at the end of the year as long as the debt is less than what all members could borrow.
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "share/year"))]
    pub debt_interest: f64,
    /// Money for the first weeks, beside fare and documents.
    #[schemars(range(min = 0.0, max = 2000.0), extend("unit" = "USD"))]
    pub settling_in_usd: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

/// What a household's purse at the start depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Founding {
    /// Mean wage of the region, US dollars a month.
    pub wage: f64,
    /// Earnings multiplier of the first member.
    pub multiplier: f64,
    /// Age of the first member in the first month, months.
    pub age: i32,
    /// Whether all members come of age after the first month.
    pub later: bool,
}

impl Params {
    /// The most that anybody lends, in months of earnings at home.
    pub fn most_credit(&self) -> f64 {
        self.credit.max(self.credit_kin)
    }

    /// Purse at the start, US dollars, by a standard normal or a uniform draw.
    pub fn wealth(&self, founding: &Founding, normal: impl FnOnce() -> f64, uniform: impl FnOnce() -> f64) -> f64 {
        let earnings = founding.wage * founding.multiplier;
        let months = (self.debt_until.unwrap_or(0) as i32 * 12 - founding.age.max(OF_AGE)).max(0);
        let debt = f64::from(months) * self.saving_home * earnings;
        let wealth = match (self.wealth_later.filter(|_| founding.later), self.wealth_form) {
            (Some(months), _) => months * earnings,
            (None, WealthForm::Lognormal) => self.wealth_median * founding.wage * exp(self.wealth_spread * normal()),
            (None, WealthForm::Uniform) => (self.wealth_median + self.wealth_spread * (2.0 * uniform() - 1.0)) * earnings,
        };
        wealth - debt
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purses_at_the_start_have_their_form() {
        let params = |form: &str| -> Params {
            let text = format!(
                r#"{{"wealth_form": "{form}", "wealth_median": 0.7, "wealth_spread": 0.6, "wealth_later": 0.1, "debt_until": 18, "credit": 0, "credit_kin": 0,
                "saving_home": 0.1, "buffer": 0, "buffer_spent": 0, "debt_interest": 0, "settling_in_usd": 0}}"#
            );
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}"))
        };
        let founding = |age: i32, later: bool| Founding { wage: 300.0, multiplier: 2.0, age, later };
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} against {b}");
        let (uniform, lognormal) = (params("uniform"), params("lognormal"));
        near(uniform.wealth(&founding(400, false), || 0.0, || 0.0), 0.1 * 600.0);
        near(uniform.wealth(&founding(400, false), || 0.0, || 1.0), 1.3 * 600.0);
        near(lognormal.wealth(&founding(400, false), || 1.0, || 0.0), 0.7 * 300.0 * 0.6f64.exp());
        // Of age, two months to go until 18; not yet of age, all 24.
        near(uniform.wealth(&founding(214, false), || 0.0, || 0.5), (0.7 - 0.2) * 600.0);
        near(uniform.wealth(&founding(100, true), || 0.0, || 0.5), (0.1 - 2.4) * 600.0);
    }
}
