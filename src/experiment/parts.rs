//! What one scenario changes against another, in parts, and worlds with some of the parts: the only file of the experiments that knows how
//! the parts of a world are taken out of one and put into another. What is no part cannot be attributed and is named by [`others`].
//!
//! A *piece* is the least that can be taken over alone; a *part* is the pieces that touch the same thing.

use std::collections::BTreeSet;

use crate::{
    scenario::{Scenario, hash},
    world::{
        World,
        corridor::{Channel, Construction, Corridor},
        macro_series::MacroSeries,
        network::{Link, Network},
        regime::{Amnesty, Closure, Regime},
        rule::Rule,
        shock::{self, Shock},
    },
};

/// The least that can be taken over from one world into another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// A channel of a corridor (its id).
    Channel(String, Channel),
    /// All regimes of a pair: index of the origin, of the country.
    Regimes(usize, usize),
    /// A closure (its id).
    Closure(String),
    /// An amnesty (its id).
    Amnesty(String),
    /// A link of the table of links (its id).
    Link(String),
    /// A series of a place.
    Series(String, String),
    /// A shock (its id).
    Shock(String),
    /// A policy rule (its id).
    Rule(String),
}

/// What kind of change a part is; parts of a family may be grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A channel of a corridor.
    Channel(Channel),
    /// Regimes, closures, amnesties, policy rules.
    Law,
    /// Shocks, and series and links that differ.
    Shock,
}

/// Pieces that touch the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Name: `cku:travel`, `regime:tur-2028`, `closure:id`, `amnesty:id`, `link:id`, `series:name:place`, `shock:id`,
    /// `rule:id`.
    pub name: String,
    /// Its family.
    pub family: Family,
    /// Its pieces.
    pub pieces: Vec<Piece>,
}

/// All parts in which `b` differs from `a`: corridors first, in the order of `b`.
pub fn differences(a: &World, b: &World) -> Vec<Part> {
    // Shocks are parts of their own: the rest is compared as it was before them.
    let (shocks, a, b) = ((&a.shocks, &b.shocks), &a.with_shocks(&[]), &b.with_shocks(&[]));
    let one = |name: String, family: Family, piece: Piece| Part { name, family, pieces: vec![piece] };
    let mut parts = Vec::new();
    for id in order(&a.corridors, &b.corridors, |c| c.id.as_str()) {
        for channel in differing(find(&a.corridors, &id), find(&b.corridors, &id)) {
            parts.push(one(format!("{id}:{}", channel.name()), Family::Channel(channel), Piece::Channel(id.clone(), channel)));
        }
    }
    parts.extend(regimes(a, b));
    for id in changed(&a.law.closures, &b.law.closures, |c| c.id.as_str()) {
        parts.push(one(format!("closure:{id}"), Family::Law, Piece::Closure(id)));
    }
    for id in changed(&a.law.amnesties, &b.law.amnesties, |c| c.id.as_str()) {
        parts.push(one(format!("amnesty:{id}"), Family::Law, Piece::Amnesty(id)));
    }
    for id in changed(&a.rules, &b.rules, |r| r.id.as_str()) {
        parts.push(one(format!("rule:{id}"), Family::Law, Piece::Rule(id)));
    }
    for id in changed(&a.network.links, &b.network.links, |l| l.id.as_str()) {
        parts.push(one(format!("link:{id}"), Family::Shock, Piece::Link(id)));
    }
    let keys: BTreeSet<&(String, String)> = a.series.values.keys().chain(b.series.values.keys()).collect();
    // A year to which tables refer may lie outside the run.
    let same = |key: &(String, String)| a.series.values.get(key) == b.series.values.get(key) && a.reference().1.values.get(key) == b.reference().1.values.get(key);
    for key in keys.into_iter().filter(|key| !same(key)) {
        parts.push(one(format!("series:{}:{}", key.0, key.1), Family::Shock, Piece::Series(key.0.clone(), key.1.clone())));
    }
    for id in changed(shocks.0, shocks.1, |s| s.id.as_str()) {
        // Shocks of a law go with the law that they change.
        let of_law = [shocks.1, shocks.0].into_iter().find_map(|list| list.iter().find(|s| s.id == id)).is_some_and(|s| matches!(s.change, shock::Change::Regimes { .. }));
        parts.push(one(format!("shock:{id}"), if of_law { Family::Law } else { Family::Shock }, Piece::Shock(id)));
    }
    parts
}

/// `a` with some pieces of `b`, in the order of `b`: with all of them it is `b`, as far as parts go.
pub fn compose(a: &World, b: &World, taken: &BTreeSet<Piece>) -> World {
    let shocks = merge(&a.shocks, &b.shocks, |s| s.id.as_str(), whole(taken, |s: &Shock| Piece::Shock(s.id.clone())));
    let (a, b) = (&a.with_shocks(&[]), &b.with_shocks(&[]));
    let mut world = a.clone();
    world.corridors = order(&a.corridors, &b.corridors, |c| c.id.as_str()).iter().flat_map(|id| corridor(find(&a.corridors, id), find(&b.corridors, id), taken)).collect();
    world.network.links = merge(&a.network.links, &b.network.links, |l| l.id.as_str(), whole(taken, |l: &Link| Piece::Link(l.id.clone())));
    world.law.closures = merge(&a.law.closures, &b.law.closures, |c| c.id.as_str(), whole(taken, |c: &Closure| Piece::Closure(c.id.clone())));
    world.law.amnesties = merge(&a.law.amnesties, &b.law.amnesties, |c| c.id.as_str(), whole(taken, |c: &Amnesty| Piece::Amnesty(c.id.clone())));
    world.rules = merge(&a.rules, &b.rules, |r| r.id.as_str(), whole(taken, |r: &Rule| Piece::Rule(r.id.clone())));
    for piece in taken {
        match piece {
            Piece::Regimes(origin, country) => world.law.regimes[*origin][*country].clone_from(&b.law.regimes[*origin][*country]),
            Piece::Series(name, place) => {
                let key = (name.clone(), place.clone());
                take(&mut world.series, &b.series, &key);
                if let (Some(of_world), Some(of_b)) = (&mut world.reference, &b.reference) {
                    take(&mut of_world.series, &of_b.series, &key);
                }
            }
            Piece::Channel(..) | Piece::Closure(_) | Piece::Amnesty(_) | Piece::Link(_) | Piece::Shock(_) | Piece::Rule(_) => {}
        }
    }
    world.with_shocks(&shocks)
}

/// Takes a series of a place over, if it is there.
fn take(to: &mut MacroSeries, from: &MacroSeries, key: &(String, String)) {
    match from.values.get(key) {
        Some(values) => to.values.insert(key.clone(), values.clone()),
        None => to.values.remove(key),
    };
}

/// What differs between two scenarios and is no part.
pub fn others(a: &Scenario, b: &Scenario) -> Vec<&'static str> {
    let same = hash(&a.run, &a.world, &a.behaviour);
    let with = |change: &dyn Fn(&mut World)| {
        let mut world = a.world.clone();
        change(&mut world);
        hash(&a.run, &world, &a.behaviour) != same
    };
    // Named one by one, so that a new field is either made a part or put below. Start and months are equal where scenarios are compared at all.
    let World {
        start: _,
        months: _,
        horizon: _,
        series: _,
        corridors: _,
        law: _,
        rules: _,
        shocks: _,
        unshocked: _,
        reference: _,
        network: Network { links: _, nodes: _, travel: _ },
        freight: _,
        ties: _,
        outside: _,
        places: _,
        demography: _,
        markets: _,
        season_departures: _,
        season_returns: _,
    } = &b.world;
    let (from, behaviour) = (&b.world, hash(&a.run, &a.world, &b.behaviour) != same);
    let found = [
        (behaviour, "behaviour"),
        (with(&|w| w.places = from.places.clone()), "places"),
        (with(&|w| w.demography = from.demography.clone()), "demography, households or the start"),
        (with(&|w| w.markets = from.markets.clone()), "jobs for migrants (table `jobs`)"),
        (with(&|w| (w.season_departures, w.season_returns) = (from.season_departures, from.season_returns)), "the calendar"),
        (with(&|w| w.network.nodes.clone_from(&from.network.nodes)), "nodes of the network"),
        (with(&|w| w.network.travel = from.network.travel.clone()), "prices of travel"),
        (with(&|w| w.freight = from.freight.clone()), "freight and markets"),
        (with(&|w| w.ties = from.ties.clone()), "how ties grow"),
        (with(&|w| w.outside.clone_from(&from.outside)), "pairs outside the model"),
    ];
    found.into_iter().filter(|f| f.0).map(|f| f.1).collect()
}

fn find<'c>(corridors: &'c [Corridor], id: &str) -> Option<&'c Corridor> {
    corridors.iter().find(|c| c.id == id)
}

/// Channels in which a corridor differs: where what the channel works with, or its switch, is not the same. Idle channels of both do not differ.
fn differing(a: Option<&Corridor>, b: Option<&Corridor>) -> Vec<Channel> {
    Channel::ALL.into_iter().filter(|channel| working(a, *channel) != working(b, *channel)).collect()
}

/// All that a channel of a corridor works with, as text; none where it does nothing.
fn working(corridor: Option<&Corridor>, channel: Channel) -> Option<String> {
    let c = corridor.filter(|c| *c.channels.clone().of(channel))?;
    // A foreign workforce shows in the building, which has its own channel; ties grow with markets, too.
    let Corridor { id: _, name: _, leads_to, planned: _, opens, closes, cost_usd_m: _, links, construction, transit, visitors, channels } = c;
    let freight = || links.iter().filter(|l| l.carries_goods()).collect::<Vec<_>>();
    match channel {
        Channel::Travel => c.serves_passengers().then(|| format!("{opens}{closes}{:?}", links.iter().filter(|l| l.passengers).collect::<Vec<_>>())),
        Channel::Construction => construction.as_ref().map(|building| format!("{:?}", Construction { foreign_share: 0.0, ..building.clone() })),
        Channel::Markets => (c.serves_freight() || transit.is_some()).then(|| format!("{opens}{closes}{:?}{transit:?}", freight())),
        Channel::ForeignWorkforce => construction.as_ref().filter(|building| channels.construction && building.foreign_share > 0.0).map(|b| format!("{}", b.foreign_share)),
        Channel::Ties => {
            let visitors = visitors.as_ref().filter(|_| c.serves_passengers());
            let goods = if channels.markets { freight() } else { Vec::new() };
            (!leads_to.is_empty() && (visitors.is_some() || !goods.is_empty())).then(|| format!("{opens}{closes}{leads_to:?}{visitors:?}{goods:?}"))
        }
    }
}

/// A corridor with some channels as in B, the others as in A. Where both have it and not all that differs is taken, it stands twice, once as
/// in A and once as in B, each with the channels that it serves: every effect asks its channel, so none counts twice.
fn corridor(in_a: Option<&Corridor>, in_b: Option<&Corridor>, taken: &BTreeSet<Piece>) -> Vec<Corridor> {
    let Some(id) = in_b.or(in_a).map(|c| &c.id) else { return Vec::new() };
    let differing = differing(in_a, in_b);
    let (from_b, from_a): (Vec<Channel>, Vec<Channel>) = differing.iter().partition(|channel| taken.contains(&Piece::Channel(id.clone(), **channel)));
    if from_b.is_empty() {
        return in_a.cloned().into_iter().collect();
    }
    if from_a.is_empty() {
        return in_b.cloned().into_iter().collect();
    }
    let with = |corridor: &Corridor, off: &[Channel]| {
        let mut corridor = corridor.clone();
        for channel in off {
            *corridor.channels.of(*channel) = false;
        }
        corridor
    };
    let alike: Vec<Channel> = Channel::ALL.into_iter().filter(|channel| !differing.contains(channel)).collect();
    let mut sides = [in_a.map(|c| with(c, &from_b)), in_b.map(|c| with(c, &[from_a.as_slice(), alike.as_slice()].concat()))];
    // Who fills the jobs of the building is told by the side whose foreign workforce it is, whosever the building is.
    let workforce = if from_b.contains(&Channel::ForeignWorkforce) { in_b } else { in_a };
    let share = workforce.filter(|c| c.channels.foreign_workforce).and_then(|c| c.construction.as_ref()).map_or(0.0, |c| c.foreign_share);
    for side in sides.iter_mut().flatten() {
        side.channels.foreign_workforce = true;
        if let Some(building) = &mut side.construction {
            building.foreign_share = share;
        }
    }
    sides.into_iter().flatten().collect()
}

/// Pairs whose regimes differ; pairs changed by the same rows are one part.
fn regimes(a: &World, b: &World) -> Vec<Part> {
    // (ids of B that are new, ids of A that are gone, pairs)
    let mut groups: Vec<(BTreeSet<String>, BTreeSet<String>, Vec<Piece>)> = Vec::new();
    let nameless = |timeline: &[(crate::units::Month, Regime)]| timeline.iter().map(|(from, r)| (*from, Regime { id: String::new(), ..r.clone() })).collect::<Vec<_>>();
    for (origin, rows) in b.law.regimes.iter().enumerate() {
        for (country, in_b) in rows.iter().enumerate() {
            let Some(in_a) = a.law.regimes.get(origin).and_then(|r| r.get(country)) else { continue };
            if nameless(in_a) == nameless(in_b) {
                continue;
            }
            let ids = |from: &[(crate::units::Month, Regime)], other: &[(crate::units::Month, Regime)]| {
                from.iter().filter(|row| !other.contains(row)).map(|(_, r)| r.id.clone()).collect::<BTreeSet<_>>()
            };
            let mut group = (ids(in_b, in_a), ids(in_a, in_b), vec![Piece::Regimes(origin, country)]);
            let touches = |other: &(BTreeSet<String>, BTreeSet<String>, Vec<Piece>)| !other.0.is_disjoint(&group.0) || !other.1.is_disjoint(&group.1);
            let (joined, apart): (Vec<_>, Vec<_>) = std::mem::take(&mut groups).into_iter().partition(touches);
            for other in joined.into_iter().rev() {
                group.0.extend(other.0);
                group.1.extend(other.1);
                group.2.splice(0..0, other.2);
            }
            groups = apart;
            groups.push(group);
        }
    }
    let name = |(new, gone): (&BTreeSet<String>, &BTreeSet<String>)| {
        let ids: Vec<&str> = if new.is_empty() { gone } else { new }.iter().map(String::as_str).collect();
        format!("regime:{}", ids.join("+"))
    };
    groups.into_iter().map(|(new, gone, pieces)| Part { name: name((&new, &gone)), family: Family::Law, pieces }).collect()
}

/// Keys of two lists in one order: that of `b`, with what only `a` has after what stands before it in `a`.
fn order<T>(a: &[T], b: &[T], key: impl Fn(&T) -> &str) -> Vec<String> {
    let mut keys: Vec<String> = b.iter().map(|item| key(item).to_string()).collect();
    for (i, item) in a.iter().enumerate() {
        if !keys.iter().any(|k| k == key(item)) {
            let before = i.checked_sub(1).and_then(|i| keys.iter().position(|k| k == key(&a[i])));
            keys.insert(before.map_or(0, |p| p + 1), key(item).to_string());
        }
    }
    keys
}

/// Keys of items that differ.
fn changed<T: PartialEq>(a: &[T], b: &[T], key: impl Fn(&T) -> &str) -> Vec<String> {
    let of = |list: &[T], id: &str| list.iter().position(|item| key(item) == id);
    let differs = |id: &String| of(a, id).map(|i| &a[i]) != of(b, id).map(|i| &b[i]);
    order(a, b, &key).into_iter().filter(differs).collect()
}

/// One list of two, item by item.
fn merge<T>(a: &[T], b: &[T], key: impl Fn(&T) -> &str, pick: impl Fn(Option<&T>, Option<&T>) -> Option<T>) -> Vec<T> {
    let of = |list: &[T], id: &str| list.iter().position(|item| key(item) == id);
    order(a, b, &key).iter().filter_map(|id| pick(of(a, id).map(|i| &a[i]), of(b, id).map(|i| &b[i]))).collect()
}

/// Takes an item as it is in B if its piece is taken, else as it is in A.
fn whole<'t, T: Clone + 't>(taken: &'t BTreeSet<Piece>, piece: impl Fn(&T) -> Piece + 't) -> impl Fn(Option<&T>, Option<&T>) -> Option<T> + 't {
    move |in_a, in_b| if taken.contains(&piece(in_b.or(in_a)?)) { in_b.cloned() } else { in_a.cloned() }
}
