//! What corridors do beside carrying persons, prepared once for a run: jobs of building and transit, market access, ties. All of it follows
//! from the world alone, so nothing here answers to who is where. May be used by `engine` and what is right of it.

use std::collections::BTreeMap;

use crate::{
    units::Month,
    world::{World, corridor::Site, freight, place::MacroArea},
};

/// Monthly effects of all corridors together, from the first month to the world's horizon.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// Jobs of building and transit for locals, persons, by home region.
    pub home_jobs: Vec<Vec<f64>>,
    /// Jobs of building for migrants, persons, by region of destination.
    pub destination_jobs: Vec<Vec<f64>>,
    /// Factor of market access on formal jobs, by home region.
    pub home_demand: Vec<Vec<f64>>,
    /// Factor of market access on migrants' jobs, by region of destination.
    pub destination_demand: Vec<Vec<f64>>,
    /// Ties less those of the start, by home region x macro-cultural area, at the beginning of the month.
    pub ties: Vec<Vec<f64>>,
}

/// Market access over that without corridors: home regions, then regions of destination.
type Ratios = Vec<f64>;

impl Effects {
    /// Prepares the effects in a world.
    pub fn new(world: &World) -> Effects {
        let months = world.horizon;
        let (homes, destinations) = (world.places.homes.len(), world.places.destinations.len());
        let mut effects = Effects {
            home_jobs: vec![vec![0.0; months]; homes],
            destination_jobs: vec![vec![0.0; months]; destinations],
            home_demand: vec![vec![1.0; months]; homes],
            destination_demand: vec![vec![1.0; months]; destinations],
            ties: vec![vec![0.0; months]; homes * MacroArea::ALL.len()],
        };
        effects.jobs(world);
        let mut access = Access::new(world);
        let adjustment = world.ties.adjustment();
        let mut ties = vec![0.0; effects.ties.len()];
        for t in 0..months {
            let month = world.start.plus(t as i32);
            access.turn(month);
            if let Some(ratios) = access.of(month, |c| world.corridors[c].channels.markets) {
                let factors: Vec<f64> = ratios.iter().map(|r| world.freight.demand(*r)).collect();
                effects.home_demand.iter_mut().chain(&mut effects.destination_demand).zip(factors).for_each(|(all, f)| all[t] = f);
            }
            for (k, tie) in ties.iter_mut().enumerate() {
                effects.ties[k][t] = *tie;
                *tie += adjustment * (excess(world, &mut access, month, k) - *tie);
            }
        }
        effects
    }

    fn jobs(&mut self, world: &World) {
        for t in 0..world.horizon {
            let month = world.start.plus(t as i32);
            for corridor in &world.corridors {
                for (home, jobs) in self.home_jobs.iter_mut().enumerate() {
                    jobs[t] += corridor.building_jobs(Site::Home(home), month) + corridor.transit_in(month).map_or(0.0, |transit| transit.jobs(home));
                }
                for (destination, jobs) in self.destination_jobs.iter_mut().enumerate() {
                    jobs[t] += corridor.building_jobs(Site::Destination(destination), month);
                }
            }
        }
    }

    /// Tie of a home region to an area less that of the start, at the beginning of month `t`.
    pub fn tie(&self, home: usize, area: MacroArea, t: usize) -> f64 {
        self.ties[home * MacroArea::ALL.len() + area as usize][t]
    }

    /// Utility of ties beyond those of the start, by home region x region of destination.
    pub fn tie_utility(&self, world: &World, t: usize) -> Vec<f64> {
        let places = &world.places;
        let areas: Vec<MacroArea> = places.destinations.iter().map(|d| places.countries[d.country].area).collect();
        (0..places.homes.len()).flat_map(|home| areas.iter().map(move |area| (home, *area))).map(|(home, area)| world.ties.b_tie * self.tie(home, area, t)).collect()
    }
}

/// Level of a tie (home region x area) less that of the start: visitors and market access by corridors that lead to the area.
fn excess(world: &World, access: &mut Access<'_>, month: Month, k: usize) -> f64 {
    let (home, area) = (k / MacroArea::ALL.len(), MacroArea::ALL[k % MacroArea::ALL.len()]);
    let place = &world.places.homes[home];
    let base = world.ties.base(&world.places.origins[place.origin].code, area);
    let leads = |c: usize| world.corridors[c].channels.ties && world.corridors[c].leads_to.contains(&area);
    let mut per_1000 = 0.0;
    for visitors in (0..world.corridors.len()).filter(|c| leads(*c)).filter_map(|c| world.corridors[c].visitors_in(month)) {
        if visitors.homes.contains(&home) {
            let people: f64 = visitors.homes.iter().map(|h| world.places.homes[*h].population).sum();
            per_1000 += 1000.0 * visitors.passengers_per_year / people.max(1.0);
        }
    }
    // Half of a corridor that is attributed channel by channel may have the ties, the other half the markets that they grow with.
    let markets = |c: usize| world.corridors.iter().any(|other| other.id == world.corridors[c].id && other.channels.markets);
    let ln_access = access.of(month, |c| leads(c) && markets(c)).map_or(0.0, |ratios| crate::math::ln(ratios[home]));
    world.ties.level(base, per_1000, ln_access) - base
}

/// Market access by set of corridors, computed when it is asked for and kept while no link opens or closes.
struct Access<'w> {
    world: &'w World,
    nodes: Vec<usize>,
    markets: Vec<freight::GoodsMarket>,
    known: BTreeMap<Vec<usize>, Vec<f64>>,
    ratios: BTreeMap<Vec<usize>, Ratios>,
}

impl<'w> Access<'w> {
    fn new(world: &'w World) -> Access<'w> {
        let places = &world.places;
        let (from, series) = world.reference();
        let july = Month::new(world.freight.base_year, 7).since(from) as usize;
        let wage = |code: &str| series.get("wage_usd", code).map_or(0.0, |w| w[july]);
        let market = |node: usize, people: f64, wage: f64| freight::GoodsMarket { node, size: people * wage * 12.0 / 1e9, onward: 0.0 };
        let homes = places.homes.iter().map(|h| market(h.node, h.population, wage(&places.origins[h.origin].code) * h.wage_ratio));
        let destinations = places.destinations.iter().map(|d| market(d.node, d.population, wage(&places.countries[d.country].code) * d.wage_ratio));
        let mut markets: Vec<freight::GoodsMarket> = homes.chain(destinations).collect();
        let nodes = markets.iter().map(|m| m.node).collect();
        let node = |name: &str| world.network.nodes.iter().position(|n| n.id == name);
        let beyond = world.freight.beyond.values().filter_map(|b| node(&b.node).map(|node| freight::GoodsMarket { node, size: b.wages_usd_bn, onward: b.usd_tonne }));
        markets.extend(beyond);
        Access { world, nodes, markets, known: BTreeMap::new(), ratios: BTreeMap::new() }
    }

    /// Forgets what a link that opens or closes in this month makes wrong.
    fn turn(&mut self, month: Month) {
        let world = self.world;
        let links = world.network.links.iter().chain(world.corridors.iter().flat_map(|c| &c.links));
        if links.into_iter().any(|l| l.carries_goods() && l.turns(month)) {
            self.known.clear();
            self.ratios.clear();
        }
    }

    /// Market access with the open corridors that `counts` lets in and that carry goods, over that without any; `None` if there are none.
    fn of(&mut self, month: Month, counts: impl Fn(usize) -> bool) -> Option<&Ratios> {
        let serves = |c: &usize| {
            let corridor = &self.world.corridors[*c];
            counts(*c) && corridor.open(month) && corridor.serves_freight()
        };
        let set: Vec<usize> = (0..self.world.corridors.len()).filter(serves).collect();
        if set.is_empty() {
            return None;
        }
        if !self.ratios.contains_key(&set) {
            let (with, without) = (self.access(month, &set), self.access(month, &[]));
            let ratios = with.iter().zip(&without).map(|(a, b)| if *b > 0.0 { a / b } else { 1.0 }).collect();
            self.ratios.insert(set.clone(), ratios);
        }
        self.ratios.get(&set)
    }

    fn access(&mut self, month: Month, corridors: &[usize]) -> Vec<f64> {
        let (world, nodes, markets) = (self.world, &self.nodes, &self.markets);
        let compute = || world.freight.access(&world.network, world.freight_links(month, corridors), nodes, markets);
        self.known.entry(corridors.to_vec()).or_insert_with(compute).clone()
    }
}
