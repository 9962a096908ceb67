//! The world as it stands in a scenario, resolved and read-only during a run: places, network, regimes, series, demography, markets.
//! Uses `units` and `math`; everything right of it in the architecture may use it.

pub mod corridor;
pub mod demography;
pub mod freight;
pub mod labour;
pub mod macro_series;
pub mod network;
pub mod outside;
pub mod place;
pub mod regime;
pub mod rule;
pub mod shock;
pub mod ties;

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
    /// Nodes and links, with the months in which they exist.
    pub network: network::Network,
    /// Corridors, with their own links. All that they do is derived from here when a run is set up.
    pub corridors: Vec<corridor::Corridor>,
    /// What carrying goods costs, and what nearness to markets is worth.
    pub freight: freight::Params,
    /// How cultural ties grow.
    pub ties: ties::Params,
    /// The series with the years to which tables refer; none if the run has those years itself.
    pub reference: Option<macro_series::Reference>,
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

impl World {
    /// Last month that is run.
    pub fn last_month(&self) -> Month {
        self.start.plus(self.months as i32 - 1)
    }

    /// Last whole year that is run, or the only one.
    pub fn last_year(&self) -> i32 {
        let end = self.last_month();
        if end.of_year() == 11 { end.year() } else { (end.year() - 1).max(self.start.year()) }
    }

    /// Series before shocks that reach the years to which tables refer, and their first month.
    pub fn reference(&self) -> (Month, &macro_series::MacroSeries) {
        self.reference.as_ref().map_or_else(|| (self.start, self.series_before()), |reference| (reference.from, &reference.series))
    }

    /// Links that carry persons in a month: those of the network, then those of open corridors.
    pub fn passenger_links(&self, month: Month) -> impl Iterator<Item = &network::Link> {
        let corridors = self.corridors.iter().filter(move |c| c.channels.travel && c.open(month));
        self.network.links.iter().chain(corridors.flat_map(|c| &c.links)).filter(move |l| l.passengers && l.open(month))
    }

    /// Whether the links that carry persons in a month differ from those of the month before.
    pub fn passenger_links_change(&self, month: Month) -> bool {
        let corridors = || self.corridors.iter().filter(|c| c.channels.travel);
        let turns = |l: &network::Link| l.passengers && l.turns(month);
        self.network.links.iter().chain(corridors().flat_map(|c| &c.links)).any(turns) || corridors().any(|c| c.serves_passengers() && c.turns(month))
    }

    /// Links that carry goods in a month: those of the network, then those of the corridors named.
    pub fn freight_links<'a>(&'a self, month: Month, corridors: &'a [usize]) -> impl Iterator<Item = &'a network::Link> {
        let corridors = corridors.iter().flat_map(|&c| &self.corridors[c].links);
        self.network.links.iter().chain(corridors).filter(move |l| l.carries_goods() && l.open(month))
    }
}
