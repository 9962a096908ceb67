//! Freight and market access (docs/odd.md, submodel 9): what it costs to bring a tonne from region to region, and how near a region is to all
//! markets. May be used by everything right of `world`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::network::{Link, Mode, Network, least};
use crate::math::{exp, power};

/// What carrying goods costs, and what nearness to markets is worth.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Params {
    /// Tariff: rail.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "USD/tonne-km"))]
    pub rail_usd_tkm: f64,
    /// Tariff: road.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "USD/tonne-km"))]
    pub road_usd_tkm: f64,
    /// Tariff: ferry.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "USD/tonne-km"))]
    pub ferry_usd_tkm: f64,
    /// Value of an hour of a tonne of goods (after Hummels & Schaur 2013).
    #[schemars(range(min = 0.0, max = 20.0), extend("unit" = "USD/tonne-hour"))]
    pub value_of_time_tonne: f64,
    /// Payments at a border.
    #[schemars(range(min = 0.0, max = 200.0), extend("unit" = "USD/tonne"))]
    pub border_usd_tonne: f64,
    /// Loading and unloading, once for each means of transport used.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "USD/tonne"))]
    pub change_usd_tonne: f64,
    /// Decay of market access with the cost of freight: a market at cost `c` counts `exp(-kappa c)`.
    #[schemars(range(min = 0.0, max = 0.1), extend("unit" = "per USD/tonne"))]
    pub kappa: f64,
    /// Elasticity of the demand for labour to market access (Donaldson & Hornbeck 2016).
    #[schemars(range(min = 0.0, max = 2.0), extend("unit" = "elasticity"))]
    pub elasticity: f64,
    /// Year whose wages, times the population of 2010, are the sizes of the markets.
    #[schemars(range(min = 1990, max = 2100), extend("unit" = "year"))]
    pub base_year: i32,
    /// Markets that are no regions of the model, by a name of one's own.
    #[serde(default)]
    pub beyond: BTreeMap<String, Beyond>,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

/// A market that is no region of the model: what lies beyond a node.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Beyond {
    /// Node of the network by which it is reached.
    pub node: String,
    /// Its size: population times mean wage.
    #[schemars(range(min = 0.0, max = 100_000.0), extend("unit" = "billion USD/year"))]
    pub wages_usd_bn: f64,
    /// Cost of freight from the node on.
    #[schemars(range(min = 0.0, max = 2000.0), extend("unit" = "USD/tonne"))]
    pub usd_tonne: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

/// A market for goods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoodsMarket {
    /// Node at which it is reached.
    pub node: usize,
    /// Population times mean wage, billion US dollars a year.
    pub size: f64,
    /// Cost of freight from the node on, US dollars a tonne.
    pub onward: f64,
}

impl Params {
    /// Cost of a tonne over a link, US dollars: tariff, border payments and time; `None` by air.
    pub fn link_cost(&self, network: &Network, link: &Link) -> Option<f64> {
        let tariff = match link.mode {
            Mode::Rail => self.rail_usd_tkm,
            Mode::Road => self.road_usd_tkm,
            Mode::Ferry => self.ferry_usd_tkm,
            Mode::Air => return None,
        };
        let border = network.nodes[link.ends[0]].country != network.nodes[link.ends[1]].country;
        let duty = if border { self.border_usd_tonne } else { 0.0 };
        Some(tariff * link.km + duty + self.value_of_time_tonne * (link.hours + link.border_hours))
    }

    /// Least cost of a tonne from each origin node to each target node over the given links, US dollars; 0 from a node to itself.
    pub fn costs<'l>(&self, network: &Network, links: impl Iterator<Item = &'l Link>, origins: &[usize], targets: &[usize]) -> Vec<Vec<Option<f64>>> {
        let edges = links.filter_map(|link| self.link_cost(network, link).map(|cost| (link.ends, link.mode, cost)));
        least(network.nodes.len(), edges, self.change_usd_tonne / 2.0, origins, targets)
    }

    /// Market access of each origin node: `sum_j size_j exp(-kappa cost_rj)`.
    pub fn access<'l>(&self, network: &Network, links: impl Iterator<Item = &'l Link>, origins: &[usize], markets: &[GoodsMarket]) -> Vec<f64> {
        let targets: Vec<usize> = markets.iter().map(|m| m.node).collect();
        let near = |market: &GoodsMarket, cost: Option<f64>| cost.map_or(0.0, |c| market.size * exp(-self.kappa * (c + market.onward)));
        self.costs(network, links, origins, &targets).iter().map(|row| row.iter().zip(markets).map(|(cost, market)| near(market, *cost)).sum()).collect()
    }

    /// Factor on the demand for labour where market access is `ratio` times what it would be otherwise.
    pub fn demand(&self, ratio: f64) -> f64 {
        power(ratio, self.elasticity)
    }
}
