//! Which change did it: Shapley shares of groups of parts in the difference between two scenarios (Shapley 1953), over all coalitions. A
//! coalition is A with the parts of some groups; the share of a group is the mean, over all orders in which the groups may come, of what
//! it adds when it comes.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    inputs::Inputs,
    parts::{self, Family, Part},
};
use crate::{
    measure::{
        columns::{ATTRIBUTION, MEASURES},
        scope::Scope,
        statistics::{Interval, spread},
        summary::{bounds, number},
        year::Value,
    },
    scenario::Scenario,
    world::{World, corridor::Channel},
};

/// Most groups: 2^6 coalitions.
pub const MOST: usize = 6;

/// Name of the row that holds the whole difference.
pub const TOTAL: &str = "total";

/// Measures that are attributed.
pub const ATTRIBUTED: [&str; 14] = [
    "stock_august",
    "stock_mean",
    "departures",
    "returns",
    "naturalised",
    "remittances_usd",
    "remittances_gdp_share",
    "would_go_cannot",
    "net_migration",
    "population_home",
    "mean_wage_usd",
    "unemployment_rate",
    "leverage",
    "concentration_hhi",
];

/// Countries, the first of the table, for which they are; groups and all destinations too ([`Scope::first_countries`]).
const COUNTRIES: usize = 3;

/// Parts that come and go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Name, the `channel` of `attribution.csv`.
    pub name: String,
    /// Indices of parts.
    pub parts: Vec<usize>,
}

/// A group as the user names it: a name and selectors of parts.
pub type Wish = (String, Vec<String>);

/// Whether a selector means a part: its name, the beginning of its name up to a colon, or the name of a channel.
fn means(selector: &str, part: &Part) -> bool {
    let begins = part.name.strip_prefix(selector).is_some_and(|rest| rest.starts_with(':'));
    part.name == selector || begins || matches!(part.family, Family::Channel(c) if c.name() == selector)
}

/// Groups of parts: the user's first, then the others, alone if they are few enough; otherwise, step by step until they are, channels across
/// corridors, then regimes with closures and amnesties, then series with links, then building with its foreign workforce.
///
/// # Errors
/// Selectors that mean no part or one that another group has; too many groups.
pub fn groups(parts: &[Part], wishes: &[Wish]) -> Result<Vec<Group>, String> {
    let mut groups: Vec<Group> = Vec::new();
    let mut free: BTreeSet<usize> = (0..parts.len()).collect();
    let known = || parts.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ");
    for (name, selectors) in wishes {
        if name == TOTAL || groups.iter().any(|g| g.name == *name) {
            return Err(format!("two groups, or a group and the total, are named `{name}`"));
        }
        let mut members = Vec::new();
        for selector in selectors {
            let meant: Vec<usize> = (0..parts.len()).filter(|&p| means(selector, &parts[p])).collect();
            if meant.is_empty() {
                return Err(format!("`{selector}` of the group `{name}` is no part of the difference; its parts are: {}", known()));
            }
            for part in meant {
                if free.remove(&part) {
                    members.push(part);
                } else if !members.contains(&part) {
                    return Err(format!("the part `{}` is in two groups", parts[part].name));
                }
            }
        }
        members.sort_unstable();
        groups.push(Group { name: name.clone(), parts: members });
    }
    let room = MOST.checked_sub(groups.len()).ok_or_else(|| format!("at most {MOST} groups, these are {}", groups.len()))?;
    let rest = (0..=4).map(|step| automatic(parts, &free, step)).find(|g| g.len() <= room);
    groups.extend(rest.ok_or_else(|| format!("more than {MOST} groups remain even with parts of a kind together; name more of them with --group. Parts: {}", known()))?);
    let mut names = BTreeSet::new();
    match groups.iter().find(|g| !names.insert(&g.name)) {
        Some(twice) => Err(format!("`{}` names a group of yours and one made of the other parts; choose another name", twice.name)),
        None => Ok(groups),
    }
}

/// Groups of the parts that are free after some steps of grouping.
fn automatic(parts: &[Part], free: &BTreeSet<usize>, step: usize) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for &part in free {
        let name = match parts[part].family {
            Family::Channel(Channel::ForeignWorkforce) if step >= 4 => Channel::Construction.name().to_string(),
            Family::Channel(channel) if step >= 1 => channel.name().to_string(),
            Family::Law if step >= 2 => "regimes".to_string(),
            Family::Shock if step >= 3 => "shocks".to_string(),
            _ => parts[part].name.clone(),
        };
        match groups.iter_mut().find(|g| g.name == name) {
            Some(group) => group.parts.push(part),
            None => groups.push(Group { name, parts: vec![part] }),
        }
    }
    groups
}

/// The coalitions of a comparison that are neither A nor B, with what they read.
#[derive(Debug)]
pub struct Coalitions {
    /// Parts of the difference.
    pub parts: Vec<Part>,
    /// Groups, in the order of the bits of a mask.
    pub groups: Vec<Group>,
    /// Worlds of masks 1 to 2^n - 2.
    pub worlds: Vec<(World, Inputs)>,
}

impl Coalitions {
    /// Of two scenarios, grouped as wished.
    ///
    /// # Errors
    /// If they differ in something that is no part, or cannot be grouped.
    pub fn new(a: &Scenario, b: &Scenario, inputs_of_b: &Inputs, wishes: &[Wish]) -> Result<Coalitions, String> {
        let others = parts::others(a, b);
        if !others.is_empty() {
            return Err(format!(
                "`{}` also changes {}, which cannot be attributed: only corridors, regimes, closures, amnesties, rules, shocks, links and series can",
                b.title,
                others.join(", ")
            ));
        }
        let parts = parts::differences(&a.world, &b.world);
        let groups = groups(&parts, wishes)?;
        let full = (1usize << groups.len()) - 1;
        let world = |mask: usize| {
            let chosen = groups.iter().enumerate().filter(|(g, _)| mask >> g & 1 == 1).flat_map(|(_, g)| &g.parts);
            let pieces = chosen.flat_map(|&p| parts[p].pieces.iter().cloned()).collect();
            let world = parts::compose(&a.world, &b.world, &pieces);
            let inputs = Inputs::new(&a.run, &world, &a.behaviour);
            (world, inputs)
        };
        if world(full).1.first_difference(inputs_of_b).is_some() {
            return Err(format!("`{}` differs from `{}` in the order of its items or in something else that is no part; it cannot be attributed", b.title, a.title));
        }
        let worlds = (1..full).map(world).collect();
        Ok(Coalitions { parts, groups, worlds })
    }
}

/// Shapley shares of `n` players; `values` by mask, 2^n of them. A player who adds nothing anywhere gets exactly 0.
pub fn shapley(n: usize, values: &[f64]) -> Vec<f64> {
    let factorial = |k: usize| (1..=k).map(|x| x as f64).product::<f64>();
    (0..n)
        .map(|player| {
            let without = (0..values.len()).filter(|mask| mask >> player & 1 == 0);
            without
                .map(|mask| {
                    let size = mask.count_ones() as usize;
                    let weight = factorial(size) * factorial(n - size - 1) / factorial(n);
                    weight * (values[mask | 1 << player] - values[mask])
                })
                .sum()
        })
        .collect()
}

/// Shares of one replicate: of an outcome (index into the yearly values), one a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Index of the outcome in the yearly values.
    pub outcome: u32,
    /// The whole difference.
    pub total: f64,
    /// One a group.
    pub shares: Vec<f64>,
}

/// Indices of the attributed outcomes, from a year on.
fn outcomes(scope: &Scope, values: &[Value], from: i32) -> Vec<usize> {
    let mut towards = scope.first_countries(COUNTRIES);
    towards.push(scope.all_destinations());
    let attributed = |v: &Value| {
        let measure = MEASURES[usize::from(v.measure)].0;
        v.year >= from && ATTRIBUTED.contains(&measure) && towards.contains(&usize::from(v.destination))
    };
    (0..values.len()).filter(|&i| attributed(&values[i])).collect()
}

/// Shares of all attributed outcomes from the year on in which the scenarios part; `values` by mask. Outcomes that some coalition does not
/// have (a share of nobody) are left out.
pub fn shares(scope: &Scope, values: &[Arc<Vec<Value>>], from: i32) -> Vec<Share> {
    let n = values.len().trailing_zeros() as usize;
    let share = |outcome: usize| {
        let by_mask: Vec<f64> = values.iter().map(|v| v.get(outcome).map_or(f64::NAN, |v| v.value)).collect();
        by_mask.iter().all(|v| v.is_finite()).then(|| Share { outcome: outcome as u32, total: by_mask[by_mask.len() - 1] - by_mask[0], shares: shapley(n, &by_mask) })
    };
    values.first().map_or_else(Vec::new, |a| outcomes(scope, a, from).into_iter().filter_map(share).collect())
}

/// A line of `attribution.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Measure.
    pub measure: &'static str,
    /// Country code or group.
    pub origin: String,
    /// Country code or group.
    pub destination: String,
    /// Calendar year.
    pub year: i32,
    /// Name of the group, or [`TOTAL`].
    pub channel: String,
    /// Mean over replicates.
    pub share: f64,
    /// Quantiles 0.05 and 0.95 over replicates.
    pub interval: Interval,
    /// Unit.
    pub unit: &'static str,
}

/// Lines by measure, origin, destination, year and group, each block closed by its total. `values` are those of A of the first replicate.
pub fn lines(scope: &Scope, names: &[String], values: &[Value], replicates: &[&[Share]]) -> Vec<Line> {
    let mut by_outcome: std::collections::BTreeMap<u32, Vec<&Share>> = std::collections::BTreeMap::new();
    for share in replicates.iter().copied().flatten() {
        by_outcome.entry(share.outcome).or_default().push(share);
    }
    let mut keys: Vec<u32> = by_outcome.keys().copied().filter(|&k| (k as usize) < values.len()).collect();
    keys.sort_by_key(|&k| {
        let v = &values[k as usize];
        (v.measure, v.origin, v.destination, v.year)
    });
    let mut lines = Vec::new();
    for key in keys {
        let (value, runs) = (&values[key as usize], &by_outcome[&key]);
        let (measure, unit, _) = MEASURES[usize::from(value.measure)];
        let mut put = |channel: &str, of: &dyn Fn(&Share) -> f64| {
            let (share, _, interval) = spread(&runs.iter().map(|share| of(share)).collect::<Vec<_>>());
            lines.push(Line {
                measure,
                origin: scope.party_names[usize::from(value.origin)].clone(),
                destination: scope.destination_names[usize::from(value.destination)].clone(),
                year: value.year,
                channel: channel.to_string(),
                share,
                interval,
                unit,
            });
        };
        for (g, name) in names.iter().enumerate() {
            put(name, &|share| share.shares.get(g).copied().unwrap_or(0.0));
        }
        put(TOTAL, &|share| share.total);
    }
    lines
}

/// Writes `attribution.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn write(lines: &[Line], out: &mut dyn std::io::Write) -> std::io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(ATTRIBUTION.columns.iter().map(|c| c.name))?;
    for line in lines {
        let (low, high) = bounds(line.interval);
        writer.write_record([line.measure, &line.origin, &line.destination, &line.year.to_string(), &line.channel, &number(line.share), &low, &high, line.unit])?;
    }
    writer.flush()?;
    Ok(lines.len() as u64)
}
