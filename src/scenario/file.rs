//! A scenario as it is written: the structs that the JSON Schema, and with it every check of a key, is derived from.
//! Used by the rest of `scenario` and by `cli::schema`.

use std::collections::BTreeMap;

use serde::Deserialize;

pub use super::changes::{AnswerItem, Origins, RuleItem, ShockItem, WatchItem};
pub use super::items::{AmnestyItem, ClosureItem, ConstructionItem, CorridorItem, RegimeItem, TrendItem};
use crate::{
    behaviour::Behaviour,
    units::Month,
    world::{
        demography::{Households, Start},
        freight,
        network::Travel,
        ties,
    },
};

/// Years within which dates make sense.
pub const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// A date: `2028-01-01` or "2028-01".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Month from which a change of this date acts: its own up to day 15, else the next.
    pub acts: Month,
    /// First month after, if the date is a last day: a date without day means the end of its month.
    pub after: Month,
    /// Its day, 1 if it has none.
    pub day: u32,
}

impl Date {
    /// Orders dates by the day.
    pub fn order(&self) -> (Month, u32) {
        // Days after the 15th act from the next month, and come before the days of that month up to the 15th.
        (self.acts, if self.day > 15 { self.day - 15 } else { self.day + 16 })
    }

    /// Last month of what ends with this date.
    pub fn last_month(self) -> Month {
        self.after.plus(-1)
    }
}

impl std::str::FromStr for Date {
    type Err = String;
    fn from_str(text: &str) -> Result<Date, String> {
        let mut parts = text.splitn(3, '-');
        let mut next = || parts.next().unwrap_or_default();
        let (year, month, day) = (next(), next(), next());
        if let Some(year) = year.parse::<i32>().ok().filter(|y| year.len() == 4 && !YEARS.contains(y)) {
            return Err(format!("the year {year} is outside {} to {}", YEARS.start(), YEARS.end()));
        }
        let own: Month = format!("{year}-{month}").parse().map_err(|_| format!("`{text}` is not a date"))?;
        if year.len() != 4 || month.len() != 2 || !YEARS.contains(&own.year()) {
            return Err(format!("`{text}` is not a date"));
        }
        if day.is_empty() {
            return Ok(Date { acts: own, after: own.plus(1), day: 1 });
        }
        let month = own.of_year() as u32 + 1;
        let there = |day: &i8| jiff::civil::Date::new(own.year() as i16, month as i8, *day).is_ok();
        let day = day.parse().ok().filter(there).ok_or_else(|| format!("`{text}` is not a date"))? as u32;
        let acts = Month::of_change(own.year(), month, day);
        Ok(Date { acts, after: acts, day })
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Date {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Date".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$",
            "form": "date",
            "description": "A date, 2028-01-01, or a month, \"2028-01\". A change acts from its own month up to day 15, else from the next."
        })
    }
}

/// A scenario of musafir.
#[derive(schemars::JsonSchema)]
#[allow(dead_code)]
pub struct File {
    /// What the scenario is, in a few words.
    #[serde(default)]
    title: String,
    /// What it claims or tests, in a paragraph.
    #[serde(default)]
    description: String,
    /// File or files that this one changes, relative to it.
    #[serde(default)]
    extends: Extends,
    /// What of the extended files is dropped: ids of items, or dotted keys.
    #[serde(default)]
    remove: Vec<String>,
    /// Keys that members of an ensemble leave as they are here. What a file says itself otherwise than the one that the ensemble was fitted to
    /// is left anyway; this names what a file does not tell, such as the resolved one in a folder of results.
    #[serde(default)]
    own: Vec<String>,
    /// Real persons aged 16-64 at the start of the first year, all origins together. The tables `population`, `entrants` and `initial` are
    /// scaled to it by one factor; jobs, places of quotas and workforces are not. Unless it is given, the tables are taken as they are.
    #[schemars(range(min = 1.0, max = 1e9), extend("unit" = "persons"))]
    population: Option<f64>,
    /// What is run.
    run: RunTable,
    /// What travelling costs.
    travel: Travel,
    /// What carrying goods costs, and what nearness to markets is worth.
    freight: freight::Params,
    /// How cultural ties grow, and what they are worth.
    ties: ties::Params,
    /// What persons do.
    behaviour: Behaviour,
    /// How persons are grouped into households.
    households: Households,
    /// The state in the first month.
    start: Start,
    /// Tables of the world.
    tables: Tables,
    /// Fields of the tables that are replaced: by table, by the texts that begin the row, joined by dashes, and by column.
    #[serde(default)]
    cells: BTreeMap<String, BTreeMap<String, BTreeMap<String, Field>>>,
    /// What citizens need to enter and work.
    #[serde(default)]
    regime: Vec<RegimeItem>,
    /// Borders wholly or partly closed.
    #[serde(default)]
    closure: Vec<ClosureItem>,
    /// Lifting of entry bans.
    #[serde(default)]
    amnesty: Vec<AmnestyItem>,
    /// Growth of series after their last year.
    #[serde(default)]
    trend: Vec<TrendItem>,
    /// Corridors that are built and open.
    #[serde(default)]
    corridor: Vec<CorridorItem>,
    /// Dated changes of series, links or regimes.
    #[serde(default)]
    shock: Vec<ShockItem>,
    /// States that watch the simulation, and the law that follows.
    #[serde(default)]
    rule: Vec<RuleItem>,
}

/// A field of a table.
#[derive(schemars::JsonSchema)]
#[serde(untagged)]
#[allow(dead_code)]
pub enum Field {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// One file or several.
#[derive(schemars::JsonSchema)]
#[serde(untagged)]
#[allow(dead_code)]
pub enum Extends {
    /// One file.
    One(String),
    /// Several; later ones change earlier ones.
    Many(Vec<String>),
}

impl Default for Extends {
    fn default() -> Extends {
        Extends::Many(Vec::new())
    }
}

/// What is run.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct RunTable {
    /// First month.
    pub start: Date,
    /// Last month; persons are synthesised for the time up to it.
    pub end: Date,
    /// Last month simulated, if it is to stop before `end`.
    pub until: Option<Date>,
    /// Share of households simulated.
    #[schemars(range(max = 1.0), extend("unit" = "share", "exclusiveMinimum" = 0.0))]
    pub sample: f64,
    /// Seed of the first replicate.
    #[serde(default = "one")]
    pub seed: u64,
    /// Number of replicates.
    #[serde(default = "one_replicate")]
    #[schemars(range(min = 1, max = 100_000), extend("unit" = "runs"))]
    pub replicates: u32,
}

fn one() -> u64 {
    1
}

fn one_replicate() -> u32 {
    1
}

/// Tables of the world: a CSV file, relative to the file that names it, or `{ csv = """text""" }`.
#[derive(schemars::JsonSchema)]
#[allow(dead_code)]
pub struct Tables {
    /// Countries: origins, destinations, transit.
    countries: Table,
    /// Home regions and regions of destination.
    regions: Table,
    /// Nodes of the transport network.
    nodes: Table,
    /// Links of the transport network.
    links: Table,
    /// Yearly series.
    series: Table,
    /// Population of the origins at the start of the first year, by age and sex.
    population: Table,
    /// Persons turning 16, by year.
    entrants: Table,
    /// Death rates.
    mortality: Table,
    /// Margins of synthesis.
    margins: Table,
    /// Migrants at the start.
    initial: Table,
    /// Migrant jobs by region and sector.
    markets: Table,
    /// Migrant jobs by country.
    jobs: Table,
    /// Weights of the months.
    calendar: Table,
    /// Migrants and remittances of pairs of countries that are not simulated; without it centrality knows the simulated pairs alone.
    outside: Option<Table>,
}

/// A table: a path, or the text itself.
#[derive(schemars::JsonSchema)]
#[serde(untagged)]
#[allow(dead_code)]
pub enum Table {
    /// Path of a CSV file, relative to the file that names it.
    Path(String),
    /// The table itself.
    Inline(Inline),
}

/// A table inside the scenario.
#[derive(schemars::JsonSchema)]
#[allow(dead_code)]
pub struct Inline {
    /// The text of the table.
    csv: String,
}

#[cfg(test)]
mod tests {
    use super::Date;

    #[test]
    fn what_ends_with_a_date_has_a_last_month() {
        let last = |text: &str| text.parse::<Date>().map(|date| date.last_month().to_string());
        for (date, month) in [("2022-12", "2022-12"), ("2022-12-01", "2022-11"), ("2022-12-10", "2022-11"), ("2022-12-31", "2022-12"), ("2024-02-29", "2024-02")] {
            assert_eq!(last(date).as_deref(), Ok(month), "{date}");
        }
        assert!(last("2023-02-29").is_err() && last("2022-04-31").is_err());
    }
}
