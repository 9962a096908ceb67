//! Geographic JSON (RFC 7946): regions as points, flows between countries as lines with a number for each year, corridors with their phases.

use serde_json::{Map, Value, json};

use super::Side;
use crate::{measure::summary::number, report::folder::Folder, units::Month};

/// `flows.geojson`.
pub fn files(folder: &Folder, side: &Side) -> Vec<(String, Vec<u8>)> {
    let world = &folder.played[side.index].scenario.world;
    let places = &world.places;
    let feature = |geometry: Value, properties: Value| json!({ "type": "Feature", "geometry": geometry, "properties": properties });
    let mut features: Vec<Value> = Vec::new();
    for h in &places.homes {
        let properties = json!({ "layer": "home", "id": h.id, "name": h.name, "country": places.origins[h.origin].code });
        features.push(feature(json!({ "type": "Point", "coordinates": [h.lon, h.lat] }), properties));
    }
    for d in &places.destinations {
        let properties = json!({ "layer": "destination", "id": d.id, "name": d.name, "country": places.countries[d.country].code });
        features.push(feature(json!({ "type": "Point", "coordinates": [d.lon, d.lat] }), properties));
    }
    let at_origin = |o: usize| places.homes.iter().filter(|h| h.origin == o).max_by(|a, b| a.migrant_share.total_cmp(&b.migrant_share)).map(|h| [h.lon, h.lat]);
    let at_country = |c: usize| places.destinations.iter().filter(|d| d.country == c).max_by(|a, b| a.jobs_share.total_cmp(&b.jobs_share)).map(|d| [d.lon, d.lat]);
    for (o, c, values) in side.pairs(folder, "departures") {
        let (Some(from), Some(to)) = (at_origin(o), at_country(c)) else { continue };
        let mut properties = Map::new();
        properties.insert("layer".to_string(), json!("flow"));
        properties.insert("origin".to_string(), json!(places.origins[o].code));
        properties.insert("destination".to_string(), json!(places.countries[c].code));
        for (year, value) in side.values.years.iter().zip(values).filter(|(_, v)| v.is_finite()) {
            properties.insert(format!("departures_{year}"), json!(number(*value).parse::<f64>().unwrap_or(*value)));
        }
        features.push(feature(json!({ "type": "LineString", "coordinates": [from, to] }), properties.into()));
    }
    let date = |month: Month| if month == Month::NEVER { Value::Null } else { json!(month.to_string()) };
    for corridor in &world.corridors {
        let node = |end: usize| world.network.nodes.get(end).map(|n| [n.lon, n.lat]);
        let lines: Vec<[[f64; 2]; 2]> = corridor.links.iter().filter_map(|l| Some([node(l.ends[0])?, node(l.ends[1])?])).collect();
        let properties = json!({
            "layer": "corridor", "id": corridor.id, "name": corridor.name, "building_from": corridor.construction.as_ref().map(|c| c.from.to_string()),
            "opens": date(corridor.opens), "closes": date(corridor.closes), "cost_usd_m": corridor.cost_usd_m,
        });
        features.push(feature(json!({ "type": "MultiLineString", "coordinates": lines }), properties));
    }
    let collection = json!({ "type": "FeatureCollection", "features": features });
    vec![(format!("flows{}.geojson", side.suffix), format!("{collection}\n").into_bytes())]
}
