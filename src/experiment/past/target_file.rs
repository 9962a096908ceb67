//! Files of targets and of bars as they are written, and what makes no sense in them. [`super::targets`] is what they come to.

use std::{collections::BTreeMap, fmt, path::Path, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    scenario::{
        document::{self, Document},
        finding::Ledger,
    },
    units::{Month, Provenance},
};

/// Name of the file of the split and the bars within a folder of targets.
pub const BARS: &str = "bars.toml";

/// Months from the first to the last one: `2014`, `2014-03`, `2013/2014`, `2014-01/2014-06`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Period {
    /// First month.
    pub first: Month,
    /// Last month.
    pub last: Month,
}

impl Period {
    /// Whether it is made of calendar years.
    pub fn of_years(&self) -> bool {
        self.first.of_year() == 0 && self.last.of_year() == 11
    }

    /// Number of months.
    pub fn months(&self) -> i32 {
        self.last.since(self.first) + 1
    }

    /// Its middle, in years.
    pub fn middle(&self) -> f64 {
        f64::from(self.first.0 + self.last.0 + 1) / 24.0
    }
}

impl FromStr for Period {
    type Err = String;
    fn from_str(text: &str) -> Result<Period, String> {
        let wrong = || format!("`{text}` is not a period");
        let bounds = |part: &str| -> Result<(Month, Month), String> {
            let digits = part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
            if digits {
                let year = part.parse::<i32>().ok().filter(|y| *y >= 1900).ok_or_else(wrong)?;
                return Ok((Month::new(year, 1), Month::new(year, 12)));
            }
            let month: Month = part.parse().ok().filter(|_| part.len() == 7).ok_or_else(wrong)?;
            Ok((month, month))
        };
        let (from, to) = text.split_once('/').unwrap_or((text, text));
        let (first, last) = (bounds(from)?.0, bounds(to)?.1);
        if first <= last { Ok(Period { first, last }) } else { Err(format!("`{text}` ends before it begins")) }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.first, self.last);
        match (self.of_years(), from.year() == to.year()) {
            (true, true) => write!(f, "{}", from.year()),
            (true, false) => write!(f, "{}/{}", from.year(), to.year()),
            _ if from == to => write!(f, "{from}"),
            _ => write!(f, "{from}/{to}"),
        }
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Period, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}(-[0-9]{2})?(/[0-9]{4}(-[0-9]{2})?)?$",
            "description": "A year \"2014\", a month \"2014-03\", or from one to another: \"2013/2014\", \"2014-01/2014-06\"."
        })
    }
}

/// What a series is about; each is scored apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// Levels of all origins together, or of an origin over all destinations.
    Totals,
    /// Levels of one origin in one destination.
    Corridors,
    /// Shares of origins.
    OriginShares,
    /// Shares of destinations.
    DestinationShares,
    /// Ratios to another time: change, season.
    Timing,
    /// Shares of kinds of people, per head.
    Composition,
}

impl Aspect {
    /// All, in order.
    pub const ALL: [Aspect; 6] = [Aspect::Totals, Aspect::Corridors, Aspect::OriginShares, Aspect::DestinationShares, Aspect::Timing, Aspect::Composition];

    /// Name in files.
    pub fn name(self) -> &'static str {
        ["totals", "corridors", "origin-shares", "destination-shares", "timing", "composition"][self as usize]
    }
}

/// What a row is for; never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// Parameters may be fitted to it.
    Fit,
    /// Held out.
    Test,
}

impl Use {
    /// Name in files.
    pub fn name(self) -> &'static str {
        if self == Use::Fit { "fit" } else { "test" }
    }
}

/// A quantity of the model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
pub struct ObservedItem {
    /// Measure: one of `summary.csv` (calendar years), or one that is counted by months: `stock`, `stock_men`, `stock_undocumented`,
    /// `stock_documented`, `stock_on_permit` (documented, neither settled nor students), `residents` (naturalised included, seasonal stays not), `departures`, `departures_men`, `returns`, `naturalised`,
    /// `remittances_usd`, `households_abroad_share`, `transitions`.
    pub measure: String,
    /// Origins joined by `+`: codes, home regions, or CA3 for all.
    pub origin: String,
    /// Destinations joined by `+`: codes, groups, or ALL.
    #[serde(default = "all")]
    pub destination: String,
}

fn all() -> String {
    "ALL".to_string()
}

/// A quantity that another one is added to or divided by; what it does not say is that of `observes`, and the period that of the row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
pub struct OtherItem {
    /// Measure.
    pub measure: Option<String>,
    /// Origins.
    pub origin: Option<String>,
    /// Destinations.
    pub destination: Option<String>,
    /// Period.
    pub period: Option<Period>,
}

/// A dated value.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct RowItem {
    /// Label, unique among all targets.
    pub id: Option<String>,
    /// When: stocks are means of the month ends, flows sums over the months.
    pub period: Period,
    /// Published value; omitted where only a bound is known.
    pub value: Option<f64>,
    /// Least value that is credible.
    pub low: Option<f64>,
    /// Largest value that is credible.
    pub high: Option<f64>,
    /// Published over modelled scope, in place of the series'.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 1000.0), extend("unit" = "ratio"))]
    pub factor: Option<f64>,
    /// What it is for.
    #[serde(rename = "use")]
    pub usage: Use,
    /// Where the value comes from, if not the series' source.
    pub source: Option<String>,
    /// Whether it was checked against the source, if not as the series.
    pub verified: Option<bool>,
    /// A remark.
    pub note: Option<String>,
}

/// A series of dated values of one quantity. Predicted is `factor * (observes + plus) / over`.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct SeriesItem {
    /// Identifier.
    pub id: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it is about.
    pub aspect: Aspect,
    /// What it observes of the model.
    pub observes: ObservedItem,
    /// What is added to it.
    pub plus: Option<OtherItem>,
    /// What the sum is divided by.
    pub over: Option<OtherItem>,
    /// Unit of the values.
    pub unit: String,
    /// Whom or what the publisher counts.
    pub scope: String,
    /// Published over modelled scope.
    #[serde(default = "one")]
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 1000.0), extend("unit" = "ratio"))]
    pub factor: f64,
    /// Where the factor comes from; needed unless it is 1 in all rows.
    pub factor_source: Option<String>,
    /// Half of the width from low to high over the value, for rows that state neither.
    #[schemars(extend("exclusiveMinimum" = 0.0), range(max = 1.0), extend("unit" = "share"))]
    pub tolerance: Option<f64>,
    /// Whether its fitted rows count for the bar `headline_within`.
    #[serde(default)]
    pub headline: bool,
    /// The values.
    #[schemars(length(min = 1))]
    pub rows: Vec<RowItem>,
    /// Where they come from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

fn one() -> f64 {
    1.0
}

/// A file of targets.
#[derive(schemars::JsonSchema)]
#[schemars(extend("called" = "a file of targets"))]
#[allow(dead_code)]
struct TargetFile {
    /// Series of dated values.
    #[serde(default)]
    series: Vec<SeriesItem>,
}

/// Which rows may be fitted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Split {
    /// First month that is scored: before it the start shows.
    pub from: Period,
    /// Last period whose rows may be fitted.
    pub fit_until: Period,
    /// Last period of any outcome.
    pub until: Period,
    /// Least share of the series that end with `fit_until` that are held out wholly.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub held_out: f64,
    /// A row is not scored if it stands for fewer simulated persons, both as published and as predicted.
    #[schemars(range(min = 0.0), extend("unit" = "persons"))]
    pub least_persons: f64,
}

/// What must be reached, else the exit code is 4.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Bars {
    /// Least share of the fitted rows of headline series that are predicted within low and high.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub headline_within: f64,
    /// Least share of series, of those with `least_points` rows or more, whose mean absolute scaled error of test rows is below 1.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub better_than_no_change: f64,
    /// Rows that a series must have to count for `better_than_no_change`.
    #[schemars(range(min = 2), extend("unit" = "rows"))]
    pub least_points: usize,
    /// Largest average relative difference of the test rows of destination shares.
    #[schemars(range(min = 0.0), extend("unit" = "ratio"))]
    pub destination_shares: f64,
    /// Least and largest share of test rows within the 90 % interval.
    #[schemars(extend("unit" = "share"))]
    pub coverage_90: [f64; 2],
}

/// What the past shows at a glance, to be found in what is predicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PatternItem {
    /// The pattern in words.
    pub says: String,
    /// Labels of rows, or ids of series for the mean over their rows. Several must come in falling order, the largest first.
    #[schemars(length(min = 1))]
    pub of: Vec<String>,
    /// What all must be above.
    pub low: Option<f64>,
    /// What all must be below.
    pub high: Option<f64>,
}

/// The file of the split, the bars and the patterns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(extend("called" = "a file of bars"))]
pub struct BarFile {
    /// Which rows may be fitted.
    pub split: Split,
    /// What must be reached.
    pub bars: Bars,
    /// What must be seen.
    #[serde(default)]
    pub pattern: Vec<PatternItem>,
}

/// The schema of files of targets.
pub fn schema_of_targets() -> Json {
    document::schema::<TargetFile>("musafir targets")
}

/// The schema of the file of bars.
pub fn schema_of_bars() -> Json {
    document::schema::<BarFile>("musafir bars")
}

/// What a folder of targets holds, before it is held against a world.
pub struct Folder {
    /// Texts and findings so far.
    pub ledger: Ledger,
    /// Series, each with its file (index into `documents`).
    pub series: Vec<(usize, SeriesItem)>,
    /// Split and bars; none if they are wrong.
    pub bars: Option<BarFile>,
    /// All files, that of the bars last if it is there.
    pub documents: Vec<Document>,
}

impl Folder {
    /// Reads all `.toml` files of a folder in the order of their names.
    pub fn read(folder: &Path) -> Folder {
        let mut read = Folder { ledger: Ledger::default(), series: Vec::new(), bars: None, documents: Vec::new() };
        let mut paths: Vec<_> = match std::fs::read_dir(folder) {
            Ok(entries) => entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect(),
            Err(error) => {
                read.ledger.error(crate::scenario::finding::At::NOWHERE, "", format!("the folder `{}` cannot be read", folder.display()), error.to_string(), "");
                return read;
            }
        };
        paths.retain(|p| p.file_name().is_some_and(|n| n != BARS));
        paths.sort();
        let schema = schema_of_targets();
        for path in paths {
            let Some(document) = document::read(&path, &schema, &mut read.ledger) else { continue };
            let errors = read.ledger.errors();
            for item in document.json.get("series").and_then(Json::as_array).into_iter().flatten() {
                match serde_json::from_value::<SeriesItem>(item.clone()) {
                    Ok(series) => read.series.push((read.documents.len(), series)),
                    Err(error) => read.misfit(&document, item, &error.to_string(), errors),
                }
            }
            read.documents.push(document);
        }
        if let Some(document) = document::read(&folder.join(BARS), &schema_of_bars(), &mut read.ledger) {
            match serde_json::from_value(document.json.clone()) {
                Ok(bars) => read.bars = Some(bars),
                Err(error) if read.ledger.errors() == 0 => read.ledger.error(document.tree.at, "", "the file of bars does not fit", error.to_string(), ""),
                Err(_) => {}
            }
            read.documents.push(document);
        }
        read
    }

    /// A series that has the right keys and types and still cannot be read, e.g. because of a period; said where nothing was said before.
    fn misfit(&mut self, document: &Document, item: &Json, why: &str, before: usize) {
        let id = item.get("id").and_then(Json::as_str).unwrap_or_default();
        let mut said = false;
        for (n, row) in item.get("rows").and_then(Json::as_array).into_iter().flatten().enumerate() {
            if let Some(Err(why)) = row.get("period").and_then(Json::as_str).map(str::parse::<Period>) {
                let name = row.get("id").and_then(Json::as_str).map_or_else(|| n.to_string(), str::to_string);
                let path = format!("series.{id}.rows.{name}.period");
                self.ledger.error(
                    document.tree.locate(&path),
                    &path,
                    format!("`{path}` is not a period that can be used"),
                    why,
                    "write 2014, 2014-03 or 2014-01/2014-06, between quotes",
                );
                said = true;
            }
        }
        if !said && before == 0 {
            let path = format!("series.{id}");
            self.ledger.error(document.tree.locate(&path), &path, format!("`{path}` does not fit"), why, "");
        }
    }

    /// Ids that stand twice, by id.
    pub fn repeated(&self) -> BTreeMap<String, usize> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (_, series) in &self.series {
            *counts.entry(series.id.clone()).or_default() += 1;
            for id in series.rows.iter().filter_map(|r| r.id.clone()) {
                *counts.entry(id).or_default() += 1;
            }
        }
        counts.retain(|_, n| *n > 1);
        counts
    }
}
