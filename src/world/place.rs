//! Countries and regions. May be used by everything right of `world`.

use serde::{Deserialize, Serialize};

/// Number of sectors.
pub const SECTORS: usize = 4;

/// Sector of work, at home and abroad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Sector {
    Construction,
    Services,
    Industry,
    Agriculture,
}

impl Sector {
    /// In the order of all tables.
    pub const ALL: [Sector; SECTORS] = [Sector::Construction, Sector::Services, Sector::Industry, Sector::Agriculture];
    /// Names in files.
    pub const NAMES: [&str; SECTORS] = ["construction", "services", "industry", "agriculture"];

    /// The name in files.
    pub fn name(self) -> &'static str {
        Sector::NAMES[self as usize]
    }
}

/// A macro-cultural area (docs/odd.md, submodel 9): which languages and ties lead there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum MacroArea {
    Russian,
    Turkic,
    Persian,
    Arabic,
    EastAsian,
    Western,
}

impl MacroArea {
    /// In the order of all tables.
    pub const ALL: [MacroArea; 6] = [MacroArea::Russian, MacroArea::Turkic, MacroArea::Persian, MacroArea::Arabic, MacroArea::EastAsian, MacroArea::Western];
    /// Names in files.
    pub const NAMES: [&str; 6] = ["russian", "turkic", "persian", "arabic", "east-asian", "western"];

    /// The name in files.
    pub fn name(self) -> &'static str {
        MacroArea::NAMES[self as usize]
    }
}

/// Name of all origins together in results.
pub const ALL_ORIGINS: &str = "CA3";
/// Name of all destinations together in results.
pub const ALL_DESTINATIONS: &str = "ALL";

/// A country of origin or of destination.
#[derive(Clone, Debug, PartialEq)]
pub struct Country {
    /// ISO 3166-1 alpha-3.
    pub code: String,
    /// English name.
    pub name: String,
    /// Macro-cultural area.
    pub area: MacroArea,
    /// Groups of countries that it belongs to: they have results of their own.
    pub groups: Vec<String>,
}

/// A region where people are at home.
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    /// Identifier in files, e.g. `tjk-khatlon`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Index into [`Places::origins`].
    pub origin: usize,
    /// Index into the network's nodes.
    pub node: usize,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Share of the origin's cohorts of age at the start who belong here (adds to 1 within the origin).
    pub share_of_adults: f64,
    /// Share of the later cohorts who belong here (adds to 1 within the origin).
    pub share_of_entrants: f64,
    /// Population of all ages in 2010, persons: its weight as a market for goods, and what visitors are counted against.
    pub population: f64,
    /// Mean wage over the national mean.
    pub wage_ratio: f64,
    /// Unemployment rate over the national rate.
    pub unemployment_ratio: f64,
    /// Share of the origin's migrants at the start who come from here (adds to 1 within the origin).
    pub migrant_share: f64,
}

/// A region where migrants work.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    /// Identifier in files, e.g. `rus-moscow`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Index into [`Places::countries`].
    pub country: usize,
    /// Index into the network's nodes.
    pub node: usize,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// Population of all ages in 2010, persons: its weight as a market for goods; 0 if unknown.
    pub population: f64,
    /// Mean wage over the national mean.
    pub wage_ratio: f64,
    /// Share of the country's migrant jobs (adds to 1 within the country).
    pub jobs_share: f64,
    /// Share of the region's migrant jobs by sector (adds to 1).
    pub sector_jobs: [f64; SECTORS],
    /// Pay of the sector over the region's mean.
    pub sector_pay: [f64; SECTORS],
}

/// All places. Regions stand in the order of their countries, so that a country's regions are a contiguous range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// Countries of origin (at most 4).
    pub origins: Vec<Country>,
    /// Countries of destination (at most 16).
    pub countries: Vec<Country>,
    /// Countries that only have nodes, or pairs outside the model (at most 64).
    pub transit: Vec<Country>,
    /// Home regions, grouped by origin (at most 64).
    pub homes: Vec<Home>,
    /// Destination regions, grouped by country (at most 48).
    pub destinations: Vec<Destination>,
}

impl Places {
    /// The range of destination regions of a country.
    pub fn regions_of(&self, country: usize) -> std::ops::Range<usize> {
        let first = self.destinations.partition_point(|d| d.country < country);
        first..self.destinations.partition_point(|d| d.country <= country)
    }

    /// The range of home regions of an origin.
    pub fn homes_of(&self, origin: usize) -> std::ops::Range<usize> {
        let first = self.homes.partition_point(|h| h.origin < origin);
        first..self.homes.partition_point(|h| h.origin <= origin)
    }

    /// Pairs of an origin and a country of destination, in the order of all tables by pair.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let countries = self.countries.len();
        (0..self.origins.len()).flat_map(move |o| (0..countries).map(move |c| (o, c)))
    }

    /// All countries: origins, destinations, transit.
    pub fn all(&self) -> impl Iterator<Item = &Country> {
        self.origins.iter().chain(&self.countries).chain(&self.transit)
    }

    /// Index of a country of destination by its code.
    pub fn country(&self, code: &str) -> Option<usize> {
        self.countries.iter().position(|c| c.code == code)
    }

    /// Index of a country of origin by its code.
    pub fn origin(&self, code: &str) -> Option<usize> {
        self.origins.iter().position(|c| c.code == code)
    }
}
