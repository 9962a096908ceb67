//! Origin-destination tables: the first three columns are what `circlize::chordDiagram` takes, their names are those of migest.

use super::{Side, csv_bytes, unmade};
use crate::{measure::summary::number, report::folder::Folder, store::StoreError};

/// Departures of the year as `od.csv`, foreign citizens abroad (mean of the year) as `od-stock.csv`.
pub fn files(folder: &Folder, side: &Side) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let one = |measure: &'static str, name: String| {
        let places = &folder.played[side.index].scenario.world.places;
        let rows = side.pairs(folder, measure).flat_map(|(o, c, values)| {
            let years = side.values.years.iter().zip(values).filter(|(_, v)| v.is_finite());
            years.map(move |(year, v)| vec![places.origins[o].code.clone(), places.countries[c].code.clone(), number(*v), year.to_string()])
        });
        let bytes = csv_bytes(&["orig", "dest", "flow", "year"], rows).map_err(unmade(&name))?;
        Ok((name, bytes))
    };
    Ok(vec![one("departures", format!("od{}.csv", side.suffix))?, one("stock_mean", format!("od-stock{}.csv", side.suffix))?])
}
