//! Shocks: what each is about, whether it fits, and whether it has anything to act on.

use std::collections::BTreeSet;

use super::{
    Ground, Item, Parts, lasts, law,
    series::{read, unread_because},
};
use crate::{
    scenario::{
        Run,
        file::ShockItem,
        finding::{At, Finding, Ledger, Severity, did_you_mean, figure},
        shapes,
        tree::Node,
    },
    units::Month,
    world::{
        World,
        macro_series::{self, MacroSeries, SERIES},
        network::{Link, Network},
        regime::Law,
        shock::{self, Change, LinkChange, RegimeChange, Shock, Which},
    },
};

/// What shocks may change.
pub struct Base<'a> {
    /// What is run, if that can be told.
    pub run: Option<&'a Run>,
    /// Series.
    pub series: &'a MacroSeries,
    /// Network, if it could be made.
    pub network: Option<&'a Network>,
    /// Its links and those of corridors.
    pub links: Vec<Link>,
    /// Law.
    pub law: &'a Law,
}

#[derive(Clone, Copy, PartialEq)]
enum Target {
    Series,
    Links,
    Regimes,
}

/// Keys that every shock may have.
const COMMON: [&str; 8] = ["id", "from", "until", "fade_months", "source", "verified", "note", "sources"];
const OF_SERIES: [&str; 2] = ["factor", "add"];
const OF_LINKS: [&str; 5] = ["hours_factor", "fare_factor", "border_hours_add", "border_usd_add", "closed"];
/// With what each changes.
const OF_REGIMES: [(&str, &[&str]); 9] = [
    ("burden_add", &["burden"]),
    ("documents_factor", &["documents_usd", "intermediary_usd"]),
    ("permit_factor", &["permit_usd_month"]),
    ("papers_log_odds_add", &["papers_log_odds"]),
    ("success_factor", &["success"]),
    ("places_factor", &["places_per_year"]),
    ("detection_factor", &["detection"]),
    ("ban_factor", &["ban_undocumented", "ban_documented"]),
    ("naturalisation_factor", &["naturalisation"]),
];

impl Target {
    /// Keys that say what it is about.
    fn named_by(self) -> &'static [&'static str] {
        match self {
            Target::Series => &["series", "places"],
            Target::Links => &["links", "between", "country"],
            Target::Regimes => &["citizens", "country"],
        }
    }

    /// Keys that say how it changes.
    fn changed_by(self) -> Vec<&'static str> {
        match self {
            Target::Series => OF_SERIES.to_vec(),
            Target::Links => OF_LINKS.to_vec(),
            Target::Regimes => OF_REGIMES.map(|(key, _)| key).to_vec(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Target::Series => "a series",
            Target::Links => "links",
            Target::Regimes => "regimes",
        }
    }
}

/// All shocks that are right, in the order of the file.
pub fn shocks(parts: &Parts, ground: &Ground, base: &Base<'_>, ledger: &mut Ledger) -> Vec<Shock> {
    let mut shocks = Vec::new();
    let mut series = base.series.clone();
    // With a mistake among the regimes nobody knows what a change of them would do.
    let whole = !ledger.partial && !ledger.list.iter().any(|f| f.severity == Severity::Error && f.path.starts_with("regime"));
    for item in parts.list::<ShockItem>("shock", ledger, |path, json, ledger| names(parts, ground, base, path, json, ledger)) {
        let errors = ledger.errors();
        let dated = dates(parts, &item, ledger);
        let Some(target) = target(parts, &item, ledger) else { continue };
        let Some(change) = change(parts, ground, base, &item, target, ledger) else { continue };
        let Some((from, until)) = dated else { continue };
        let shock = Shock { id: item.value.id.clone(), from, until, fade: item.value.fade_months.unwrap_or(0), change };
        let acts = ledger.errors() == errors && !outside(parts, &item, &shock, base, ledger);
        if acts {
            domain(parts, &item, &shock, base, &mut series, ledger);
            if target != Target::Regimes || whole {
                effects(parts, &item, &shock, base, ledger);
                overlaid(parts, &item, &shock, base, ledger);
            }
        }
        shocks.push((shock, item.path, acts));
    }
    let (paths, all): (Vec<_>, Vec<Shock>) = shocks.into_iter().map(|(shock, path, acts)| ((path, acts), shock)).unzip();
    for (shock, (path, _)) in all.iter().zip(&paths).filter(|(_, (_, acts))| *acts) {
        prices_alone(parts, ground, shock, path, &all, ledger);
    }
    all
}

/// Warns of an exchange rate that moves while pay in dollars stays, which changes what living costs and nothing else.
fn prices_alone(parts: &Parts, ground: &Ground, shock: &Shock, path: &str, all: &[Shock], ledger: &mut Ledger) {
    let Change::Series { series, places, .. } = &shock.change else { return };
    if series != "exchange_rate" {
        return;
    }
    let pay = |other: &Shock, place: &String| matches!(&other.change, Change::Series { series, places, .. } if series == "wage_usd" && places.contains(place));
    let met = |place: &String| all.iter().any(|other| pay(other, place) && other.from < shock.over() && shock.from < other.over());
    if let Some(place) = places.iter().find(|place| read(ground, series, place) && !met(place)) {
        let path = format!("{path}.series");
        let why = "the series moves prices of living alone: where the dollar buys more local money migrants live more cheaply and send more";
        let hint = format!("add a shock of `wage_usd` in {place} at the same time, unless that is meant");
        ledger.warn(parts.at(&path), &path, format!("pay in dollars stays in {place} while the exchange rate moves"), why, hint);
    }
}

/// Checks the names in a shock that is wrong otherwise. The country of one without citizens is that of links.
fn names(parts: &Parts, ground: &Ground, base: &Base<'_>, path: &str, json: &serde_json::Value, ledger: &mut Ledger) {
    if json.get("citizens").is_some() {
        law::names(parts, ground, path, json, ledger);
    }
    if let Some(series) = json.get("series").and_then(|v| v.as_str()) {
        series_known(parts, ground, base.series, path, series, &law::texts(json, "places"), ledger);
    }
}

/// First month, and first month after.
fn dates(parts: &Parts, item: &Item<ShockItem>, ledger: &mut Ledger) -> Option<(Month, Month)> {
    let shock = &item.value;
    let Some(until) = shock.until else {
        if shock.fade_months.is_some_and(|months| months > 0) {
            let path = format!("{}.fade_months", item.path);
            ledger.error(parts.at(&path), &path, "a shock that stays cannot fade", "it fades after `until`, and it has none", "add `until = ...`, or drop `fade_months`");
        }
        return Some((shock.from.acts, Month::NEVER));
    };
    let path = format!("{}.until", item.path);
    lasts(parts, &path, &format!("the shock `{}`", shock.id), shock.from, until, ledger).then_some((shock.from.acts, until.acts))
}

/// Where two files say what does not go together of one shock: the place in the later of them, and a hint.
fn taken(parts: &Parts, item: &Item<ShockItem>, places: impl Iterator<Item = At>, ledger: &Ledger) -> Option<(At, String)> {
    let mut places: Vec<At> = places.collect();
    places.sort_by_key(|at| parts.layers.rank(*at));
    let (first, last) = (*places.first()?, *places.last()?);
    let file = ledger.sources.get(first.file).filter(|_| first.file != last.file)?;
    Some((last, format!("`{}` is a shock of {}: give a new one another id", item.value.id, file.name)))
}

/// What the shock is about: exactly one thing, changed by keys of its own.
fn target(parts: &Parts, item: &Item<ShockItem>, ledger: &mut Ledger) -> Option<Target> {
    let has = |key: &str| parts.has(&format!("{}.{key}", item.path));
    let mut named: Vec<(&str, Target)> =
        [("series", Target::Series), ("links", Target::Links), ("between", Target::Links), ("citizens", Target::Regimes)].into_iter().filter(|(key, _)| has(key)).collect();
    if has("country") && !has("citizens") {
        named.push(("country", Target::Links));
    }
    let at = parts.at(&item.path);
    let [(_, target)] = named[..] else {
        if named.is_empty() {
            ledger.error(
                at,
                &item.path,
                "the shock is about nothing",
                "it names no series, links or regimes",
                "add `series` and `places`; or `links`, `between` or `country`; or `citizens` and `country`",
            );
        } else {
            let names = named.iter().map(|(key, _)| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
            let places = named.iter().map(|(key, _)| parts.at(&format!("{}.{key}", item.path)));
            let (at, hint) = taken(parts, item, places, ledger).unwrap_or((at, "make two shocks of it".to_string()));
            ledger.error(at, &item.path, "the shock has two targets at once", format!("{names} each say what it is about"), hint);
        }
        return None;
    };
    for (key, wanted) in [("places", Target::Series), ("country", Target::Regimes)] {
        if target == wanted && !has(key) {
            ledger.error(at, &format!("{}.{key}", item.path), format!("`{key}` is missing"), format!("a shock of {} names it", target.name()), format!("add `{key} = ...`"));
        }
    }
    let keys = parts.item("shock", &item.value.id).map_or(&[][..], Node::entries);
    let mut changes = false;
    for (key, _) in keys.iter().filter(|(key, _)| !COMMON.contains(&key.as_str())) {
        changes |= target.changed_by().contains(&key.as_str());
        if !target.named_by().contains(&key.as_str()) && !target.changed_by().contains(&key.as_str()) {
            let path = format!("{}.{key}", item.path);
            let otherwise = || (parts.at(&path), format!("a shock of {} is changed by {}", target.name(), target.changed_by().join(", ")));
            let places = named.iter().map(|(key, _)| format!("{}.{key}", item.path)).chain([path.clone()]).map(|path| parts.at(&path));
            let (at, hint) = taken(parts, item, places, ledger).unwrap_or_else(otherwise);
            ledger.error(at, &path, format!("`{key}` is not for a shock of {}", target.name()), "each kind of target has its own keys", hint);
        }
    }
    if !changes {
        let hint = format!("add one of {}", target.changed_by().join(", "));
        ledger.error(at, &item.path, "the shock changes nothing", format!("it names {} and no change of them", target.name()), hint);
    }
    Some(target)
}

fn change(parts: &Parts, ground: &Ground, base: &Base<'_>, item: &Item<ShockItem>, target: Target, ledger: &mut Ledger) -> Option<Change> {
    let s = &item.value;
    match target {
        Target::Series => {
            let series = s.series.clone()?;
            series_known(parts, ground, base.series, &item.path, &series, s.places.as_deref().unwrap_or_default(), ledger);
            Some(Change::Series { series, places: s.places.clone()?, factor: s.factor.unwrap_or(1.0), add: s.add.unwrap_or(0.0) })
        }
        Target::Links => {
            let none = LinkChange::default();
            let change = LinkChange {
                hours_factor: s.hours_factor.unwrap_or(none.hours_factor),
                fare_factor: s.fare_factor.unwrap_or(none.fare_factor),
                border_hours_add: s.border_hours_add.unwrap_or(none.border_hours_add),
                border_usd_add: s.border_usd_add.unwrap_or(none.border_usd_add),
                closed: s.closed.unwrap_or(none.closed),
            };
            if s.fade_months.is_some_and(|m| m > 0) && change == (LinkChange { closed: true, ..none }) {
                let path = format!("{}.fade_months", item.path);
                ledger.error(
                    parts.at(&path),
                    &path,
                    "closed links do not fade",
                    "there is service or there is none",
                    "drop it, or add a change that fades, such as `hours_factor`",
                );
            }
            Some(Change::Links { which: which(parts, ground, base, item, ledger)?, change })
        }
        Target::Regimes => {
            let origins = law::origins(parts, ground, &item.path, s.citizens.as_deref()?, ledger);
            let country = law::country(parts, ground, &item.path, s.country.as_deref()?, ledger)?;
            let none = RegimeChange::default();
            let change = RegimeChange {
                burden_add: s.burden_add.unwrap_or(none.burden_add),
                documents_factor: s.documents_factor.unwrap_or(none.documents_factor),
                permit_factor: s.permit_factor.unwrap_or(none.permit_factor),
                papers_log_odds_add: s.papers_log_odds_add.unwrap_or(none.papers_log_odds_add),
                success_factor: s.success_factor.unwrap_or(none.success_factor),
                places_factor: s.places_factor.unwrap_or(none.places_factor),
                detection_factor: s.detection_factor.unwrap_or(none.detection_factor),
                ban_factor: s.ban_factor.unwrap_or(none.ban_factor),
                naturalisation_factor: s.naturalisation_factor.unwrap_or(none.naturalisation_factor),
            };
            Some(Change::Regimes { origins: origins.into_iter().map(|o| o.0).collect(), country, change })
        }
    }
}

/// Whether a series exists, has values for the places, and is read by anything there.
fn series_known(parts: &Parts, ground: &Ground, values: &MacroSeries, item: &str, series: &str, places: &[String], ledger: &mut Ledger) {
    let path = format!("{item}.series");
    if !SERIES.iter().any(|s| s.0 == series) {
        let hint = did_you_mean(series, SERIES.iter().map(|s| s.0));
        ledger.error(parts.at(&path), &path, format!("shock of an unknown series `{series}`"), "the model reads no such series", hint);
        return;
    }
    if series == "unemployment" {
        let hint = "change `gdp_growth`, from which jobs at home follow";
        ledger.error(parts.at(&path), &path, "a shock of `unemployment` has no effect", "the series sets the first month alone; later rates follow from people and jobs", hint);
        return;
    }
    for (i, place) in places.iter().enumerate() {
        let path = format!("{item}.places.{i}");
        if places[..i].contains(place) {
            ledger.error(parts.at(&path), &path, format!("`{place}` stands twice"), "places are named once", "");
        } else if values.get(series, place).is_none() && !parts.table(&shapes::SERIES).broken {
            let known = values.values.keys().filter(|k| k.0 == series).map(|k| k.1.as_str());
            ledger.error(parts.at(&path), &path, format!("`{series}` has no values for `{place}`"), "a shock changes values that are there", did_you_mean(place, known));
        } else if ground.countries_known && !read(ground, series, place) {
            ledger.warn(parts.at(&path), &path, format!("the shock of `{series}` in {place} has nothing to act on"), unread_because(series), "");
        }
    }
}

fn which(parts: &Parts, ground: &Ground, base: &Base<'_>, item: &Item<ShockItem>, ledger: &mut Ledger) -> Option<Which> {
    let s = &item.value;
    let code = |path: String, code: &str, ledger: &mut Ledger| {
        if ground.countries_known && !ground.codes.iter().any(|c| c == code) {
            let hint = did_you_mean(code, ground.codes.iter().map(String::as_str));
            ledger.error(parts.at(&path), &path, format!("unknown country `{code}`"), "the table `countries` has no such row", hint);
        }
    };
    if let Some(ids) = &s.links {
        for (i, id) in ids.iter().enumerate() {
            let path = format!("{}.links.{i}", item.path);
            if base.network.is_none() || base.links.iter().any(|l| l.id == *id) {
                continue;
            }
            let hint = did_you_mean(id, base.links.iter().map(|l| l.id.as_str()));
            ledger.error(parts.at(&path), &path, format!("unknown link `{id}`"), "neither the table `links` nor a corridor has it", hint);
        }
        return Some(Which::Ids(ids.clone()));
    }
    if let Some(codes) = &s.between {
        for (i, country) in codes.iter().enumerate() {
            code(format!("{}.between.{i}", item.path), country, ledger);
        }
        return Some(Which::Between([codes.first()?.clone(), codes.get(1)?.clone()]));
    }
    let country = s.country.as_ref()?;
    code(format!("{}.country", item.path), country, ledger);
    Some(Which::Country(country.clone()))
}

/// Whether it acts in no month of the run.
fn outside(parts: &Parts, item: &Item<ShockItem>, shock: &Shock, base: &Base<'_>, ledger: &mut Ledger) -> bool {
    let Some(run) = base.run else { return true };
    let (key, message) = if shock.from > run.end {
        ("from", "the shock begins after the run")
    } else if shock.over() <= run.start {
        ("until", "the shock is over before the run")
    } else {
        return false;
    };
    let path = format!("{}.{key}", item.path);
    ledger.warn(parts.at(&path), &path, message, format!("the run goes from {} to {}", run.start, run.end), "");
    true
}

/// Values of series stay in their domain under this shock and those before it.
fn domain(parts: &Parts, item: &Item<ShockItem>, shock: &Shock, base: &Base<'_>, series: &mut MacroSeries, ledger: &mut Ledger) {
    let (Change::Series { series: name, places, .. }, Some(run)) = (&shock.change, base.run) else { return };
    let (least, most) = macro_series::domain(name);
    for place in places {
        let Some(values) = series.get(name, place) else { continue };
        let months = values.iter().enumerate().map(|(t, value)| (run.start.plus(t as i32), *value));
        let wrong = months.filter_map(|(month, value)| Some((month, shock.of_value(month, value)?))).find(|(_, value)| *value < least || *value > most);
        if let Some((month, value)) = wrong {
            let key = if item.value.add.is_some() { "add" } else { "factor" };
            let path = format!("{}.{key}", item.path);
            let range = match (value < least, least > 0.0) {
                (true, true) => "it stays above 0".to_string(),
                (true, false) => format!("it is at least {least}"),
                _ => format!("it is at most {}", figure(most)),
            };
            ledger.error(parts.at(&path), &path, format!("the shock brings `{name}` of {place} to {value:.3}"), format!("in {month}; {range}"), "");
        }
    }
    shock::on_series(series, run.start, std::slice::from_ref(shock));
}

/// Warns of shocks on links of which none is open while they are in force, and of those that make no journey cheaper or dearer when they begin to
/// act: none of the least ways goes there.
pub fn journeys(parts: &Parts, world: &World, ledger: &mut Ledger) {
    let homes: Vec<usize> = world.places.homes.iter().map(|h| h.node).collect();
    let targets: Vec<usize> = world.places.destinations.iter().map(|d| d.node).collect();
    let corridors: Vec<usize> = (0..world.corridors.len()).collect();
    let end = world.start.plus(world.months as i32);
    let links = |world: &World, month: Month| [world.passenger_links(month).cloned().collect::<Vec<Link>>(), world.freight_links(month, &corridors).cloned().collect()];
    let on_links: Vec<&Shock> = world.shocks.iter().filter(|shock| matches!(shock.change, Change::Links { .. }) && shock.from < end).collect();
    if on_links.is_empty() {
        return;
    }
    let without = world.with_shocks(&[]);
    for shock in on_links {
        let with = world.with_shocks(std::slice::from_ref(shock));
        // Links of corridors open later; those of the network are there from the first.
        let begins = shock.from.max(world.start);
        let opened = world.corridors.iter().map(|c| c.opens).filter(|opens| (begins..shock.until.min(end)).contains(opens));
        let mut months: Vec<Month> = std::iter::once(begins).chain(opened).collect();
        months.sort();
        let path = format!("shock.{}", shock.id);
        let Some([before, after]) = months.into_iter().map(|month| [links(&without, month), links(&with, month)]).find(|[before, after]| before != after) else {
            // Of one that names nothing right this says nothing more.
            let within = |finding: &Finding| finding.path.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            if !ledger.list.iter().any(within) {
                let why = "its links are of a corridor that opens later, or change nothing";
                ledger.warn(parts.at(&path), &path, format!("no link that the shock `{}` is about is open while it is in force", shock.id), why, "");
            }
            continue;
        };
        let ways = |links: &[Vec<Link>; 2]| world.network.costs(links[0].iter(), &homes, &targets);
        if before[0] != after[0] && ways(&before) == ways(&after) {
            let why = "nobody's least way to anywhere goes over these links; goods may go there";
            ledger.warn(parts.at(&path), &path, format!("the shock `{}` changes no journey", shock.id), why, "ways weigh fares, hours and changes by `[travel]`");
        }
    }
}

/// Warns of each key that changes nothing.
fn effects(parts: &Parts, item: &Item<ShockItem>, shock: &Shock, base: &Base<'_>, ledger: &mut Ledger) {
    let acts = |change: Change| {
        let alone = [Shock { change, ..shock.clone() }];
        match &alone[0].change {
            Change::Series { .. } => {
                let mut series = base.series.clone();
                shock::on_series(&mut series, base.run.map_or(Month::FIRST, |r| r.start), &alone);
                series != *base.series
            }
            Change::Links { .. } => base.network.is_none_or(|network| {
                let mut changed = base.links.clone();
                shock::on_links(network, &mut changed, &alone);
                // Stretches of a link differ in their dates anyway.
                let undated = |l: &Link| Link { opens: Month::FIRST, closes: Month::FIRST, ..l.clone() };
                let service = |links: &[Link]| links.iter().map(|l| i64::from(l.closes.since(l.opens))).sum::<i64>();
                let before: Vec<Link> = base.links.iter().map(undated).collect();
                service(&changed) != service(&base.links) || changed.iter().map(undated).any(|l| !before.contains(&l))
            }),
            Change::Regimes { origins, country, .. } => {
                let mut law = base.law.clone();
                shock::on_regimes(&mut law, &alone);
                let dates = |o: usize| law.regimes[o][*country].iter().map(|r| r.0).collect::<Vec<_>>();
                origins.iter().any(|o| dates(*o).into_iter().any(|d| law.regime(*o, *country, d).acting() != base.law.regime(*o, *country, d).acting()))
            }
        }
    };
    for (key, change) in alone(&shock.change) {
        let path = format!("{}.{key}", item.path);
        let wrong = ledger.has(&path);
        if parts.has(&path) && !wrong && !acts(change) {
            ledger.warn(parts.at(&path), &path, format!("`{key}` has nothing to act on"), "nothing that the shock is about changes by it in the shock's months", "");
        }
    }
}

/// Warns of what a file says of law and a shock of a file that it extends changes: what stands there is not what acts.
fn overlaid(parts: &Parts, item: &Item<ShockItem>, shock: &Shock, base: &Base<'_>, ledger: &mut Ledger) {
    let Change::Regimes { origins, country, .. } = &shock.change else { return };
    let changes: Vec<(&str, Change)> = alone(&shock.change);
    let acts = |change: &Change| !matches!(change, Change::Regimes { change, .. } if *change == RegimeChange::default());
    let fields = || changes.iter().zip(OF_REGIMES).filter(|((_, change), _)| acts(change)).map(|(_, of)| of);
    let mut told = BTreeSet::new();
    for timeline in origins.iter().map(|origin| &base.law.regimes[*origin][*country]) {
        let ends = timeline.iter().skip(1).map(|next| next.0).chain([Month::NEVER]);
        let acting = timeline.iter().zip(ends).filter(|((from, _), until)| *from < shock.over() && *until > shock.from);
        for ((_, regime), _) in acting {
            for (key, field) in fields().flat_map(|(key, fields)| fields.iter().map(move |field| (key, field))) {
                let path = format!("regime.{}.{field}", regime.id);
                let later = parts.has(&path) && parts.layers.rank(parts.at(&path)) > item.touched;
                if later && told.insert(path.clone()) {
                    let message = format!("`{field}` is not what acts: the shock `{}` changes it", shock.id);
                    let why = format!("`{key}` of a file that this one extends is of every regime of the pair in its months");
                    let fix = format!("say under its id what it is to do (`until = ...` ends it, a `note` keeps it), or `remove = [\"{}\"]`", item.path);
                    ledger.warn(parts.at(&path), &path, message, why, fix);
                }
            }
        }
    }
}

/// The changes of a shock one by one, with their keys.
fn alone(change: &Change) -> Vec<(&'static str, Change)> {
    match change {
        Change::Series { series, places, factor, add } => {
            let with = |factor, add| Change::Series { series: series.clone(), places: places.clone(), factor, add };
            vec![("factor", with(*factor, 0.0)), ("add", with(1.0, *add))]
        }
        Change::Links { which, change: c } => {
            let none = LinkChange::default;
            let changes = [
                LinkChange { hours_factor: c.hours_factor, ..none() },
                LinkChange { fare_factor: c.fare_factor, ..none() },
                LinkChange { border_hours_add: c.border_hours_add, ..none() },
                LinkChange { border_usd_add: c.border_usd_add, ..none() },
                LinkChange { closed: c.closed, ..none() },
            ];
            OF_LINKS.into_iter().zip(changes.map(|change| Change::Links { which: which.clone(), change })).collect()
        }
        Change::Regimes { origins, country, change: c } => {
            let none = RegimeChange::default;
            let changes = [
                RegimeChange { burden_add: c.burden_add, ..none() },
                RegimeChange { documents_factor: c.documents_factor, ..none() },
                RegimeChange { permit_factor: c.permit_factor, ..none() },
                RegimeChange { papers_log_odds_add: c.papers_log_odds_add, ..none() },
                RegimeChange { success_factor: c.success_factor, ..none() },
                RegimeChange { places_factor: c.places_factor, ..none() },
                RegimeChange { detection_factor: c.detection_factor, ..none() },
                RegimeChange { ban_factor: c.ban_factor, ..none() },
                RegimeChange { naturalisation_factor: c.naturalisation_factor, ..none() },
            ];
            OF_REGIMES.map(|(key, _)| key).into_iter().zip(changes.map(|change| Change::Regimes { origins: origins.clone(), country: *country, change })).collect()
        }
    }
}
