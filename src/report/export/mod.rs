//! Results in the formats of other programs, made from the files of a folder.

mod flowmap;
mod geojson;
mod od;
mod workbook;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    folder::{Folder, Kind},
    values::{self, Values},
};
use crate::store::{StoreError, atomic};

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Locations and flows of Flowmap.blue and flowmap.gl: two CSV files.
    Flowmap,
    /// Origin, destination, flow by year as migest and circlize read it: CSV.
    Od,
    /// Regions, flows and corridors.
    Geojson,
    /// An Excel workbook: a cover with the sources, and a sheet for each table of at most 200,000 rows.
    Xlsx,
}

/// One scenario of the folder with its yearly values.
struct Side {
    /// What stands before the extension in names of files: empty for a run, `-a` and `-b`.
    suffix: &'static str,
    /// Index into the folder's scenarios.
    index: usize,
    values: Values,
}

/// Writes a folder's results into `out`; returns the files. All are made before one is written.
///
/// # Errors
/// Files that are missing or cannot be read or written; files of other content that stand there, unless `replace`.
pub fn export(path: &Path, format: Format, out: &Path, replace: bool) -> Result<Vec<PathBuf>, StoreError> {
    let folder = Folder::open(path)?;
    if !matches!(folder.kind, Kind::Run(_) | Kind::Comparison(_)) {
        let reason = "only results of `musafir run` and `musafir compare` hold flows that other programs read".to_string();
        return Err(StoreError::Content { path: path.to_path_buf(), reason });
    }
    let mut made = Vec::new();
    if format == Format::Xlsx {
        made.push(("results.xlsx".to_string(), workbook::workbook(&folder)?));
    } else {
        for side in sides(&folder)? {
            made.extend(match format {
                Format::Flowmap => flowmap::files(&folder, &side)?,
                Format::Od => od::files(&folder, &side)?,
                Format::Geojson => geojson::files(&folder, &side),
                Format::Xlsx => Vec::new(),
            });
        }
    }
    let made: Vec<(PathBuf, Vec<u8>)> = made.into_iter().map(|(name, bytes)| (out.join(name), bytes)).collect();
    let other = |(path, bytes): &&(PathBuf, Vec<u8>)| path.symlink_metadata().is_ok() && fs::read(path).ok().as_ref() != Some(bytes);
    if let Some((path, _)) = made.iter().find(other).filter(|_| !replace) {
        let reason = "another file stands there; choose another folder with --out, or replace it with --force".to_string();
        return Err(StoreError::Content { path: path.clone(), reason });
    }
    for (path, bytes) in &made {
        atomic::write(path, |sink| io::Write::write_all(sink, bytes))?;
    }
    Ok(made.into_iter().map(|(path, _)| path).collect())
}

fn sides(folder: &Folder) -> Result<Vec<Side>, StoreError> {
    let names: &[(&str, &'static str)] = match folder.kind {
        Kind::Run(_) => &[("summary.csv", "")],
        Kind::Comparison(_) => &[("summary-a.csv", "-a"), ("summary-b.csv", "-b")],
        _ => &[],
    };
    let side = |(index, (name, suffix)): (usize, &(&str, &'static str))| Ok(Side { suffix, index, values: Values::read(&folder.file(name), values::SUMMARY)? });
    names.iter().enumerate().map(side).collect()
}

impl Side {
    /// Means of a measure by year of each pair of an origin and a country, in the order of places.
    fn pairs<'s>(&'s self, folder: &'s Folder, measure: &'static str) -> impl Iterator<Item = (usize, usize, &'s [f64])> {
        let places = &folder.played[self.index].scenario.world.places;
        places.pairs().filter_map(move |(o, c)| {
            let series = self.values.get(&[measure, &places.origins[o].code, &places.countries[c].code])?;
            Some((o, c, series.columns[0].as_slice()))
        })
    }
}

/// Rows as CSV.
fn csv_bytes(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header)?;
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// An error of making bytes, which have no path yet.
fn unmade(name: &str) -> impl Fn(io::Error) -> StoreError {
    let path = PathBuf::from(name);
    move |source| StoreError::Io { action: "make", path: path.clone(), source }
}
