//! Files of targets and of bars as they are written, and what makes no sense in them. [`super::targets`] is what they come to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
    str::FromStr,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::{
    scenario::{
        document::{self, Document},
        finding::{At, Ledger},
        tree::Node,
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
        (f64::from(self.first.0) + f64::from(self.last.0) + 1.0) / 24.0
    }
}

impl FromStr for Period {
    type Err = String;
    fn from_str(text: &str) -> Result<Period, String> {
        let wrong = || format!("`{text}` is not a period");
        let bounds = |part: &str| -> Result<(Month, Month), String> {
            let digits = part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit());
            if digits {
                let year = part.parse::<i32>().ok().filter(|y| (1900..=7000).contains(y)).ok_or_else(wrong)?;
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

/// The period that a text of a file is; what is wrong with it is said. Values of other types are said by the schema.
pub fn period(node: &Node, path: &str, ledger: &mut Ledger) -> Option<Period> {
    let wrong = |why| {
        let message = format!("`{path}` is not a period that can be used");
        ledger.error(node.at, path, message, why, "write 2014, 2014-03 or 2014-01/2014-06, between quotes");
    };
    node.text()?.parse().map_err(wrong).ok()
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
    pub headline_within: Option<f64>,
    /// Least share of series, of those with `least_points` rows or more, whose mean absolute scaled error of test rows is below 1: errors over the
    /// mean change from one value to the next up to the cut. That is stricter than doing better than the last value on the same rows (skill over persistence),
    /// since forecasts reach over several years.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub better_than_no_change: Option<f64>,
    /// Rows that a series must have to count for `better_than_no_change`.
    #[schemars(range(min = 2), extend("unit" = "rows"))]
    pub least_points: usize,
    /// Largest average relative difference of the test rows of destination shares.
    #[schemars(range(min = 0.0), extend("unit" = "ratio"))]
    pub destination_shares: Option<f64>,
    /// Least and largest share of test rows within the 90 % interval.
    #[schemars(extend("unit" = "share"))]
    pub coverage_90: Option<[f64; 2]>,
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

/// A series as it was read.
pub struct ReadSeries {
    /// Its file (index into the documents).
    pub file: usize,
    /// Where its values stand.
    pub node: Node,
    /// What of it can be used; the rest has been said.
    pub item: SeriesItem,
    /// Where the rows stand among those of the file.
    pub places: Vec<usize>,
    /// Whether it says what it observes.
    pub observes: bool,
    /// Whether all its rows are there as they are meant.
    pub whole: bool,
}

/// Which rows may be fitted, as far as it can be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cuts {
    /// First month that is scored.
    pub from: Option<Period>,
    /// Last period whose rows may be fitted.
    pub fit_until: Option<Period>,
    /// Last period of any outcome.
    pub until: Option<Period>,
    /// Least share of series that are held out wholly.
    pub held_out: Option<f64>,
}

/// What a folder of targets holds, before it is held against a world.
pub struct Folder {
    /// Texts and findings so far.
    pub ledger: Ledger,
    /// Series.
    pub series: Vec<ReadSeries>,
    /// Number of series that cannot be read.
    pub unread: usize,
    /// Split and bars; none if they are wrong.
    pub bars: Option<BarFile>,
    /// What of the split can be read.
    pub cuts: Cuts,
    /// Patterns that can be read, each with its place among all.
    pub patterns: Vec<(usize, PatternItem)>,
    /// All files.
    pub documents: Vec<Document>,
    /// That of the bars (index into `documents`).
    pub bar_file: Option<usize>,
    /// Files in which something is no TOML (indices into `documents`).
    pub partial: Vec<usize>,
}

impl Folder {
    /// Reads all `.toml` files of a folder in the order of their names.
    pub fn read(folder: &Path) -> Folder {
        let mut read = Folder {
            ledger: Ledger::default(),
            series: Vec::new(),
            unread: 0,
            bars: None,
            cuts: Cuts::default(),
            patterns: Vec::new(),
            documents: Vec::new(),
            bar_file: None,
            partial: Vec::new(),
        };
        let mut paths: Vec<_> = match std::fs::read_dir(folder) {
            Ok(entries) => entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect(),
            Err(error) => {
                let hint = "targets stand in a folder `targets` beside the scenario; `validate` takes another one by --targets";
                read.ledger.error(At::NOWHERE, "", format!("the folder `{}` cannot be read", folder.display()), error.to_string(), hint);
                return read;
            }
        };
        paths.retain(|p| p.file_name().is_some_and(|n| n != BARS));
        paths.sort();
        let schema = schema_of_targets();
        for path in paths {
            let Some(file) = read.document(&path, &schema) else { continue };
            let (tree, json) = (read.documents[file].tree.clone(), read.documents[file].json.clone());
            let items = json.get("series").and_then(Json::as_array).into_iter().flatten();
            for (item, node) in items.zip(tree.get("series").map_or(&[][..], Node::items)) {
                let (errors, said) = (read.ledger.errors(), read.ledger.errors() > 0);
                match read.one(file, item, node) {
                    Ok(series) => read.series.push(series),
                    Err(why) => {
                        read.unread += 1;
                        if !said && read.ledger.errors() == errors {
                            let path = format!("series.{}", node.id().unwrap_or_default());
                            read.ledger.error(node.at, &path, format!("`{path}` does not fit"), why, "");
                        }
                    }
                }
            }
        }
        read.bars(&folder.join(BARS));
        read
    }

    /// Reads a file; what is no TOML in it makes nothing missing in others.
    fn document(&mut self, path: &Path, schema: &Json) -> Option<usize> {
        self.ledger.partial = false;
        let document = document::read(path, schema, &mut self.ledger)?;
        let file = self.documents.len();
        self.documents.push(document);
        self.partial.extend(self.ledger.partial.then_some(file));
        Some(file)
    }

    /// A series without what is wrong in it, which is said here or was said before.
    fn one(&mut self, file: usize, json: &Json, node: &Node) -> Result<ReadSeries, String> {
        let id = node.id().unwrap_or_default();
        let Json::Object(mut json) = json.clone() else { return Err("it is not a table".to_string()) };
        let observes = json.get("observes").is_some_and(|o| serde_json::from_value::<ObservedItem>(o.clone()).is_ok());
        if !observes {
            json.insert("observes".into(), json!({"measure": "", "origin": ""}));
        }
        for key in ["plus", "over"] {
            let given = node.get(key).and_then(|n| n.get("period")).filter(|n| n.text().is_some());
            if given.is_some_and(|n| period(n, &format!("series.{id}.{key}.period"), &mut self.ledger).is_none()) {
                json.remove(key);
            }
        }
        for (key, otherwise) in [("id", ""), ("title", ""), ("aspect", Aspect::Totals.name()), ("unit", ""), ("scope", "")] {
            json.entry(key).or_insert_with(|| json!(otherwise));
        }
        let given = json.get("rows").and_then(Json::as_array).cloned().unwrap_or_default();
        let (mut rows, mut places, mut whole) = (Vec::new(), Vec::new(), json.contains_key("rows"));
        for (place, (row, node)) in given.into_iter().zip(node.get("rows").map_or(&[][..], Node::items)).enumerate() {
            let Json::Object(mut row) = row else { continue };
            let path = format!("series.{id}.rows.{}.period", node.id().map_or_else(|| place.to_string(), str::to_string));
            if node.get("period").and_then(|n| period(n, &path, &mut self.ledger)).is_none() {
                whole = false;
                continue;
            }
            whole &= row.contains_key("use");
            row.entry("use").or_insert_with(|| json!(Use::Test.name()));
            rows.push(Json::Object(row));
            places.push(place);
        }
        json.insert("rows".into(), Json::Array(rows));
        let item = serde_json::from_value(Json::Object(json)).map_err(|error| error.to_string())?;
        Ok(ReadSeries { file, node: node.clone(), item, places, observes, whole })
    }

    /// Reads the file of the split, the bars and the patterns.
    fn bars(&mut self, path: &Path) {
        let before = self.ledger.errors();
        let Some(file) = self.document(path, &schema_of_bars()) else { return };
        self.bar_file = Some(file);
        let Document { tree, json } = self.documents[file].clone();
        let mut cut = |key: &str| period(tree.get("split")?.get(key)?, &format!("split.{key}"), &mut self.ledger);
        let (from, fit_until, until) = (cut("from"), cut("fit_until"), cut("until"));
        self.cuts = Cuts { from, fit_until, until, held_out: json.pointer("/split/held_out").and_then(Json::as_f64) };
        let order = [("fit_until", from.zip(fit_until), "from"), ("until", fit_until.zip(until), "fit_until")];
        for (key, pair, other) in order {
            if let Some((a, b)) = pair.filter(|(a, b)| if other == "from" { a.first > b.last } else { a.last > b.last }) {
                let path = format!("split.{key}");
                self.ledger.error(tree.locate(&path), &path, format!("`{path}` is {b}, before `split.{other}`, {a}"), "the split is in the order of time", "");
            }
        }
        if let Some([low, high]) = json.pointer("/bars/coverage_90").and_then(|c| serde_json::from_value::<[f64; 2]>(c.clone()).ok())
            && low > high
        {
            let path = "bars.coverage_90";
            self.ledger.error(tree.locate(path), path, format!("`{path}` is in no order"), "the first number is the least", format!("write [{high}, {low}]"));
        }
        for (place, pattern) in json.get("pattern").and_then(Json::as_array).into_iter().flatten().enumerate() {
            let mut pattern = pattern.clone();
            if let Some(object) = pattern.as_object_mut() {
                object.entry("says").or_insert_with(|| json!(""));
            }
            self.patterns.extend(serde_json::from_value(pattern).ok().map(|pattern| (place, pattern)));
        }
        match serde_json::from_value(json) {
            Ok(bars) => self.bars = Some(bars),
            Err(error) if self.ledger.errors() == before => self.ledger.error(tree.at, "", "the file of bars does not fit", error.to_string(), ""),
            Err(_) => {}
        }
    }

    /// Ids of series and labels of rows, also of those that are wrong.
    pub fn names(&self) -> BTreeSet<String> {
        let series = self.documents.iter().filter_map(|d| d.tree.get("series")).flat_map(Node::items);
        let ids = |s: &Node| s.id().into_iter().chain(s.get("rows").map_or(&[][..], Node::items).iter().filter_map(Node::id)).map(str::to_string).collect::<Vec<_>>();
        series.flat_map(ids).filter(|id| !id.is_empty()).collect()
    }

    /// Ids that stand twice, by id.
    pub fn repeated(&self) -> BTreeMap<String, usize> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for ReadSeries { item, .. } in &self.series {
            *counts.entry(item.id.clone()).or_default() += 1;
            for id in item.rows.iter().filter_map(|r| r.id.clone()) {
                *counts.entry(id).or_default() += 1;
            }
        }
        counts.retain(|id, n| *n > 1 && !id.is_empty());
        counts
    }
}
