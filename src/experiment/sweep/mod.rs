//! A sweep: a design over the keys of a scenario, its runs, its results.
//!
//! `file` is the sweep as it is written, `read` checks it, `factor` says what a coordinate means, `outcome` what is asked; `plan` makes runs of
//! points, `runs` keeps finished ones on disk, `tables` writes the data set, `findings` what it says. The queue that does the work is [`super::queue`].

pub mod about;
pub mod factor;
pub mod file;
pub mod findings;
pub mod outcome;
pub mod plan;
mod read;
pub mod record;
pub mod runs;
pub mod tables;

use std::path::PathBuf;

use super::{
    design::{Design, Kind},
    ensemble::Ensemble,
};
use crate::{
    behaviour::Behaviour,
    measure::{columns::MEASURES, scope::Scope, year::Value},
    scenario::{Change, Findings, Scenario, Template, finding::At, tree::Node},
    world::World,
};
use factor::{Factor, Level};
use outcome::Quantity;

pub use read::{Flags, schema};

/// A sweep, checked.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// What it is, in a few words.
    pub title: String,
    /// What it asks.
    pub description: String,
    /// Its file.
    pub path: PathBuf,
    /// Which points are run.
    pub design: Design,
    /// What varies.
    pub factors: Vec<Factor>,
    /// Points of a list.
    pub listed: Vec<Vec<Level>>,
    /// Replicates of each point.
    pub replicates: u32,
    /// What it is about.
    pub outcomes: Vec<Outcome>,
    /// What of each run is kept.
    pub selection: Selection,
    /// The scenario that points change, as it is.
    pub base: Scenario,
    /// Names of its places.
    pub scope: Scope,
    /// The scenario, then those of a factor.
    templates: Vec<Template>,
    /// Changes of all points.
    fixed: Vec<Change>,
    /// Members of which replicates use one each; none if all replicates are of the same values.
    ensemble: Option<Members>,
    /// Hash over everything that points are made of: where it is equal, so are they.
    digest: [u8; 32],
}

/// An ensemble, and the place in the sweep that names it.
#[derive(Clone, Debug)]
struct Members {
    of: Ensemble,
    at: At,
}

impl Members {
    /// What member `k` of equal weight (from 1) changes; mistakes point at the sweep's line.
    fn changes(&self, k: u32) -> Vec<Change> {
        let place = |change: Change| Change { value: Node { at: self.at, key: self.at, ..change.value }, ..change };
        self.of.changes(self.of.member(k)).into_iter().map(place).collect()
    }
}

/// An outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Identifier.
    pub id: String,
    /// As written.
    pub text: String,
    /// What of a run it is.
    pub quantity: Quantity,
    /// Factor, value that is subtracted, value that it is subtracted from; none if it is of single points.
    pub difference: Option<(usize, usize, usize)>,
}

/// What of a run is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// By measure.
    pub measures: Vec<bool>,
    /// By row of parties.
    pub origins: Vec<bool>,
    /// By row of destinations.
    pub destinations: Vec<bool>,
    /// First and last year.
    pub years: (i32, i32),
}

/// Measures that are kept unless the sweep says otherwise.
pub const USUAL: [&str; 10] =
    ["stock_mean", "departures", "returns", "naturalised", "net_migration", "remittances_usd", "remittances_gdp_share", "would_go_cannot", "leverage", "concentration_hhi"];

impl Selection {
    fn holds(&self, v: &Value) -> bool {
        let of = |list: &[bool], code: u8| list.get(usize::from(code)).copied().unwrap_or(false);
        of(&self.measures, v.measure) && of(&self.origins, v.origin) && of(&self.destinations, v.destination) && (self.years.0..=self.years.1).contains(&v.year)
    }
}

/// A point of a sweep.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Row of the design; points of a row differ in crossed factors alone.
    pub row: usize,
    /// A value for each factor.
    pub levels: Vec<Level>,
}

impl Sweep {
    /// All points, in order.
    pub fn points(&self) -> Vec<Point> {
        let varied: Vec<usize> = (0..self.factors.len()).filter(|&f| !self.factors[f].crossed).collect();
        let crossed: Vec<usize> = (0..self.factors.len()).filter(|&f| self.factors[f].crossed).collect();
        let rows: Vec<Vec<Level>> = if self.design.kind == Kind::List {
            self.listed.clone()
        } else {
            let levels: Vec<Vec<f64>> = varied.iter().map(|&f| self.factors[f].grid()).collect();
            let at = |unit: Vec<f64>| varied.iter().zip(unit).map(|(&f, u)| self.factors[f].at(u)).collect();
            self.design.unit(&levels).into_iter().map(at).collect()
        };
        let mut points = Vec::new();
        for (row, of_row) in rows.into_iter().enumerate() {
            let mut levels = vec![Level::Choice(0); self.factors.len()];
            for (&f, level) in varied.iter().zip(of_row) {
                levels[f] = level;
            }
            let mut several = vec![levels];
            for &f in &crossed {
                let n = self.factors[f].names().len();
                let each = |levels: Vec<Level>| (0..n).map(move |i| levels.iter().enumerate().map(|(g, &l)| if f == g { Level::Choice(i) } else { l }).collect());
                several = several.into_iter().flat_map(each).collect();
            }
            points.extend(several.into_iter().map(|levels| Point { row, levels }));
        }
        points
    }

    /// Different sets of values that replicates have at a point: as many as members of the ensemble are used, or one.
    pub fn members(&self) -> u32 {
        self.ensemble.as_ref().map_or(1, |e| self.replicates.min(e.of.members.len() as u32))
    }

    /// The scenario at a point in a replicate. The member of the ensemble comes first, then what all points change, then the factors.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn scenario(&self, levels: &[Level], replicate: u32) -> Result<Scenario, Findings> {
        let (template, changes) = self.changes(levels, replicate);
        template.scenario(&changes)
    }

    /// What a run reads of [`Sweep::scenario`], found in less time.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn world(&self, levels: &[Level], replicate: u32) -> Result<(World, Behaviour), Findings> {
        let (template, changes) = self.changes(levels, replicate);
        template.world(&changes)
    }

    fn changes(&self, levels: &[Level], replicate: u32) -> (&Template, Vec<Change>) {
        let mut changes = self.ensemble.as_ref().map_or_else(Vec::new, |e| e.changes(replicate));
        changes.extend(self.fixed.iter().cloned());
        let mut template = 0;
        for (factor, &level) in self.factors.iter().zip(levels) {
            let (of_factor, scenario) = factor.changes(level);
            changes.extend(of_factor);
            template = scenario.unwrap_or(template);
        }
        (&self.templates[template], changes)
    }

    /// Whether a value of a run is kept.
    pub fn keeps(&self, v: &Value) -> bool {
        v.value.is_finite() && (self.selection.holds(v) || self.outcomes.iter().any(|o| o.quantity.holds(v)))
    }

    /// Values that are kept of a run, about.
    pub fn values_kept(&self) -> usize {
        let s = &self.selection;
        let count = |list: &[bool]| list.iter().filter(|x| **x).count();
        let paired = MEASURES.iter().zip(&s.measures).filter(|(m, kept)| **kept && !SINGLE.contains(&m.0)).count();
        let origins = count(&s.origins[..=self.scope.origins.min(s.origins.len() - 1)]);
        let years = (s.years.1 - s.years.0 + 1).max(0) as usize;
        (paired * origins * count(&s.destinations) + (count(&s.measures) - paired) * origins) * years
    }

    /// Factors that the design varies, crossed ones left out.
    pub fn varied(&self) -> Vec<usize> {
        (0..self.factors.len()).filter(|&f| !self.factors[f].crossed).collect()
    }
}

/// Measures that are of origins alone.
const SINGLE: [&str; 9] = [
    "households_left_behind_share",
    "population_home",
    "mean_wage_usd",
    "unemployment_rate",
    "concentration_hhi",
    "gini_households",
    "household_income_ratio",
    "transit_income_usd",
    "debt_usd",
];
