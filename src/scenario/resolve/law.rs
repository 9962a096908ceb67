//! Regimes by pair, closures, amnesties. A later file's regimes replace an earlier one's for the same pair from their own date on.

use std::collections::BTreeSet;

use super::{Ground, Item, Parts, lasts};
use crate::{
    scenario::{
        file::{AmnestyItem, ClosureItem, RegimeItem},
        finding::{Ledger, did_you_mean},
        shapes,
        tree::Node,
    },
    units::Month,
    world::regime::{Amnesty, Closure, Kind, Law, Regime},
};

/// Origins and country of an item, as indices.
pub(super) struct Pairs {
    pub origins: Vec<(usize, String)>,
    pub country: Option<usize>,
}

/// Resolves `citizens` and `country`.
pub(super) fn pairs(parts: &Parts, ground: &Ground, path: &str, citizens: &[String], code: &str, ledger: &mut Ledger) -> Pairs {
    Pairs { origins: origins(parts, ground, path, citizens, ledger), country: country(parts, ground, path, code, ledger) }
}

/// Resolves `citizens`.
pub(super) fn origins(parts: &Parts, ground: &Ground, path: &str, citizens: &[String], ledger: &mut Ledger) -> Vec<(usize, String)> {
    let mut origins: Vec<(usize, String)> = Vec::new();
    for (i, code) in citizens.iter().enumerate() {
        let path = format!("{path}.citizens.{i}");
        match ground.places.origin(code) {
            Some(origin) if origins.iter().any(|o| o.0 == origin) => {
                ledger.error(parts.at(&path), &path, format!("`{code}` stands twice"), "citizens are named once", "");
            }
            Some(origin) => origins.push((origin, code.clone())),
            None if ground.countries_known => {
                let hint = did_you_mean(code, ground.places.origins.iter().map(|c| c.code.as_str()));
                ledger.error(parts.at(&path), &path, format!("`{code}` is not a country of origin"), "persons come from the origins of the table `countries`", hint);
            }
            None => {}
        }
    }
    origins
}

/// Resolves `country`.
pub(super) fn country(parts: &Parts, ground: &Ground, path: &str, code: &str, ledger: &mut Ledger) -> Option<usize> {
    let index = ground.places.country(code);
    if index.is_none() && ground.countries_known {
        let path = format!("{path}.country");
        let hint = did_you_mean(code, ground.places.countries.iter().map(|c| c.code.as_str()));
        ledger.error(parts.at(&path), &path, format!("`{code}` is not a country of destination"), "persons go to the destinations of the table `countries`", hint);
    }
    index
}

/// Checks the names in an item that is wrong otherwise.
pub(super) fn names(parts: &Parts, ground: &Ground, path: &str, json: &serde_json::Value, ledger: &mut Ledger) {
    origins(parts, ground, path, &texts(json, "citizens"), ledger);
    if let Some(code) = json.get("country").and_then(|v| v.as_str()) {
        country(parts, ground, path, code, ledger);
    }
}

/// Texts of a list in an item that is wrong otherwise.
pub(super) fn texts(json: &serde_json::Value, key: &str) -> Vec<String> {
    json.get(key).and_then(|v| v.as_array()).into_iter().flatten().filter_map(|v| v.as_str().map(str::to_string)).collect()
}

/// The law of all pairs.
pub fn law(parts: &Parts, ground: &Ground, start: Month, end: Option<Month>, replaced: &mut BTreeSet<(&'static str, String, String)>, ledger: &mut Ledger) -> Law {
    let (origins, countries) = (ground.places.origins.len(), ground.places.countries.len());
    let items = parts.list::<RegimeItem>("regime", ledger, |path, json, ledger| names(parts, ground, path, json, ledger));
    // A file with an item that has no id replaces the list, which has been told.
    let written = parts.tree.get("regime").map_or(&[][..], Node::items);
    let complete = items.len() == written.len() && written.iter().all(|node| node.id().is_some());
    let mut by_pair: Vec<Vec<Vec<&Item<RegimeItem>>>> = vec![vec![Vec::new(); countries]; origins];
    for item in &items {
        kind_fits(parts, item, ledger);
        let pairs = pairs(parts, ground, &item.path, &item.value.citizens, &item.value.country, ledger);
        if let Some(country) = pairs.country {
            for (origin, _) in pairs.origins {
                by_pair[origin][country].push(item);
            }
        }
    }
    let mut regimes = vec![vec![Vec::new(); countries]; origins];
    for (o, row) in by_pair.iter_mut().enumerate() {
        for (c, list) in row.iter_mut().enumerate() {
            let (origin, country) = (&ground.places.origins[o].code, &ground.places.countries[c].code);
            same_day(parts, list, origin, country, ledger);
            for (by, gone) in layered(list) {
                let path = format!("{}.from", by.path);
                let ids: Vec<String> = gone.iter().map(|item| format!("`{}`", item.value.id)).collect();
                ledger.warn(
                    parts.at(&path),
                    &path,
                    format!("`{}` takes the place of {} for {origin} in {country}", by.value.id, ids.join(", ")),
                    "a regime holds from its date on in place of those of the files before its own (those that it extends, and those named before it), also of those that begin later",
                    "name those that are meant to go in `remove`, and give again those that are to follow",
                );
                replaced.extend(gone.iter().map(|item| ("regime", item.value.id.clone(), origin.clone())));
            }
            regimes[o][c] = timeline(parts, list, ledger);
            let first = regimes[o][c].first().map(|r: &(Month, Regime)| r.0);
            if first.is_none() && complete && !parts.table(&shapes::COUNTRIES).broken {
                let at = parts.at("regime");
                ledger.error(
                    at,
                    "regime",
                    format!("no regime for citizens of {origin} in {country}"),
                    "every country of destination needs one for every origin",
                    format!("add a [[regime]] with id, citizens = [\"{origin}\"], country = \"{country}\", from = {start}-01, kind and burden; kind = \"closed\" and no burden if nobody may enter"),
                );
            } else if first.is_some_and(|f| f > start) {
                let path = format!("{}.from", list[0].path);
                ledger.warn(
                    parts.at(&path),
                    &path,
                    format!("the first regime for {origin} in {country} begins after the start of the run"),
                    format!("the run starts in {start}; it is taken to hold before its date too"),
                    "",
                );
            }
        }
    }
    let law = Law { regimes, closures: closures(parts, ground, ledger), amnesties: amnesties(parts, ground, ledger) };
    if let Some(end) = end {
        never(parts, &items, &law, start, end, ledger);
    }
    law
}

/// Warns of what acts in no month of the run, or changes nothing in it.
fn never(parts: &Parts, regimes: &[Item<RegimeItem>], law: &Law, start: Month, end: Month, ledger: &mut Ledger) {
    let run = format!("the run goes from {start} to {end}");
    // Of old regimes only those are told of which the scenario itself speaks.
    let gone = regimes.iter().filter(|item| item.touched > 0 && item.touched == parts.layers.last()).filter_map(|item| {
        let here = law.regimes.iter().flatten().filter_map(|timeline| timeline.iter().position(|r| r.1.id == item.value.id).map(|at| timeline.get(at + 1)));
        let followed = here.map(|next| next.map(|r| r.0)).collect::<Option<Vec<Month>>>()?.into_iter().max()?;
        let why = if followed <= start {
            format!("another follows it by {followed}, and the run starts in {start}")
        } else if followed <= item.value.from.acts {
            format!("another acts from {followed} on too: dates up to day 15 act in their own month, later ones in the next")
        } else {
            return None;
        };
        Some((format!("{}.from", item.path), &item.value.id, "regime", why))
    });
    let late = regimes.iter().filter(|item| item.value.from.acts > end).map(|item| (format!("{}.from", item.path), &item.value.id, "regime", run.clone()));
    let closures = law.closures.iter().filter_map(|c| {
        let (key, why) = if c.from > end || c.until <= start {
            (if c.from > end { "from" } else { "until" }, run.clone())
        } else if c.entry >= 1.0 && c.leave >= 1.0 {
            ("entry", "it lets everybody in and out".to_string())
        } else {
            return None;
        };
        Some((format!("closure.{}.{key}", c.id), &c.id, "closure", why))
    });
    let amnesties = law.amnesties.iter().filter_map(|a| {
        let (key, why) = if a.on > end || a.on < start {
            ("on", run.clone())
        } else if a.share <= 0.0 {
            ("share", "it lifts no bans".to_string())
        } else {
            return None;
        };
        Some((format!("amnesty.{}.{key}", a.id), &a.id, "amnesty", why))
    });
    for (path, id, kind, why) in gone.chain(late).chain(closures).chain(amnesties) {
        ledger.warn(parts.at(&path), &path, format!("the {kind} `{id}` can never act"), why, "");
    }
}

/// Keys that a kind needs.
fn kind_fits(parts: &Parts, item: &Item<RegimeItem>, ledger: &mut Ledger) {
    let regime = &item.value;
    let node = parts.tree.locate(&format!("{}.kind", item.path));
    let mut missing = |key: &str, why: &str| {
        ledger.error(node, &format!("{}.{key}", item.path), format!("`{key}` is missing"), why, format!("add `{key} = ...`"));
    };
    // A value that is there and wrong has been told.
    let lacks = |key: &str| !parts.has(&format!("{}.{key}", item.path));
    if matches!(regime.kind, Kind::Visa | Kind::Quota) && regime.terms.success.is_none() && lacks("success") {
        missing("success", "a visa or a quota needs the probability that an application is granted");
    }
    if regime.kind == Kind::Quota && regime.terms.places_per_year.is_none() && lacks("places_per_year") {
        missing("places_per_year", "a quota needs its places a year");
    }
    // What the nearest name in place of a wrong one would not use is perhaps meant for another.
    if ledger.has(&format!("{}.kind", item.path)) {
        return;
    }
    let used = [
        ("success", matches!(regime.kind, Kind::Visa | Kind::Quota), "only visas and quotas are granted or refused"),
        ("places_per_year", regime.kind == Kind::Quota, "only quotas have places"),
        ("days", regime.kind == Kind::VisaFree, "only a stay without a visa has days"),
        ("documents_usd", regime.kind != Kind::Closed, ENTRY),
        ("intermediary_usd", regime.kind != Kind::Closed, ENTRY),
        ("papers_log_odds", regime.kind != Kind::Closed, ENTRY),
        ("min_education", regime.kind != Kind::Closed, ENTRY),
    ];
    for (key, _, why) in used.into_iter().filter(|(_, used, _)| !used) {
        let path = format!("{}.{key}", item.path);
        if parts.has(&path) {
            ledger.warn(parts.at(&path), &path, format!("`{key}` has nothing to act on"), why, "drop it, or change `kind`");
        }
    }
}

const ENTRY: &str = "nobody enters a country that is closed";

/// Brings regimes of a pair into the order of time; reports those that begin on the same day in one file. Of two days that act from the
/// same month the later counts.
fn same_day(parts: &Parts, list: &mut [&Item<RegimeItem>], origin: &str, country: &str, ledger: &mut Ledger) {
    list.sort_by_key(|i| (i.value.from.order(), i.rank));
    for pair in list.windows(2) {
        if pair[0].rank == pair[1].rank && pair[0].value.from.order() == pair[1].value.from.order() {
            let path = format!("{}.from", pair[1].path);
            let other = ledger.line(parts.at(&format!("{}.from", pair[0].path)));
            ledger.error(
                parts.at(&path),
                &path,
                format!("two regimes for {origin} in {country} from the same day"),
                format!("`{}` begins then too ({other}), and only one regime holds at a time", pair[0].value.id),
                "change one of the dates, or drop one of the two",
            );
        }
    }
}

/// Leaves in the list what later files do not replace; returns what they do, by the regime that does it. What a later file says something of
/// stays beside its other regimes.
fn layered<'i>(list: &mut Vec<&'i Item<RegimeItem>>) -> Vec<(&'i Item<RegimeItem>, Vec<&'i Item<RegimeItem>>)> {
    let ranks: BTreeSet<usize> = list.iter().map(|i| i.rank).collect();
    let mut dropped = Vec::new();
    for rank in ranks {
        let Some(first) = list.iter().copied().filter(|i| i.rank == rank).min_by_key(|i| i.value.from.acts) else { continue };
        let goes = |i: &&Item<RegimeItem>| i.touched < rank && i.value.from.acts >= first.value.from.acts;
        let gone: Vec<&Item<RegimeItem>> = list.iter().copied().filter(goes).collect();
        if !gone.is_empty() {
            list.retain(|i| !goes(i));
            dropped.push((first, gone));
        }
    }
    dropped
}

/// Regimes in the order of time; what one does not say it takes from the one before.
fn timeline(parts: &Parts, list: &[&Item<RegimeItem>], ledger: &mut Ledger) -> Vec<(Month, Regime)> {
    let mut timeline: Vec<(Month, Regime)> = Vec::with_capacity(list.len());
    let mut said = false;
    for item in list {
        let r = &item.value;
        let before = timeline.last().map(|(_, regime)| regime);
        said |= r.terms.burden.is_some();
        // A closed country is not weighed: its burden may be left out, but then nothing follows from it.
        if !said && r.kind != Kind::Closed {
            let path = format!("{}.burden", item.path);
            ledger.error(parts.at(&path), &path, "`burden` is missing", "no regime of the pair before it says one to take over", "add `burden = ...`");
        }
        let mut regime = before.map_or_else(|| Regime::new(r.kind), |before| before.followed_by(r.kind));
        regime.id.clone_from(&r.id);
        r.terms.lay_over(&mut regime);
        for (key, share) in [("ban_undocumented", r.terms.ban_undocumented), ("ban_documented", r.terms.ban_documented)] {
            if regime.ban_months == 0 && share.is_some_and(|share| share > 0.0) {
                let path = format!("{}.{key}", item.path);
                ledger.warn(parts.at(&path), &path, format!("`{key}` has nothing to act on"), "a ban lasts `ban_months`, and there are none", "add `ban_months = ...`");
            }
        }
        timeline.push((r.from.acts, regime));
    }
    timeline
}

/// Months beyond which a closure is told as one that should be a regime.
const LONG: i32 = 36;

fn closures(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Vec<Closure> {
    let mut closures = Vec::new();
    for item in parts.list::<ClosureItem>("closure", ledger, |path, json, ledger| names(parts, ground, path, json, ledger)) {
        let c = item.value;
        let pairs = pairs(parts, ground, &item.path, &c.citizens, &c.country, ledger);
        lasts(parts, &format!("{}.until", item.path), &format!("the closure `{}`", c.id), c.from, c.until, ledger);
        let origins = pairs.origins.into_iter().map(|o| o.0).collect();
        if c.until.acts.since(c.from.acts) > LONG && c.entry < 1.0 {
            let (path, years) = (format!("{}.until", item.path), f64::from(c.until.acts.since(c.from.acts)) / 12.0);
            let why = "who stands before a shut border waits and tries no other country";
            ledger.warn(
                parts.at(&path),
                &path,
                format!("the closure `{}` lasts {years:.1} years", c.id),
                why,
                "what is meant to last is a regime (kind \"closed\", \"visa\" or \"quota\")",
            );
        }
        if let Some(country) = pairs.country {
            closures.push(Closure { id: c.id, origins, country, from: c.from.acts, until: c.until.acts, entry: c.entry, leave: c.leave });
        }
    }
    closures
}

fn amnesties(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Vec<Amnesty> {
    let mut amnesties = Vec::new();
    for item in parts.list::<AmnestyItem>("amnesty", ledger, |path, json, ledger| names(parts, ground, path, json, ledger)) {
        let a = item.value;
        let pairs = pairs(parts, ground, &item.path, &a.citizens, &a.country, ledger);
        let origins = pairs.origins.into_iter().map(|o| o.0).collect();
        if let Some(country) = pairs.country {
            amnesties.push(Amnesty { id: a.id, origins, country, on: a.on.acts, share: a.share });
        }
    }
    amnesties
}
