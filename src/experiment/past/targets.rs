//! Targets: dated series of published values, what each observes of the model, and how far off it may be. [`super::target_file`] is how they
//! are written, [`super::observe`] what a run predicts for them.

use std::path::Path;

use super::{
    patterns,
    target_check::Check,
    target_file::{Aspect, BARS, BarFile, Folder, Period, ReadSeries, Use},
};
use crate::{
    measure::scope::Scope,
    scenario::{Finding, Findings, finding::At},
    units::Month,
    world::World,
};

/// Quantile 0.95 of the standard normal: low and high are read as the 90 % interval of what the publisher may have missed.
pub const Z95: f64 = 1.644_853_626_951_472_7;

/// What is counted by months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Foreign citizens abroad at the end of the month.
    Stock,
    /// Men among them.
    StockMen,
    /// Those without papers.
    StockUndocumented,
    /// The others.
    StockDocumented,
    /// Those of them who need a permit to work: neither settled nor students.
    StockOnPermit,
    /// Abroad, the naturalised included, seasonal stays not.
    Residents,
    /// Left home.
    Departures,
    /// Men among them.
    DeparturesMen,
    /// Came home of their own accord.
    Returns,
    /// Became citizens.
    Naturalised,
    /// Sent home, US dollars.
    Remitted,
    /// Share of households of which somebody is abroad.
    HouseholdsAbroad,
    /// Abroad at the end (seasonal stays not) and not there at the beginning of the period.
    Transitions,
}

impl Kind {
    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Kind::Remitted => "USD",
            Kind::HouseholdsAbroad => "share",
            _ => "persons",
        }
    }
}

/// Names of [`Kind`] in files, in its order.
pub const KINDS: [(&str, Kind); 13] = [
    ("stock", Kind::Stock),
    ("stock_men", Kind::StockMen),
    ("stock_undocumented", Kind::StockUndocumented),
    ("stock_documented", Kind::StockDocumented),
    ("stock_on_permit", Kind::StockOnPermit),
    ("residents", Kind::Residents),
    ("departures", Kind::Departures),
    ("departures_men", Kind::DeparturesMen),
    ("returns", Kind::Returns),
    ("naturalised", Kind::Naturalised),
    ("remittances_usd", Kind::Remitted),
    ("households_abroad_share", Kind::HouseholdsAbroad),
    ("transitions", Kind::Transitions),
];

/// A quantity of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// A yearly value: codes as in [`crate::measure::year::Value`].
    Year {
        /// Index into the measures.
        measure: u8,
        /// Row of parties.
        origin: u8,
        /// Row of destinations.
        destination: u8,
    },
    /// Counted by months, over home regions and countries.
    Months {
        /// What.
        kind: Kind,
        /// Home regions.
        homes: Vec<usize>,
        /// Countries.
        countries: Vec<usize>,
    },
}

/// A quantity in a period; that of the row if it has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// What.
    pub quantity: Quantity,
    /// Its own period.
    pub period: Option<Period>,
}

/// A dated value.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Label; may be empty.
    pub id: String,
    /// When.
    pub period: Period,
    /// Published value; none where only bounds are known.
    pub value: Option<f64>,
    /// Least credible value.
    pub low: Option<f64>,
    /// Largest credible value.
    pub high: Option<f64>,
    /// Published over modelled scope.
    pub factor: f64,
    /// What it is for.
    pub usage: Use,
    /// Whether it was checked against the source.
    pub verified: bool,
}

impl Row {
    /// How far a prediction is from the value, or from the nearest bound where there is no value.
    pub fn error(&self, predicted: f64) -> f64 {
        match (self.value, self.low, self.high) {
            (Some(value), _, _) => predicted - value,
            (None, Some(low), _) if predicted < low => predicted - low,
            (None, _, Some(high)) if predicted > high => predicted - high,
            _ => 0.0,
        }
    }

    /// What errors are relative to.
    pub fn scale(&self) -> f64 {
        self.value.or(self.low).or(self.high).unwrap_or(f64::NAN).abs()
    }

    /// Whether a prediction is within low and high.
    pub fn holds(&self, predicted: f64) -> bool {
        self.low.is_none_or(|low| predicted >= low) && self.high.is_none_or(|high| predicted <= high)
    }

    /// Standard deviation of the published value, if low and high are known.
    pub fn deviation(&self) -> Option<f64> {
        Some((self.high? - self.low?) / (2.0 * Z95))
    }
}

/// A series.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Identifier.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// What it is about.
    pub aspect: Aspect,
    /// What is observed.
    pub observes: Term,
    /// What is added to it.
    pub plus: Option<Term>,
    /// What the sum is divided by.
    pub over: Option<Term>,
    /// Names of measure, origins and destinations, for people and for other forecasts.
    pub names: [String; 3],
    /// Unit.
    pub unit: String,
    /// Whether its fitted rows count for the bar `headline_within`.
    pub headline: bool,
    /// Values in the order of time.
    pub rows: Vec<Row>,
}

/// All targets of a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets {
    /// Series in the order of files.
    pub series: Vec<Series>,
    /// Split and bars.
    pub rules: BarFile,
    /// BLAKE3 over all of it, hexadecimal.
    pub hash: String,
    /// What their author should know.
    pub warnings: Vec<Finding>,
}

impl Targets {
    /// Reads a folder of targets for the places of a run.
    ///
    /// # Errors
    /// Everything that is wrong in the files, at once.
    pub fn load(folder: &Path, scope: &Scope) -> Result<Targets, Findings> {
        Targets::of(Folder::read(folder), Some(scope))
    }

    /// Holds what was read against the places of a run; without them, whatever can be told is told.
    ///
    /// # Errors
    /// Everything that is wrong in the files, at once; nothing perhaps if there are no places.
    pub fn of(mut folder: Folder, scope: Option<&Scope>) -> Result<Targets, Findings> {
        if folder.series.is_empty() && folder.ledger.errors() == 0 {
            folder.ledger.error(At::NOWHERE, "", "there are no targets", "no file of the folder has a `[[series]]`", "");
        }
        let items = std::mem::take(&mut folder.series);
        let mut series = Vec::new();
        for read in &items {
            let mut check = Check { folder: &mut folder, read, scope, path: format!("series.{}", read.item.id) };
            series.extend(check.series());
        }
        folder.series = items;
        repeated(&mut folder);
        held_out(&mut folder);
        patterns::check(&mut folder);
        let list = folder.ledger.sorted();
        match folder.bars.filter(|_| folder.ledger.errors() == 0 && scope.is_some()) {
            Some(rules) => {
                let hash = blake3::hash(format!("{series:?} {rules:?}").as_bytes()).to_hex().to_string();
                Ok(Targets { series, rules, hash, warnings: list })
            }
            None => Err(Findings { list }),
        }
    }

    /// All rows with their series.
    pub fn rows(&self) -> impl Iterator<Item = (&Series, &Row)> {
        self.series.iter().flat_map(|s| s.rows.iter().map(move |r| (s, r)))
    }

    /// Where a run can stop that is held against them: the last month that any row needs, if the run goes on after it.
    pub fn stop(&self, world: &World) -> Option<Month> {
        Some(self.last_month()).filter(|last| (world.start.plus(1)..world.last_month()).contains(last))
    }

    /// The last month that any row needs.
    pub fn last_month(&self) -> Month {
        let others = self.series.iter().flat_map(|s| [&s.plus, &s.over]).flatten().filter_map(|t| t.period);
        self.rows().map(|(_, row)| row.period).chain(others).map(|p| p.last).max().unwrap_or(Month::FIRST)
    }
}

fn repeated(folder: &mut Folder) {
    for (id, n) in folder.repeated() {
        let place = folder.series.iter().rev().find(|s| s.item.id == id || s.item.rows.iter().any(|r| r.id.as_ref() == Some(&id)));
        let Some(ReadSeries { item, node, .. }) = place else { continue };
        let (at, path) = if item.id == id { (node.locate("id"), format!("series.{id}")) } else { (node.locate(&format!("rows.{id}")), format!("series.{}.rows.{id}", item.id)) };
        folder.ledger.error(at, &path, format!("the id `{id}` stands {n} times"), "each series and each labelled row has an id of its own", "");
    }
}

/// Says if too few series of before the cut are held out, whatever those are that cannot be read.
fn held_out(folder: &mut Folder) {
    let (Some(until), Some(share), Some(bars)) = (folder.cuts.fit_until, folder.cuts.held_out, folder.bar_file) else { return };
    if !folder.partial.is_empty() {
        return;
    }
    let before = |s: &&ReadSeries| s.item.rows.iter().any(|r| r.period.last <= until.last);
    let early: Vec<&ReadSeries> = folder.series.iter().filter(|s| s.whole).filter(before).collect();
    let held = early.iter().filter(|s| s.item.rows.iter().all(|r| r.usage == Use::Test)).count();
    let unsure = folder.unread + folder.series.iter().filter(|s| !s.whole).count();
    if ((held + unsure) as f64) < share * (early.len() + unsure) as f64 {
        let reason = format!("{held} of {} series with rows up to {until} have no fitted row", early.len());
        let at = folder.documents[bars].tree.locate("split.held_out");
        folder.ledger.error(at, "split.held_out", "too few series are held out", reason, format!("mark whole series as test, in a file beside {BARS}"));
    }
}
