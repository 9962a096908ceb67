//! The report of a folder of results as one page, and results in the formats of other programs. Made from the files of the folder alone, so
//! that it can be made at any time, and without a clock, so that the same files give the same bytes.

pub mod answer;
pub mod calibration;
pub mod changes;
pub mod compact;
pub mod data;
pub mod export;
mod fine_print;
pub mod folder;
pub mod map;
pub mod months;
pub mod numbers;
pub mod observed;
pub mod page;
pub mod strings;
pub mod sweep;
pub mod validation;
pub mod values;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use crate::store::{StoreError, atomic};
use folder::{Folder, Kind};
use values::Values;

/// Name of the page within the folder.
pub const FILE: &str = "report.html";

/// Reads a folder and returns its page, with observed points from a folder of targets if there is one.
///
/// # Errors
/// Files that are missing or cannot be read.
pub fn make(path: &Path, targets: Option<&Path>) -> Result<String, StoreError> {
    let folder = Folder::open(path)?;
    let (answer, data) = match &folder.kind {
        Kind::Validation(record) => validation::study(&folder, &record.bars, &record.patterns, targets).map(|(answer, study)| (answer, data::study("validate", &study)))?,
        Kind::Sweep(record) => sweep::study(&folder, record).map(|(answer, study)| (answer, data::study("sweep", &study)))?,
        Kind::Calibration(found) => found.study(&folder, targets).map(|(answer, study)| (answer, data::study("calibrate", &study)))?,
        Kind::Run(_) | Kind::Comparison(_) => {
            let mut read = read(&folder)?;
            if let Some(targets) = targets {
                read.observed = observed::read(targets)?;
            }
            (answer::answer(&folder, &read.values, read.diversion.as_ref()), data::object(&folder, &read))
        }
    };
    let changes = changes::read(&folder)?;
    Ok(page::page(&folder, &answer, &data, changes.as_deref()))
}

/// The folder of targets that belongs to a scenario file: `targets` in the nearest folder named `scenarios` above it, if it is there.
pub fn targets_of(scenario: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(scenario).ok()?;
    let root = absolute.ancestors().skip(1).find(|folder| folder.file_name().is_some_and(|name| name == "scenarios"))?;
    Some(root.join("targets")).filter(|folder| folder.is_dir())
}

/// Makes the page of a folder and writes it there.
///
/// # Errors
/// Those of [`make`] and of the file system; a page of that name that is of somebody else.
pub fn write(path: &Path, targets: Option<&Path>) -> Result<(), StoreError> {
    let page = make(path, targets)?;
    let old = fs::read(path.join(FILE)).unwrap_or_default();
    if !old.is_empty() && !old.windows(page::GENERATOR.len()).any(|part| part == page::GENERATOR.as_bytes()) {
        let reason = "this page is none that musafir made, and would be replaced; give it another name, or remove it".to_string();
        return Err(StoreError::Content { path: path.join(FILE), reason });
    }
    atomic::write(&path.join(FILE), |sink| sink.write_all(page.as_bytes()))?;
    Ok(())
}

/// Reads what the page shows.
fn read(folder: &Folder) -> Result<data::Read, StoreError> {
    let optional = |name: &str, shape| {
        let path = folder.file(name);
        path.exists().then(|| Values::read(&path, shape)).transpose()
    };
    Ok(match &folder.kind {
        Kind::Run(_) => {
            let values = Values::read(&folder.file("summary.csv"), values::SUMMARY)?;
            let monthly = months::Monthly::read(folder, &values.years)?;
            data::Read { values, monthly, diversion: None, attribution: None, observed: Vec::new() }
        }
        _ => data::Read {
            values: Values::read(&folder.file("compare.csv"), values::COMPARE)?,
            monthly: None,
            diversion: optional("diversion.csv", values::DIVERSION)?.filter(|d| !d.series.is_empty()),
            attribution: optional("attribution.csv", values::ATTRIBUTION)?.filter(|a| !a.series.is_empty()),
            observed: Vec::new(),
        },
    })
}
