//! The columns of each table: names, kinds, units, meaning. Used by the rest of `scenario`.

use crate::{
    behaviour::traits::SEXES,
    world::{
        network::Mode,
        place::{MacroArea, Sector},
    },
};

/// What a column holds.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// Any text.
    Text,
    /// A number from the first to the second.
    Number(f64, f64),
    /// A whole number from the first to the second.
    Whole(u32, u32),
    /// A month, 2028-01.
    Month,
    /// One of some names.
    OneOf(&'static [&'static str]),
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name in the header.
    pub name: &'static str,
    /// What it holds.
    pub form: Form,
    /// Whether its fields may be empty.
    pub may_be_empty: bool,
    /// Whether a table may be without it: all its fields are empty then.
    pub may_lack: bool,
    /// Unit, empty for texts.
    pub unit: &'static str,
    /// Meaning in a few words.
    pub meaning: &'static str,
}

/// A table.
#[derive(Debug)]
pub struct Shape {
    /// Name in `[tables]`.
    pub name: &'static str,
    /// Meaning in a few words.
    pub meaning: &'static str,
    /// Its columns in the order of the header.
    pub columns: &'static [Column],
}

impl Shape {
    /// The header line.
    pub fn header(&self) -> String {
        self.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(",")
    }
}

const INF: f64 = f64::INFINITY;

const fn text(name: &'static str, meaning: &'static str) -> Column {
    Column { name, form: Form::Text, may_be_empty: false, may_lack: false, unit: "", meaning }
}

const fn one_of(name: &'static str, names: &'static [&'static str], meaning: &'static str) -> Column {
    Column { name, form: Form::OneOf(names), may_be_empty: false, may_lack: false, unit: "", meaning }
}

const fn number(name: &'static str, least: f64, most: f64, unit: &'static str, meaning: &'static str) -> Column {
    Column { name, form: Form::Number(least, most), may_be_empty: false, may_lack: false, unit, meaning }
}

const fn optional(column: Column) -> Column {
    Column { may_be_empty: true, ..column }
}

const fn later(column: Column) -> Column {
    Column { may_be_empty: true, may_lack: true, ..column }
}

const fn whole(name: &'static str, least: u32, most: u32, unit: &'static str, meaning: &'static str) -> Column {
    Column { name, form: Form::Whole(least, most), may_be_empty: false, may_lack: false, unit, meaning }
}

const fn month(name: &'static str, meaning: &'static str) -> Column {
    Column { name, form: Form::Month, may_be_empty: true, may_lack: false, unit: "", meaning }
}

const SOURCE: Column = optional(text("source", "where the row's values come from"));
const VERIFIED: Column = one_of("verified", &["yes", "no"], "whether the values were checked against the source");
const SEX: Column = one_of("sex", &SEXES, "sex");
const LAT: Column = number("lat", -90.0, 90.0, "degrees north", "latitude");
const LON: Column = number("lon", -180.0, 180.0, "degrees east", "longitude");

/// Countries.
pub static COUNTRIES: Shape = Shape {
    name: "countries",
    meaning: "countries of origin, of destination, and others that only have nodes",
    columns: &[
        text("country", "ISO 3166-1 alpha-3 code"),
        text("name", "English name"),
        one_of("role", &["origin", "destination", "transit"], "what the country is in the model"),
        one_of("macro_area", &MacroArea::NAMES, "macro-cultural area"),
        optional(text("groups", "of a country of destination: names of groups that have results of their own, with spaces between")),
        SOURCE,
        VERIFIED,
    ],
};

/// Regions.
pub static REGIONS: Shape = Shape {
    name: "regions",
    meaning: "home regions and regions of destination",
    columns: &[
        text("region", "identifier"),
        text("name", "name for people"),
        text("country", "code of the country"),
        one_of("kind", &["home", "destination"], "whether people are at home or go there"),
        text("node", "node of the transport network"),
        LAT,
        LON,
        optional(number("population_2010", 0.0, INF, "persons", "population in 2010")),
        optional(number("population_2020", 0.0, INF, "persons", "population in 2020")),
        number("wage_ratio", 0.01, 100.0, "ratio", "mean wage over the national mean"),
        optional(number("unemployment_ratio", 0.0, 100.0, "ratio", "unemployment rate over the national rate")),
        optional(number("migrant_share", 0.0, 1.0, "share", "share of the country's migrants who come from here")),
        optional(number("jobs_share", 0.0, 1.0, "share", "share of the country's migrant jobs")),
        SOURCE,
        VERIFIED,
    ],
};

/// Nodes.
pub static NODES: Shape =
    Shape { name: "nodes", meaning: "nodes of the transport network", columns: &[text("node", "name"), text("country", "code of the country"), LAT, LON, SOURCE, VERIFIED] };

/// Links.
pub static LINKS: Shape = Shape {
    name: "links",
    meaning: "links of the transport network",
    columns: &[
        text("link", "identifier"),
        text("from", "a node"),
        text("to", "another node"),
        one_of("mode", &Mode::NAMES, "means of travel"),
        number("km", 0.0, 20_000.0, "km", "length"),
        number("hours", 0.0, 1000.0, "hours", "hours in motion"),
        optional(number("fare_usd", 0.0, 10_000.0, "USD", "fare; empty: by distance")),
        optional(number("border_hours", 0.0, 1000.0, "hours", "hours at the border")),
        optional(number("border_usd", 0.0, 10_000.0, "USD", "payments at the border")),
        one_of("passengers", &["yes", "no"], "whether it carries persons"),
        month("opens", "first month of service"),
        month("closes", "first month without service"),
        later(text("crosses", "codes of countries that it crosses between those of its ends, with spaces")),
        SOURCE,
        VERIFIED,
    ],
};

/// Series.
pub static SERIES: Shape = Shape {
    name: "series",
    meaning: "yearly series",
    columns: &[
        text("series", "name of the series"),
        text("place", "code of the country, or WORLD"),
        whole("year", 1900, 2100, "year", "calendar year"),
        number("value", -INF, INF, "", "mean of the year"),
        optional(text("unit", "unit of the value")),
        SOURCE,
        VERIFIED,
    ],
};

/// Population at the start.
pub static POPULATION: Shape = Shape {
    name: "population",
    meaning: "population of the origins aged 16-64 on 1 January of the first year",
    columns: &[
        text("country", "code of the country"),
        SEX,
        whole("age_from", 0, 120, "years", "first age of the group"),
        whole("age_to", 0, 120, "years", "last age of the group"),
        number("persons", 0.0, INF, "persons", "number of persons"),
        SOURCE,
        VERIFIED,
    ],
};

/// Entrants.
pub static ENTRANTS: Shape = Shape {
    name: "entrants",
    meaning: "persons turning 16 in each calendar year",
    columns: &[
        text("country", "code of the country"),
        SEX,
        whole("year", 1900, 2100, "year", "calendar year"),
        number("persons", 0.0, INF, "persons", "persons turning 16"),
        SOURCE,
        VERIFIED,
    ],
};

/// Death rates.
pub static MORTALITY: Shape = Shape {
    name: "mortality",
    meaning: "death rates by period, sex and age",
    columns: &[
        text("country", "code of the country"),
        SEX,
        whole("year_from", 1900, 2100, "year", "first year of the period"),
        whole("age_from", 0, 120, "years", "first age of the five-year group"),
        number("deaths_per_year", 0.0, 1.0, "per person-year", "death rate"),
        SOURCE,
        VERIFIED,
    ],
};

/// Margins of synthesis.
pub static MARGINS: Shape = Shape {
    name: "margins",
    meaning: "margins of synthesis",
    columns: &[
        one_of("margin", &["education", "sector", "motive", "household_size"], "what the shares are of"),
        text("place", "home region or country of origin"),
        one_of("sex", &["men", "women", "all"], "sex"),
        text("category", "category"),
        number("share", 0.0, 1.0, "share", "share of the category"),
        SOURCE,
        VERIFIED,
    ],
};

/// Migrants at the start.
pub static INITIAL: Shape = Shape {
    name: "initial",
    meaning: "migrants aged 16-64 abroad at the start",
    columns: &[
        text("origin", "code of the origin"),
        text("destination", "code of the country"),
        number("abroad", 0.0, INF, "persons", "persons abroad"),
        number("seasonal_share", 0.0, 1.0, "share", "share of stays that are seasonal"),
        number("settled_share", 0.0, 1.0, "share", "share of stays that are settled"),
        number("undocumented_share", 0.0, 1.0, "share", "share without papers"),
        SOURCE,
        VERIFIED,
    ],
};

/// Migrant jobs by region and sector.
pub static MARKETS: Shape = Shape {
    name: "markets",
    meaning: "migrant jobs of regions of destination by sector",
    columns: &[
        text("region", "region of destination"),
        one_of("sector", &Sector::NAMES, "sector"),
        number("jobs_share", 0.0, 1.0, "share", "share of the region's migrant jobs"),
        number("wage_ratio", 0.01, 100.0, "ratio", "pay of the sector over the mean"),
        SOURCE,
        VERIFIED,
    ],
};

/// Migrant jobs by country.
pub static JOBS: Shape = Shape {
    name: "jobs",
    meaning: "migrant jobs by country",
    columns: &[
        text("country", "code of the country"),
        number("jobs_2013", 1.0, INF, "persons", "jobs for migrants in 2013"),
        number("demand_elasticity", -5.0, 10.0, "elasticity", "elasticity of jobs to output"),
        number("demand_trend", -0.5, 0.5, "share/year", "growth of jobs beside that"),
        number("oil_elasticity", -2.0, 2.0, "elasticity", "elasticity of jobs to the price of oil, beside output"),
        SOURCE,
        VERIFIED,
    ],
};

/// Weights of the months.
pub static CALENDAR: Shape = Shape {
    name: "calendar",
    meaning: "weights of the months in departures and returns",
    columns: &[
        one_of("calendar", &["departures", "returns"], "what the weights are of"),
        whole("month", 1, 12, "month", "month, 1 to 12"),
        number("weight", 0.0, 1.0, "share", "share of the year"),
        SOURCE,
        VERIFIED,
    ],
};

/// Pairs outside the model.
pub static OUTSIDE: Shape = Shape {
    name: "outside",
    meaning: "published migrants and remittances of pairs of countries that are not simulated, for the networks of centrality",
    columns: &[
        text("from", "code of the country that migrants come from"),
        text("to", "code of the country in which they live"),
        whole("year", 1990, 2100, "year", "year of the published value"),
        optional(number("stock_persons", 0.0, 1e9, "persons", "migrants of `from` in `to`, by country of birth or citizenship")),
        optional(number("remittances_usd", 0.0, 1e13, "USD/year", "remittances from `to` to `from`")),
        SOURCE,
        VERIFIED,
    ],
};

/// All tables in the order of `[tables]`.
pub static SHAPES: [&Shape; 14] = [&COUNTRIES, &REGIONS, &NODES, &LINKS, &SERIES, &POPULATION, &ENTRANTS, &MORTALITY, &MARGINS, &INITIAL, &MARKETS, &JOBS, &CALENDAR, &OUTSIDE];
