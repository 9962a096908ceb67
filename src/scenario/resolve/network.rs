//! Nodes and links, what carrying costs, and ties.

use std::collections::BTreeSet;

use petgraph::unionfind::UnionFind;

use super::{Ground, Parts};
use crate::{
    scenario::{
        finding::{Ledger, did_you_mean},
        shapes,
    },
    units::Month,
    world::{
        freight,
        network::{Link, Mode, Network, Node, Travel},
        place::MacroArea,
        ties,
    },
};

/// The links of the table, and the network without those of corridors.
pub fn network(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> (Vec<Link>, Option<Network>) {
    let links = links(parts, ground, ledger);
    let travel: Option<Travel> = parts.section("travel", ledger);
    let network = travel.map(|travel| Network { nodes: ground.nodes.clone(), links: links.clone(), travel });
    (links, network)
}

/// What carrying goods costs, with markets beyond nodes that are known.
pub fn freight(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Option<freight::Params> {
    let freight: freight::Params = parts.section("freight", ledger)?;
    for (name, market) in freight.beyond.iter().filter(|(_, m)| ground.nodes_known && ground.node(&m.node).is_none()) {
        let path = format!("freight.beyond.{name}.node");
        ledger.error(parts.at(&path), &path, format!("unknown node `{}`", market.node), "the table `nodes` has no such row", ground.like_node(&market.node));
    }
    Some(freight)
}

/// Least length of a link over the distance of its ends on the globe: nodes stand for areas.
const SHORTEST: f64 = 0.8;
/// Fastest means of travel, kilometres an hour.
const FASTEST: f64 = 1200.0;

/// What is odd about a link's length and time, and why; none if its length is not given.
pub fn odd(link: &Link, nodes: &[Node]) -> Option<(&'static str, String, String)> {
    let apart = super::corridors::distance(&nodes[link.ends[0]], &nodes[link.ends[1]]);
    let [from, to] = link.ends.map(|n| nodes[n].id.as_str());
    if link.km > 0.0 && link.km < SHORTEST * apart {
        return Some(("km", format!("`{}` is {} km long", link.id, link.km), format!("{from} and {to} are {apart} km apart")));
    }
    let why = || format!("{} km in {} hours are more than {FASTEST} km an hour", link.km, link.hours);
    (link.km > FASTEST * link.hours).then(|| ("hours", format!("`{}` is faster than anything that travels", link.id), why()))
}

/// What is wrong with the countries that a link crosses, if something is: which of them, what, why, and a hint.
pub fn wrongly_crossed(ground: &Ground, link: &Link) -> Option<(usize, String, &'static str, String)> {
    let last = link.crosses.len().checked_sub(1).filter(|_| ground.nodes_known)?;
    let there: BTreeSet<&str> = ground.nodes.iter().map(|n| n.country.as_str()).collect();
    if let Some((k, code)) = link.crosses.iter().enumerate().find(|(_, code)| !there.contains(code.as_str())) {
        let hint = if code.contains([',', ';']) { "codes stand with spaces between them".to_string() } else { did_you_mean(code, there) };
        return Some((k, format!("unknown country `{code}`"), "no node of the table `nodes` is in it", hint));
    }
    let mut borders = link.countries(&ground.nodes).zip(link.countries(&ground.nodes).skip(1)).enumerate();
    let (k, (country, _)) = borders.find(|(_, (from, to))| from == to)?;
    Some((k.min(last), format!("the link crosses from {country} to {country}"), "what it crosses lies between the countries of its ends", "drop one of them".to_string()))
}

/// Warns of regions that no passengers' link or chain of them ever joins to a region of the other kind; `links` are all there will be.
pub fn apart(parts: &Parts, ground: &Ground, links: &[Link], ledger: &mut Ledger) {
    let mut joined = UnionFind::<usize>::new(ground.nodes.len());
    for link in links.iter().filter(|l| l.passengers && l.closes > l.opens) {
        joined.union(link.ends[0], link.ends[1]);
    }
    let table = parts.table(&shapes::REGIONS);
    let (homes, destinations) = (&ground.places.homes, &ground.places.destinations);
    for row in &table.rows {
        let (id, home) = (table.text(row, "region"), table.text(row, "kind") == "home");
        let Some(node) = ground.node(table.text(row, "node")) else { continue };
        let alone = if home { destinations.iter().all(|d| !joined.equiv(d.node, node)) } else { homes.iter().all(|h| !joined.equiv(h.node, node)) };
        if alone {
            let what = if home { format!("nobody can leave `{id}`") } else { format!("nobody can come to `{id}`") };
            table.warn(ledger, row, "node", what, "no links for passengers join its node to one of the other kind of region", "add links, or name another node");
        }
    }
}

/// Ties: a value at the start for each origin and area in which somebody can go.
pub fn ties(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Option<ties::Params> {
    let ties: ties::Params = parts.section("ties", ledger)?;
    if !ground.countries_known {
        return Some(ties);
    }
    for code in ties.base.keys().filter(|k| ground.places.origin(k).is_none()) {
        let full = format!("ties.base.{code}");
        let hint = did_you_mean(code, ground.places.origins.iter().map(|c| c.code.as_str()));
        ledger.error(parts.at(&full), &full, format!("unknown country of origin `{code}`"), "`ties.base` is by origin, then by macro-cultural area", hint);
    }
    for origin in &ground.places.origins {
        let has = |area: MacroArea| ties.base.get(&origin.code).is_some_and(|m| m.contains_key(&area)) || parts.has(&format!("ties.base.{}.{}", origin.code, area.name()));
        let gone_to = |area: MacroArea| ground.places.countries.iter().any(|c| c.area == area);
        let missing: Vec<&str> = MacroArea::ALL.into_iter().filter(|a| gone_to(*a) && !has(*a)).map(MacroArea::name).collect();
        if !missing.is_empty() {
            let full = format!("ties.base.{}", origin.code);
            let names = missing.join(", ");
            ledger.error(parts.at(&full), &full, format!("`{full}` has no value for {names}"), "countries of destination lie there", "from 0 (no tie) to 1");
        }
    }
    Some(ties)
}

/// The links of the table.
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
        // Another name has been told.
        let mode = Mode::named(table.text(row, "mode")).unwrap_or(Mode::Road);
        let month = |column: &str, none: Month| table.maybe(row, column).map_or(none, |m| Month(m as u16));
        let (opens, closes) = (month("opens", Month::FIRST), month("closes", Month::NEVER));
        if closes <= opens {
            table.error(ledger, row, "closes", "the link closes before it opens", format!("it opens in {opens}, closes in {closes}"), "");
        }
        let [Some(from), Some(to)] = ends else { continue };
        if from == to {
            table.error(ledger, row, "to", "the link leads back to its start", "its two nodes are the same", "");
        }
        let link = Link {
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
            crosses: table.text(row, "crosses").split_whitespace().map(str::to_string).collect(),
        };
        if let Some((_, what, why, hint)) = wrongly_crossed(ground, &link) {
            table.error(ledger, row, "crosses", what, why, hint);
        }
        if let Some((column, what, why)) = odd(&link, &ground.nodes) {
            table.warn(ledger, row, column, what, why, "");
        }
        links.push(link);
    }
    links
}
