//! Two or more scenarios on the same persons, seeds and draws, replicate by replicate, and the paired differences. A is the first scenario;
//! every other is compared with it.

use std::{collections::BTreeMap, io, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    attribute::{self, Coalitions, Share, Wish},
    diversion::Matrix,
    inputs::Inputs,
    replicate::{Stopped, Tree, Variant, Watch},
};
use crate::{
    engine::Setup,
    measure::{
        columns::{COMPARE, MEASURES},
        scope::Scope,
        statistics::{Interval, spread},
        summary::{Summary, bounds, number},
        year::Value,
    },
    scenario::Scenario,
    units::Month,
};

/// Scenarios ready to be compared. Keep it as long as the tree of its worlds.
#[derive(Debug)]
pub struct Comparison<'s> {
    scenarios: &'s [Scenario],
    inputs: Vec<Inputs>,
    /// By scenario but A; none without attribution.
    coalitions: Vec<Option<Coalitions>>,
}

/// What a replicate of a pair left.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Replicate {
    /// Yearly values of A and of B.
    pub values: [Vec<Value>; 2],
    /// State hashes of A and of B at the end.
    pub states: [[u8; 32]; 2],
    /// Diversion by year; none if the persons are not the same ones.
    pub diversion: Option<BTreeMap<i32, Matrix>>,
    /// Shares of the groups; empty without attribution.
    pub shares: Vec<Share>,
}

/// Counts of a replicate, all its runs together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows.
    pub persons: u64,
    /// Months simulated, shared ones once.
    pub months: u64,
    /// Events in them.
    pub events: u64,
    /// Remarks of the runs.
    pub warnings: Vec<String>,
}

impl<'s> Comparison<'s> {
    /// Of two scenarios or more; `attribute` holds the wished groups if differences are to be attributed.
    ///
    /// # Errors
    /// Scenarios that cannot be compared or attributed.
    pub fn new(scenarios: &'s [Scenario], attribute: Option<&[Wish]>) -> Result<Comparison<'s>, String> {
        let Some((a, others)) = scenarios.split_first() else { return Err("there is nothing to compare".to_string()) };
        for b in others {
            comparable(a, b)?;
        }
        let inputs: Vec<Inputs> = scenarios.iter().map(|s| Inputs::new(&s.run, &s.world, &s.behaviour)).collect();
        let coalitions = others.iter().zip(&inputs[1..]).map(|(b, inputs)| attribute.map(|wishes| Coalitions::new(a, b, inputs, wishes)).transpose());
        let coalitions = coalitions.collect::<Result<_, _>>()?;
        Ok(Comparison { scenarios, inputs, coalitions })
    }

    /// The worlds as a tree of runs: the scenarios, then the coalitions of each.
    pub fn tree(&self) -> Tree<'_> {
        let named = self.scenarios.iter().zip(&self.inputs).map(|(s, inputs)| Variant { world: &s.world, behaviour: &s.behaviour, inputs });
        let worlds = self.coalitions.iter().flatten().flat_map(|c| &c.worlds);
        let others = worlds.map(|(world, inputs)| Variant { world, behaviour: &self.scenarios[0].behaviour, inputs });
        Tree::new(named.chain(others).collect(), self.scenarios.len())
    }

    /// The first month in which a scenario differs from A; none if it does not.
    pub fn fork(&self, scenario: usize) -> Option<Month> {
        self.inputs[0].first_difference(&self.inputs[scenario]).map(|t| self.scenarios[0].world.start.plus(t as i32))
    }

    /// Names of the groups of a scenario's changes; none without attribution.
    pub fn groups(&self, scenario: usize) -> Vec<String> {
        self.coalitions[scenario - 1].iter().flat_map(|c| c.groups.iter().map(|g| g.name.clone())).collect()
    }

    /// Groups of a scenario's changes with the names of the parts in them.
    pub fn attributed(&self, scenario: usize) -> Vec<(String, Vec<String>)> {
        let named = |c: &Coalitions, g: &attribute::Group| (g.name.clone(), g.parts.iter().map(|&p| c.parts[p].name.clone()).collect());
        self.coalitions[scenario - 1].iter().flat_map(|c| c.groups.iter().map(|g| named(c, g))).collect()
    }

    /// What a world (index in the tree) is: a scenario, or a scenario and the mask of a coalition of its groups.
    pub fn meaning(&self, world: usize) -> (usize, Option<usize>) {
        let Some(mut rest) = world.checked_sub(self.scenarios.len()) else { return (world, None) };
        for (k, coalitions) in self.coalitions.iter().enumerate() {
            let n = coalitions.as_ref().map_or(0, |c| c.worlds.len());
            if rest < n {
                return (k + 1, Some(rest + 1));
            }
            rest -= n;
        }
        (0, None)
    }

    /// Runs one replicate of all scenarios; returns what each pair (A, other) left.
    ///
    /// # Errors
    /// If `watch` stopped it.
    pub fn replicate(&self, tree: &Tree<'_>, setup: Setup, replicate: u32, watch: &dyn Watch) -> Result<(Vec<Replicate>, Tally), Stopped> {
        let mut grown = tree.grow(setup, replicate, watch)?;
        let scope = Scope::new(&self.scenarios[0].world);
        let mut next = self.scenarios.len();
        let mut pairs = Vec::new();
        for b in 1..self.scenarios.len() {
            let mut shares = Vec::new();
            if let Some(coalitions) = &self.coalitions[b - 1] {
                let n = coalitions.worlds.len();
                let mut by_mask: Vec<Arc<Vec<Value>>> = vec![grown.values[0].clone()];
                by_mask.extend(grown.values[next..next + n].iter().cloned());
                if !coalitions.groups.is_empty() {
                    by_mask.push(grown.values[b].clone());
                }
                next += n;
                shares = attribute::shares(&scope, &by_mask, self.fork(b).map_or(i32::MAX, Month::year));
            }
            pairs.push(Replicate {
                values: [grown.values[0].to_vec(), grown.values[b].to_vec()],
                states: [grown.states[0], grown.states[b]],
                diversion: grown.diversion[b].take(),
                shares,
            });
        }
        Ok((pairs, Tally { persons: grown.persons, months: grown.months, events: grown.events, warnings: grown.warnings }))
    }
}

/// Says why two scenarios cannot be compared.
fn comparable(a: &Scenario, b: &Scenario) -> Result<(), String> {
    let (of_a, of_b) = (Scope::new(&a.world), Scope::new(&b.world));
    let regions = |scope: &Scope| (scope.home_ids.clone(), scope.destination_ids.clone());
    if (a.world.start, a.world.months) != (b.world.start, b.world.months) {
        let until = |s: &Scenario| s.world.last_month();
        let ends = (until(a) != until(b)).then(|| format!("compare up to the same month (--until {})", until(a).min(until(b))));
        let starts = (a.world.start != b.world.start).then(|| format!("give both the same start (--set run.start={})", a.world.start.max(b.world.start)));
        let how = starts.into_iter().chain(ends).collect::<Vec<_>>().join(", and ");
        return Err(format!("`{}` runs from {} to {}, `{}` from {} to {}; {how}", a.title, a.world.start, until(a), b.title, b.world.start, until(b)));
    }
    if of_a.same_rows(&of_b) && regions(&of_a) == regions(&of_b) {
        return Ok(());
    }
    let countries = |s: &Scenario| s.world.places.countries.iter().map(|c| c.code.clone()).collect::<Vec<_>>();
    if countries(a) == countries(b) && regions(&of_a) == regions(&of_b) {
        let how = "their results cannot be set against each other; let both have the same rows of the table `countries`";
        return Err(format!("`{}` and `{}` have other countries of transit or groups of countries; {how}", a.title, b.title));
    }
    Err(format!(
        "`{}` and `{}` have other countries, groups of countries or regions; their results cannot be set against each other. Let both have all of them, and one close what is new in the other (a regime of kind \"closed\")",
        a.title, b.title
    ))
}

/// A line of `compare.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Calendar year.
    pub year: i32,
    /// Measure.
    pub measure: &'static str,
    /// Country code or group.
    pub origin: String,
    /// Country code or group.
    pub destination: String,
    /// Mean in A.
    pub a: f64,
    /// Mean in B, over the same replicates.
    pub b: f64,
    /// Mean of the paired differences.
    pub difference: f64,
    /// Their quantiles 0.05 and 0.95.
    pub interval: Interval,
    /// Unit.
    pub unit: &'static str,
}

/// Lines by measure, origin, destination, year, over the replicates that have the value in both scenarios; no line where none has.
pub fn lines(scope: &Scope, replicates: &[Replicate]) -> Vec<Line> {
    let Some(first) = replicates.first().map(|r| &r.values[0]) else { return Vec::new() };
    let mut order: Vec<usize> = (0..first.len()).collect();
    order.sort_by_key(|&i| (first[i].measure, first[i].origin, first[i].destination, first[i].year));
    let line = |index: usize| {
        let key = first[index];
        let value = |values: &Vec<Value>| values.get(index).map_or(f64::NAN, |v| v.value);
        let both: Vec<(f64, f64)> = replicates.iter().map(|r| (value(&r.values[0]), value(&r.values[1]))).filter(|(a, b)| a.is_finite() && b.is_finite()).collect();
        if both.is_empty() {
            return None;
        }
        let mean = |values: Vec<f64>| spread(&values).0;
        let (difference, _, interval) = spread(&both.iter().map(|(a, b)| b - a).collect::<Vec<_>>());
        let (measure, unit, _) = MEASURES[usize::from(key.measure)];
        Some(Line {
            year: key.year,
            measure,
            origin: scope.party_names[usize::from(key.origin)].clone(),
            destination: scope.destination_names[usize::from(key.destination)].clone(),
            a: mean(both.iter().map(|p| p.0).collect()),
            b: mean(both.iter().map(|p| p.1).collect()),
            difference,
            interval,
            unit,
        })
    };
    order.into_iter().filter_map(line).collect()
}

/// Writes `compare.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn write(lines: &[Line], out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COMPARE.columns.iter().map(|c| c.name))?;
    for line in lines {
        let (low, high) = bounds(line.interval);
        let [a, b, difference] = [line.a, line.b, line.difference].map(number);
        writer.write_record([&line.year.to_string(), line.measure, &line.origin, &line.destination, &a, &b, &difference, &low, &high, line.unit])?;
    }
    writer.flush()?;
    Ok(lines.len() as u64)
}

/// Summaries of A and of B over the replicates.
pub fn summaries(scope: &Scope, replicates: &[Replicate]) -> [Summary; 2] {
    [0, 1].map(|side| Summary::new(scope, &replicates.iter().map(|r| r.values[side].clone()).collect::<Vec<_>>()))
}
