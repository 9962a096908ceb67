//! The tables of a month: what depends on the region and the cell alone is computed once, before anyone is visited.

use crate::{units::Month, world::network::Cost};

/// Tables of a month. Regions and countries are indices into `World::places`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    /// The month.
    pub month: Month,
    /// Wage at home, US dollars a month, by home region.
    pub home_wage: Vec<f64>,
    /// Unemployment rate at home, by home region (end of the month before).
    pub unemployment: Vec<f64>,
    /// Expected earnings at home of multiplier one, US dollars a month, by home region x home cell (`totals::home_cell`).
    pub home_earnings: Vec<f64>,
    /// Pay of a documented man of multiplier one and secondary education (factor 1), US dollars a month, by destination region x sector.
    pub pay: Vec<f64>,
    /// Expected employment, share, by destination region x sector.
    pub employment: Vec<f64>,
    /// Jobs for migrants, persons, by destination region x sector.
    pub jobs: Vec<f64>,
    /// Utility that the jobs of a region give: their number, as demand and corridors leave it, and the chance to have one.
    pub region_size: Vec<f64>,
    /// Utility that the jobs of a sector give, likewise, by destination region x sector.
    pub sector_size: Vec<f64>,
    /// Migrants at work or seeking it, real persons, by destination region x sector.
    pub supply: Vec<f64>,
    /// `ln(peak/now)` of demand, by country.
    pub demand_fall: Vec<f64>,
    /// Probability that who applies is admitted, by origin x country x education: that of a visa, with a quota the share of places asked for that
    /// was given this year and the year before besides, of a closure the share let in; 0 for those whose education is too little.
    pub admitted: Vec<f64>,
    /// Cost of the journey, by home region x destination region; infinite where there is no way.
    pub cost: Vec<Cost>,
    /// Utility that ties beyond those of the start give, by home region x destination region.
    pub tie: Vec<f64>,
    /// Inclusive value of a region over its sectors without the cost of the journey, by home region x home cell x destination region.
    pub value: Vec<f64>,
    /// `exp(value / nest_country)`, 0 where there is no way; same shape as `value`, with `month::LANES` more.
    pub weight: Vec<f64>,
    /// What a sector weighs within a region, `exp(utility / nest_region)` up to a factor of the region, by origin x home cell x destination
    /// region x sector.
    pub sector_weight: Vec<f64>,
}
