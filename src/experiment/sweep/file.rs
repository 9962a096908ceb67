//! A sweep as it is written: the structs that its JSON Schema, and with it every check of a key, is derived from.

use serde::Deserialize;
use serde_json::Value as Json;

use super::super::design::Kind;
use crate::scenario::file::Date;

/// Any value: what it must be is told by the scenario's key.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Any(pub Json);

impl schemars::JsonSchema for Any {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Any".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "any": true })
    }
}

/// A sweep of musafir.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[schemars(extend("called" = "a sweep"))]
pub struct File {
    /// What the sweep is, in a few words.
    #[serde(default)]
    pub title: String,
    /// What it asks, in a paragraph.
    #[serde(default)]
    pub description: String,
    /// Scenario file that the points change, relative to this file.
    pub scenario: String,
    /// Share of households simulated; omitted: the scenario's.
    #[schemars(range(max = 1.0), extend("unit" = "share", "exclusiveMinimum" = 0.0))]
    pub sample: Option<f64>,
    /// Seed of the first replicate; omitted: the scenario's.
    pub seed: Option<u64>,
    /// Last month simulated; omitted: the scenario's.
    pub until: Option<Date>,
    /// Replicates of each point; replicate k has the seed plus k - 1 at every point.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100_000), extend("unit" = "runs"))]
    pub replicates: u32,
    /// Ensemble file, relative to this file: replicate k uses its k-th member of equal weight.
    pub ensemble: Option<String>,
    /// Keys of the scenario and values that they have at all points.
    pub set: Option<Any>,
    /// Which points are run.
    pub design: DesignTable,
    /// What varies.
    #[schemars(length(min = 1))]
    pub factor: Vec<FactorItem>,
    /// Points of a design of the kind `list`: a value for each factor.
    #[serde(default)]
    pub point: Vec<Any>,
    /// What of each run is kept.
    #[serde(default)]
    pub results: ResultsTable,
    /// What the sweep is about.
    #[serde(default)]
    pub outcome: Vec<OutcomeItem>,
}

fn one() -> u32 {
    1
}

/// Which points are run.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct DesignTable {
    /// How points are spread.
    pub kind: Kind,
    /// Points of a Latin hypercube or of the Sobol' sequence; base sample of a Saltelli design.
    #[schemars(range(min = 2, max = 65_536), extend("unit" = "points"))]
    pub points: Option<usize>,
    /// Trajectories of a Morris design.
    #[schemars(range(min = 2, max = 10_000), extend("unit" = "trajectories"))]
    pub trajectories: Option<usize>,
    /// Levels of a Morris trajectory, an even number; omitted: 4.
    #[schemars(range(min = 2, max = 100), extend("unit" = "levels"))]
    pub levels: Option<usize>,
    /// Seed of the design; omitted: 1.
    pub seed: Option<u64>,
}

/// What varies: `key` or `keys` with one of `range`, `dates`, `values`; or `alternatives`; or `scenarios`; or members of an `ensemble`.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct FactorItem {
    /// Identifier, the name of its column.
    pub id: String,
    /// Key of the scenario; `*` stands for all items or keys.
    pub key: Option<String>,
    /// Several keys that get the same value.
    #[schemars(length(min = 1))]
    pub keys: Option<Vec<String>>,
    /// Whether the value multiplies what stands in the scenario.
    #[serde(default)]
    pub multiplies: bool,
    /// Least and greatest number.
    #[schemars(length(min = 2, max = 2))]
    pub range: Option<Vec<f64>>,
    /// How numbers of a range are spread; omitted: linear.
    pub scale: Option<Scale>,
    /// First and last date.
    #[schemars(length(min = 2, max = 2))]
    pub dates: Option<Vec<Date>>,
    /// Number of values of a range in a grid; of members of an ensemble, omitted: all.
    #[schemars(range(min = 1, max = 10_000), extend("unit" = "levels"))]
    pub levels: Option<usize>,
    /// Values: numbers, dates, texts, true and false, lists. Those that are all numbers or all dates are taken from the least to the greatest;
    /// others have no order.
    #[schemars(length(min = 1, max = 256))]
    pub values: Option<Vec<Any>>,
    /// Names of the values or scenarios in results.
    #[schemars(length(min = 1, max = 256))]
    pub names: Option<Vec<String>>,
    /// Alternatives: each sets some keys.
    #[schemars(length(min = 1, max = 256))]
    pub alternatives: Option<Vec<AlternativeItem>>,
    /// Scenario files, relative to this file.
    #[schemars(length(min = 1, max = 256))]
    pub scenarios: Option<Vec<String>>,
    /// Ensemble file, relative to this file, whose members of equal weight are the values.
    pub ensemble: Option<String>,
    /// Whether each point of the design is run with every value of this factor.
    #[serde(default)]
    pub crossed: bool,
    /// Unit, for people.
    #[serde(default)]
    pub unit: String,
    /// Where the range comes from.
    #[serde(default)]
    pub source: String,
}

/// How numbers of a range are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Equal differences are equally likely.
    Linear,
    /// Equal ratios are equally likely.
    Log,
}

/// An alternative.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct AlternativeItem {
    /// Name in results.
    pub name: String,
    /// Keys of the scenario and their values; may be empty.
    #[serde(default = "nothing")]
    pub set: Any,
}

fn nothing() -> Any {
    Any(Json::Object(serde_json::Map::new()))
}

/// What of each run is kept; outcomes always are.
#[derive(Clone, Debug, Default, Deserialize, schemars::JsonSchema)]
pub struct ResultsTable {
    /// Measures; omitted: the ones that people ask for most.
    #[schemars(length(min = 1))]
    pub measures: Option<Vec<String>>,
    /// Origins, countries or CA3; omitted: all.
    #[schemars(length(min = 1))]
    pub origins: Option<Vec<String>>,
    /// Destinations, countries, groups or ALL; omitted: all.
    #[schemars(length(min = 1))]
    pub destinations: Option<Vec<String>>,
    /// First and last year; omitted: all.
    #[schemars(length(min = 2, max = 2))]
    pub years: Option<Vec<i32>>,
}

/// What the sweep is about.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct OutcomeItem {
    /// Identifier.
    pub id: String,
    /// A measure of an origin in a destination in a year, and perhaps a comparison: `stock_mean of CA3 in RUS in 2040 < 0`.
    pub outcome: String,
    /// Two values of a crossed factor; the outcome is then the paired difference between them.
    pub difference: Option<DifferenceItem>,
}

/// Two values of a crossed factor.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct DifferenceItem {
    /// Id of the factor.
    pub factor: String,
    /// Name of the value that is subtracted.
    pub from: String,
    /// Name of the value that it is subtracted from.
    pub to: String,
}
