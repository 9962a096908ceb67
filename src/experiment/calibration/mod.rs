//! A calibration: what is uncertain, which published values it is held against, how it is fitted, what is left of the uncertainty.
//!
//! `file` is the calibration as it is written; this module checks it and says what a draw means in the scenario. [`evidence`] is what is known
//! of predictions, [`method`] fits any model to it by `smoother` or `population`; [`model`] is the simulation as such a model; [`posterior`] says
//! what the data told; [`origins`] fits parts of the past and forecasts the next; [`recovery`] tries
//! whether values that are known are found. Members are [`super::ensemble::Ensemble`]s.

pub mod evidence;
pub mod file;
pub mod method;
pub mod model;
pub mod origins;
mod population;
pub mod posterior;
pub mod record;
pub mod recovery;
mod smoother;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use serde_json::Value as Json;

use self::{
    file::{ErrorsTable, File, OriginsTable, ParameterItem},
    method::{Budget, Method},
};
use super::{
    ensemble::{Discrepancy, Ensemble, Parameter, short},
    past::{scores, target_file::Folder, targets::Targets},
};
use crate::{
    measure::scope::Scope,
    scenario::{
        Findings, Overrides, Scenario, Severity, Template, document,
        finding::{Finding, Ledger},
        template,
        tree::Node,
    },
};

/// Something uncertain.
#[derive(Clone, Debug)]
pub struct Uncertain {
    /// Keys and what their value means.
    pub parameter: Parameter,
    /// Least value.
    pub low: f64,
    /// Greatest value.
    pub high: f64,
    /// Whether equal ratios are equally likely a priori.
    pub log: bool,
    /// Whether it is fitted.
    pub fitted: bool,
    /// Where the range comes from.
    pub source: String,
}

impl Uncertain {
    /// The value of a draw that is standard normal a priori.
    pub fn value(&self, z: f64) -> f64 {
        let u = scores::normal(z);
        let value = if self.log { self.low * (self.high / self.low).powf(u) } else { self.low + (self.high - self.low) * u };
        short(value).clamp(self.low, self.high)
    }
}

/// A calibration, checked.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// What it is, in a few words.
    pub title: String,
    /// Its file.
    pub path: PathBuf,
    /// How parameters are fitted.
    pub method: Method,
    /// How much is run.
    pub budget: Budget,
    /// How far off model and published values may be.
    pub errors: ErrorsTable,
    /// Fits to a part of the past.
    pub origins: Option<OriginsTable>,
    /// What is uncertain.
    pub uncertain: Vec<Uncertain>,
    /// The scenario as it is, run no longer than the targets need.
    pub base: Scenario,
    /// Published values.
    pub targets: Targets,
    template: Template,
}

/// What the command line changes.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// Share of households simulated.
    pub sample: Option<f64>,
    /// Seed.
    pub seed: Option<u64>,
    /// Members.
    pub members: Option<usize>,
    /// Steps.
    pub steps: Option<usize>,
    /// Folder within which paths stay.
    pub root: Option<PathBuf>,
}

/// The JSON Schema of calibrations.
pub fn schema() -> Json {
    document::schema::<File>("a musafir calibration")
}

impl Calibration {
    /// Reads and checks a calibration, and tries every parameter at its ends in the scenario.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(path: &Path, flags: &Flags) -> Result<Calibration, Findings> {
        let mut ledger = Ledger::default();
        let document = document::read(path, &schema(), &mut ledger);
        let file = document.as_ref().filter(|_| ledger.errors() == 0).map(|d| serde_json::from_value::<File>(d.json.clone()));
        let (file, tree) = match (file, document) {
            (Some(Ok(file)), Some(document)) => (file, document.tree),
            (Some(Err(error)), Some(document)) => {
                ledger.error(document.tree.at, "", "the calibration cannot be used", error.to_string(), "");
                return Err(Findings { list: ledger.sorted() });
            }
            _ => return Err(Findings { list: ledger.sorted() }),
        };
        let items = tree.get("parameter").map_or(&[][..], Node::items);
        let uncertain: Vec<Uncertain> = file.parameter.iter().zip(items).map(|(item, node)| parameter(item, node, &mut ledger)).collect();
        let mut seen = BTreeSet::new();
        for node in items.iter().filter_map(|i| i.get("id")).filter(|id| !seen.insert(id.text())) {
            ledger.error(node.at, "parameter", "two parameters have this id", "the ensemble tells them apart by it", "give this one another id");
        }
        let mut others = Vec::new();
        let whole = read(path, &file, flags, &tree, &mut ledger, &mut others);
        let calibration = whole.map(|(template, base, targets)| Calibration {
            title: file.title.clone(),
            path: path.to_path_buf(),
            method: file.method.kind,
            budget: Budget { members: flags.members.unwrap_or(file.method.members), steps: flags.steps.unwrap_or(file.method.steps) },
            errors: file.errors,
            origins: file.origins.clone(),
            uncertain,
            base,
            targets,
            template,
        });
        if let Some(calibration) = calibration.as_ref().filter(|_| ledger.errors() == 0) {
            calibration.try_out(&mut others);
        }
        let mut list = ledger.sorted();
        list.extend(others.into_iter().filter(|f| f.severity == Severity::Error));
        let wrong = list.iter().any(|f| f.severity == Severity::Error);
        calibration.filter(|_| !wrong).ok_or(Findings { list })
    }

    /// Resolves the scenario with each parameter at each of its ends, the others left out.
    fn try_out(&self, others: &mut Vec<Finding>) {
        let ends: Vec<(usize, f64)> = (0..self.uncertain.len()).flat_map(|p| [(p, self.uncertain[p].low), (p, self.uncertain[p].high)]).collect();
        let tried = |&(p, value): &(usize, f64)| {
            let one = Ensemble::new("", "", Discrepancy::default(), vec![self.uncertain[p].parameter.clone()], vec![(1.0, vec![value])]);
            self.template.scenario(&one.changes(0)).err()
        };
        let findings: Vec<Findings> = ends.par_iter().filter_map(tried).collect();
        for finding in findings.into_iter().flat_map(|f| f.list) {
            if !others.contains(&finding) {
                others.push(finding);
            }
        }
    }

    /// Values of a draw, in the order of the parameters.
    pub fn values(&self, z: &[f64]) -> Vec<f64> {
        self.uncertain.iter().zip(z).map(|(u, &z)| u.value(z)).collect()
    }

    /// The ensemble of some draws.
    pub fn ensemble(&self, z: &[Vec<f64>], weights: &[f64], discrepancy: Discrepancy) -> Ensemble {
        let title = format!("{}: {} members", self.title, z.len());
        let source = format!("musafir {} calibrate, scenario {}, targets {}", env!("CARGO_PKG_VERSION"), &self.base.hash[..12], &self.targets.hash[..12]);
        let parameters = self.uncertain.iter().map(|u| u.parameter.clone()).collect();
        Ensemble::new(&title, &source, discrepancy, parameters, z.iter().zip(weights).map(|(z, w)| (*w, self.values(z))).collect())
    }

    /// The scenario of a draw.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn scenario(&self, z: &[f64]) -> Result<Scenario, Findings> {
        let one = self.ensemble(&[z.to_vec()], &[1.0], Discrepancy::default());
        self.template.scenario(&one.changes(0))
    }

    /// Which parameters are fitted.
    pub fn free(&self) -> Vec<bool> {
        self.uncertain.iter().map(|u| u.fitted).collect()
    }

    /// What the model may miss of a series, before the fit.
    pub fn discrepancy(&self, headline: bool) -> Discrepancy {
        let deviation = self.errors.headline.filter(|_| headline).unwrap_or(self.errors.discrepancy);
        Discrepancy { deviation, memory_years: self.errors.memory_years, least: self.errors.least }
    }
}

fn parameter(item: &ParameterItem, node: &Node, ledger: &mut Ledger) -> Uncertain {
    let path = format!("parameter.{}", item.id);
    let at = |key: &str| node.get(key).map_or(node.at, |n| n.at);
    let keys: Vec<String> = item.key.iter().chain(item.keys.iter().flatten()).cloned().collect();
    if keys.is_empty() {
        ledger.error(node.key, &path, format!("`{path}` has no key"), "it must say what is uncertain", "add `key = \"behaviour.choose.b_cost\"`, or `keys`");
    }
    let (low, high) = (item.range.first().copied().unwrap_or(0.0), item.range.get(1).copied().unwrap_or(1.0));
    if low >= high {
        ledger.error(at("range"), &path, format!("the range of `{path}` is empty"), "the first number is the least", "write it as [least, greatest]");
    }
    if item.log && low <= 0.0 {
        ledger.error(
            at("range"),
            &path,
            format!("`{path}` cannot have equal ratios equally likely"),
            "that is of numbers above 0",
            "take `log` out, or choose another least number",
        );
    }
    let parameter = Parameter { id: item.id.clone(), keys, multiplies: item.multiplies, unit: item.unit.clone() };
    Uncertain { parameter, low, high, log: item.log, fitted: item.fitted, source: item.source.clone() }
}

/// The scenario as a template and as it is, and the targets.
fn read(path: &Path, file: &File, flags: &Flags, tree: &Node, ledger: &mut Ledger, others: &mut Vec<Finding>) -> Option<(Template, Scenario, Targets)> {
    let mut place = |key: &str, name: &str| {
        let named = template::named(path, flags.root.as_deref(), name);
        named.map_err(|(why, hint)| ledger.error(tree.locate(key), key, format!("`{name}` cannot be read"), why, hint)).ok()
    };
    let (scenario, folder) = (place("scenario", &file.scenario), place("targets", &file.targets));
    let mut set = vec![("run.replicates".to_string(), "1".to_string())];
    set.extend(flags.sample.or(file.sample).map(|s| ("run.sample".to_string(), format!("{s:?}"))));
    set.extend(flags.seed.or(file.seed).map(|s| ("run.seed".to_string(), s.to_string())));
    let mut overrides = Overrides { set, root: flags.root.clone(), until: None };
    let text = ledger.sources[0].clone();
    let mut say = |findings: Findings| others.extend(findings.list);
    let loaded = Scenario::load(&scenario?, &overrides).map_err(&mut say).ok()?;
    let targets = Targets::of(Folder::read(&folder?), &Scope::new(&loaded.world)).map_err(&mut say).ok()?;
    let last = targets.last_month();
    if last < loaded.world.start.plus(loaded.world.months as i32 - 1) && last > loaded.world.start {
        overrides.until = Some(last);
    }
    let scenario = template::named(path, flags.root.as_deref(), &file.scenario).ok()?;
    let template = Template::new(&scenario, &overrides, &text).map_err(&mut say).ok()?;
    let base = template.scenario(&[]).map_err(&mut say).ok()?;
    Some((template, base, targets))
}
