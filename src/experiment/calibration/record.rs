//! What a calibration leaves on disk beside the ensemble: the record `run.json`, what the page is made of (`calibration.json`), and tables.

use std::io;

use serde::{Deserialize, Serialize};

use super::{
    method::Progress,
    origins::{Forecast, Scores},
    posterior::{Held, Influence, Spread, TradeOff},
    recovery::Found,
};
use crate::{
    experiment::{ensemble::Discrepancy, past::validate::Verdict},
    measure::{
        record::{Effort, FileEntry, Provenance},
        summary::number,
    },
};

/// Name of the file of findings.
pub const FINDINGS: &str = "calibration.json";

/// The record of a calibration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of musafir.
    pub version: String,
    /// Title of the calibration.
    pub calibration: String,
    /// Hash of everything that decides its results.
    pub identity: String,
    /// Hash of the scenario's resolved values.
    pub scenario_hash: String,
    /// Hash of the targets.
    pub targets_hash: String,
    /// Seed.
    pub seed: u64,
    /// Simulated over real persons.
    pub sample: f64,
    /// Members of the ensemble.
    pub members: usize,
    /// Steps of the fit.
    #[serde(default)]
    pub steps: usize,
    /// Whether the rolling origins were fitted.
    #[serde(default)]
    pub with_origins: bool,
    /// Runs, those of the origins included.
    pub runs: usize,
    /// Hash of the ensemble.
    pub ensemble_hash: String,
    /// What it took; of this process alone if it went on from an earlier one.
    #[serde(flatten)]
    pub effort: Effort,
    /// Result files, without this one.
    pub files: Vec<FileEntry>,
    /// What to be wary of.
    pub warnings: Vec<String>,
}

impl Provenance for Record {
    const KIND: &'static str = "calibration";

    fn inputs(&self) -> String {
        format!("{:?}", (&self.version, &self.identity))
    }

    fn gist(&self) -> String {
        format!("`{}`, seed {}, sample {}, {} members, {} steps", self.calibration, self.seed, self.sample, self.members, self.steps)
    }

    fn files(&self) -> &[FileEntry] {
        &self.files
    }
}

/// A fitted or held-out value and what the ensemble says of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Series and row.
    pub target: String,
    /// In a few words.
    pub label: String,
    /// Period.
    pub period: String,
    /// `fit` or `test`.
    #[serde(rename = "use")]
    pub usage: String,
    /// Whether it is one of the headline rows.
    pub headline: bool,
    /// Published value.
    pub observed: Option<f64>,
    /// Least credible value.
    pub low: Option<f64>,
    /// Largest credible value.
    pub high: Option<f64>,
    /// What members say.
    #[serde(flatten)]
    pub predicted: Spread,
    /// Whether the mean is within low and high.
    pub within: bool,
}

/// What a calibration tells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    /// In a few words.
    pub title: String,
    /// Name of the method.
    pub method: String,
    /// Parameters before and after.
    pub keys: Vec<Held>,
    /// The fit, step by step.
    pub iterations: Vec<Progress>,
    /// All rows.
    pub series: Vec<Seen>,
    /// Parameters that trade off.
    pub trade_offs: Vec<TradeOff>,
    /// Inputs that the headline numbers hang on, most first.
    pub unverified: Vec<Influence>,
    /// What the model misses, estimated on rows that no fit had seen.
    pub discrepancy: Discrepancy,
    /// Forecasts from earlier origins.
    pub origins: Vec<Forecast>,
    /// Their scores; none if there are no origins.
    pub origin_scores: Option<Scores>,
    /// Bars of the targets, over all rows.
    pub bars: Vec<Verdict>,
}

impl Findings {
    /// As JSON text, with a line feed.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).map_or_else(|_| String::new(), |text| text + "\n")
    }
}

/// Writes `posterior.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn write_posterior(keys: &[Held], out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(crate::measure::columns::POSTERIOR.columns.iter().map(|c| c.name))?;
    for held in keys {
        let Spread { mean, p05, p50, p95 } = held.posterior;
        let mut row = vec![held.id.clone(), held.key.clone(), held.unit.clone()];
        row.extend([held.prior[0], held.prior[1], mean, p05, p50, p95, held.held].map(number));
        row.push(if held.fitted { "yes" } else { "no" }.to_string());
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(keys.len() as u64)
}

/// Writes `origins.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn write_origins(forecasts: &[Forecast], out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(crate::measure::columns::ORIGINS.columns.iter().map(|c| c.name))?;
    for f in forecasts {
        let mut row = vec![f.origin.clone(), f.series.clone(), f.period.clone()];
        row.extend([f.observed, f.model, f.forecast, f.interval[0], f.interval[1]].map(number));
        row.push(f.no_change.map_or_else(String::new, number));
        row.push(f.scale.map_or_else(String::new, number));
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(forecasts.len() as u64)
}

/// Writes `recovery.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn write_recovery(found: &[Found], out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(crate::measure::columns::RECOVERY.columns.iter().map(|c| c.name))?;
    for f in found {
        let Spread { mean, p05, p50, p95 } = f.fitted;
        let mut row = vec![f.case.to_string(), f.parameter.clone()];
        row.extend([f.truth, mean, p05, p50, p95, f.held].map(number));
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(found.len() as u64)
}
