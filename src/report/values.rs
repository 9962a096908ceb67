//! Yearly values from the CSV files of a folder: series by their keys.

use std::{collections::BTreeMap, fs, path::Path};

use crate::store::StoreError;

/// One series: by column, then by year; NaN is "no value".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Unit, if the file says it.
    pub unit: String,
    /// Values.
    pub columns: Vec<Vec<f64>>,
}

/// Series of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// Years, in order.
    pub years: Vec<i32>,
    /// By the values of the key columns.
    pub series: BTreeMap<Vec<String>, Series>,
}

/// Key columns and value columns of a file.
pub type Shape = (&'static [&'static str], &'static [&'static str]);

/// `summary.csv`.
pub const SUMMARY: Shape = (&["measure", "origin", "destination"], &["mean", "p05", "p95"]);
/// `compare.csv`.
pub const COMPARE: Shape = (&["measure", "origin", "destination"], &["a", "b", "difference", "low", "high"]);
/// `diversion.csv`.
pub const DIVERSION: Shape = (&["origin", "in_a", "in_b"], &["persons", "low", "high"]);
/// `attribution.csv`.
pub const ATTRIBUTION: Shape = (&["measure", "origin", "destination", "channel"], &["share", "low", "high"]);

/// Rows of a CSV file by the names of its columns.
///
/// # Errors
/// Those of the file system; content that is no table.
pub fn rows(path: &Path) -> Result<Vec<BTreeMap<String, String>>, StoreError> {
    let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
    let rows: Result<Vec<_>, _> = csv::Reader::from_reader(bytes.as_slice()).deserialize().collect();
    rows.map_err(|e| StoreError::Content { path: path.to_path_buf(), reason: e.to_string() })
}

impl Values {
    /// Reads a file.
    ///
    /// # Errors
    /// Those of the file system; content that is not of this shape.
    pub fn read(path: &Path, (keys, columns): Shape) -> Result<Values, StoreError> {
        let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
        Values::parse(&bytes, (keys, columns)).map_err(|reason| StoreError::Content { path: path.to_path_buf(), reason })
    }

    fn parse(bytes: &[u8], (keys, columns): Shape) -> Result<Values, String> {
        let mut reader = csv::Reader::from_reader(bytes);
        let header = reader.headers().map_err(|e| e.to_string())?.clone();
        let place = |name: &str| header.iter().position(|h| h == name).ok_or_else(|| format!("there is no column `{name}`"));
        let year_at = place("year")?;
        let key_at = keys.iter().map(|k| place(k)).collect::<Result<Vec<_>, _>>()?;
        let column_at = columns.iter().map(|c| place(c)).collect::<Result<Vec<_>, _>>()?;
        let unit_at = place("unit").ok();
        let records = reader.records().collect::<Result<Vec<_>, _>>().map_err(|e| e.to_string())?;
        let text = |record: &csv::StringRecord, at: usize| record.get(at).unwrap_or_default().to_string();
        let mut years = Vec::new();
        for record in &records {
            let text = text(record, year_at);
            let year: i32 = text.parse().map_err(|_| format!("`{text}` is no year"))?;
            years.push(year);
        }
        let mut distinct = years.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let mut series: BTreeMap<Vec<String>, Series> = BTreeMap::new();
        for (record, year) in records.iter().zip(years) {
            let key = key_at.iter().map(|&at| text(record, at)).collect();
            let one = series
                .entry(key)
                .or_insert_with(|| Series { unit: unit_at.map_or_else(String::new, |at| text(record, at)), columns: vec![vec![f64::NAN; distinct.len()]; columns.len()] });
            let Ok(index) = distinct.binary_search(&year) else { continue };
            for (values, &at) in one.columns.iter_mut().zip(&column_at) {
                let text = text(record, at);
                values[index] = if text.is_empty() { f64::NAN } else { text.parse().map_err(|_| format!("`{text}` is no number"))? };
            }
        }
        Ok(Values { years: distinct, series })
    }

    /// A series.
    pub fn get(&self, key: &[&str]) -> Option<&Series> {
        self.series.get(&key.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    /// The values of a series in a year, by column.
    pub fn at(&self, key: &[&str], year: i32) -> Option<Vec<f64>> {
        let index = self.years.binary_search(&year).ok()?;
        Some(self.get(key)?.columns.iter().map(|c| c[index]).collect())
    }
}
