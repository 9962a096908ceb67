//! The data of the page as one JSON object, safe inside a script element.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    compact,
    folder::{Folder, Kind},
    map,
    months::{Monthly, Sums},
    strings,
    values::Values,
};
use crate::measure::scope::Scope;

/// Measures of `summary.csv` or `compare.csv` that the page shows.
const MEASURES: [&str; 14] = [
    "stock_mean",
    "stock_august",
    "departures",
    "returns",
    "removed",
    "naturalised",
    "net_migration",
    "remittances_usd",
    "remittances_gdp_share",
    "would_go_cannot",
    "leverage",
    "centrality",
    "concentration_hhi",
    "mean_wage_usd",
];
/// Measures of `attribution.csv` that the page shows.
const ATTRIBUTED: [&str; 7] = ["stock_mean", "stock_august", "departures", "remittances_usd", "remittances_gdp_share", "would_go_cannot", "leverage"];

/// All that was read of a folder.
#[derive(Debug)]
pub struct Read {
    /// `summary.csv` or `compare.csv`.
    pub values: Values,
    /// Monthly tables of a run.
    pub monthly: Option<Monthly>,
    /// `diversion.csv`.
    pub diversion: Option<Values>,
    /// `attribution.csv`.
    pub attribution: Option<Values>,
    /// Observed points, see [`super::observed`].
    pub observed: Vec<Value>,
}

/// JSON that cannot end the script element it stands in.
pub fn embeddable(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// The object of a page without a map: what was found, by the kind of study.
pub fn study(kind: &str, study: &Value) -> Value {
    json!({ "kind": kind, "strings": strings::table(), "study": study })
}

/// The object of a run or a comparison.
pub fn object(folder: &Folder, read: &Read) -> Value {
    let Some(world) = folder.first().map(|s| &s.world) else { return Value::Null };
    let (kind, fork) = match &folder.kind {
        Kind::Comparison(record) => ("compare", record.fork.clone()),
        _ => ("run", None),
    };
    let mut object = json!({
        "kind": kind,
        "titles": folder.played.iter().map(|p| p.scenario.title.clone()).collect::<Vec<_>>(),
        "replicates": folder.replicates(),
        "start": [world.start.year(), world.start.of_year()],
        "months": world.months,
        "years": read.values.years,
        "last": folder.last_year(),
        "fork": fork,
        "strings": strings::table(),
        "size": [map::WIDTH, map::HEIGHT],
        "outlines": map::outlines(),
        "places": map::places(world),
        "links": map::links(world),
        "corridors": map::corridors(&folder.played),
        "measures": measures(&read.values),
        "observed": read.observed,
    });
    if let Some(monthly) = &read.monthly {
        object["monthly"] = months(&Scope::new(world), monthly);
    }
    if let Some(diversion) = &read.diversion {
        let rows = diversion.series.iter().map(|(key, series)| {
            let texts = series.columns.iter().map(|c| compact::series(c, 1.0)).collect::<Vec<_>>();
            json!([key[0], key[1], key[2], texts[0], texts[1], texts[2]])
        });
        object["diversion"] = json!({ "years": diversion.years, "rows": rows.collect::<Vec<_>>() });
    }
    if let Some(attribution) = &read.attribution {
        let shown = attribution.series.iter().filter(|(key, _)| ATTRIBUTED.contains(&key[0].as_str()));
        let rows = shown.map(|(key, series)| {
            let step = compact::step(&series.unit);
            let texts = series.columns.iter().map(|c| compact::series(c, step)).collect::<Vec<_>>();
            json!([key[0], key[1], key[2], key[3], texts[0], texts[1], texts[2]])
        });
        let rows = rows.collect::<Vec<_>>();
        if !rows.is_empty() {
            object["attribution"] = json!({ "years": attribution.years, "rows": rows });
        }
    }
    object
}

/// By measure: unit, step, and by `origin|destination` one text a column; columns without any value are left out at the end.
fn measures(values: &Values) -> Value {
    let mut by_measure: BTreeMap<&str, (String, Map<String, Value>)> = BTreeMap::new();
    for (key, series) in values.series.iter().filter(|(key, _)| MEASURES.contains(&key[0].as_str())) {
        let step = compact::step(&series.unit);
        let mut columns: Vec<&Vec<f64>> = series.columns.iter().collect();
        while columns.last().is_some_and(|c| c.iter().all(|v| v.is_nan())) {
            columns.pop();
        }
        let texts: Vec<String> = columns.iter().map(|c| compact::series(c, step)).collect();
        let entry = by_measure.entry(key[0].as_str()).or_insert_with(|| (series.unit.clone(), Map::new()));
        entry.1.insert(format!("{}|{}", key[1], key[2]), json!(texts));
    }
    by_measure.into_iter().map(|(name, (unit, rows))| (name.to_string(), json!({ "unit": unit, "step": compact::step(&unit), "rows": rows }))).collect::<Map<_, _>>().into()
}

/// Rows of a table that are not all zero: index of the row's first and second part, and the text.
fn rows(sums: &Sums, second: usize, step: f64) -> Vec<Value> {
    let count = sums.values.len() / sums.times.max(1);
    (0..count).filter(|&r| sums.row(r).iter().any(|v| *v != 0.0)).map(|r| json!([r / second, r % second, compact::series(sums.row(r), step)])).collect()
}

fn months(scope: &Scope, monthly: &Monthly) -> Value {
    // Returns are shown by origin alone.
    let mut returns = Sums { values: vec![0.0; scope.origins * monthly.returns.times], times: monthly.returns.times };
    for row in 0..scope.origins * scope.destinations() {
        let to = row / scope.destinations() * returns.times;
        returns.values[to..to + returns.times].iter_mut().zip(monthly.returns.row(row)).for_each(|(a, b)| *a += b);
    }
    json!({
        "stock": rows(&monthly.stock, scope.destinations(), 1.0),
        "departures": rows(&monthly.departures, scope.destinations(), 1.0),
        "remittances": rows(&monthly.remittances, scope.destinations(), 1e3),
        "returns": rows(&returns, 1, 1.0),
        "homes": rows(&monthly.homes, scope.countries, 1.0),
        "blocked": rows(&monthly.blocked, monthly.reasons.len().max(1), 1.0),
        "reasons": monthly.reasons,
    })
}
