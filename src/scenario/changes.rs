//! The items of a scenario's lists that change the world as a run goes on: shocks by date, policy rules by what happens. Used through
//! [`super::file`].

use serde::Deserialize;

use super::file::Date;
use crate::{
    units::Provenance,
    world::{
        regime::{Kind, Terms},
        rule::{Measure, Over},
    },
};

/// A dated change of a series, of links or of regimes: keys of one of the three. Closed borders are closures.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct ShockItem {
    /// Identifier.
    pub id: String,
    /// First day.
    pub from: Date,
    /// First day after it; omitted: it stays.
    pub until: Option<Date>,
    /// Months after that in which it fades, linearly.
    #[schemars(range(min = 0, max = 600), extend("unit" = "months"))]
    pub fade_months: Option<u16>,
    /// Name of a series; growth of output is changed by the part of each calendar year in which the shock is in force.
    pub series: Option<String>,
    /// Codes of the series' places, or WORLD.
    #[schemars(length(min = 1))]
    pub places: Option<Vec<String>>,
    /// Factor on the monthly values, after trends.
    #[schemars(range(max = 1000.0), extend("unit" = "factor", "exclusiveMinimum" = 0.0))]
    pub factor: Option<f64>,
    /// Added to the monthly values, after the factor, in the unit of the series.
    #[schemars(range(min = -1e12, max = 1e12))]
    pub add: Option<f64>,
    /// Ids of links; those of a corridor are its id, a dash, and their number from 1.
    #[schemars(length(min = 1))]
    pub links: Option<Vec<String>>,
    /// Codes of two countries: links over their border, on the way to others too (a code twice: links within the country).
    #[schemars(length(min = 2, max = 2))]
    pub between: Option<Vec<String>>,
    /// Code of a country: of regimes with `citizens`, else of links that end in it or cross it.
    pub country: Option<String>,
    /// Factor on the links' hours in motion.
    #[schemars(range(min = 0.01, max = 100.0), extend("unit" = "factor"))]
    pub hours_factor: Option<f64>,
    /// Factor on the links' fares.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor"))]
    pub fare_factor: Option<f64>,
    /// Hours added at the links' borders.
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "hours"))]
    pub border_hours_add: Option<f64>,
    /// Payments added at the links' borders.
    #[schemars(range(min = 0.0, max = 10_000.0), extend("unit" = "USD"))]
    pub border_usd_add: Option<f64>,
    /// No service on the links.
    pub closed: Option<bool>,
    /// Codes of the citizens' countries: of regimes in force for them in `country`.
    #[schemars(length(min = 1))]
    pub citizens: Option<Vec<String>>,
    /// Added to the regimes' burden.
    #[schemars(range(min = -5.0, max = 5.0), extend("unit" = "index"))]
    pub burden_add: Option<f64>,
    /// Factor on the regimes' one-off costs of documents and intermediary.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor"))]
    pub documents_factor: Option<f64>,
    /// Factor on the regimes' permit to work.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor"))]
    pub permit_factor: Option<f64>,
    /// Added to the regimes' log-odds that an entrant works without papers.
    #[schemars(range(min = -20.0, max = 20.0), extend("unit" = "log-odds"))]
    pub papers_log_odds_add: Option<f64>,
    /// Factor on the probability that an application is granted (visa, quota), up to 1.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor"))]
    pub success_factor: Option<f64>,
    /// Factor on the places a year (quota).
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor"))]
    pub places_factor: Option<f64>,
    /// Factor on the hazard that a person without papers is found, up to 1.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor"))]
    pub detection_factor: Option<f64>,
    /// Factor on the probabilities of an entry ban, up to 1.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor"))]
    pub ban_factor: Option<f64>,
    /// Factor on the hazard of naturalisation, up to 1.
    #[schemars(range(min = 0.0, max = 100.0), extend("unit" = "factor"))]
    pub naturalisation_factor: Option<f64>,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A state that watches the simulation, and the law that follows. States do not coordinate.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct RuleItem {
    /// Identifier.
    pub id: String,
    /// Name for people.
    #[serde(default)]
    pub name: String,
    /// What it watches, at the end of the month before.
    pub watches: WatchItem,
    /// Acts when the value is above this.
    #[schemars(range(min = -1e12, max = 1e12), extend("unit" = "see measure"))]
    pub above: Option<f64>,
    /// Acts when the value is below this.
    #[schemars(range(min = -1e12, max = 1e12), extend("unit" = "see measure"))]
    pub below: Option<f64>,
    /// With `above`: eases when the value is at or below this; omitted: the same as `above`.
    #[schemars(range(min = -1e12, max = 1e12), extend("unit" = "see measure"))]
    pub eases_below: Option<f64>,
    /// With `below`: eases when the value is at or above this; omitted: the same as `below`.
    #[schemars(range(min = -1e12, max = 1e12), extend("unit" = "see measure"))]
    pub eases_above: Option<f64>,
    /// Probability a year that it acts while its condition holds.
    #[schemars(range(max = 1.0), extend("unit" = "per year", "exclusiveMinimum" = 0.0))]
    pub probability: f64,
    /// Probability a year that it eases while that condition holds; omitted: the same.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "per year"))]
    pub eases_probability: Option<f64>,
    /// First day on which it may be in force.
    pub from: Option<Date>,
    /// First day on which it is not any more.
    pub until: Option<Date>,
    /// Least time in force before it may ease.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1200), extend("unit" = "months"))]
    pub least_months: u32,
    /// What follows.
    pub does: AnswerItem,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// What a rule watches.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct WatchItem {
    /// The measure.
    pub measure: Measure,
    /// Code of an origin, several of them, or CA3 for all.
    pub origin: Origins,
    /// Code of the country of destination; not for `unemployment_home`.
    pub country: Option<String>,
    /// Whether the value or its growth is compared.
    #[serde(default)]
    pub over: Over,
}

/// One origin or several.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Origins {
    /// One, or CA3.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// What follows: keys as in a regime; what is not said is as in the regime in force. A partial closure too.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct AnswerItem {
    /// Codes of the citizens' countries.
    #[schemars(length(min = 1))]
    pub citizens: Vec<String>,
    /// Code of the country.
    pub country: String,
    /// Kind of regime.
    pub kind: Option<Kind>,
    /// Terms of the regime.
    #[serde(flatten)]
    pub terms: Terms,
    /// Share of attempts let in; a closure in force goes before it.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub entry: Option<f64>,
    /// Factor on the hazards of return; likewise.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub leave: Option<f64>,
}
