//! From a checked tree and its tables to a world and a behaviour, gathering every mistake of meaning on the way.
//! Used by `scenario` alone.

mod conduct;
mod corridor_checks;
mod corridors;
mod law;
mod network;
mod outside;
mod people;
mod places;
mod rule;
mod series;
mod shock;

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{
    Run, check,
    file::Date,
    finding::{At, Ledger},
    layers::Layers,
    shapes::{self, Shape},
    table::{self, Table},
    tree::Node,
};
use crate::{
    behaviour::Behaviour,
    population::{person::MOST_HOUSEHOLDS, synthesis},
    units::Month,
    world::{World, labour::BASE_YEAR, network::Link},
};

pub use places::Ground;

/// What a scenario comes to.
pub struct Resolved {
    /// What is run; none if it cannot be told.
    pub run: Option<Run>,
    /// The world.
    pub world: Option<World>,
    /// The behaviour.
    pub behaviour: Option<Behaviour>,
    /// All tables, in the order of [`shapes::SHAPES`].
    pub tables: Vec<Table>,
    /// (list, id, code) of citizens of a regime or places of a trend that a later file replaced.
    pub replaced: BTreeSet<(&'static str, String, String)>,
}

/// What every part of the resolution reads.
struct Parts<'a> {
    tree: &'a Node,
    /// Items by list and by id, or number where they lack one: lists may be long, and each item asks for its places.
    items: BTreeMap<&'a str, BTreeMap<String, &'a Node>>,
    layers: &'a Layers,
    json: Json,
    tables: &'a [Table],
}

/// An item of a list, as written, with its path, the layer in which it first stands, and the last one that says something of it.
struct Item<T> {
    value: T,
    path: String,
    rank: usize,
    touched: usize,
}

/// Whether a span of dates has a month: a warning if the days are too near to each other, an error if it ends first.
fn lasts(parts: &Parts, path: &str, what: &str, from: Date, until: Date, ledger: &mut Ledger) -> bool {
    if until.acts > from.acts {
        return true;
    }
    if until.order() > from.order() {
        let why = "a change acts from its own month up to day 15, else from the next: beginning and end fall together";
        ledger.warn(parts.at(path), path, format!("{what} is too short to act"), why, "");
    } else {
        ledger.error(parts.at(path), path, format!("{what} ends before it begins"), format!("it acts from {}, `until` is its first day after", from.acts), "");
    }
    false
}

impl Parts<'_> {
    fn table(&self, shape: &Shape) -> &Table {
        let i = shapes::SHAPES.iter().position(|s| s.name == shape.name).unwrap_or(0);
        &self.tables[i]
    }

    fn at(&self, path: &str) -> At {
        match self.within(path) {
            Some((item, rest)) => item.locate(rest),
            None => self.tree.locate(path),
        }
    }

    /// Where the key at a path stands.
    fn key_at(&self, path: &str) -> At {
        self.tree.find(path).map_or_else(|| self.at(path), |node| node.key)
    }

    /// Where a value that is missing was dropped by `remove`, if it was; else where it would stand, and a hint.
    fn lacking(&self, path: &str, hint: String) -> (At, String) {
        match self.layers.removed.iter().rfind(|(dropped, _)| dropped == path) {
            Some((_, at)) => (*at, "`remove` drops it; let it stand, or give another value".to_string()),
            None => (self.at(path), hint),
        }
    }

    /// The item that a path leads through, and the rest of the path.
    fn within<'p>(&self, path: &'p str) -> Option<(&Node, &'p str)> {
        let (list, rest) = path.split_once('.')?;
        let (id, rest) = rest.split_once('.').unwrap_or((rest, ""));
        self.item(list, id).map(|item| (item, rest))
    }

    fn item(&self, list: &str, id: &str) -> Option<&Node> {
        self.items.get(list)?.get(id).copied()
    }

    /// Hint for what has no place here: to drop it, if one of the files that are extended says it.
    fn drop_or(&self, path: &str, hint: impl FnOnce() -> String) -> String {
        if self.layers.rank(self.at(path)) < self.layers.last() { format!("`remove = [\"{path}\"]` drops it") } else { hint() }
    }

    /// The part of the tree at a path, if it is right.
    fn section<T: DeserializeOwned>(&self, path: &str, ledger: &mut Ledger) -> Option<T> {
        let json = path.split('.').try_fold(&self.json, |json, key| json.get(key))?;
        let before = ledger.has(path);
        match serde_path_to_error::deserialize(json) {
            Ok(value) => Some(value),
            Err(error) => {
                // What the schema's check has not seen; should there be such a thing, it is not lost.
                if !before && !ledger.partial {
                    let inner = format!("{path}.{}", error.path());
                    ledger.error(self.at(&inner), &inner, format!("`{path}` cannot be used"), error.inner().to_string(), "");
                }
                None
            }
        }
    }

    /// Whether there is a value at a path, be it a wrong one.
    fn has(&self, path: &str) -> bool {
        match self.within(path) {
            Some((item, rest)) => item.find(rest).is_some(),
            None => self.tree.find(path).is_some(),
        }
    }

    /// The items of a list that are right; the others are given to `otherwise`, with their path.
    fn list<T: DeserializeOwned>(&self, name: &str, ledger: &mut Ledger, mut otherwise: impl FnMut(&str, &Json, &mut Ledger)) -> Vec<Item<T>> {
        let Some(items) = self.json.get(name).and_then(Json::as_array) else { return Vec::new() };
        let mut list = Vec::with_capacity(items.len());
        for json in items {
            let Some(id) = json.get("id").and_then(Json::as_str) else { continue };
            let path = format!("{name}.{id}");
            let node = self.item(name, id);
            match serde_path_to_error::deserialize(json) {
                Ok(value) => {
                    let said = node.into_iter().flat_map(Node::entries).map(|(_, value)| self.layers.rank(value.at));
                    let rank = node.map_or(0, |n| self.layers.rank(n.at));
                    list.push(Item { value, path, rank, touched: said.fold(rank, usize::max) });
                }
                Err(error) => {
                    if !ledger.partial && !ledger.has(&path) {
                        let inner = format!("{path}.{}", error.path());
                        ledger.error(self.at(&inner), &inner, format!("`{path}` cannot be used"), error.inner().to_string(), "");
                    }
                    otherwise(&path, json, ledger);
                }
            }
        }
        list
    }
}

/// Checks and resolves. Mistakes are in the ledger; the parts that could be made are returned.
pub fn resolve(layers: &Layers, until: Option<Month>, ledger: &mut Ledger) -> Resolved {
    let json = check::check(&layers.tree, check::schema(), "", "", ledger).unwrap_or(Json::Null);
    let tables: Vec<Table> = shapes::SHAPES.iter().map(|shape| table::read(shape, layers, ledger)).collect();
    table::unknown_cells(layers, ledger);
    for key in layers.tree.get("own").map_or(&[][..], Node::items) {
        if let Some((message, reason, hint)) = key.text().and_then(check::wrong_key) {
            ledger.error(key.at, "own", message, reason, hint);
        }
    }
    let mut items = BTreeMap::new();
    for (list, node) in layers.tree.entries() {
        let by_id: &mut BTreeMap<String, &Node> = items.entry(list.as_str()).or_default();
        for (number, item) in node.items().iter().enumerate() {
            by_id.entry(item.id().map_or_else(|| number.to_string(), str::to_string)).or_insert(item);
        }
    }
    let parts = Parts { tree: &layers.tree, items, layers, json, tables: &tables };
    let mut replaced = BTreeSet::new();
    let run = run(&parts, until, ledger);
    let mut ground = places::ground(&parts, ledger);
    let (start, months) = run.as_ref().map_or((Month::new(2005, 1), 432), |r| (r.start, r.months()));
    // Series reach the end of the scenario even if the run stops earlier: what is indexed to a year must not depend on where it stops.
    let horizon = run.as_ref().map_or(months, |r| (r.end.since(r.start) + 1).max(1) as usize);
    let points = series::points(&parts, &ground, run.as_ref(), &mut replaced, ledger);
    let series = points.monthly(start, horizon);
    let (links, network) = network::network(&parts, &ground, ledger);
    let freight = network::freight(&parts, &ground, ledger);
    let reference = points.reference(start, horizon, &[BASE_YEAR, freight.as_ref().map_or(BASE_YEAR, |f| f.base_year)]);
    let ties = network::ties(&parts, &ground, ledger);
    // Where the prices are wrong, which has been told, lengths matter no more.
    let detour = network.as_ref().map_or(1.0, |n| n.travel.detour);
    let corridors = corridors::corridors(&parts, &ground, &links, detour, run.as_ref(), ledger);
    for (corridor, link) in corridors.iter().flat_map(|c| c.links.iter().map(move |l| (c, l))) {
        if let Some((key, what, why)) = network::odd(link, &ground.nodes) {
            let path = format!("corridor.{}.links", corridor.id);
            ledger.warn(parts.at(&path), &format!("{path}.{}.{key}", link.id), what, why, "");
        }
    }
    let law = law::law(&parts, &ground, start, run.as_ref().map(|r| r.end), &mut replaced, ledger);
    let demography = people::demography(&parts, &ground, run.as_ref(), ledger);
    let (markets, departures, returns) = places::markets(&parts, &mut ground, ledger);
    let behaviour = conduct::behaviour(&parts, &ground, ledger);
    if let Some(behaviour) = &behaviour {
        places::jobs_at_start(&parts, &ground, &series, &behaviour.labour, ledger);
    }
    let outside = outside::outside(&parts, &ground, ledger);
    let links: Vec<Link> = network.iter().flat_map(|n| &n.links).chain(corridors.iter().flat_map(|c| &c.links)).cloned().collect();
    if ledger.errors() == 0 {
        network::apart(&parts, &ground, &links, ledger);
    }
    let base = shock::Base { run: run.as_ref(), series: &series, network: network.as_ref(), links, law: &law };
    let shocks = shock::shocks(&parts, &ground, &base, ledger);
    let rules = rule::rules(&parts, &ground, &base, ledger);
    let world = network.zip(demography).zip(freight.zip(ties)).map(|((network, demography), (freight, ties))| World {
        start,
        months,
        horizon,
        places: ground.places,
        series,
        network,
        corridors,
        freight,
        ties,
        law,
        rules,
        shocks: Vec::new(),
        unshocked: None,
        reference,
        demography,
        markets,
        outside,
        season_departures: departures,
        season_returns: returns,
    });
    let world = world.map(|world| if shocks.is_empty() { world } else { world.with_shocks(&shocks) });
    if let Some(world) = &world {
        shock::journeys(&parts, world, ledger);
    }
    if let Some(households) = world.as_ref().map(synthesis::households).filter(|n| *n > MOST_HOUSEHOLDS) {
        let (what, why) = (format!("there are {households} households"), format!("the keys of persons have room for {MOST_HOUSEHOLDS}"));
        ledger.error(parts.at("population"), "population", what, why, "a smaller `population`, or larger households in the table `margins`");
    }
    Resolved { run, world, behaviour, tables, replaced }
}

/// What is run.
fn run(parts: &Parts, until: Option<Month>, ledger: &mut Ledger) -> Option<Run> {
    let date = |key: &str| parts.json.get("run")?.get(key)?.as_str()?.parse::<super::file::Date>().ok();
    let table: Option<super::file::RunTable> = parts.section("run", ledger);
    let start = date("start")?.acts;
    let end = date("end")?.last_month();
    let mut right = true;
    if end < start {
        right = false;
        ledger.error(parts.at("run.end"), "run.end", "the run ends before it starts", format!("start is {start}, end is {end}"), "");
    }
    let mut until_month = date("until").map(super::file::Date::last_month);
    if let Some(month) = until {
        until_month = Some(month);
    }
    if let Some(month) = until_month
        && right
        && (month < start || month > end)
    {
        right = false;
        let at = if until.is_some() { At::NOWHERE } else { parts.at("run.until") };
        ledger.error(at, "run.until", format!("the run cannot stop at {month}"), format!("it goes from {start} to {end}"), "");
    }
    let table = table?;
    right.then_some(Run { start, end, until: until_month, sample: table.sample, seed: table.seed, replicates: table.replicates })
}
