//! A calibration as it is written: the structs that its JSON Schema is derived from.

use serde::Deserialize;

use super::method::Method;
use crate::experiment::past::target_file::Period;

/// A calibration of musafir.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[schemars(extend("called" = "a calibration"))]
pub struct File {
    /// What it is, in a few words.
    #[serde(default)]
    pub title: String,
    /// What it asks, in a paragraph.
    #[serde(default)]
    pub description: String,
    /// Scenario file whose keys are fitted, relative to this file.
    pub scenario: String,
    /// Folder of targets, relative to this file.
    pub targets: String,
    /// Share of households simulated; omitted: the scenario's.
    #[schemars(range(max = 1.0), extend("unit" = "share", "exclusiveMinimum" = 0.0))]
    pub sample: Option<f64>,
    /// Seed of everything drawn, and of the first member's run; omitted: the scenario's.
    pub seed: Option<u64>,
    /// How parameters are fitted.
    pub method: MethodTable,
    /// How far off model and published values may be.
    pub errors: ErrorsTable,
    /// Fits to a part of the past that forecast the next part of it.
    pub origins: Option<OriginsTable>,
    /// What is uncertain.
    #[schemars(length(min = 1, max = 512))]
    pub parameter: Vec<ParameterItem>,
}

/// How parameters are fitted, and how much is run.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct MethodTable {
    /// The method.
    pub kind: Method,
    /// Members of the ensemble (particles of a generation).
    #[schemars(range(min = 8, max = 100_000), extend("unit" = "members"))]
    pub members: usize,
    /// Steps (generations after the first); one more run of each member is needed.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "steps"))]
    pub steps: usize,
}

/// How far off model and published values may be, in logarithms.
#[derive(Clone, Copy, Debug, Deserialize, schemars::JsonSchema)]
pub struct ErrorsTable {
    /// Standard deviation of what the model itself misses of a series.
    #[schemars(range(min = 0.0, max = 3.0), extend("unit" = "log points"))]
    pub discrepancy: f64,
    /// The same of the headline series, which the model is to meet the closest; omitted: as of the others.
    #[schemars(range(min = 0.0, max = 3.0), extend("unit" = "log points"))]
    pub headline: Option<f64>,
    /// Time in which the correlation of that within a series falls to 1/e.
    #[schemars(range(min = 0.01, max = 1000.0), extend("unit" = "years"))]
    pub memory_years: f64,
    /// Least standard deviation of a published value, and that of bounds.
    #[schemars(range(min = 0.001, max = 3.0), extend("unit" = "log points"))]
    pub least: f64,
}

/// Rolling origins.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct OriginsTable {
    /// Ends of the pasts that are fitted.
    #[schemars(length(min = 1, max = 64))]
    pub until: Vec<Period>,
    /// Years that are forecast.
    #[schemars(range(min = 1, max = 50), extend("unit" = "years"))]
    pub years: u16,
    /// Members of each fit.
    #[schemars(range(min = 8, max = 100_000), extend("unit" = "members"))]
    pub members: usize,
    /// Steps of each fit.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "steps"))]
    pub steps: usize,
}

/// Something uncertain: keys that get a value of a range, flat a priori.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct ParameterItem {
    /// Identifier.
    pub id: String,
    /// Key of the scenario; `*` stands for all items or keys.
    pub key: Option<String>,
    /// Several keys that get the same value.
    #[schemars(length(min = 1))]
    pub keys: Option<Vec<String>>,
    /// Whether the value multiplies what stands in the scenario.
    #[serde(default)]
    pub multiplies: bool,
    /// Least and greatest value.
    #[schemars(length(min = 2, max = 2))]
    pub range: Vec<f64>,
    /// Whether equal ratios are equally likely a priori, not equal differences.
    #[serde(default)]
    pub log: bool,
    /// Whether it is fitted; otherwise members have draws from the range, so that the ensemble holds the uncertainty.
    #[serde(default = "yes")]
    pub fitted: bool,
    /// Unit, for people.
    #[serde(default)]
    pub unit: String,
    /// Where the range comes from.
    pub source: String,
}

fn yes() -> bool {
    true
}
