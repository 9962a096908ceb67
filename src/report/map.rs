//! The map: an equal-area projection of Eurasia, outlines of countries, places, links and corridors as paths.

use std::{collections::BTreeMap, f64::consts::PI, fmt::Write};

use serde_json::{Value, json};

use super::folder::Played;
use crate::world::{World, network::Mode};

/// Width of the drawing.
pub const WIDTH: f64 = 1000.0;
/// Height of the drawing.
pub const HEIGHT: f64 = 620.0;
/// Outlines: see the head of the file.
const OUTLINES: &str = include_str!("page/outlines.txt");
/// Degrees of a step of the outlines.
const STEP: f64 = 0.05;
/// Degrees from the centre beyond which a place is drawn at the edge.
const FAR: f64 = 62.0;

/// Albers' conic equal-area projection (Snyder 1987, section 14) of the sphere, scaled to the drawing.
#[derive(Clone, Copy, Debug)]
pub struct Projection {
    n: f64,
    c: f64,
    rho0: f64,
}

const CENTRE: (f64, f64) = (46.0, 69.0);
const PARALLELS: (f64, f64) = (30.0, 60.0);
const SCALE: f64 = 655.0;
/// Where the centre stands in the drawing.
const MIDDLE: (f64, f64) = (455.0, 352.0);

impl Projection {
    /// The projection of the page.
    pub fn eurasia() -> Projection {
        let radians = |degrees: f64| degrees * PI / 180.0;
        let (a, b) = (radians(PARALLELS.0), radians(PARALLELS.1));
        let n = f64::midpoint(a.sin(), b.sin());
        let c = a.cos().powi(2) + 2.0 * n * a.sin();
        Projection { n, c, rho0: (c - 2.0 * n * radians(CENTRE.0).sin()).sqrt() / n }
    }

    /// Point of the drawing of a latitude and a longitude, in degrees; longitudes count from the meridian opposite the centre, so that
    /// nothing is torn at the date line.
    pub fn point(&self, lat: f64, lon: f64) -> (f64, f64) {
        let turned = (lon - CENTRE.1 + 180.0).rem_euclid(360.0) - 180.0;
        let theta = self.n * turned * PI / 180.0;
        let rho = (self.c - 2.0 * self.n * (lat * PI / 180.0).sin()).max(0.0).sqrt() / self.n;
        (MIDDLE.0 + SCALE * rho * theta.sin(), MIDDLE.1 - SCALE * (self.rho0 - rho * theta.cos()))
    }

    /// A place: its point, and whether it is beyond the map, drawn at the edge in its direction along the great circle.
    pub fn place(&self, lat: f64, lon: f64) -> (f64, f64, bool) {
        let (x, y) = self.point(lat, lon);
        let inside = (6.0..WIDTH - 6.0).contains(&x) && (6.0..HEIGHT - 6.0).contains(&y);
        if inside && distance(CENTRE, (lat, lon)) < FAR {
            return (x, y, false);
        }
        // The first point of the great circle from the centre that leaves the drawing.
        let steps = (1..=400).map(|i| self.between(CENTRE, (lat, lon), f64::from(i) / 400.0));
        let (x, y) = steps.take_while(|(x, y)| (14.0..WIDTH - 14.0).contains(x) && (14.0..HEIGHT - 14.0).contains(y)).last().unwrap_or(MIDDLE);
        (x, y, true)
    }

    /// The point a part of the way along a great circle.
    fn between(&self, from: (f64, f64), to: (f64, f64), part: f64) -> (f64, f64) {
        let vector = |(lat, lon): (f64, f64)| {
            let (lat, lon) = (lat * PI / 180.0, lon * PI / 180.0);
            [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
        };
        let (a, b) = (vector(from), vector(to));
        let angle = distance(from, to) * PI / 180.0;
        if angle < 1e-9 {
            return self.point(from.0, from.1);
        }
        let (s, t) = (((1.0 - part) * angle).sin() / angle.sin(), (part * angle).sin() / angle.sin());
        let [x, y, z] = [0, 1, 2].map(|i| s * a[i] + t * b[i]);
        self.point(z.clamp(-1.0, 1.0).asin() * 180.0 / PI, y.atan2(x) * 180.0 / PI)
    }
}

/// Degrees between two places.
fn distance((lat1, lon1): (f64, f64), (lat2, lon2): (f64, f64)) -> f64 {
    let radians = |degrees: f64| degrees * PI / 180.0;
    let (a, b) = (radians(lat1), radians(lat2));
    (a.sin() * b.sin() + a.cos() * b.cos() * radians(lon2 - lon1).cos()).clamp(-1.0, 1.0).acos() * 180.0 / PI
}

/// Countries as paths: code (or `-`) and the path in tenths of the drawing's unit.
pub fn outlines() -> Vec<(String, String)> {
    let projection = Projection::eurasia();
    let mut by_code: BTreeMap<String, String> = BTreeMap::new();
    for line in OUTLINES.lines().filter(|l| !l.starts_with('#')) {
        let mut parts = line.split(';');
        let code = parts.next().unwrap_or("-");
        let path = by_code.entry(code.to_string()).or_default();
        for ring in parts {
            let numbers: Vec<f64> = ring.split(' ').filter_map(|n| n.parse().ok()).collect();
            let (mut lon, mut lat) = (0.0, 0.0);
            let points = numbers.chunks_exact(2).map(|step| {
                (lon, lat) = (lon + step[0] * STEP, lat + step[1] * STEP);
                projection.point(lat, lon)
            });
            trace(&points.collect::<Vec<_>>(), path);
        }
    }
    by_code.into_iter().filter(|(_, path)| !path.is_empty()).collect()
}

/// Adds a closed ring to a path if part of it lies in the drawing, in tenths, relative.
fn trace(points: &[(f64, f64)], path: &mut String) {
    const MARGIN: f64 = 40.0;
    let inside = |&&(x, y): &&(f64, f64)| x > -MARGIN && x < WIDTH + MARGIN && y > -MARGIN && y < HEIGHT + MARGIN;
    if points.iter().find(inside).is_none() {
        return;
    }
    let mut before: Option<(i64, i64)> = None;
    for (x, y) in points {
        // Far outside is as good as just outside.
        let at = ((x.clamp(-400.0, WIDTH + 400.0) * 10.0).round() as i64, (y.clamp(-400.0, HEIGHT + 400.0) * 10.0).round() as i64);
        let _ = match before {
            None => write!(path, "M{} {}l", at.0, at.1),
            Some(last) if last == at => continue,
            Some(last) => write!(path, "{} {} ", at.0 - last.0, at.1 - last.1),
        };
        before = Some(at);
    }
    path.truncate(path.trim_end().len());
    path.push('z');
}

fn round(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

/// Where places are drawn.
pub fn places(world: &World) -> Value {
    let projection = Projection::eurasia();
    let spot = |lat: f64, lon: f64| {
        let (x, y, far) = projection.place(lat, lon);
        (round(x), round(y), far)
    };
    let places = &world.places;
    let homes: Vec<Value> = places
        .homes
        .iter()
        .map(|h| {
            let (x, y, _) = spot(h.lat, h.lon);
            json!({ "id": h.id, "name": h.name, "of": h.origin, "x": x, "y": y, "lat": h.lat, "lon": h.lon })
        })
        .collect();
    let destinations: Vec<Value> = places
        .destinations
        .iter()
        .map(|d| {
            let (x, y, far) = spot(d.lat, d.lon);
            json!({ "id": d.id, "name": d.name, "of": d.country, "x": x, "y": y, "far": far, "lat": d.lat, "lon": d.lon })
        })
        .collect();
    let origins: Vec<Value> = places
        .origins
        .iter()
        .enumerate()
        .map(|(o, c)| {
            let of = || places.homes.iter().filter(|h| h.origin == o);
            let mean = |value: fn(&crate::world::place::Home) -> f64| of().map(|h| h.migrant_share * value(h)).sum::<f64>() / of().map(|h| h.migrant_share).sum::<f64>().max(1e-12);
            let (x, y, _) = spot(mean(|h| h.lat), mean(|h| h.lon));
            json!({ "code": c.code, "name": c.name, "x": x, "y": y })
        })
        .collect();
    let countries: Vec<Value> = places
        .countries
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let largest = places.destinations.iter().filter(|d| d.country == i).max_by(|a, b| a.jobs_share.total_cmp(&b.jobs_share));
            let (x, y, far) = largest.map_or((MIDDLE.0, MIDDLE.1, true), |d| spot(d.lat, d.lon));
            json!({ "code": c.code, "name": c.name, "x": x, "y": y, "far": far })
        })
        .collect();
    json!({ "homes": homes, "destinations": destinations, "origins": origins, "countries": countries })
}

/// Straight path between two nodes; none if both are beyond the map.
fn path(world: &World, projection: &Projection, ends: [usize; 2]) -> Option<String> {
    let at = |end: usize| world.network.nodes.get(end).map(|n| projection.point(n.lat, n.lon));
    let (a, b) = (at(ends[0])?, at(ends[1])?);
    let inside = |(x, y): (f64, f64)| (0.0..WIDTH).contains(&x) && (0.0..HEIGHT).contains(&y);
    (inside(a) || inside(b)).then(|| format!("M{} {}L{} {}", round(a.0), round(a.1), round(b.0), round(b.1)))
}

/// Links on the ground that carry persons: path, means, first month and first month without service, counted from the start of the run.
pub fn links(world: &World) -> Vec<Value> {
    let projection = Projection::eurasia();
    let on_ground = world.network.links.iter().filter(|l| l.passengers && l.mode != Mode::Air);
    on_ground
        .filter_map(|l| {
            let d = path(world, &projection, l.ends)?;
            Some(json!([d, l.mode.name(), within(world, l.opens), within(world, l.closes)]))
        })
        .collect()
}

/// Index of a month in the run, from 0 to the number of months.
fn within(world: &World, month: crate::units::Month) -> i32 {
    month.since(world.start).clamp(0, world.months as i32)
}

/// Corridors of one or two scenarios with their phases by month; `side` says which scenarios have it so.
pub fn corridors(played: &[Played]) -> Vec<Value> {
    let projection = Projection::eurasia();
    let mut found: Vec<(Value, String)> = Vec::new();
    for (index, one) in played.iter().enumerate() {
        let world = &one.scenario.world;
        let letter = ["a", "b"].get(index).copied().unwrap_or("b");
        for corridor in &world.corridors {
            let mut phases: Vec<(usize, &str)> = Vec::new();
            for t in 0..world.months {
                let phase = corridor.phase(world.start.plus(t as i32)).name();
                if phases.last().is_none_or(|last| last.1 != phase) {
                    phases.push((t, phase));
                }
            }
            let links: Vec<String> = corridor.links.iter().filter_map(|l| path(world, &projection, l.ends)).collect();
            let channels = one.inventory.corridors.iter().find(|c| c.id == corridor.id).map_or_else(Vec::new, |c| c.channels.clone());
            let value = json!({ "id": corridor.id, "name": corridor.name, "phases": phases, "path": links.concat(), "channels": channels });
            match found.iter_mut().find(|(other, _)| *other == value) {
                Some((_, sides)) => sides.push_str(letter),
                None => found.push((value, letter.to_string())),
            }
        }
    }
    let with_side = |(mut value, side): (Value, String)| {
        value["side"] = json!(side);
        value
    };
    found.into_iter().map(with_side).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projection_keeps_areas_and_does_not_tear_at_the_date_line() {
        let p = Projection::eurasia();
        // Cells of equal area on the sphere have equal areas on the map.
        let area = |lat: f64, lon: f64| {
            let (h, corners) = (0.5, [(-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)]);
            let points = corners.map(|(a, b)| p.point(lat + a * h, lon + b * h));
            let sum: f64 = (0..4).map(|i| points[i].0 * points[(i + 1) % 4].1 - points[(i + 1) % 4].0 * points[i].1).sum();
            sum.abs() / 2.0 / (lat * PI / 180.0).cos()
        };
        let reference = area(46.0, 69.0);
        for (lat, lon) in [(25.0, 45.0), (56.0, 38.0), (48.0, 135.0), (38.0, 127.0)] {
            assert!((area(lat, lon) / reference - 1.0).abs() < 1e-3, "{lat} {lon}");
        }
        let (a, b) = (p.point(66.0, 179.9), p.point(66.0, -179.9));
        assert!((a.0 - b.0).abs() + (a.1 - b.1).abs() < 3.0);
    }

    #[test]
    fn outlines_are_not_smeared() {
        for (code, path) in outlines() {
            assert!(path.starts_with('M') && path.ends_with('z'), "{code}");
            for step in path.split(['M', 'l', 'z']).flat_map(|ring| ring.split(' ').collect::<Vec<_>>().chunks(2).map(<[&str]>::concat).collect::<Vec<_>>()) {
                assert!(step.len() < 16, "{code}: {step}");
            }
        }
        let rings = outlines();
        let russia = rings.iter().find(|(code, _)| code == "RUS").map(|(_, path)| path.clone()).unwrap_or_default();
        // No side of Russia's outline is longer than a tenth of the map.
        let longest = russia
            .split('l')
            .skip(1)
            .flat_map(|ring| ring.split('z').next().unwrap_or("").split(' ').filter_map(|n| n.parse::<f64>().ok()).collect::<Vec<_>>())
            .fold(0.0f64, |most, step| most.max(step.abs()));
        assert!(longest < WIDTH, "{longest} tenths");
    }

    #[test]
    fn far_places_stand_at_the_edge() {
        let p = Projection::eurasia();
        let (x, y, far) = p.place(40.71, -74.0);
        assert!(far && (0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{x} {y}");
        for (lat, lon) in [(41.0, 71.0), (55.75, 37.6), (25.1, 55.3), (51.5, -0.1), (37.6, 127.0), (48.5, 135.1)] {
            let (x, y, far) = p.place(lat, lon);
            assert!(!far && (0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y), "{lat} {lon}: {x} {y}");
        }
    }
}
