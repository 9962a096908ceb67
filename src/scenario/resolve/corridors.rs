//! Corridors: dates, links, building, transit, visitors.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Ground, Item, Parts, corridor_checks, network::wrongly_crossed};
use crate::{
    scenario::{
        Run,
        file::{ConstructionItem, CorridorItem},
        finding::{Ledger, did_you_mean},
    },
    units::Month,
    world::{
        corridor::{Channel, Channels, Construction, Corridor, Site, SiteJobs, Transit, Visitors},
        network::{Link, Mode, Node},
    },
};

/// All corridors, checked against the network without them and the time of the run.
pub fn corridors(parts: &Parts, ground: &Ground, base: &[Link], detour: f64, run: Option<&Run>, ledger: &mut Ledger) -> Vec<Corridor> {
    let items = parts.list::<CorridorItem>("corridor", ledger, |path, json, ledger| names(parts, ground, path, json, ledger));
    let corridors: Vec<Corridor> = items.iter().map(|item| corridor(parts, ground, item, detour, ledger)).collect();
    corridor_checks::all(parts, ground, &items, &corridors, base, run, ledger);
    corridors
}

/// The node of a name in the tree.
fn node(parts: &Parts, ground: &Ground, path: &str, name: &str, ledger: &mut Ledger) -> Option<usize> {
    let node = ground.node(name);
    if node.is_none() && ground.nodes_known {
        ledger.error(parts.at(path), path, format!("unknown node `{name}`"), "the table `nodes` has no such row", ground.like_node(name));
    }
    node
}

/// The region of a name in the tree.
fn site(parts: &Parts, ground: &Ground, path: &str, name: &str, ledger: &mut Ledger) -> Option<Site> {
    let site = ground.home(name).map(Site::Home).or_else(|| ground.destination(name).map(Site::Destination));
    if site.is_none() && ground.regions_known {
        let ids = ground.places.homes.iter().map(|h| h.id.as_str()).chain(ground.places.destinations.iter().map(|d| d.id.as_str()));
        ledger.error(parts.at(path), path, format!("unknown region `{name}`"), "the table `regions` has no such row", did_you_mean(name, ids));
    }
    site
}

/// The home region of a name in the tree.
fn home(parts: &Parts, ground: &Ground, path: &str, name: &str, ledger: &mut Ledger) -> Option<usize> {
    let home = ground.home(name);
    if home.is_none() && ground.regions_known {
        let hint = did_you_mean(name, ground.places.homes.iter().map(|h| h.id.as_str()));
        ledger.error(parts.at(path), path, format!("unknown home region `{name}`"), "income, jobs and ties of this kind are counted at home alone", hint);
    }
    home
}

/// Distinct things of a list of names; the home regions of the touched origins where there are none.
fn several<T: PartialEq + Copy>(
    parts: &Parts,
    path: &str,
    list: &[String],
    ledger: &mut Ledger,
    otherwise: impl Fn() -> Vec<T>,
    one: impl Fn(&str, &str, &mut Ledger) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::new();
    for (i, name) in list.iter().enumerate() {
        let path = format!("{path}.{i}");
        match one(&path, name, ledger) {
            Some(thing) if found.contains(&thing) => ledger.error(parts.at(&path), &path, format!("`{name}` stands twice"), "regions are named once", "drop one of them"),
            Some(thing) => found.push(thing),
            None => {}
        }
    }
    if list.is_empty() { otherwise() } else { found }
}

/// Checks the names in a corridor that is wrong otherwise.
fn names(parts: &Parts, ground: &Ground, path: &str, json: &Json, ledger: &mut Ledger) {
    for (i, link) in json.get("links").and_then(Json::as_array).into_iter().flatten().enumerate() {
        for key in ["from", "to"] {
            if let Some(name) = link.get(key).and_then(Json::as_str) {
                node(parts, ground, &format!("{path}.links.{i}.{key}"), name, ledger);
            }
        }
    }
    for key in ["construction", "transit", "ties"] {
        let regions = json.get(key).and_then(|c| c.get("regions")).and_then(Json::as_array);
        for (i, region) in regions.into_iter().flatten().enumerate() {
            let path = format!("{path}.{key}.regions.{i}");
            match region.as_str() {
                Some(name) if key == "construction" => drop(site(parts, ground, &path, name, ledger)),
                Some(name) => drop(home(parts, ground, &path, name, ledger)),
                None => {}
            }
        }
    }
}

fn corridor(parts: &Parts, ground: &Ground, item: &Item<CorridorItem>, detour: f64, ledger: &mut Ledger) -> Corridor {
    let corridor = &item.value;
    let on = |channel: Channel| corridor.channels.get(&channel).copied().unwrap_or(true);
    let (links, touched) = links(parts, ground, item, detour, ledger);
    let origins = &ground.places.origins;
    let touched_homes = || (0..ground.places.homes.len()).filter(|&h| touched.contains(&origins[ground.places.homes[h].origin].code)).collect::<Vec<usize>>();
    let homes = |key: &str, list: &[String], ledger: &mut Ledger| {
        several(parts, &format!("{}.{key}.regions", item.path), list, ledger, touched_homes, |path, name, ledger| home(parts, ground, path, name, ledger))
    };
    let sites = || touched_homes().into_iter().map(Site::Home).collect();
    Corridor {
        id: corridor.id.clone(),
        name: corridor.name.clone(),
        leads_to: corridor.leads_to.clone(),
        planned: corridor.opens.acts,
        opens: corridor.opens.acts.plus(i32::from(corridor.delay_months)),
        closes: corridor.closes.map_or(Month::NEVER, |c| c.acts),
        cost_usd_m: corridor.cost_usd_m,
        links,
        construction: corridor.construction.as_ref().map(|c| construction(parts, ground, item, c, sites, ledger)),
        transit: corridor.transit.as_ref().map(|t| Transit {
            tonnes_per_year: t.tonnes_per_year,
            usd_per_tonne: t.usd_per_tonne,
            jobs_per_tonne: t.jobs_per_tonne,
            homes: homes("transit", &t.regions, ledger),
        }),
        visitors: corridor.ties.as_ref().map(|v| Visitors { passengers_per_year: v.passengers_per_year, homes: homes("ties", &v.regions, ledger) }),
        channels: Channels {
            travel: on(Channel::Travel),
            construction: on(Channel::Construction),
            markets: on(Channel::Markets),
            foreign_workforce: on(Channel::ForeignWorkforce),
            ties: on(Channel::Ties),
        },
    }
}

/// The links, and the codes of the countries that they touch.
fn links(parts: &Parts, ground: &Ground, item: &Item<CorridorItem>, detour: f64, ledger: &mut Ledger) -> (Vec<Link>, BTreeSet<String>) {
    let (mut links, mut touched) = (Vec::new(), BTreeSet::new());
    for (i, link) in item.value.links.iter().enumerate() {
        let ends = [("from", &link.from), ("to", &link.to)].map(|(key, name)| node(parts, ground, &format!("{}.links.{i}.{key}", item.path), name, ledger));
        touched.extend(ends.into_iter().flatten().map(|n| ground.nodes[n].country.clone()));
        let [Some(from), Some(to)] = ends else { continue };
        if from == to {
            let path = format!("{}.links.{i}.to", item.path);
            ledger.error(parts.at(&path), &path, "the link leads back to its start", "its two nodes are the same", "");
        }
        let globe = distance(&ground.nodes[from], &ground.nodes[to]);
        let link = Link {
            id: format!("{}-{}", item.value.id, i + 1),
            ends: [from, to],
            mode: link.mode,
            km: link.km.unwrap_or(if link.mode == Mode::Air { globe } else { detour * globe }),
            hours: link.hours,
            fare_usd: link.fare_usd,
            border_hours: link.border_hours,
            border_usd: link.border_usd,
            passengers: link.passengers,
            // It serves whenever its corridor does.
            opens: Month::FIRST,
            closes: Month::NEVER,
            crosses: link.crosses.clone(),
        };
        if let Some((k, what, why, hint)) = wrongly_crossed(ground, &link) {
            let path = format!("{}.links.{i}.crosses.{k}", item.path);
            ledger.error(parts.at(&path), &path, what, why, hint);
        }
        links.push(link);
    }
    (links, touched)
}

fn construction(parts: &Parts, ground: &Ground, item: &Item<CorridorItem>, built: &ConstructionItem, otherwise: impl Fn() -> Vec<Site>, ledger: &mut Ledger) -> Construction {
    let (from, until) = (built.from.acts, built.to.after);
    if until <= from {
        let path = format!("{}.construction.to", item.path);
        ledger.error(parts.at(&path), &path, "the work ends before it begins", format!("it begins in {from}"), "");
    }
    if item.value.opens.acts < until {
        let path = format!("{}.opens", item.path);
        let opens = item.value.opens.acts;
        ledger.error(
            parts.at(&path),
            &path,
            format!("the corridor `{}` opens before it is built", item.value.id),
            format!("it opens in {opens}, the work ends before {until}"),
            format!("let it open in {until} or later, or end the work earlier"),
        );
    }
    let region = |path: &str, name: &str, ledger: &mut Ledger| site(parts, ground, path, name, ledger);
    let mut jobs = Vec::new();
    for (i, row) in built.jobs.iter().enumerate() {
        let path = format!("{}.construction.jobs.{i}", item.path);
        let (first, after) = (Month::new(row.year, 1).max(from), Month::new(row.year + 1, 1).min(until));
        if first >= after && until > from {
            let path = format!("{path}.year");
            ledger.error(parts.at(&path), &path, format!("there is no work in {}", row.year), format!("the work goes from {from} to {}", until.plus(-1)), "");
        }
        jobs.extend(region(&format!("{path}.region"), &row.region, ledger).map(|site| SiteJobs { site, from: first, until: after, jobs: row.jobs }));
    }
    Construction {
        from,
        planned_until: until,
        until: until.plus(i32::from(item.value.delay_months)),
        workforce: built.workforce,
        foreign_share: built.foreign_share,
        sites: several(parts, &format!("{}.construction.regions", item.path), &built.regions, ledger, otherwise, region),
        jobs,
    }
}

/// Distance on the globe, whole kilometres (so that no platform rounds it otherwise).
pub fn distance(a: &Node, b: &Node) -> f64 {
    let (la, lb) = (a.lat.to_radians(), b.lat.to_radians());
    let (dlat, dlon) = (lb - la, (b.lon - a.lon).to_radians());
    let h = (dlat / 2.0).sin().powi(2) + la.cos() * lb.cos() * (dlon / 2.0).sin().powi(2);
    (2.0 * 6371.0 * h.sqrt().min(1.0).asin()).round()
}
