//! A folder of results: what it holds, its record, its scenarios.

use std::path::{Path, PathBuf};

use crate::{
    experiment::record as comparison,
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
    /// The scenario of a run; A and B of a comparison.
    pub played: Vec<Played>,
}

impl Folder {
    /// Opens a folder.
    ///
    /// # Errors
    /// A folder without results, or with damaged ones.
    pub fn open(path: &Path) -> Result<Folder, StoreError> {
        let wrong = |reason: &str| StoreError::Content { path: path.to_path_buf(), reason: reason.to_string() };
        let kind = if path.join("compare.csv").exists() {
            comparison::Record::read(path).map(Kind::Comparison)
        } else if path.join("summary.csv").exists() {
            run::Record::read(path).map(Kind::Run)
        } else {
            return Err(wrong("there are no results of `musafir run` or `musafir compare` here (no summary.csv and no compare.csv)"));
        };
        let kind = kind.ok_or_else(|| wrong("run.json is missing or cannot be read; run it again with --force"))?;
        let files: &[&'static str] = match kind {
            Kind::Run(_) => &["scenario.toml"],
            Kind::Comparison(_) => &["a.toml", "b.toml"],
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
        }
    }

    /// The scenario of a run, A of a comparison.
    pub fn first(&self) -> &Scenario {
        &self.played[0].scenario
    }

    /// The last whole year of the run, or its only one.
    pub fn last_year(&self) -> i32 {
        let world = &self.first().world;
        let end = world.start.plus(world.months as i32 - 1);
        if end.of_year() == 11 { end.year() } else { (end.year() - 1).max(world.start.year()) }
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
