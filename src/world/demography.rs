//! Population, cohorts, life tables and the margins of synthesis. May be used by everything right of `world`.

use serde::{Deserialize, Serialize};

use crate::units::Month;

use super::place::SECTORS;

/// First age in months of the working-age population.
pub const OF_AGE: i32 = 16 * 12;
/// First age in months beyond it.
pub const AGED_OUT: i32 = 65 * 12;

/// Education, the order of all tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Education {
    Basic,
    Secondary,
    Tertiary,
}

/// Stocks of January of the first year by (origin, country).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InitialPair {
    /// Persons abroad.
    pub abroad: f64,
    /// Share of stays that are seasonal: of those abroad at the start before the winter absence, and of later departures.
    pub seasonal_share: f64,
    /// Share of the stays at the start that are settled.
    pub settled_share: f64,
    /// Share without papers at the start.
    pub undocumented_share: f64,
}

/// Margins of one home region.
#[derive(Clone, Debug, PartialEq)]
pub struct HomeMargins {
    /// By sex (men, women): shares of basic, secondary, tertiary education.
    pub education: [[f64; 3]; 2],
    /// By sex: shares of sectors of work at home.
    pub sector: [[f64; SECTORS]; 2],
    /// By sex: shares of motives (earn, study, experience, settle).
    pub motive: [[f64; 4]; 2],
    /// Shares of households with 1, 2, ... members.
    pub household_size: Vec<f64>,
}

/// How persons are grouped into households, as distances on the scale of the cohorts (0 the oldest person of the run, 1 the youngest).
/// Members stand at fixed distances from a uniform draw, modulo one, so that every member's age follows the published margin exactly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Households {
    /// Largest distance between partners.
    #[schemars(range(min = 0.0, max = 0.5), extend("unit" = "share of cohorts"))]
    pub partner: f64,
    /// Distance between generations (0.3 is about 25 years).
    #[schemars(range(min = 0.0, max = 0.5), extend("unit" = "share of cohorts"))]
    pub generation: f64,
    /// Largest deviation from it.
    #[schemars(range(min = 0.0, max = 0.5), extend("unit" = "share of cohorts"))]
    pub spread: f64,
    /// Number of members of the second generation before a third begins.
    #[schemars(range(min = 1, max = 20), extend("unit" = "persons"))]
    pub children: u32,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

/// The state in the first month, beside `initial.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Start {
    /// Share of the seasonal stays that are abroad in the first month (a winter month).
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub seasonal_present: f64,
    /// Persons at home with experience that has not faded, over persons abroad.
    #[schemars(range(min = 0.0, max = 5.0), extend("unit" = "ratio"))]
    pub experienced: f64,
    /// Mean age of the stays that are under way and not seasonal.
    #[schemars(range(min = 0.0, max = 240.0), extend("unit" = "months"))]
    pub spell: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

/// Demography of all origins.
#[derive(Clone, Debug, PartialEq)]
pub struct Demography {
    /// Grouping into households.
    pub households: Households,
    /// State in the first month.
    pub start: Start,
    /// By origin, by sex, by birth cohort (calendar year of birth minus `first_birth_year`): persons who are 16-64 at some time of the run.
    pub cohorts: Vec<[Vec<f64>; 2]>,
    /// Year of birth of the first cohort.
    pub first_birth_year: i32,
    /// By origin, by sex: (first year, rates by five-year age from 15 to 60), in the order of years; deaths a person-year.
    pub mortality: Vec<[Vec<(i32, [f64; 10])>; 2]>,
    /// By home region.
    pub margins: Vec<HomeMargins>,
    /// By origin, by country.
    pub initial: Vec<Vec<InitialPair>>,
}

impl Demography {
    /// First month after a given one in which the rates change.
    pub fn next_period(&self, origin: usize, sex: usize, month: Month) -> Option<Month> {
        let periods = &self.mortality[origin][sex];
        periods.get(periods.partition_point(|(from, _)| *from <= month.year())).map(|(from, _)| Month::new(*from, 1))
    }

    /// Death rate a month at an age in months.
    pub fn death_hazard(&self, origin: usize, sex: usize, age_months: i32, month: Month) -> f64 {
        let periods = &self.mortality[origin][sex];
        let after = periods.partition_point(|(from, _)| *from <= month.year());
        let Some((_, rates)) = periods.get(after.saturating_sub(1)) else { return 0.0 };
        rates[((age_months / 60) - 3).clamp(0, 9) as usize] / 12.0
    }
}
