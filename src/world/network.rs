//! The transport network and the generalised cost of a journey (model, section 7). May be used by everything right of `world`.

use petgraph::{algo::dijkstra, graph::NodeIndex, graph::UnGraph};
use serde::{Deserialize, Serialize};

use crate::units::Month;

/// Means of travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Mode {
    Rail,
    Road,
    Air,
    Ferry,
}

/// A place where links meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Name, the identifier in files.
    pub id: String,
    /// ISO code of the country.
    pub country: String,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// A connection, usable both ways.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Identifier in files.
    pub id: String,
    /// Indices of the two nodes.
    pub ends: [usize; 2],
    /// Means of travel.
    pub mode: Mode,
    /// Length in kilometres.
    pub km: f64,
    /// Hours in motion.
    pub hours: f64,
    /// Fare in US dollars; none: by distance.
    pub fare_usd: Option<f64>,
    /// Hours at the border.
    pub border_hours: f64,
    /// Payments at the border, US dollars.
    pub border_usd: f64,
    /// Whether it carries persons.
    pub passengers: bool,
    /// First month of service.
    pub opens: Month,
    /// First month without service.
    pub closes: Month,
}

/// What travelling costs, beside fares that are known.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Travel {
    /// Value of an hour of a traveller's time.
    #[schemars(range(min = 0.0, max = 20.0), extend("unit" = "USD/hour"))]
    pub value_of_time: f64,
    /// Time lost at a change between means of travel.
    #[schemars(range(min = 0.0, max = 24.0), extend("unit" = "hours"))]
    pub change_hours: f64,
    /// Fare by distance: rail.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "USD/km"))]
    pub rail_usd_km: f64,
    /// Fare by distance: road.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "USD/km"))]
    pub road_usd_km: f64,
    /// Fare by distance: air.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "USD/km"))]
    pub air_usd_km: f64,
    /// Fare by distance: ferry.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "USD/km"))]
    pub ferry_usd_km: f64,
    /// Fixed part of an air fare.
    #[schemars(range(min = 0.0, max = 500.0), extend("unit" = "USD"))]
    pub air_usd: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: crate::units::Provenance,
}

/// The cost of a journey; ordered by its generalised part.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Generalised cost: money plus value of time, US dollars.
    pub generalised: f64,
    /// Money alone, US dollars.
    pub money: f64,
    /// Hours, waiting and borders included.
    pub hours: f64,
}

impl PartialOrd for Cost {
    fn partial_cmp(&self, other: &Cost) -> Option<std::cmp::Ordering> {
        self.generalised.partial_cmp(&other.generalised)
    }
}

impl std::ops::Add for Cost {
    type Output = Cost;
    fn add(self, other: Cost) -> Cost {
        Cost { generalised: self.generalised + other.generalised, money: self.money + other.money, hours: self.hours + other.hours }
    }
}

/// Nodes, links and prices.
#[derive(Clone, Debug)]
pub struct Network {
    /// Places where links meet.
    pub nodes: Vec<Node>,
    /// Links that exist in some month.
    pub links: Vec<Link>,
    /// Prices and times.
    pub travel: Travel,
}

const MODES: usize = 4;

impl Network {
    /// Whether the passenger network of `month` differs from that of the month before.
    pub fn changes(&self, month: Month) -> bool {
        self.links.iter().any(|l| l.passengers && (l.opens == month || l.closes == month))
    }

    /// Fare of a link, US dollars: the one that is known, else by distance and means of travel.
    pub fn fare(&self, link: &Link) -> f64 {
        let travel = &self.travel;
        let by_distance = match link.mode {
            Mode::Rail => travel.rail_usd_km * link.km,
            Mode::Road => travel.road_usd_km * link.km,
            Mode::Air => travel.air_usd + travel.air_usd_km * link.km,
            Mode::Ferry => travel.ferry_usd_km * link.km,
        };
        link.fare_usd.unwrap_or(by_distance)
    }

    /// Cost of one link for one person.
    pub fn link_cost(&self, link: &Link) -> Cost {
        self.cost(self.fare(link) + link.border_usd, link.hours + link.border_hours)
    }

    fn cost(&self, money: f64, hours: f64) -> Cost {
        Cost { generalised: money + self.travel.value_of_time * hours, money, hours }
    }

    /// Least generalised cost from each origin node to each target node over the passenger links of `month`:
    /// fare + border payments + value of time x (hours + border hours + changes of vehicle); `None` where there is no way.
    /// Shape: origins x targets.
    pub fn costs(&self, origins: &[usize], targets: &[usize], month: Month) -> Vec<Vec<Option<Cost>>> {
        // A node stands once for each means of travel and once for being on foot; boarding costs half a change, alighting the other half.
        let mut graph: UnGraph<(), Cost> = UnGraph::with_capacity(self.nodes.len() * (MODES + 1), self.links.len() + self.nodes.len() * MODES);
        let at = |node: usize, layer: usize| NodeIndex::new(node * (MODES + 1) + layer);
        for _ in 0..self.nodes.len() * (MODES + 1) {
            graph.add_node(());
        }
        let half_change = self.cost(0.0, self.travel.change_hours / 2.0);
        for node in 0..self.nodes.len() {
            for mode in 1..=MODES {
                graph.add_edge(at(node, 0), at(node, mode), half_change);
            }
        }
        for link in self.links.iter().filter(|l| l.passengers && l.opens <= month && month < l.closes) {
            let layer = 1 + link.mode as usize;
            graph.add_edge(at(link.ends[0], layer), at(link.ends[1], layer), self.link_cost(link));
        }
        origins
            .iter()
            .map(|&origin| {
                let reached = dijkstra(&graph, at(origin, 0), None, |edge| *edge.weight());
                targets.iter().map(|&target| reached.get(&at(target, 0)).copied()).collect()
            })
            .collect()
    }
}
