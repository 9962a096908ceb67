//! What makes no sense in a corridor: links that lead nowhere, jobs beyond the workforce, channels without anything to act on, dates outside
//! the run.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::unionfind::UnionFind;

use super::{Ground, Item, Parts};
use crate::{
    scenario::{Run, file::CorridorItem, finding::Ledger, shapes},
    world::{
        corridor::{Channel, Corridor},
        network::Link,
    },
};

/// All checks of all corridors.
pub fn all(parts: &Parts, ground: &Ground, items: &[Item<CorridorItem>], corridors: &[Corridor], base: &[Link], run: Option<&Run>, ledger: &mut Ledger) {
    let whole = ground.nodes_known && ground.regions_known && !parts.table(&shapes::LINKS).broken;
    let web = whole.then(|| Web::new(ground, base, corridors));
    for (item, corridor) in items.iter().zip(corridors) {
        // Links to unknown nodes are left out.
        let linked = corridor.links.len() == item.value.links.len();
        if let Some(web) = web.as_ref().filter(|_| linked) {
            isolated(parts, ground, item, corridor, web, ledger);
            dead_ends(parts, ground, item, corridor, web, ledger);
        }
        workforce(parts, item, corridor, whole, ledger);
        if linked && ground.countries_known {
            channels(parts, ground, item, corridor, ledger);
        }
        // What is touched by links to unknown nodes, nobody knows.
        if whole {
            reach(parts, item, corridor, ledger);
        }
        dates(parts, item, corridor, run, ledger);
    }
    if corridors.iter().any(|c| c.channels.markets && c.serves_freight()) {
        populations(parts, ledger);
    }
}

/// All links of all times: what hangs together, and the neighbours of each node.
struct Web {
    parts: UnionFind<usize>,
    neighbours: Vec<BTreeSet<usize>>,
    /// Nodes of regions.
    regions: BTreeSet<usize>,
    /// Parts of the web in which a region lies.
    inhabited: BTreeSet<usize>,
}

impl Web {
    fn new(ground: &Ground, base: &[Link], corridors: &[Corridor]) -> Web {
        let mut parts = UnionFind::new(ground.nodes.len());
        let mut neighbours = vec![BTreeSet::new(); ground.nodes.len()];
        for &Link { ends: [a, b], .. } in base.iter().chain(corridors.iter().flat_map(|c| &c.links)) {
            parts.union(a, b);
            neighbours[a].insert(b);
            neighbours[b].insert(a);
        }
        let regions: BTreeSet<usize> = ground.places.homes.iter().map(|h| h.node).chain(ground.places.destinations.iter().map(|d| d.node)).collect();
        let inhabited = regions.iter().map(|n| parts.find(*n)).collect();
        Web { parts, neighbours, regions, inhabited }
    }
}

/// Links from which no region can be reached.
fn isolated(parts: &Parts, ground: &Ground, item: &Item<CorridorItem>, corridor: &Corridor, web: &Web, ledger: &mut Ledger) {
    for (i, link) in corridor.links.iter().enumerate() {
        if !web.inhabited.contains(&web.parts.find(link.ends[0])) {
            let path = format!("{}.links.{i}", item.path);
            let [a, b] = link.ends.map(|n| ground.nodes[n].id.as_str());
            ledger.error(
                parts.at(&path),
                &path,
                format!("the link {a}-{b} is not connected to the network"),
                "no region can be reached from it, whatever other links are taken",
                "add a link to a node of the network",
            );
        }
    }
}

/// Ends beyond which nothing lies, reached by passengers or goods that so go nowhere.
fn dead_ends(parts: &Parts, ground: &Ground, item: &Item<CorridorItem>, corridor: &Corridor, web: &Web, ledger: &mut Ledger) {
    for (i, link) in corridor.links.iter().enumerate() {
        let used = (link.passengers && corridor.channels.travel) || (link.carries_goods() && corridor.channels.markets);
        for (end, key) in link.ends.iter().zip(["from", "to"]) {
            if used && web.neighbours[*end].len() == 1 && !web.regions.contains(end) && web.inhabited.contains(&web.parts.find(*end)) {
                let path = format!("{}.links.{i}.{key}", item.path);
                ledger.warn(
                    parts.at(&path),
                    &path,
                    format!("the corridor `{}` ends nowhere at {}", corridor.id, ground.nodes[*end].id),
                    "no other link goes on from there, and no region lies there: nobody and nothing takes it",
                    "add the link that is missing, or switch off `markets` if it only serves a mine or a port",
                );
            }
        }
    }
}

/// Jobs of a year against the workforce.
fn workforce(parts: &Parts, item: &Item<CorridorItem>, corridor: &Corridor, whole: bool, ledger: &mut Ledger) {
    let (Some(built), Some(written)) = (&corridor.construction, &item.value.construction) else { return };
    let mut years: BTreeMap<i32, (f64, usize)> = BTreeMap::new();
    for (i, row) in written.jobs.iter().enumerate() {
        let year = years.entry(row.year).or_default();
        *year = (year.0 + row.jobs, i);
    }
    for (year, (jobs, last)) in years {
        if jobs > built.workforce * (1.0 + 1e-9) {
            let path = format!("{}.construction.jobs.{last}.jobs", item.path);
            let why = format!("the regions' jobs of the year add to {jobs}, the workforce is {}", built.workforce);
            ledger.error(parts.at(&path), &path, format!("the jobs of {year} are beyond the workforce"), why, format!("raise `workforce` to {jobs}, or lower the jobs"));
        }
    }
    if !written.jobs.is_empty() && !written.regions.is_empty() {
        let path = format!("{}.construction.regions", item.path);
        ledger.warn(parts.at(&path), &path, "`regions` has no effect beside `jobs`", "the jobs by region and year take the place of an even division", "write `regions = []`");
    }
    if whole && corridor.channels.construction && built.regions().next().is_none() && written.regions.is_empty() && written.jobs.is_empty() {
        let path = format!("{}.construction", item.path);
        ledger.warn(
            parts.at(&path),
            &path,
            format!("the building of `{}` gives nobody work", corridor.id),
            "its links touch no country of origin, and no region is named",
            "name `regions` or `jobs`",
        );
    }
}

/// Goods and visitors that reach nobody.
fn reach(parts: &Parts, item: &Item<CorridorItem>, corridor: &Corridor, ledger: &mut Ledger) {
    let on = &corridor.channels;
    let mut idle = |key: &str, message: String, why: &str, hint: &str| {
        let path = format!("{}.{key}", item.path);
        ledger.warn(parts.at(&path), &path, message, why, hint);
    };
    let nowhere = "its links touch no country of origin, and no region is named";
    let unnamed = |regions: Option<&Vec<String>>| regions.is_some_and(Vec::is_empty);
    if on.markets && unnamed(item.value.transit.as_ref().map(|t| &t.regions)) && corridor.transit.as_ref().is_some_and(|t| t.homes.is_empty()) {
        idle("transit", format!("goods that pass by `{}` bring nobody anything", corridor.id), nowhere, "name `regions`");
    }
    match &corridor.visitors {
        Some(visitors) if on.ties && visitors.homes.is_empty() && unnamed(item.value.ties.as_ref().map(|t| &t.regions)) => {
            idle("ties", format!("visitors by `{}` visit nobody", corridor.id), nowhere, "name `regions`");
        }
        // Without goods either, the channel as a whole is told.
        Some(_) if on.ties && on.markets && corridor.serves_freight() && !corridor.serves_passengers() => {
            idle("ties", format!("nobody visits by `{}`", corridor.id), "none of its links has passenger service", "let a link have `passengers = true`, or take the visitors out");
        }
        _ => {}
    }
}

/// Channels switched on by name that have nothing to act on.
fn channels(parts: &Parts, ground: &Ground, item: &Item<CorridorItem>, corridor: &Corridor, ledger: &mut Ledger) {
    let written = &item.value;
    let foreign = corridor.construction.as_ref().is_some_and(|c| c.foreign_share > 0.0) && corridor.channels.construction;
    let leads = corridor.leads_to.iter().any(|area| ground.places.countries.iter().any(|c| c.area == *area));
    let comes = (corridor.visitors.is_some() && corridor.serves_passengers()) || (corridor.channels.markets && corridor.serves_freight());
    let idle = [
        (Channel::Travel, "travel", !corridor.serves_passengers(), "none of its links has passenger service", "let a link have `passengers = true`"),
        (Channel::Construction, "construction", corridor.construction.is_none(), "it has no table `construction`", "add `construction = { ... }`"),
        (Channel::Markets, "markets", !corridor.serves_freight(), "none of its links carries goods: all are by air", "add a link by rail, road or ferry"),
        (Channel::ForeignWorkforce, "foreign_workforce", !foreign, "no foreign worker builds it", "add `construction = { ... }` with a `foreign_share` above 0"),
        (Channel::Ties, "ties", !leads, "it leads to no area of a country of destination", "add `leads_to = [...]`"),
        (Channel::Ties, "ties", leads && !comes, "nobody visits by it, and it brings no market nearer", "add `ties = { passengers_per_year = ... }` and a passenger link"),
    ];
    let mut told = false;
    for (channel, name, idle, why, hint) in idle {
        // A table of visitors asks for ties as much as a switch does.
        let path = match written.channels.get(&channel) {
            Some(true) => format!("{}.channels.{name}", item.path),
            None if channel == Channel::Ties && written.ties.is_some() => format!("{}.ties", item.path),
            _ => continue,
        };
        if idle {
            told = true;
            ledger.warn(parts.at(&path), &path, format!("the channel `{name}` of `{}` has nothing to act on", corridor.id), why, hint);
        }
    }
    let on = &corridor.channels;
    let acts = (on.travel && corridor.serves_passengers())
        || (on.construction && corridor.construction.is_some())
        || (on.markets && corridor.serves_freight())
        || (on.ties && leads && comes);
    if !acts && !told {
        let hint = "let a link have `passengers = true`, go by rail, road or ferry, or switch a channel on";
        ledger.warn(parts.at(&item.path), &item.path, format!("the corridor `{}` does nothing", corridor.id), "none of its channels is on and has something to act on", hint);
    }
}

/// Dates against each other and against the run.
fn dates(parts: &Parts, item: &Item<CorridorItem>, corridor: &Corridor, run: Option<&Run>, ledger: &mut Ledger) {
    let path = |key: &str| format!("{}.{key}", item.path);
    let (opens, closes) = (corridor.opens, corridor.closes);
    if closes <= opens {
        let path = path("closes");
        let late = if item.value.delay_months > 0 { ", the delay included" } else { "" };
        let (what, why) = if item.value.delay_months == 0 && item.value.closes.is_some_and(|closes| closes.order() > item.value.opens.order()) {
            ("is open in no month", "a change acts from its own month up to day 15, else from the next: opening and closing fall together".to_string())
        } else {
            ("closes before it opens", format!("it opens in {opens}{late}, closes in {closes}"))
        };
        ledger.error(parts.at(&path), &path, format!("the corridor `{}` {what}", corridor.id), why, "");
    }
    let Some(run) = run else { return };
    let time = format!("the run goes from {} to {}", run.start, run.end);
    let mut outside = |key: &str, message: String, hint: &str| {
        let path = path(key);
        ledger.warn(parts.at(&path), &path, message, time.as_str(), hint);
    };
    if opens > run.end {
        outside("opens", format!("the corridor `{}` opens after the run", corridor.id), "");
    } else if opens < run.start {
        outside(
            "opens",
            format!("the corridor `{}` opens before the run", corridor.id),
            "it serves from the first month on; ties grow from there. Links of that age belong into the table `links`",
        );
    }
    if item.value.closes.is_some() && closes > run.end {
        outside("closes", format!("the corridor `{}` closes after the run", corridor.id), "");
    }
    if let Some(built) = &corridor.construction {
        if built.from > run.end {
            outside("construction.from", format!("the building of `{}` begins after the run", corridor.id), "");
        } else if built.until <= run.start {
            outside("construction.to", format!("the building of `{}` ends before the run", corridor.id), "");
        }
    }
}

/// Regions of destination whose weight as markets is not known.
fn populations(parts: &Parts, ledger: &mut Ledger) {
    let table = parts.table(&shapes::REGIONS);
    for row in table.rows.iter().filter(|r| table.text(r, "kind") == "destination" && table.maybe(r, "population_2010").is_none()) {
        let region = table.text(row, "region");
        ledger.warn(
            row.at,
            "tables.regions.population_2010",
            format!("`population_2010` of {region} is empty"),
            "so the region is no market for goods that corridors bring nearer",
            "",
        );
    }
}
