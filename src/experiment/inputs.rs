//! What a run reads of its scenario, as hashes month by month: two runs may share their past up to the first month whose hashes differ.
//! A hash that is too fine costs time (runs part too early) and never a wrong result; whatever is not taken apart here counts as always
//! read.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    sync::{Arc, Mutex, PoisonError},
};

use blake3::{Hash, Hasher};

use crate::{
    behaviour::Behaviour,
    engine::{corridors::Effects, market::Drivers, network_costs},
    scenario::{self, Feed, Run},
    units::{Month, Provenance},
    world::{
        World,
        macro_series::MacroSeries,
        regime::{Law, Regime},
    },
};

/// Hashes over what a run reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// What synthesis reads beside seed and sample: where it is equal, the persons are.
    pub synthesis: Hash,
    /// Who is there at all: places, births, deaths, households. Where it is equal, persons can be told one by one.
    pub persons: Hash,
    /// Everything that is read in any month: behaviour, places, demography, markets, calendar, prices of travel.
    pub base: Hash,
    /// What each month reads of series, network, law and corridors.
    pub months: Vec<Hash>,
}

/// What takes most of the work, found out once for many scenarios: journeys by the network of a month, corridors' effects by what they follow.
#[derive(Debug, Default)]
pub struct Known {
    journeys: Mutex<BTreeMap<[u8; 32], Hash>>,
    effects: Mutex<BTreeMap<[u8; 32], Arc<Vec<Hash>>>>,
}

/// What is known under a key. It is found out without the lock: others need not wait.
fn recall<T: Clone>(known: &Mutex<BTreeMap<[u8; 32], T>>, key: [u8; 32], find: impl FnOnce() -> T) -> T {
    let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
    let there = lock().get(&key).cloned();
    there.unwrap_or_else(|| {
        let found = find();
        lock().insert(key, found.clone());
        found
    })
}

impl Known {
    /// What journeys cost in a month; `ends` tells prices of travel and where journeys begin and end.
    fn journeys(&self, ends: Hash, world: &World, month: Month) -> Hash {
        let mut hasher = Hasher::new();
        hasher.update(ends.as_bytes());
        for link in world.passenger_links(month) {
            let cost = world.network.link_cost(link);
            for node in link.ends {
                hasher.update(&(node as u64).to_le_bytes());
            }
            hasher.update(&[link.mode as u8]);
            numbers(&mut hasher, [cost.generalised, cost.money, cost.hours]);
        }
        recall(&self.journeys, *hasher.finalize().as_bytes(), || journeys(world, month))
    }

    /// What corridors do in each month. They follow what is hashed here and nothing else of the world.
    fn effects(&self, world: &World) -> Arc<Vec<Hash>> {
        let World { start, months, horizon, places, network, corridors, freight, ties, .. } = world;
        let wages: Vec<&[f64]> = world.reference().1.values.iter().filter(|((name, _), _)| name == "wage_usd").map(|(_, values)| values.as_slice()).collect();
        let key = hash_of(format_args!("{start}{months} {horizon}{places:?}{:?}{:?}{corridors:?}{freight:?}{ties:?}", network.nodes, network.links));
        let mut hasher = Hasher::new();
        hasher.update(key.as_bytes());
        numbers(&mut hasher, wages.into_iter().flatten().copied());
        recall(&self.effects, *hasher.finalize().as_bytes(), || Arc::new(effects(&Effects::new(world), world.months)))
    }
}

/// Effects of corridors by month.
fn effects(effects: &Effects, months: usize) -> Vec<Hash> {
    // Named one by one: a new effect must be hashed too.
    let Effects { home_jobs, destination_jobs, home_demand, destination_demand, ties } = effects;
    let hash = |t: usize| {
        let mut hasher = Hasher::new();
        for list in [home_jobs, destination_jobs, home_demand, destination_demand, ties] {
            numbers(&mut hasher, list.iter().map(|values| values[t]));
        }
        hasher.finalize()
    };
    (0..months).map(hash).collect()
}

fn hash_of(values: fmt::Arguments<'_>) -> Hash {
    let mut feed = Feed::default();
    let _ = feed.write_fmt(values);
    feed.finish()
}

fn numbers(hasher: &mut Hasher, values: impl IntoIterator<Item = f64>) {
    for value in values {
        hasher.update(&value.to_bits().to_le_bytes());
    }
}

impl Inputs {
    /// Of a scenario; `run` says what is run (its own start and end count, so that scenarios of other times never share anything).
    pub fn new(run: &Run, world: &World, behaviour: &Behaviour) -> Inputs {
        Inputs::with(run, world, behaviour, &Known::default())
    }

    /// [`Inputs::new`] for one of many scenarios, with what the others had to find out.
    pub fn with(run: &Run, world: &World, behaviour: &Behaviour, known: &Known) -> Inputs {
        let (synthesis, persons) = population(world, behaviour);
        Inputs { synthesis, persons, base: base(run, world, behaviour), months: months(world, behaviour, known) }
    }

    /// The first month (index) from which two runs differ; none if they are the same run to the end. 0: they share no month.
    pub fn first_difference(&self, other: &Inputs) -> Option<usize> {
        if self.base != other.base || self.months.len() != other.months.len() {
            return Some(0);
        }
        self.months.iter().zip(&other.months).position(|(a, b)| a != b)
    }
}

/// What synthesis reads, and the part of it that decides who is there.
fn population(world: &World, behaviour: &Behaviour) -> (Hash, Hash) {
    let mut demography = world.demography.clone();
    demography.households.provenance = Provenance::default();
    demography.start.provenance = Provenance::default();
    let persons = hash_of(format_args!("{:?}{:?}{demography:?}", world.start, world.places));
    let wages: Vec<Option<f64>> = world.places.origins.iter().map(|o| world.series.get("wage_usd", &o.code).and_then(|v| v.first()).copied()).collect();
    let (consider, afford, choose) = (&behaviour.consider, &behaviour.afford, &behaviour.choose);
    let synthesis = hash_of(format_args!(
        "{persons}{wages:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}",
        consider.women,
        consider.age,
        consider.experience_fades,
        afford.wealth_median,
        afford.wealth_spread,
        (afford.wealth_form, afford.wealth_later, afford.debt_until.map(|until| (until, afford.saving_home))),
        choose.sector_men,
        choose.sector_women,
        behaviour.labour.multiplier_spread
    ));
    (synthesis, persons)
}

/// Everything but what [`months`] takes apart.
fn base(run: &Run, world: &World, behaviour: &Behaviour) -> Hash {
    let mut rest = world.clone();
    rest.series = MacroSeries::default();
    rest.network.links.clear();
    rest.corridors.clear();
    rest.law = Law::default();
    rest.shocks.clear();
    rest.unshocked = None;
    rest.reference = None;
    hash_of(format_args!("{}", scenario::hash(run, &rest, behaviour)))
}

fn months(world: &World, behaviour: &Behaviour, known: &Known) -> Vec<Hash> {
    let drivers = Drivers::with(world, behaviour, Effects::default());
    let effects = known.effects(world);
    let regimes: Vec<Vec<(Month, Hash)>> = world.law.regimes.iter().flatten().map(|timeline| timeline.iter().map(|(from, r)| (*from, regime_hash(r))).collect()).collect();
    let nodes: Vec<usize> = world.places.homes.iter().map(|h| h.node).chain(world.places.destinations.iter().map(|d| d.node)).collect();
    let ends = hash_of(format_args!("{:?}{}{nodes:?}{}", world.network.travel, world.network.nodes.len(), world.places.homes.len()));
    let mut costs: BTreeMap<Month, Hash> = BTreeMap::new();
    let mut changed = world.start;
    (0..world.months)
        .map(|t| {
            let month = world.start.plus(t as i32);
            if t > 0 && world.passenger_links_change(month) {
                changed = month;
            }
            let mut hasher = Hasher::new();
            series(&mut hasher, world, &drivers, t);
            hasher.update(effects[t].as_bytes());
            hasher.update(costs.entry(changed).or_insert_with(|| known.journeys(ends, world, changed)).as_bytes());
            for timeline in &regimes {
                let after = timeline.partition_point(|(from, _)| *from <= month);
                timeline.get(after.saturating_sub(1)).map(|(_, hash)| hasher.update(hash.as_bytes()));
            }
            law(&mut hasher, world, month);
            let transit = |home: usize| world.corridors.iter().filter_map(|c| c.transit_in(month)).map(|transit| transit.income_usd(home)).sum::<f64>();
            numbers(&mut hasher, (0..world.places.homes.len()).map(transit));
            hasher.finalize()
        })
        .collect()
}

/// A regime without its name.
fn regime_hash(regime: &Regime) -> Hash {
    hash_of(format_args!("{:?}", Regime { id: String::new(), ..regime.clone() }))
}

/// Series of the month as they are (results read some) and as drivers (which lean on other months: levels, reference years).
fn series(hasher: &mut Hasher, world: &World, drivers: &Drivers, t: usize) {
    for ((name, place), values) in &world.series.values {
        hasher.update(name.as_bytes()).update(b"\0").update(place.as_bytes()).update(b"\0");
        numbers(hasher, values.get(t).copied());
    }
    // Named one by one: a new driver must be hashed too.
    let Drivers { demand, output, pay, deflator, living, wage, unemployment, participation, corridors: _ } = drivers;
    for list in [demand, output, pay, living, wage] {
        numbers(hasher, list.iter().map(|values| values[t]));
    }
    numbers(hasher, [deflator[t]]);
    numbers(hasher, participation.iter().flatten().map(|values| values[t]));
    if t == 0 {
        numbers(hasher, unemployment.iter().copied());
    }
}

/// What journeys cost.
fn journeys(world: &World, month: Month) -> Hash {
    let mut hasher = Hasher::new();
    for cost in network_costs(world, month) {
        hasher.update(&[u8::from(cost.is_some())]);
        numbers(&mut hasher, cost.into_iter().flat_map(|c| [c.generalised, c.money, c.hours]));
    }
    hasher.finalize()
}

/// Closures and amnesties of the month.
fn law(hasher: &mut Hasher, world: &World, month: Month) {
    let Law { regimes: _, closures: _, amnesties } = &world.law;
    for origin in 0..world.places.origins.len() {
        for country in 0..world.places.countries.len() {
            let closed = world.law.closed(origin, country, month);
            hasher.update(&[u8::from(closed.is_some())]);
            numbers(hasher, closed.into_iter().flat_map(|(entry, leave)| [entry, leave]));
        }
    }
    for (place, amnesty) in amnesties.iter().enumerate().filter(|(_, a)| a.on == month) {
        // The draws of an amnesty are keyed by its place in the list.
        hasher.update(hash_of(format_args!("{place}{:?}{}{:?}", amnesty.origins, amnesty.country, amnesty.share)).as_bytes());
    }
}
