//! Nodes, links and corridors.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Ground, Item, Parts};
use crate::{
    scenario::{
        file::{Channel, ConstructionItem, CorridorItem},
        finding::{Ledger, did_you_mean},
        shapes,
    },
    units::Month,
    world::{
        corridor::{Construction, Corridor},
        network::{Link, Mode, Network, Node, Travel},
    },
};

/// The network with all corridors' links, and the corridors.
pub fn network(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> (Option<Network>, Vec<Corridor>) {
    let mut links = links(parts, ground, ledger);
    let mut corridors = Vec::new();
    for item in parts.list::<CorridorItem>("corridor", ledger, |path, json, ledger| names(parts, ground, path, json, ledger)) {
        corridors.push(corridor(parts, ground, &item, &mut links, ledger));
    }
    let travel: Option<Travel> = parts.section("travel", ledger);
    (travel.map(|travel| Network { nodes: ground.nodes.clone(), links, travel }), corridors)
}

fn links(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Vec<Link> {
    let table = parts.table(&shapes::LINKS);
    super::places::repeated(table, &["link"], ledger);
    let mut links = Vec::new();
    for row in &table.rows {
        let ends = ["from", "to"].map(|column| {
            let name = table.text(row, column);
            let node = ground.node(name);
            if node.is_none() && ground.nodes_known {
                table.error(ledger, row, column, format!("unknown node `{name}`"), "the table `nodes` has no such row", ground.like_node(name));
            }
            node
        });
        let mode = match table.text(row, "mode") {
            "rail" => Mode::Rail,
            "air" => Mode::Air,
            "ferry" => Mode::Ferry,
            _ => Mode::Road,
        };
        let month = |column: &str, none: Month| table.maybe(row, column).map_or(none, |m| Month(m as u16));
        let (opens, closes) = (month("opens", Month::FIRST), month("closes", Month::NEVER));
        if closes <= opens {
            table.error(ledger, row, "closes", "the link closes before it opens", format!("it opens in {opens}, closes in {closes}"), "");
        }
        let [Some(from), Some(to)] = ends else { continue };
        if from == to {
            table.error(ledger, row, "to", "the link leads back to its start", "its two nodes are the same", "");
        }
        links.push(Link {
            id: table.text(row, "link").to_string(),
            ends: [from, to],
            mode,
            km: table.number(row, "km"),
            hours: table.number(row, "hours"),
            fare_usd: table.maybe(row, "fare_usd"),
            border_hours: table.number(row, "border_hours"),
            border_usd: table.number(row, "border_usd"),
            passengers: table.text(row, "passengers") == "yes",
            opens,
            closes,
        });
    }
    links
}

/// The node of a name in the tree.
fn node(parts: &Parts, ground: &Ground, path: &str, name: &str, ledger: &mut Ledger) -> Option<usize> {
    let node = ground.node(name);
    if node.is_none() && ground.nodes_known {
        ledger.error(parts.at(path), path, format!("unknown node `{name}`"), "the table `nodes` has no such row", ground.like_node(name));
    }
    node
}

/// The home region of a name in the tree.
fn home(parts: &Parts, ground: &Ground, path: &str, name: &str, ledger: &mut Ledger) -> Option<usize> {
    let home = ground.home(name);
    if home.is_none() && ground.regions_known {
        let hint = did_you_mean(name, ground.places.homes.iter().map(|h| h.id.as_str()));
        ledger.error(parts.at(path), path, format!("unknown home region `{name}`"), "local jobs are in home regions of the table `regions`", hint);
    }
    home
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
    let regions = json.get("construction").and_then(|c| c.get("regions")).and_then(Json::as_array);
    for (i, region) in regions.into_iter().flatten().enumerate() {
        if let Some(name) = region.as_str() {
            home(parts, ground, &format!("{path}.construction.regions.{i}"), name, ledger);
        }
    }
}

fn corridor(parts: &Parts, ground: &Ground, item: &Item<CorridorItem>, links: &mut Vec<Link>, ledger: &mut Ledger) -> Corridor {
    let corridor = &item.value;
    let on = |channel: Channel| corridor.channels.get(&channel).copied().unwrap_or(true);
    for (channel, name) in [(Channel::Markets, "markets"), (Channel::Ties, "ties")] {
        if corridor.channels.get(&channel) == Some(&true) {
            let path = format!("{}.channels.{name}", item.path);
            ledger.warn(parts.at(&path), &path, format!("the channel `{name}` has no effect"), "this version of the model does not have it yet", "");
        }
    }
    let mut touched = BTreeSet::new();
    for (i, link) in corridor.links.iter().enumerate() {
        let ends = [("from", &link.from), ("to", &link.to)].map(|(key, name)| node(parts, ground, &format!("{}.links.{i}.{key}", item.path), name, ledger));
        let [Some(from), Some(to)] = ends else { continue };
        touched.extend([from, to].map(|n| ground.nodes[n].country.clone()));
        if from == to {
            let path = format!("{}.links.{i}.to", item.path);
            ledger.error(parts.at(&path), &path, "the link leads back to its start", "its two nodes are the same", "");
        }
        let globe = distance(&ground.nodes[from], &ground.nodes[to]);
        links.push(Link {
            id: format!("{}-{}", corridor.id, i + 1),
            ends: [from, to],
            mode: link.mode,
            km: link.km.unwrap_or(if link.mode == Mode::Air { globe } else { 1.2 * globe }),
            hours: link.hours,
            fare_usd: link.fare_usd,
            border_hours: link.border_hours,
            border_usd: link.border_usd,
            passengers: link.passengers && on(Channel::Travel),
            opens: corridor.opens.acts,
            closes: Month::NEVER,
        });
    }
    let construction = corridor.construction.as_ref().map(|c| construction(parts, ground, item, c, &touched, ledger));
    let construction = construction.filter(|_| on(Channel::Construction)).map(|mut c| {
        if !on(Channel::ForeignWorkforce) {
            c.foreign_share = 0.0;
        }
        c
    });
    Corridor { id: corridor.id.clone(), name: corridor.name.clone(), opens: corridor.opens.acts, construction }
}

fn construction(parts: &Parts, ground: &Ground, item: &Item<CorridorItem>, built: &ConstructionItem, touched: &BTreeSet<String>, ledger: &mut Ledger) -> Construction {
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
    let mut homes = Vec::new();
    for (i, region) in built.regions.iter().enumerate() {
        homes.extend(home(parts, ground, &format!("{}.construction.regions.{i}", item.path), region, ledger));
    }
    if built.regions.is_empty() {
        let origins = &ground.places.origins;
        homes = (0..ground.places.homes.len()).filter(|&h| touched.contains(&origins[ground.places.homes[h].origin].code)).collect();
    }
    Construction { from, until, workforce: built.workforce, foreign_share: built.foreign_share, homes }
}

/// Distance on the globe, whole kilometres (so that no platform rounds it otherwise).
fn distance(a: &Node, b: &Node) -> f64 {
    let (la, lb) = (a.lat.to_radians(), b.lat.to_radians());
    let (dlat, dlon) = (lb - la, (b.lon - a.lon).to_radians());
    let h = (dlat / 2.0).sin().powi(2) + la.cos() * lb.cos() * (dlon / 2.0).sin().powi(2);
    (2.0 * 6371.0 * h.sqrt().min(1.0).asin()).round()
}
