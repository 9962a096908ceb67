//! The items of a scenario's lists as they are written: regimes, closures, amnesties, trends, corridors. Used through [`super::file`].

use std::collections::BTreeMap;

use serde::Deserialize;

use super::file::Date;
use crate::{
    units::Provenance,
    world::{
        corridor::Channel,
        network::Mode,
        place::MacroArea,
        regime::{Kind, Terms},
    },
};

/// A regime holds for its citizens and country until the next `from` of the same pair. What it does not say (`days`, `success`,
/// `places_per_year`, `min_education` and `papers_log_odds` apart) it takes from the regime before it.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct RegimeItem {
    /// Identifier.
    pub id: String,
    /// Codes of the citizens' countries.
    #[schemars(length(min = 1))]
    pub citizens: Vec<String>,
    /// Code of the country.
    pub country: String,
    /// First day.
    pub from: Date,
    /// Its kind.
    pub kind: Kind,
    /// Its terms.
    #[serde(flatten)]
    pub terms: Terms,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A border that is wholly or partly closed.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct ClosureItem {
    /// Identifier.
    pub id: String,
    /// Codes of the citizens' countries.
    #[schemars(length(min = 1))]
    pub citizens: Vec<String>,
    /// Code of the country.
    pub country: String,
    /// First day.
    pub from: Date,
    /// First day after it.
    pub until: Date,
    /// Share of attempts let in.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub entry: f64,
    /// Factor on the hazards of return.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub leave: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// Lifting of a share of the entry bans in force.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct AmnestyItem {
    /// Identifier.
    pub id: String,
    /// Codes of the citizens' countries.
    #[schemars(length(min = 1))]
    pub citizens: Vec<String>,
    /// Code of the country.
    pub country: String,
    /// Day on which it acts.
    pub on: Date,
    /// Share of the bans lifted.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub share: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// Growth of a series after its last year.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct TrendItem {
    /// Identifier.
    pub id: String,
    /// Name of the series.
    pub series: String,
    /// Codes of the places.
    #[schemars(length(min = 1))]
    pub places: Vec<String>,
    /// Growth, 0 if the last value stays.
    #[schemars(range(min = -0.5, max = 0.5), extend("unit" = "share/year"))]
    pub growth: f64,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// A corridor: links that open at a date, the work of building them, and what goes over them.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct CorridorItem {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Macro-cultural areas it leads to, with which it makes ties grow.
    #[serde(default)]
    pub leads_to: Vec<MacroArea>,
    /// First day of service, as planned.
    pub opens: Date,
    /// First day without service; omitted: it stays open.
    pub closes: Option<Date>,
    /// Months by which the opening and the end of the work come later than planned; the same work is spread over more months.
    #[serde(default)]
    #[schemars(range(max = 600), extend("unit" = "months"))]
    pub delay_months: u16,
    /// What it costs in all; told by `show`, with the work and the transit income it buys.
    #[schemars(range(min = 0.0, max = 1_000_000.0), extend("unit" = "million USD"))]
    pub cost_usd_m: Option<f64>,
    /// How it is built.
    pub construction: Option<ConstructionItem>,
    /// Goods that pass through, from the opening on.
    pub transit: Option<TransitItem>,
    /// Visitors who travel by it, while it is open and has passenger service.
    pub ties: Option<VisitorsItem>,
    /// Its links.
    #[schemars(length(min = 1))]
    pub links: Vec<LinkItem>,
    /// Which of its effects are on; those not named are on.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "enum": Channel::NAMES }))]
    pub channels: BTreeMap<Channel, bool>,
    /// Where the values come from.
    #[serde(flatten)]
    pub provenance: Provenance,
}

/// How a corridor is built.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct ConstructionItem {
    /// First day of work.
    pub from: Date,
    /// Last day of work.
    pub to: Date,
    /// Persons at work; beside `jobs` only the most that those of a year may add up to.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("unit" = "persons"))]
    pub workforce: f64,
    /// Share of them who are foreign workers of the contractor.
    #[schemars(range(min = 0.0, max = 1.0), extend("unit" = "share"))]
    pub foreign_share: f64,
    /// Regions, at home or abroad, among which the workforce is divided evenly; omitted: all home regions of the origins that the links
    /// touch.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Jobs by region and year, in place of an even division.
    #[serde(default)]
    pub jobs: Vec<JobsItem>,
}

/// Jobs of the building in a region in a year.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct JobsItem {
    /// Home region (formal jobs) or region of destination (migrants' jobs in construction).
    pub region: String,
    /// Calendar year, as planned.
    #[schemars(range(min = 1990, max = 2100), extend("unit" = "year"))]
    pub year: i32,
    /// Persons at work, foreign ones included.
    #[schemars(range(min = 0.0, max = 10_000_000.0), extend("unit" = "persons"))]
    pub jobs: f64,
}

/// Goods that pass through by a corridor.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct TransitItem {
    /// Goods.
    #[schemars(range(min = 0.0, max = 1e9), extend("unit" = "tonnes/year"))]
    pub tonnes_per_year: f64,
    /// Income of the regions.
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "USD/tonne"))]
    pub usd_per_tonne: f64,
    /// Jobs for each tonne a year.
    #[schemars(range(min = 0.0, max = 0.1), extend("unit" = "jobs per tonne/year"))]
    pub jobs_per_tonne: f64,
    /// Home regions among which both are divided evenly; omitted: all home regions of the origins that the links touch.
    #[serde(default)]
    pub regions: Vec<String>,
}

/// Students, pilgrims, traders and other visitors; migrants are not among them.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct VisitorsItem {
    /// Passengers.
    #[schemars(range(min = 0.0, max = 1e8), extend("unit" = "persons/year"))]
    pub passengers_per_year: f64,
    /// Home regions whose people travel or are visited; omitted: all home regions of the origins that the links touch.
    #[serde(default)]
    pub regions: Vec<String>,
}

/// A link of a corridor.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct LinkItem {
    /// A node.
    pub from: String,
    /// Another node.
    pub to: String,
    /// Means of travel.
    pub mode: Mode,
    /// Length; omitted: `travel.detour` times the distance on the globe (air: the distance).
    #[schemars(range(min = 0.0, max = 20_000.0), extend("unit" = "km"))]
    pub km: Option<f64>,
    /// Hours in motion.
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "hours"))]
    pub hours: f64,
    /// Fare; omitted: by distance.
    #[schemars(range(min = 0.0, max = 10_000.0), extend("unit" = "USD"))]
    pub fare_usd: Option<f64>,
    /// Hours at the border.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1000.0), extend("unit" = "hours"))]
    pub border_hours: f64,
    /// Payments at the border.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 10_000.0), extend("unit" = "USD"))]
    pub border_usd: f64,
    /// Whether it carries persons.
    #[serde(default = "yes")]
    pub passengers: bool,
    /// Codes of the countries that it crosses between those of its ends, in their order.
    #[serde(default)]
    pub crosses: Vec<String>,
}

fn yes() -> bool {
    true
}
