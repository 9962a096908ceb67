//! A comparison in about ten numbers: more or fewer migrants, where, whose money, who depends on whom, where the diverted come from, and
//! what did it.

use serde::Serialize;

use super::{
    attribute,
    compare::{self, Replicate},
    diversion,
};
use crate::{
    measure::{
        scope::{ALL_DESTINATIONS, ALL_ORIGINS, Scope},
        statistics::{Interval, spread},
    },
    world::World,
};

/// One number in A and in B.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// For people.
    pub label: String,
    /// Measure of `compare.csv`.
    pub measure: &'static str,
    /// As in `compare.csv`.
    pub origin: String,
    /// As in `compare.csv`.
    pub destination: String,
    /// Mean in A.
    pub a: f64,
    /// Mean in B.
    pub b: f64,
    /// Mean paired difference.
    pub difference: f64,
    /// Its quantiles 0.05 and 0.95.
    pub interval: Interval,
    /// Unit.
    pub unit: &'static str,
}

/// Persons in one place in A and in another in B.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flow {
    /// Place in A.
    pub in_a: String,
    /// Place in B.
    pub in_b: String,
    /// Real persons.
    pub persons: f64,
    /// Quantiles 0.05 and 0.95.
    pub interval: Interval,
}

/// Shares of the groups in one difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cause {
    /// For people.
    pub label: String,
    /// Measure of `attribution.csv`.
    pub measure: &'static str,
    /// As in `attribution.csv`.
    pub destination: String,
    /// Unit.
    pub unit: &'static str,
    /// Group, share, quantiles 0.05 and 0.95; the largest first, the total last.
    pub shares: Vec<(String, f64, Interval)>,
}

/// The answer for one year.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// The last whole year of the run.
    pub year: i32,
    /// Number of replicates.
    pub replicates: usize,
    /// The numbers.
    pub rows: Vec<Row>,
    /// The year before `year` in which the number abroad differs most, where that is more than twice what it does in `year`, and no chance.
    pub peak: Option<(i32, Row)>,
    /// Everybody whose place differs in August; none if the persons are not the same ones.
    pub diverted: Option<Flow>,
    /// The largest flows among them.
    pub flows: Vec<Flow>,
    /// What did it; empty without attribution.
    pub causes: Vec<Cause>,
}

/// Picks the answer from the lines of a comparison.
pub fn answer(world: &World, sample: f64, replicates: &[Replicate], lines: &[compare::Line], diverted: &[diversion::Line], shares: &[attribute::Line]) -> Answer {
    let year = world.last_year();
    let find = |measure: &str, origin: &str, destination: &str| lines.iter().find(|l| l.year == year && l.measure == measure && l.origin == origin && l.destination == destination);
    let mut rows = Vec::new();
    let mut put = |label: String, line: Option<&compare::Line>| {
        rows.extend(line.map(|l| row(label, l)));
    };
    let scope = Scope::new(world);
    let first = |countries: usize| scope.first_countries(countries).into_iter().map(|row| &scope.destination_names[row]);
    put("Abroad".to_string(), find("stock_mean", ALL_ORIGINS, ALL_DESTINATIONS));
    for place in first(2) {
        put(format!("  in {place}"), find("stock_mean", ALL_ORIGINS, place));
    }
    // Of the other countries the one that changes most.
    let told: Vec<&String> = first(2).collect();
    let others = scope.destination_names[..scope.countries].iter().filter(|country| !told.contains(country));
    let stocks = others.filter_map(|country| find("stock_mean", ALL_ORIGINS, country)).filter(|l| l.difference != 0.0);
    let most = stocks.max_by(|a, b| a.difference.abs().total_cmp(&b.difference.abs()));
    put(most.map_or_else(String::new, |l| format!("  in {}", l.destination)), most);
    put("Remittances".to_string(), find("remittances_usd", ALL_ORIGINS, ALL_DESTINATIONS));
    let share_of = |origin: &String| find("remittances_gdp_share", origin, ALL_DESTINATIONS);
    let most = scope.origin_names[..scope.origins].iter().filter_map(share_of).max_by(|a, b| a.difference.abs().total_cmp(&b.difference.abs()));
    put(most.map_or_else(String::new, |l| format!("  over GDP of {}", l.origin)), most);
    for place in first(1) {
        put(format!("Leverage of {place}"), find("leverage", ALL_ORIGINS, place));
    }
    put("Concentration".to_string(), find("concentration_hhi", ALL_ORIGINS, ALL_DESTINATIONS));
    put("Would go, cannot".to_string(), find("would_go_cannot", ALL_ORIGINS, ALL_DESTINATIONS));
    let totals: Option<Vec<f64>> = replicates.iter().map(|r| r.diversion.as_ref().map(|years| years.get(&year).map_or(0, diversion::Matrix::total) as f64 / sample)).collect();
    let total = totals.filter(|t| !t.is_empty()).map(|totals| {
        let (persons, _, interval) = spread(&totals);
        Flow { in_a: String::new(), in_b: String::new(), persons, interval }
    });
    let differs = |l: &&compare::Line| l.year <= year && l.measure == "stock_mean" && l.origin == ALL_ORIGINS && l.destination == ALL_DESTINATIONS && l.difference.is_finite();
    let peak = lines.iter().filter(differs).max_by(|a, b| a.difference.abs().total_cmp(&b.difference.abs()));
    let clear = |l: &compare::Line| l.interval.is_none_or(|(low, high)| low > 0.0 || high < 0.0);
    let passing = |l: &&compare::Line| l.year < year && clear(l) && rows.first().is_some_and(|now| l.difference.abs() > 2.0 * now.difference.abs());
    let peak = peak.filter(passing).map(|l| (l.year, row("Abroad".to_string(), l)));
    let flow = |l: &diversion::Line| Flow { in_a: l.in_a.clone(), in_b: l.in_b.clone(), persons: l.persons, interval: l.interval };
    Answer {
        year,
        replicates: replicates.len(),
        causes: causes(year, &rows, shares),
        rows,
        peak,
        diverted: total,
        flows: diversion::largest(diverted, year, 4).into_iter().map(flow).collect(),
    }
}

fn row(label: String, l: &compare::Line) -> Row {
    let (origin, destination) = (l.origin.clone(), l.destination.clone());
    Row { label, measure: l.measure, origin, destination, a: l.a, b: l.b, difference: l.difference, interval: l.interval, unit: l.unit }
}

/// What did it: for everybody abroad, for the place that changes most, for the money.
fn causes(year: i32, rows: &[Row], shares: &[attribute::Line]) -> Vec<Cause> {
    let attributed = |r: &&Row| shares.iter().any(|l| l.measure == r.measure && l.destination == r.destination);
    let places = rows.iter().filter(|r| r.measure == "stock_mean" && r.destination != ALL_DESTINATIONS).filter(attributed);
    let most = places.max_by(|a, b| a.difference.abs().total_cmp(&b.difference.abs())).map(|r| r.destination.clone());
    let wanted = [
        Some(("Abroad".to_string(), "stock_mean", ALL_DESTINATIONS.to_string())),
        most.map(|place| (format!("In {place}"), "stock_mean", place)),
        Some(("Remittances".to_string(), "remittances_usd", ALL_DESTINATIONS.to_string())),
    ];
    let cause = |(label, measure, destination): (String, &str, String)| {
        let of = shares.iter().filter(|l| l.year == year && l.measure == measure && l.origin == ALL_ORIGINS && l.destination == destination);
        let mut of: Vec<&attribute::Line> = of.collect();
        let first = *of.first()?;
        of.sort_by(|a, b| (a.channel == attribute::TOTAL).cmp(&(b.channel == attribute::TOTAL)).then(b.share.abs().total_cmp(&a.share.abs())));
        Some(Cause { label, measure: first.measure, destination, unit: first.unit, shares: of.into_iter().map(|l| (l.channel.clone(), l.share, l.interval)).collect() })
    };
    wanted.into_iter().flatten().filter_map(cause).collect()
}
