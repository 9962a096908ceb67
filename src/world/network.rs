//! The transport network and the generalised cost of a journey (docs/odd.md, submodel 3). May be used by everything right of `world`.

use petgraph::{
    algo::{Measure, dijkstra},
    graph::{NodeIndex, UnGraph},
};
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

impl Mode {
    /// In the order of [`Mode::NAMES`].
    pub const ALL: [Mode; 4] = [Mode::Rail, Mode::Road, Mode::Air, Mode::Ferry];
    /// Names in files.
    pub const NAMES: [&str; 4] = ["rail", "road", "air", "ferry"];

    /// The name in files.
    pub fn name(self) -> &'static str {
        Mode::NAMES[self as usize]
    }

    /// That of a name.
    pub fn named(name: &str) -> Option<Mode> {
        Mode::ALL.into_iter().find(|mode| mode.name() == name)
    }
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
    /// Codes of the countries that it crosses between those of its ends, in their order.
    pub crosses: Vec<String>,
}

impl Link {
    /// Codes of the countries that it goes through, from end to end; `nodes` are those of its network.
    pub fn countries<'n>(&'n self, nodes: &'n [Node]) -> impl Iterator<Item = &'n str> + Clone {
        let [from, to] = self.ends.map(|n| nodes[n].country.as_str());
        std::iter::once(from).chain(self.crosses.iter().map(String::as_str)).chain([to])
    }

    /// Whether it serves in a month.
    pub fn open(&self, month: Month) -> bool {
        self.opens <= month && month < self.closes
    }

    /// Whether it opens or closes in this month.
    pub fn turns(&self, month: Month) -> bool {
        self.opens == month || self.closes == month
    }

    /// Whether it carries goods: all but air do, with passengers or without.
    pub fn carries_goods(&self) -> bool {
        self.mode != Mode::Air
    }
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
    /// Length of a surface link over the distance on the globe, where a corridor does not say how long its link is.
    #[schemars(range(min = 1.0, max = 3.0), extend("unit" = "ratio"))]
    pub detour: f64,
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
    /// Links that exist in some month, those of corridors apart.
    pub links: Vec<Link>,
    /// Prices and times.
    pub travel: Travel,
}

const MODES: usize = 4;

impl Network {
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

    /// Least generalised cost from each origin node to each target node over the given links:
    /// fare + border payments + value of time x (hours + border hours + changes of vehicle); `None` where there is no way.
    /// Shape: origins x targets.
    pub fn costs<'l>(&self, links: impl Iterator<Item = &'l Link>, origins: &[usize], targets: &[usize]) -> Vec<Vec<Option<Cost>>> {
        let edges = links.map(|link| (link.ends, link.mode, self.link_cost(link)));
        least(self.nodes.len(), edges, self.cost(0.0, self.travel.change_hours / 2.0), origins, targets)
    }
}

/// Least sums of costs over paths from each origin node to each target node; `None` where there is no way. A node stands once for each means
/// of transport and once for being on foot: boarding costs `half_change`, alighting as much again. Shape: origins x targets.
pub fn least<W: Measure + Copy>(nodes: usize, edges: impl Iterator<Item = ([usize; 2], Mode, W)>, half_change: W, origins: &[usize], targets: &[usize]) -> Vec<Vec<Option<W>>> {
    let mut graph: UnGraph<(), W> = UnGraph::with_capacity(nodes * (MODES + 1), nodes * (MODES + 1));
    let at = |node: usize, layer: usize| NodeIndex::new(node * (MODES + 1) + layer);
    for _ in 0..nodes * (MODES + 1) {
        graph.add_node(());
    }
    let mut boarded = vec![[false; MODES]; nodes];
    for (ends, mode, weight) in edges {
        let layer = 1 + mode as usize;
        graph.add_edge(at(ends[0], layer), at(ends[1], layer), weight);
        for end in ends {
            boarded[end][mode as usize] = true;
        }
    }
    // Where no link of a means of transport begins, nobody waits for it.
    for (node, mode) in boarded.iter().enumerate().flat_map(|(node, modes)| (0..MODES).filter(|&mode| modes[mode]).map(move |mode| (node, mode))) {
        graph.add_edge(at(node, 0), at(node, 1 + mode), half_change);
    }
    let from = |&origin: &usize| {
        let reached = dijkstra(&graph, at(origin, 0), None, |edge| *edge.weight());
        targets.iter().map(|&target| reached.get(&at(target, 0)).copied()).collect()
    };
    origins.iter().map(from).collect()
}
