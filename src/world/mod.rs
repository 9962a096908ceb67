//! The world as it stands in a scenario, resolved and read-only during a run: places, network, regimes, series, demography, markets.
//! Uses `units`, `draw`, `store`; everything right of it in the architecture may use it.

pub mod corridor;
pub mod demography;
pub mod labour;
pub mod macro_series;
pub mod network;
pub mod outside;
pub mod place;
pub mod regime;
pub mod rule;
pub mod shock;

use crate::units::Month;

/// Everything outside the persons.
#[derive(Clone, Debug)]
pub struct World {
    /// First month simulated.
    pub start: Month,
    /// Number of months simulated.
    pub months: usize,
    /// Number of months that the series have (to the scenario's end, where the run may stop earlier).
    pub horizon: usize,
    /// Countries and regions.
    pub places: place::Places,
    /// Yearly series as monthly values from `start` on.
    pub series: macro_series::MacroSeries,
    /// Nodes and links, with the months in which they exist (corridors' links included, with their opening).
    pub network: network::Network,
    /// Corridors that open or are built during the run.
    pub corridors: Vec<corridor::Corridor>,
    /// What citizens need, by date; closures; amnesties.
    pub law: regime::Law,
    /// Rules by which states answer to what happens.
    pub rules: Vec<rule::Rule>,
    /// Shocks that series, network and law hold already.
    pub shocks: Vec<shock::Shock>,
    /// Series, links and law before the shocks; none if there are no shocks.
    pub unshocked: Option<Box<shock::Unshocked>>,
    /// Population by age and sex, cohorts, life tables, margins of synthesis.
    pub demography: demography::Demography,
    /// Jobs for migrants.
    pub markets: labour::Markets,
    /// Pairs of countries that are not simulated, by `from`, then `to`.
    pub outside: Vec<outside::Pair>,
    /// Weights of the twelve months (mean 1) in considering to leave.
    pub season_departures: [f64; 12],
    /// Weights of the twelve months (mean 1) in returning.
    pub season_returns: [f64; 12],
}
