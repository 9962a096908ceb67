//! The report of a folder of results as one page, and results in the formats of other programs. Made from the files of the folder alone, so
//! that it can be made at any time, and without a clock, so that the same files give the same bytes.

pub mod answer;
pub mod compact;
pub mod data;
pub mod export;
mod fine_print;
pub mod folder;
pub mod map;
pub mod months;
pub mod numbers;
pub mod page;
pub mod strings;
pub mod values;

use std::{io::Write, path::Path};

use crate::store::{StoreError, atomic};
use folder::{Folder, Kind};
use values::Values;

/// Name of the page within the folder.
pub const FILE: &str = "report.html";

/// Reads a folder and returns its page.
///
/// # Errors
/// Files that are missing or cannot be read.
pub fn make(path: &Path) -> Result<String, StoreError> {
    let folder = Folder::open(path)?;
    let read = read(&folder)?;
    let answer = answer::answer(&folder, &read.values, read.diversion.as_ref());
    Ok(page::page(&folder, &answer, &data::object(&folder, &read)))
}

/// Makes the page of a folder and writes it there.
///
/// # Errors
/// Those of [`make`] and of the file system.
pub fn write(path: &Path) -> Result<(), StoreError> {
    let page = make(path)?;
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
            data::Read { values, monthly, diversion: None, attribution: None }
        }
        Kind::Comparison(_) => data::Read {
            values: Values::read(&folder.file("compare.csv"), values::COMPARE)?,
            monthly: None,
            diversion: optional("diversion.csv", values::DIVERSION)?.filter(|d| !d.series.is_empty()),
            attribution: optional("attribution.csv", values::ATTRIBUTION)?.filter(|a| !a.series.is_empty()),
        },
    })
}
