//! A folder of results: what it holds, its record, its scenarios.

use std::path::{Path, PathBuf};

use super::calibration::Calibration;
use crate::{
    experiment::{calibration::record::FINDINGS, past::validation, record as comparison, sweep::record as sweep},
    measure::record::{self as run, Provenance},
    scenario::{Inventory, Overrides, Scenario},
    store::StoreError,
};

/// What kind of results, with their record.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Of `musafir run`.
    Run(run::Record),
    /// Of `musafir compare`.
    Comparison(comparison::Record),
    /// Of `musafir validate`.
    Validation(validation::Record),
    /// Of `musafir sweep`.
    Sweep(sweep::Record),
    /// Of `musafir calibrate`.
    Calibration(Calibration),
}

/// A scenario that was run, and its values with their sources.
#[derive(Debug)]
pub struct Played {
    /// Name of its file in the folder.
    pub file: &'static str,
    /// The scenario.
    pub scenario: Scenario,
    /// Its values and tables.
    pub inventory: Inventory,
}

/// A folder of results.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub kind: Kind,
    /// The scenario of a run, A and B of a comparison; of a sweep or a calibration the scenario that is changed, if it is there.
    pub played: Vec<Played>,
}

impl Folder {
    /// Opens a folder.
    ///
    /// # Errors
    /// A folder without results, or with damaged ones.
    pub fn open(path: &Path) -> Result<Folder, StoreError> {
        let wrong = |reason: &str| StoreError::Content { path: path.to_path_buf(), reason: reason.to_string() };
        let there = |name: &str| path.join(name).exists();
        let (kind, record) = if there(FINDINGS) {
            (Calibration::read(path).map(Kind::Calibration), FINDINGS)
        } else if there(sweep::RECORD) {
            (sweep::Record::read(path).map(Kind::Sweep), sweep::RECORD)
        } else if there("validation.csv") {
            (validation::Record::read(path).map(Kind::Validation), run::FILE)
        } else if there("compare.csv") {
            (comparison::Record::read(path).map(Kind::Comparison), run::FILE)
        } else if there("summary.csv") {
            (run::Record::read(path).map(Kind::Run), run::FILE)
        } else {
            return Err(wrong("there are no results of `musafir run`, `compare`, `sweep`, `validate` or `calibrate` here"));
        };
        let kind = kind.ok_or_else(|| wrong(&format!("{record} is missing or cannot be read; run it again with --force")))?;
        let files: &[&'static str] = match kind {
            Kind::Comparison(_) => &["a.toml", "b.toml"],
            Kind::Sweep(_) | Kind::Calibration(_) if !there("scenario.toml") => &[],
            _ => &["scenario.toml"],
        };
        let played = files.iter().map(|file| play(path, file)).collect::<Result<_, _>>()?;
        Ok(Folder { path: path.to_path_buf(), kind, played })
    }

    /// A file of the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Number of replicates.
    pub fn replicates(&self) -> u32 {
        match &self.kind {
            Kind::Run(record) => record.replicates,
            Kind::Comparison(record) => record.replicates,
            Kind::Validation(record) => record.replicates,
            Kind::Sweep(record) => record.replicates,
            Kind::Calibration(_) => 0,
        }
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        match &self.kind {
            Kind::Sweep(record) => &record.title,
            Kind::Calibration(found) if !found.findings.title.is_empty() => &found.findings.title,
            _ => self.played.last().map_or("", |p| p.scenario.title.as_str()),
        }
    }

    /// The scenario of a run, A of a comparison; none if the folder holds none.
    pub fn first(&self) -> Option<&Scenario> {
        self.played.first().map(|p| &p.scenario)
    }

    /// The last whole year of the run, or its only one; 0 without a scenario.
    pub fn last_year(&self) -> i32 {
        self.first().map_or(0, |scenario| scenario.world.last_year())
    }
}

fn play(folder: &Path, file: &'static str) -> Result<Played, StoreError> {
    let path = folder.join(file);
    let overrides = Overrides { root: Some(folder.to_path_buf()), ..Overrides::default() };
    let wrong = |e: crate::scenario::Findings| {
        let first = e.list.first().map_or_else(String::new, |f| f.to_string().lines().next().unwrap_or_default().to_string());
        StoreError::Content { path: path.clone(), reason: format!("is no scenario of this version: {first}") }
    };
    Ok(Played { file, scenario: Scenario::load(&path, &overrides).map_err(wrong)?, inventory: Inventory::load(&path, &overrides).map_err(wrong)? })
}
