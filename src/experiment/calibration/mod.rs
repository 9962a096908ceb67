//! A calibration: what is uncertain, which published values it is held against, how it is fitted, what is left of the uncertainty.
//!
//! `file` is the calibration as it is written; `read` checks it; this module says what a draw means in the scenario. [`evidence`] is what is known
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
mod read;
pub mod record;
pub mod recovery;
mod smoother;

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use self::{
    file::{ErrorsTable, File, OriginsTable},
    method::{Budget, Method},
};
use super::{
    ensemble::{Discrepancy, Ensemble, Parameter, short},
    past::{scores, targets::Targets},
};
use crate::scenario::{Finding, Findings, Scenario, Template, document};

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
    /// Name of the scenario's file.
    pub scenario: String,
    /// The scenario as it is, run no longer than the targets need.
    pub base: Scenario,
    /// Published values.
    pub targets: Targets,
    /// What its author should know.
    pub warnings: Vec<Finding>,
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
        read::read(path, flags)
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
        Ensemble::new([&title, &source, &self.scenario], discrepancy, parameters, z.iter().zip(weights).map(|(z, w)| (*w, self.values(z))).collect())
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
