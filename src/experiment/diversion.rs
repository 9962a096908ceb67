//! Diversion: persons whose place differs between two runs, at the end of each August (the peak of the season; `stock_august` counts the
//! same day). A place is a country, or home; those not yet of age, dead or aged out are in no place in either run.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    measure::{
        columns::{AT_HOME, DIVERSION},
        scope::{ALL_ORIGINS, Scope},
        statistics::{Interval, spread},
        summary::{bounds, number},
    },
    population::person::{Chunk, HOME},
    units::Month,
    world::World,
};

/// Whether whereabouts are taken at the end of a month.
pub fn counted(month: Month) -> bool {
    month.of_year() == 7
}

/// Who is abroad and where, in four bytes a person abroad: by chunk, (row, country) in the order of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Whereabouts(Vec<Vec<(u16, u8)>>);

fn country(world: &World, place: u8) -> u8 {
    world.places.destinations[usize::from(place)].country as u8
}

impl Whereabouts {
    /// Of all persons at the end of a month.
    pub fn of(world: &World, chunks: &[Chunk], month: Month) -> Whereabouts {
        let abroad = |chunk: &Chunk| {
            let there = |(row, p): (usize, &crate::population::person::Person)| (p.place != HOME && p.active(month)).then(|| (row as u16, country(world, p.place)));
            chunk.person.iter().enumerate().filter_map(there).collect()
        };
        Whereabouts(chunks.par_iter().map(abroad).collect())
    }

    /// Simulated persons whose place differs: `self` is where they are in A, `chunks` are the same persons in B.
    pub fn differences(&self, world: &World, chunks: &[Chunk], month: Month) -> Matrix {
        let mut matrix = Matrix::new(world);
        let counts: Vec<BTreeMap<usize, u64>> = self
            .0
            .par_iter()
            .zip(chunks)
            .map(|(a, chunk)| {
                let mut counts = BTreeMap::new();
                let origin = world.places.homes[usize::from(chunk.home)].origin;
                let mut abroad = a.iter().peekable();
                for (row, person) in chunk.person.iter().enumerate() {
                    let in_a = abroad.next_if(|(r, _)| usize::from(*r) == row).map(|(_, c)| usize::from(*c));
                    if person.active(month) {
                        let in_b = (person.place != HOME).then(|| usize::from(country(world, person.place)));
                        if in_a != in_b {
                            *counts.entry(matrix.index(origin, in_a, in_b)).or_insert(0) += 1;
                        }
                    }
                }
                counts
            })
            .collect();
        for (cell, n) in counts.into_iter().flatten() {
            matrix.counts[cell] += n;
        }
        matrix
    }
}

/// Simulated persons by origin, place in A and place in B.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matrix {
    places: usize,
    counts: Vec<u64>,
}

impl Matrix {
    /// Nobody.
    pub fn new(world: &World) -> Matrix {
        let places = world.places.countries.len() + 1;
        Matrix { places, counts: vec![0; world.places.origins.len() * places * places] }
    }

    /// Home comes after the countries.
    fn index(&self, origin: usize, in_a: Option<usize>, in_b: Option<usize>) -> usize {
        let place = |p: Option<usize>| p.unwrap_or(self.places - 1);
        (origin * self.places + place(in_a)) * self.places + place(in_b)
    }

    /// Simulated persons of an origin who are in one place in A and in another in B (country indices; none: at home).
    pub fn get(&self, origin: usize, in_a: Option<usize>, in_b: Option<usize>) -> u64 {
        self.counts[self.index(origin, in_a, in_b)]
    }

    /// Everybody whose place differs.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// A line of `diversion.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Calendar year.
    pub year: i32,
    /// Country of origin, or all together.
    pub origin: String,
    /// Place in A: a country or `HOME`.
    pub in_a: String,
    /// Place in B.
    pub in_b: String,
    /// Real persons, mean over replicates.
    pub persons: f64,
    /// Quantiles 0.05 and 0.95 over replicates.
    pub interval: Interval,
}

/// Lines of all years, origins and pairs of places where anybody differs in any replicate. `weight`: real persons a simulated one stands for.
pub fn lines(scope: &Scope, weight: f64, replicates: &[&BTreeMap<i32, Matrix>]) -> Vec<Line> {
    let years: std::collections::BTreeSet<i32> = replicates.iter().flat_map(|r| r.keys().copied()).collect();
    let places: Vec<Option<usize>> = (0..scope.countries).map(Some).chain([None]).collect();
    let name = |place: &Option<usize>| place.map_or(AT_HOME, |c| scope.destination_names[c].as_str()).to_string();
    let mut lines = Vec::new();
    for year in years {
        for (row, origin) in scope.origin_names.iter().enumerate() {
            let members: Vec<usize> = (0..scope.origins).filter(|&o| scope.holds_origin(row, o)).collect();
            for in_a in &places {
                for in_b in &places {
                    let count = |r: &&BTreeMap<i32, Matrix>| r.get(&year).map_or(0, |m| members.iter().map(|&o| m.get(o, *in_a, *in_b)).sum::<u64>()) as f64 * weight;
                    let counts: Vec<f64> = replicates.iter().map(count).collect();
                    if counts.iter().any(|c| *c > 0.0) {
                        let (persons, _, interval) = spread(&counts);
                        lines.push(Line { year, origin: origin.clone(), in_a: name(in_a), in_b: name(in_b), persons, interval });
                    }
                }
            }
        }
    }
    lines
}

/// Writes `diversion.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn write(lines: &[Line], out: &mut dyn std::io::Write) -> std::io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(DIVERSION.columns.iter().map(|c| c.name))?;
    for line in lines {
        let (low, high) = bounds(line.interval);
        writer.write_record([&line.year.to_string(), &line.origin, &line.in_a, &line.in_b, &number(line.persons), &low, &high])?;
    }
    writer.flush()?;
    Ok(lines.len() as u64)
}

/// The largest flows of a year, all origins together.
pub fn largest(lines: &[Line], year: i32, most: usize) -> Vec<&Line> {
    let mut flows: Vec<&Line> = lines.iter().filter(|l| l.year == year && l.origin == ALL_ORIGINS).collect();
    flows.sort_by(|a, b| b.persons.total_cmp(&a.persons));
    flows.truncate(most);
    flows
}
