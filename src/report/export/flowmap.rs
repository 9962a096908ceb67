//! Locations and flows as Flowmap.blue reads them: departures by year between regions, or between countries where a folder has no table of
//! flows.

use super::{Side, csv_bytes, unmade};
use crate::{
    measure::summary::number,
    report::{folder::Folder, months},
    store::StoreError,
};

/// `flowmap-locations.csv` and `flowmap-flows.csv`.
pub fn files(folder: &Folder, side: &Side) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let places = &folder.played[side.index].scenario.world.places;
    let years = &side.values.years;
    let location = |id: &str, name: &str, lat: f64, lon: f64| vec![id.to_string(), name.to_string(), lat.to_string(), lon.to_string()];
    let flow = |from: &str, to: &str, count: f64, year: i32| vec![from.to_string(), to.to_string(), number(count), format!("{year}-01-01")];
    let (mut locations, mut flows) = (Vec::new(), Vec::new());
    if let Some([_, departures]) = months::by_regions(folder, years)? {
        locations.extend(places.homes.iter().map(|h| location(&h.id, &h.name, h.lat, h.lon)));
        locations.extend(places.destinations.iter().map(|d| location(&d.id, &d.name, d.lat, d.lon)));
        for (row, pair) in places.homes.iter().flat_map(|h| places.destinations.iter().map(move |d| (h, d))).enumerate() {
            let counts = years.iter().zip(departures.row(row)).filter(|(_, v)| **v > 0.0);
            flows.extend(counts.map(|(year, v)| flow(&pair.0.id, &pair.1.id, *v, *year)));
        }
    } else {
        for (o, origin) in places.origins.iter().enumerate() {
            if let Some(h) = places.homes.iter().filter(|h| h.origin == o).max_by(|a, b| a.migrant_share.total_cmp(&b.migrant_share)) {
                locations.push(location(&origin.code, &origin.name, h.lat, h.lon));
            }
        }
        for (c, country) in places.countries.iter().enumerate() {
            if let Some(d) = places.destinations.iter().filter(|d| d.country == c).max_by(|a, b| a.jobs_share.total_cmp(&b.jobs_share)) {
                locations.push(location(&country.code, &country.name, d.lat, d.lon));
            }
        }
        for (o, c, values) in side.pairs(folder, "departures") {
            let counts = years.iter().zip(values).filter(|(_, v)| **v > 0.0);
            flows.extend(counts.map(|(year, v)| flow(&places.origins[o].code, &places.countries[c].code, *v, *year)));
        }
    }
    let names = ["locations", "flows"].map(|what| format!("flowmap-{what}{}.csv", side.suffix));
    let locations = csv_bytes(&["id", "name", "lat", "lon"], locations).map_err(unmade(&names[0]))?;
    let flows = csv_bytes(&["origin", "dest", "count", "time"], flows).map_err(unmade(&names[1]))?;
    let [first, second] = names;
    Ok(vec![(first, locations), (second, flows)])
}
