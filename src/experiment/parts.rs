//! What one scenario changes against another, in parts, and worlds with some of the parts: the only file of the experiments that knows how
//! the parts of a world are taken out of one and put into another. What is no part cannot be attributed and is named by [`others`].
//!
//! A *piece* is the least that can be taken over alone; a *part* is the pieces that touch the same thing.

use std::collections::BTreeSet;

use crate::{
    scenario::{Scenario, hash},
    world::{
        World,
        corridor::Corridor,
        network::{Link, Network},
        regime::{Amnesty, Closure, Regime},
    },
};

/// A channel of a corridor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Passenger links.
    Travel,
    /// Jobs of building.
    Construction,
    /// The foreign share of those jobs, which are then not filled locally.
    ForeignWorkforce,
}

impl Channel {
    /// All, in the order of the model.
    pub const ALL: [Channel; 3] = [Channel::Travel, Channel::Construction, Channel::ForeignWorkforce];

    /// Name in files.
    pub fn name(self) -> &'static str {
        match self {
            Channel::Travel => "travel",
            Channel::Construction => "construction",
            Channel::ForeignWorkforce => "foreign_workforce",
        }
    }
}

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
}

/// What kind of change a part is; parts of a family may be grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A channel of a corridor.
    Channel(Channel),
    /// Regimes, closures, amnesties.
    Law,
    /// Series and links.
    Shock,
}

/// Pieces that touch the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Name: `cku:travel`, `regime:tur-2028`, `closure:id`, `amnesty:id`, `link:id`, `series:name:place`.
    pub name: String,
    /// Its family.
    pub family: Family,
    /// Its pieces.
    pub pieces: Vec<Piece>,
}

/// All parts in which `b` differs from `a`: corridors first, in the order of `b`.
pub fn differences(a: &World, b: &World) -> Vec<Part> {
    let one = |name: String, family: Family, piece: Piece| Part { name, family, pieces: vec![piece] };
    let mut parts = Vec::new();
    for id in order(&a.corridors, &b.corridors, |c| c.id.as_str()) {
        for channel in Channel::ALL.into_iter().filter(|&channel| channel_differs(a, b, &id, channel)) {
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
    let own = |world: &World| world.network.links.iter().filter(|l| corridor_of(a, b, &l.id).is_none()).cloned().collect::<Vec<_>>();
    for id in changed(&own(a), &own(b), |l| l.id.as_str()) {
        parts.push(one(format!("link:{id}"), Family::Shock, Piece::Link(id)));
    }
    let keys: BTreeSet<&(String, String)> = a.series.values.keys().chain(b.series.values.keys()).collect();
    for key in keys.into_iter().filter(|key| a.series.values.get(*key) != b.series.values.get(*key)) {
        parts.push(one(format!("series:{}:{}", key.0, key.1), Family::Shock, Piece::Series(key.0.clone(), key.1.clone())));
    }
    parts
}

/// `a` with some pieces of `b`, in the order of `b`: with all of them it is `b`, as far as parts go.
pub fn compose(a: &World, b: &World, taken: &BTreeSet<Piece>) -> World {
    let mut world = a.clone();
    world.corridors = merge(&a.corridors, &b.corridors, |c| c.id.as_str(), |in_a, in_b| corridor(in_a, in_b, taken));
    let of_link = |id: &str| corridor_of(a, b, id).map_or_else(|| Piece::Link(id.to_string()), |c| Piece::Channel(c.to_string(), Channel::Travel));
    world.network.links = merge(&a.network.links, &b.network.links, |l| l.id.as_str(), whole(taken, |l: &Link| of_link(&l.id)));
    world.law.closures = merge(&a.law.closures, &b.law.closures, |c| c.id.as_str(), whole(taken, |c: &Closure| Piece::Closure(c.id.clone())));
    world.law.amnesties = merge(&a.law.amnesties, &b.law.amnesties, |c| c.id.as_str(), whole(taken, |c: &Amnesty| Piece::Amnesty(c.id.clone())));
    for piece in taken {
        match piece {
            Piece::Regimes(origin, country) => world.law.regimes[*origin][*country].clone_from(&b.law.regimes[*origin][*country]),
            Piece::Series(name, place) => {
                let key = (name.clone(), place.clone());
                match b.series.values.get(&key) {
                    Some(values) => world.series.values.insert(key, values.clone()),
                    None => world.series.values.remove(&key),
                };
            }
            Piece::Channel(..) | Piece::Closure(_) | Piece::Amnesty(_) | Piece::Link(_) => {}
        }
    }
    world
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
        network: Network { links: _, nodes: _, travel: _ },
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
    ];
    found.into_iter().filter(|f| f.0).map(|f| f.1).collect()
}

fn find<'c>(corridors: &'c [Corridor], id: &str) -> Option<&'c Corridor> {
    corridors.iter().find(|c| c.id == id)
}

/// The corridor to which a link belongs: links of corridors are named after them and numbered.
fn corridor_of<'n>(a: &World, b: &World, link: &'n str) -> Option<&'n str> {
    let (id, number) = link.rsplit_once('-')?;
    let corridor = find(&a.corridors, id).or_else(|| find(&b.corridors, id)).is_some();
    (corridor && number.bytes().all(|c| c.is_ascii_digit())).then_some(id)
}

fn channel_differs(a: &World, b: &World, id: &str, channel: Channel) -> bool {
    let build = |world: &World| find(&world.corridors, id).and_then(|c| c.construction.clone());
    match channel {
        Channel::Travel => {
            let links = |world: &World| world.network.links.iter().filter(|l| corridor_of(a, b, &l.id) == Some(id)).cloned().collect::<Vec<_>>();
            links(a) != links(b)
        }
        Channel::Construction => {
            let of = |world: &World| build(world).map(|c| (c.from, c.until, c.workforce.to_bits(), c.homes));
            of(a) != of(b)
        }
        Channel::ForeignWorkforce => {
            let of = |world: &World| build(world).map_or(0.0, |c| c.foreign_share);
            of(a) != of(b)
        }
    }
}

/// A corridor with some channels as in B, the others as in A; a channel of no corridor is an idle one.
fn corridor(in_a: Option<&Corridor>, in_b: Option<&Corridor>, taken: &BTreeSet<Piece>) -> Option<Corridor> {
    let (first, id) = (in_b.or(in_a)?, &in_b.or(in_a)?.id);
    let side = |channel: Channel| if taken.contains(&Piece::Channel(id.clone(), channel)) { in_b } else { in_a };
    let mut construction = side(Channel::Construction).and_then(|c| c.construction.clone());
    if let Some(building) = &mut construction {
        building.foreign_share = side(Channel::ForeignWorkforce).and_then(|c| c.construction.as_ref()).map_or(0.0, |c| c.foreign_share);
    }
    let Corridor { id, name, opens, construction: _ } = side(Channel::Travel).or(in_a).unwrap_or(first).clone();
    Some(Corridor { id, name, opens, construction })
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
