//! What a validation leaves on disk: the tables `validation.csv` and `fit.csv`, and the record `run.json`.

use std::io;

use serde::{Deserialize, Serialize};

use super::{
    patterns::Pattern,
    targets::Targets,
    validate::{Assessment, Scores, Verdict},
};
use crate::measure::{
    columns::{FIT, VALIDATION},
    record::{Effort, FileEntry, Provenance},
    summary::number,
};

/// The record of a validation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of musafir.
    pub version: String,
    /// Title of the scenario.
    pub scenario: String,
    /// Hash of its resolved values.
    pub scenario_hash: String,
    /// Hash of the ensemble whose members the replicates used, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ensemble_hash: Option<String>,
    /// Hash of the scenarios of the members, as they were run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members_hash: Option<String>,
    /// Hash of the targets.
    pub targets_hash: String,
    /// Number of series and of rows.
    pub targets: [usize; 2],
    /// Seed of the first replicate.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u32,
    /// Simulated over real persons.
    pub sample: f64,
    /// Months of a run.
    pub months: u64,
    /// Rows of one replicate.
    pub persons: u64,
    /// Events of all replicates.
    pub events: u64,
    /// What it took.
    #[serde(flatten)]
    pub effort: Effort,
    /// One hash over the states at the end of all replicates.
    pub state_hash: String,
    /// The bars.
    pub bars: Vec<Verdict>,
    /// The patterns of the past.
    pub patterns: Vec<Pattern>,
    /// Result files, without this one.
    pub files: Vec<FileEntry>,
    /// What to be wary of.
    pub warnings: Vec<String>,
}

impl Provenance for Record {
    const KIND: &'static str = "validation";

    fn inputs(&self) -> String {
        let hashes = (&self.scenario_hash, &self.ensemble_hash, &self.members_hash, &self.targets_hash);
        format!("{:?}", (&self.version, hashes, self.seed, self.sample.to_bits(), self.replicates, self.months))
    }

    fn gist(&self) -> String {
        format!("`{}`, seed {}, sample {}, replicates {}, targets {:.12}", self.scenario, self.seed, self.sample, self.replicates, self.targets_hash)
    }

    fn files(&self) -> &[FileEntry] {
        &self.files
    }
}

impl Record {
    /// Whether all bars are met.
    pub fn met(&self) -> bool {
        self.bars.iter().all(|b| b.met)
    }
}

fn text(value: Option<f64>) -> String {
    value.filter(|v| v.is_finite()).map_or_else(String::new, number)
}

fn scores(s: &Scores, whole: bool) -> Vec<String> {
    let real = |v: f64| text(Some(v));
    let mut fields = vec![if whole { "ALL".to_string() } else { s.id.clone() }, s.aspect.name().to_string(), s.unit.clone()];
    fields.extend(s.rows.map(|n| n.to_string()));
    fields.extend(s.mape.map(real));
    for relative in s.relative {
        fields.extend([relative.ratio(), relative.numerator, relative.denominator].map(real));
    }
    fields.extend(s.mase.map(real));
    fields.extend(s.within.map(real));
    fields.extend(s.coverage.map(real));
    fields.push(real(s.interval_score));
    fields.extend(s.skill.map(real));
    fields.push(s.title.clone());
    fields
}

/// Writes `validation.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn write_scores(assessment: &Assessment, out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(VALIDATION.columns.iter().map(|c| c.name))?;
    let rows = assessment.series.iter().map(|s| scores(s, false)).chain(assessment.aspects.iter().map(|s| scores(s, true)));
    let mut count = 0;
    for row in rows {
        writer.write_record(row)?;
        count += 1;
    }
    writer.flush()?;
    Ok(count)
}

/// Writes `fit.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn write_fits(targets: &Targets, assessment: &Assessment, out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(FIT.columns.iter().map(|c| c.name))?;
    let yes = |b: bool| if b { "yes" } else { "no" }.to_string();
    for fit in &assessment.fits {
        let series = &targets.series[fit.series];
        let end = |k: usize, high: bool| text(fit.intervals.map(|i| if high { i[k].1 } else { i[k].0 }));
        let mut row = vec![series.id.clone(), fit.id.clone(), fit.period.to_string(), fit.usage.name().to_string(), series.unit.clone()];
        row.extend([fit.observed, fit.bounds.0, fit.bounds.1, fit.predicted].map(text));
        row.extend([end(1, false), end(0, false), end(0, true), end(1, true)]);
        row.extend([fit.adjustment, fit.error.0].map(|v| text(Some(v))));
        row.extend([fit.within, fit.scored, fit.verified].map(yes));
        row.extend(fit.naive.map(text));
        writer.write_record(row)?;
    }
    writer.flush()?;
    Ok(assessment.fits.len() as u64)
}
