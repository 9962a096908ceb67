//! Monthly tables of a run, added up to what the page shows: stocks, departures and money by origin and region of destination, stocks of
//! home regions by country, and who could not go.

use std::fs;

use super::folder::Folder;
use crate::{
    behaviour::traits::Status,
    measure::scope::Scope,
    store::{
        StoreError, csv, parquet,
        table::{Column, Layout, Table},
    },
};

/// A table of sums, rows x columns of times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sums {
    /// Values of a row stand together.
    pub values: Vec<f64>,
    /// Number of times.
    pub times: usize,
}

impl Sums {
    fn new(rows: usize, times: usize) -> Sums {
        Sums { values: vec![0.0; rows * times], times }
    }

    fn add(&mut self, row: usize, time: usize, value: f64) {
        if let Some(cell) = self.values.get_mut(row * self.times + time).filter(|_| time < self.times) {
            *cell += value;
        }
    }

    fn sparse(&self) -> Vec<(u32, f64)> {
        self.values.iter().enumerate().filter(|(_, v)| **v != 0.0).map(|(i, v)| (i as u32, *v)).collect()
    }

    fn merge(&mut self, cells: &[(u32, f64)]) {
        for &(i, v) in cells {
            self.values[i as usize] += v;
        }
    }

    fn scale(&mut self, by: f64) {
        self.values.iter_mut().for_each(|v| *v *= by);
    }

    /// From sums over the months of years to means.
    fn average(&mut self, months: &[f64]) {
        self.values.chunks_mut(self.times.max(1)).flat_map(|row| row.iter_mut().zip(months)).for_each(|(sum, months)| *sum /= months);
    }

    /// The values of a row.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.times..(row + 1) * self.times]
    }
}

/// Means over replicates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Monthly {
    /// Foreign citizens at the end of the month, persons; rows: origin x region of destination.
    pub stock: Sums,
    /// Departures in the month, persons.
    pub departures: Sums,
    /// Own returns in the month, persons.
    pub returns: Sums,
    /// Sent home in the month, USD.
    pub remittances: Sums,
    /// Foreign citizens, persons, mean of the month ends of a year; rows: home region x country.
    pub homes: Sums,
    /// First attempts that failed, persons a year; rows: origin x reason.
    pub blocked: Sums,
    /// Names of reasons.
    pub reasons: Vec<String>,
}

/// What places in the tables stand for.
struct Frame<'s> {
    scope: &'s Scope,
    start: u16,
    months: usize,
    first_year: i32,
    years: usize,
}

impl Frame<'_> {
    /// Rows origin x region.
    fn pair(&self, home: u8, destination: u8) -> Option<usize> {
        let origin = self.scope.origin_of.get(usize::from(home))?;
        (usize::from(destination) < self.scope.destinations()).then(|| origin * self.scope.destinations() + usize::from(destination))
    }

    fn month(&self, month: u16) -> usize {
        usize::from(month.wrapping_sub(self.start))
    }

    fn year(&self, month: u16) -> usize {
        (1900 + i32::from(month) / 12 - self.first_year).max(0) as usize
    }

    /// Months of each year that are run, over which stocks are averaged.
    fn months_of_years(&self) -> Vec<f64> {
        let mut months = vec![0.0; self.years];
        for month in 0..self.months as u16 {
            if let Some(of_year) = months.get_mut(self.year(self.start + month)) {
                *of_year += 1.0;
            }
        }
        months
    }
}

impl Monthly {
    /// Reads the tables of a run; none if the folder has none.
    ///
    /// # Errors
    /// Those of the file system; content that cannot be read.
    pub fn read(folder: &Folder, years: &[i32]) -> Result<Option<Monthly>, StoreError> {
        let (Some(scenario), Some(&first_year)) = (folder.first(), years.first()) else { return Ok(None) };
        let world = &scenario.world;
        let scope = Scope::new(world);
        let layouts = scope.layouts(1.0 / scenario.run.sample);
        let frame = Frame { scope: &scope, start: world.start.0, months: world.months, first_year, years: years.len() };
        let layout = |name: &str| layouts.iter().find(|l| l.spec.name == name);
        let [Some(stocks), Some(flows), Some(money), Some(blocked)] = ["stocks", "flows", "remittances", "blocked"].map(layout) else { return Ok(None) };
        let pairs = scope.origins * scope.destinations();
        let reasons = blocked.spec.columns.iter().position(|c| c.name == "reason").map_or_else(Vec::new, |c| blocked.names[c].clone());
        let yearly = [scope.homes() * scope.countries, scope.origins * reasons.len()];

        let sums =
            scan(folder, stocks, &["month", "home", "destination", "status", "persons"], &frame, &[(pairs, frame.months), (yearly[0], frame.years)], |table, frame, sums| {
                let [Column::Month(month), Column::Name(home), Column::Name(destination), Column::Name(status), Column::Real(persons)] = &table.columns[..] else { return };
                for i in 0..month.len() {
                    let Some(pair) = frame.pair(home[i], destination[i]).filter(|_| status[i] < NATURALISED) else { continue };
                    sums[0].add(pair, frame.month(month[i]), persons[i]);
                    let country = frame.scope.country_of[usize::from(destination[i])];
                    sums[1].add(usize::from(home[i]) * frame.scope.countries + country, frame.year(month[i]), persons[i]);
                }
            })?;
        let Some([stock, homes]) = sums.and_then(|s| <[Sums; 2]>::try_from(s).ok()) else { return Ok(None) };
        let sums = scan(folder, flows, &["month", "home", "destination", "departures", "returns"], &frame, &[(pairs, frame.months); 2], |table, frame, sums| {
            let [Column::Month(month), Column::Name(home), Column::Name(destination), Column::Real(departures), Column::Real(returns)] = &table.columns[..] else { return };
            for i in 0..month.len() {
                if let Some(pair) = frame.pair(home[i], destination[i]) {
                    sums[0].add(pair, frame.month(month[i]), departures[i]);
                    sums[1].add(pair, frame.month(month[i]), returns[i]);
                }
            }
        })?;
        let Some([departures, returns]) = sums.and_then(|s| <[Sums; 2]>::try_from(s).ok()) else { return Ok(None) };
        let sums = scan(folder, money, &["month", "home", "destination", "remitted_usd"], &frame, &[(pairs, frame.months)], |table, frame, sums| {
            let [Column::Month(month), Column::Name(home), Column::Name(destination), Column::Whole(usd)] = &table.columns[..] else { return };
            for i in 0..month.len() {
                if let Some(pair) = frame.pair(home[i], destination[i]) {
                    sums[0].add(pair, frame.month(month[i]), usd[i] as f64);
                }
            }
        })?;
        let Some([remittances]) = sums.and_then(|s| <[Sums; 1]>::try_from(s).ok()) else { return Ok(None) };
        let count = reasons.len();
        let sums = scan(folder, blocked, &["month", "home", "reason", "persons"], &frame, &[(yearly[1], frame.years)], |table, frame, sums| {
            let [Column::Month(month), Column::Name(home), Column::Name(reason), Column::Real(persons)] = &table.columns[..] else { return };
            for i in 0..month.len() {
                if let Some(origin) = frame.scope.origin_of.get(usize::from(home[i])) {
                    sums[0].add(origin * count + usize::from(reason[i]), frame.year(month[i]), persons[i]);
                }
            }
        })?;
        let Some([blocked]) = sums.and_then(|s| <[Sums; 1]>::try_from(s).ok()) else { return Ok(None) };
        let mut monthly = Monthly { stock, departures, returns, remittances, homes, blocked, reasons };
        let mean = 1.0 / f64::from(folder.replicates().max(1));
        for sums in [&mut monthly.stock, &mut monthly.departures, &mut monthly.returns, &mut monthly.remittances, &mut monthly.homes, &mut monthly.blocked] {
            sums.scale(mean);
        }
        monthly.homes.average(&frame.months_of_years());
        Ok(Some(monthly))
    }
}

/// Foreign citizens (mean of the year) and departures (sum of the year), persons, means over replicates; rows: home region x region of
/// destination. None if the folder has no such tables.
///
/// # Errors
/// Those of the file system; content that cannot be read.
pub fn by_regions(folder: &Folder, years: &[i32]) -> Result<Option<[Sums; 2]>, StoreError> {
    let (Some(scenario), Some(&first_year)) = (folder.first(), years.first()) else { return Ok(None) };
    let scope = Scope::new(&scenario.world);
    let layouts = scope.layouts(1.0 / scenario.run.sample);
    let frame = Frame { scope: &scope, start: scenario.world.start.0, months: scenario.world.months, first_year, years: years.len() };
    let shape = [(scope.homes() * scope.destinations(), frame.years)];
    let [Some(stocks), Some(flows)] = ["stocks", "flows"].map(|name| layouts.iter().find(|l| l.spec.name == name)) else { return Ok(None) };
    let row = |frame: &Frame<'_>, home: u8, destination: u8| frame.pair(home, destination).map(|_| usize::from(home) * frame.scope.destinations() + usize::from(destination));
    let stock = scan(folder, stocks, &["month", "home", "destination", "status", "persons"], &frame, &shape, |table, frame, sums| {
        let [Column::Month(month), Column::Name(home), Column::Name(destination), Column::Name(status), Column::Real(persons)] = &table.columns[..] else { return };
        for i in 0..month.len() {
            if let Some(row) = row(frame, home[i], destination[i]).filter(|_| status[i] < NATURALISED) {
                sums[0].add(row, frame.year(month[i]), persons[i]);
            }
        }
    })?;
    let departures = scan(folder, flows, &["month", "home", "destination", "departures"], &frame, &shape, |table, frame, sums| {
        let [Column::Month(month), Column::Name(home), Column::Name(destination), Column::Real(departures)] = &table.columns[..] else { return };
        for i in 0..month.len() {
            if let Some(row) = row(frame, home[i], destination[i]) {
                sums[0].add(row, frame.year(month[i]), departures[i]);
            }
        }
    })?;
    let both = stock.zip(departures).and_then(|(mut s, mut d)| Some([s.pop()?, d.pop()?]));
    Ok(both.map(|mut both| {
        for sums in &mut both {
            sums.scale(1.0 / f64::from(folder.replicates().max(1)));
        }
        both[0].average(&frame.months_of_years());
        both
    }))
}

/// Codes of the status from here on are of naturalised persons, who are no foreign citizens.
const NATURALISED: u8 = Status::Naturalised as u8;

/// Adds up a table in one format or the other; none if the folder has neither.
fn scan(
    folder: &Folder,
    layout: &Layout,
    wanted: &[&str],
    frame: &Frame<'_>,
    shapes: &[(usize, usize)],
    count: impl Fn(&Table, &Frame<'_>, &mut [Sums]) + Sync,
) -> Result<Option<Vec<Sums>>, StoreError> {
    let columns: Vec<usize> = wanted.iter().filter_map(|name| layout.spec.columns.iter().position(|c| c.name == *name)).collect();
    let empty = || shapes.iter().map(|&(rows, times)| Sums::new(rows, times)).collect::<Vec<_>>();
    // A part is a year: few of its cells are not zero.
    let one = |table: Table| {
        let mut sums = empty();
        count(&table, frame, &mut sums);
        Ok(sums.iter().map(Sums::sparse).collect::<Vec<_>>())
    };
    let (binary, text) = (folder.file(&format!("{}.parquet", layout.spec.name)), folder.file(&format!("{}.csv", layout.spec.name)));
    let path = if binary.exists() { &binary } else { &text };
    if !path.exists() {
        return Ok(None);
    }
    let bytes = fs::read(path).map_err(StoreError::io("read", path))?;
    let parts =
        if binary.exists() { parquet::read_columns(layout, bytes.into(), &columns, one) } else { csv::read_columns(layout, &bytes, &columns).and_then(one).map(|s| vec![s]) };
    let parts = parts.map_err(|e| StoreError::Content { path: path.clone(), reason: e.to_string() })?;
    let mut total = empty();
    // In the order of the file, so that sums do not depend on threads.
    for part in &parts {
        total.iter_mut().zip(part).for_each(|(sum, part)| sum.merge(part));
    }
    Ok(Some(total))
}
