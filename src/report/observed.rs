//! Observed points that are drawn over the lines: the simple targets of a folder, those that observe one measure by itself. Targets that are
//! ratios, changes or of measures that no chart shows are for `validate` alone and are left out here.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};
use toml::Table;

use crate::{experiment::past::target_file::Period, store::StoreError, units::Month};

/// Measure of a target, measure of the line it is drawn on, and the month that it refers to where its period does not say (0: mean of the year).
const MEASURES: [(&str, &str, u32); 7] = [
    ("stock", "stock_mean", 0),
    ("stock_august", "stock_mean", 8),
    ("stock_february", "stock_mean", 2),
    ("departures", "departures", 0),
    ("returns", "returns", 0),
    ("remittances_usd", "remittances_usd", 0),
    ("remittances_gdp_share", "remittances_gdp_share", 0),
];

/// Points of all files of a folder, in the order of names: measure, origin, destination, time in years (the middle of a year is whole), value,
/// low, high, factor, title, scope, source, whether it was verified, whether it was for fitting or for testing.
///
/// # Errors
/// A folder or a file that cannot be read.
pub fn read(folder: &Path) -> Result<Vec<Value>, StoreError> {
    Ok(series(folder)?.iter().flat_map(of).collect())
}

/// Title, scope and source of each series, by its id.
///
/// # Errors
/// A folder or a file that cannot be read.
pub fn stated(folder: &Path) -> Result<BTreeMap<String, [String; 3]>, StoreError> {
    let one = |s: &Table| Some((text(s, "id")?, ["title", "scope", "source"].map(|key| text(s, key).unwrap_or_default())));
    Ok(series(folder)?.iter().filter_map(one).collect())
}

fn series(folder: &Path) -> Result<Vec<Table>, StoreError> {
    let entries = fs::read_dir(folder).map_err(StoreError::io("read", folder))?;
    let mut files: Vec<_> = entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(StoreError::io("read", &file))?;
        let mut table: Table = toml::from_str(&text).map_err(|e| StoreError::Content { path: file.clone(), reason: e.message().to_string() })?;
        if let Some(toml::Value::Array(series)) = table.remove("series") {
            all.extend(series.into_iter().filter_map(|s| if let toml::Value::Table(t) = s { Some(t) } else { None }));
        }
    }
    Ok(all)
}

fn text(table: &Table, key: &str) -> Option<String> {
    table.get(key).and_then(toml::Value::as_str).map(str::to_string)
}

fn number(table: &Table, key: &str) -> Option<f64> {
    table.get(key).and_then(|v| v.as_float().or_else(|| v.as_integer().map(|i| i as f64)))
}

fn of(series: &Table) -> Vec<Value> {
    let place = |key: &str| series.get("observes").and_then(toml::Value::as_table).and_then(|o| text(o, key));
    let (Some(measure), Some(origin)) = (place("measure"), place("origin")) else { return Vec::new() };
    let destination = place("destination").unwrap_or_else(|| "ALL".to_string());
    let alone = !["over", "plus"].iter().any(|key| series.contains_key(*key));
    let Some((_, line, month)) = MEASURES.iter().find(|m| m.0 == measure).filter(|_| alone) else { return Vec::new() };
    let rows = series.get("rows").and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_table);
    let point = |row: &Table| {
        let time = when(&text(row, "period")?, *month, measure.starts_with("stock"))?;
        let either = |key: &str| text(row, key).or_else(|| text(series, key)).unwrap_or_default();
        let verified = row.get("verified").or_else(|| series.get("verified")).and_then(toml::Value::as_bool);
        let factor = number(row, "factor").or_else(|| number(series, "factor")).unwrap_or(1.0);
        Some(json!([
            line,
            origin,
            destination,
            time,
            number(row, "value")?,
            number(row, "low"),
            number(row, "high"),
            factor,
            either("title"),
            either("scope"),
            either("source"),
            verified,
            text(row, "use").unwrap_or_default()
        ]))
    };
    rows.filter_map(point).collect()
}

/// Time of a year or a month in years, so that the middle of a year is a whole number: of a month its end, of a year the end of `month` if that is
/// not 0. None of other spans, nor of months of what is summed over a year: no chart has a line for them.
fn when(period: &str, month: u32, stock: bool) -> Option<f64> {
    let Period { first, last } = period.parse().ok()?;
    let end = |month: Month| f64::from(month.year()) + f64::from(month.of_year() as u32 + 1) / 12.0 - 0.5;
    match last.since(first) {
        0 if stock => Some(end(last)),
        11 if last.of_year() == 11 => Some(if month > 0 { end(Month::new(last.year(), month)) } else { f64::from(last.year()) }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_targets_are_points_and_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"
            [[series]]
            title = "Register"
            observes = { measure = "stock", origin = "UZB", destination = "RUS" }
            source = "a register"
            verified = false
            rows = [{ period = "2014-06", value = 2_000_000, verified = true, use = "fit" }, { period = "2015", value = 1.5e6, low = 1e6, factor = 1.1 }, { period = "soon", value = 1 }]
            [[series]]
            observes = { measure = "stock", origin = "UZB", destination = "RUS" }
            over = { period = "2019" }
            rows = [{ period = "2020", value = 0.4 }]
            [[series]]
            observes = { measure = "residents", origin = "UZB", destination = "RUS" }
            rows = [{ period = "2020", value = 4 }]
            [[series]]
            observes = { measure = "stock_august", origin = "UZB" }
            rows = [{ period = "2014", value = 1 }, { period = "2014-07/2014-12", value = 2 }]
            [[series]]
            observes = { measure = "stock", origin = "UZB", destination = "RUS" }
            plus = [{ origin = "TJK" }]
            rows = [{ period = "2020", value = 4 }]
            [[series]]
            observes = { measure = "departures", origin = "UZB" }
            rows = [{ period = "2014-03", value = 9 }]
        "#;
        fs::write(folder.path().join("a.toml"), text).unwrap();
        fs::write(folder.path().join("b.json"), "{").unwrap();
        let points = read(folder.path()).unwrap();
        assert_eq!(points.len(), 3);
        assert_eq!(points[0], json!(["stock_mean", "UZB", "RUS", 2014.0, 2e6, null, null, 1.0, "Register", "", "a register", true, "fit"]));
        assert_eq!(points[1], json!(["stock_mean", "UZB", "RUS", 2015.0, 1.5e6, 1e6, null, 1.1, "Register", "", "a register", false, ""]));
        assert_eq!((points[2][2].as_str(), points[2][3].as_f64()), (Some("ALL"), Some(2014.0 + 8.0 / 12.0 - 0.5)));
        fs::write(folder.path().join("c.toml"), "[[").unwrap();
        assert!(read(folder.path()).is_err());
    }
}
