//! What a run's results are about: its origins, countries, groups of countries and regions, with their names in files.

use super::{ages, columns};
use crate::{
    behaviour::traits::{EDUCATIONS, MOTIVES, SEXES, STATUSES, STAYS},
    engine::event::OBSTACLES,
    store::table::Layout,
    world::{World, place::Sector},
};

pub use crate::world::place::{ALL_DESTINATIONS, ALL_ORIGINS};

/// Places of a run. A *row of origins* is an origin or, last, all of them; a *row of destinations* is a country, a group, or, last, all.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Number of origins.
    pub origins: usize,
    /// Number of countries of destination.
    pub countries: usize,
    /// Origin of each home region.
    pub origin_of: Vec<usize>,
    /// Country of each region of destination.
    pub country_of: Vec<usize>,
    /// Names of rows of origins.
    pub origin_names: Vec<String>,
    /// Names of rows of destinations.
    pub destination_names: Vec<String>,
    /// Countries of each row of destinations, as bits.
    pub members: Vec<u32>,
    /// Number of countries of transit.
    pub transit: usize,
    /// Names in the column `origin`: rows of origins, then countries, then those of transit.
    pub party_names: Vec<String>,
    /// Ids of home regions.
    pub home_ids: Vec<String>,
    /// Ids of regions of destination.
    pub destination_ids: Vec<String>,
    /// Policy rules: id, origins against whose citizens they are, country whose they are.
    pub rules: Vec<(String, Vec<usize>, usize)>,
}

impl Scope {
    /// Of a world.
    pub fn new(world: &World) -> Scope {
        let places = &world.places;
        let codes: Vec<String> = places.countries.iter().map(|c| c.code.clone()).collect();
        let mut destination_names = codes.clone();
        let mut members: Vec<u32> = (0..codes.len()).map(|c| 1 << c).collect();
        for (c, name) in places.countries.iter().enumerate().flat_map(|(c, country)| country.groups.iter().map(move |name| (c, name))) {
            let row = destination_names.iter().position(|n| n == name).unwrap_or(members.len());
            if row == members.len() {
                destination_names.push(name.clone());
                members.push(0);
            }
            members[row] |= 1 << c;
        }
        destination_names.push(ALL_DESTINATIONS.to_string());
        members.push((0..codes.len()).map(|c| 1 << c).sum());
        let mut origin_names: Vec<String> = places.origins.iter().map(|c| c.code.clone()).collect();
        origin_names.push(ALL_ORIGINS.to_string());
        Scope {
            origins: places.origins.len(),
            countries: codes.len(),
            origin_of: places.homes.iter().map(|h| h.origin).collect(),
            country_of: places.destinations.iter().map(|d| d.country).collect(),
            transit: places.transit.len(),
            party_names: origin_names.iter().chain(&codes).cloned().chain(places.transit.iter().map(|c| c.code.clone())).collect(),
            origin_names,
            destination_names,
            members,
            home_ids: places.homes.iter().map(|h| h.id.clone()).collect(),
            destination_ids: places.destinations.iter().map(|d| d.id.clone()).collect(),
            rules: world.rules.iter().map(|r| (r.id.clone(), r.does.origins.clone(), r.does.country)).collect(),
        }
    }

    /// Whether yearly values of both stand in the same order for the same places.
    pub fn same_rows(&self, other: &Scope) -> bool {
        (&self.party_names, &self.destination_names, &self.members) == (&other.party_names, &other.destination_names, &other.members)
    }

    /// Number of home regions.
    pub fn homes(&self) -> usize {
        self.origin_of.len()
    }

    /// Number of regions of destination.
    pub fn destinations(&self) -> usize {
        self.country_of.len()
    }

    /// Number of rows of destinations.
    pub fn destination_rows(&self) -> usize {
        self.members.len()
    }

    /// The row of destinations that holds all.
    pub fn all_destinations(&self) -> usize {
        self.members.len() - 1
    }

    /// Rows of destinations that short tables name: the first `countries` of the table of countries, and the groups that hold neither of its
    /// first two.
    pub fn first_countries(&self, countries: usize) -> Vec<usize> {
        let first = self.members[..self.countries.min(2)].iter().fold(0, |all, one| all | one);
        let groups = (self.countries..self.all_destinations()).filter(|&group| self.members[group] & first == 0);
        (0..countries.min(self.countries)).chain(groups).collect()
    }

    /// Rules against citizens of a row of origins of a row of destinations, as indices.
    pub fn rules_of(&self, origin_row: usize, destination_row: usize) -> impl Iterator<Item = usize> {
        let concerned =
            move |(_, origins, country): &(String, Vec<usize>, usize)| self.holds_country(destination_row, *country) && origins.iter().any(|o| self.holds_origin(origin_row, *o));
        self.rules.iter().enumerate().filter(move |(_, rule)| concerned(rule)).map(|(k, _)| k)
    }

    /// Whether an origin belongs to a row of origins.
    pub fn holds_origin(&self, row: usize, origin: usize) -> bool {
        row == origin || row == self.origins
    }

    /// Whether a country belongs to a row of destinations.
    pub fn holds_country(&self, row: usize, country: usize) -> bool {
        self.members[row] >> country & 1 == 1
    }

    /// How each table is written, in the order of [`columns::TABLES`]; `weight` is the number of real persons a simulated one stands for.
    pub fn layouts(&self, weight: f64) -> Vec<Layout> {
        let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        let sectors = owned(&Sector::ALL.map(Sector::name));
        let places: Vec<String> = self.home_ids.iter().chain(&self.destination_ids).cloned().collect();
        let indices: Vec<String> = columns::INDICES.iter().map(|m| m.0.to_string()).collect();
        let labour_sectors: Vec<String> = sectors.iter().cloned().chain(["all".to_string()]).collect();
        let [sexes, educations, motives] = [owned(&SEXES), owned(&EDUCATIONS), owned(&MOTIVES)];
        let [statuses, stays, reasons] = [owned(&STATUSES), owned(&STAYS), owned(&OBSTACLES)];
        let persons: [(&str, &[String]); 8] = [
            ("home", &self.home_ids),
            ("destination", &self.destination_ids),
            ("sector", &sectors),
            ("sex", &sexes),
            ("education", &educations),
            ("motive", &motives),
            ("status", &statuses),
            ("stay", &stays),
        ];
        let labour: [(&str, &[String]); 3] = [("place", &places), ("country", &self.party_names), ("sector", &labour_sectors)];
        let ranks: [(&str, &[String]); 3] = [("measure", &indices), ("origin", &self.party_names), ("destination", &self.destination_names)];
        let blocked: [(&str, &[String]); 3] = [("home", &self.home_ids), ("destination", &self.destination_ids), ("reason", &reasons)];
        let rule_ids: Vec<String> = self.rules.iter().map(|r| r.0.clone()).collect();
        let policy: [(&str, &[String]); 1] = [("rule", &rule_ids)];
        let countries = &self.destination_names[..self.countries];
        let (present, groups) = ([&[columns::AT_HOME.to_string()], countries].concat(), owned(&ages::GROUPS));
        let ages: [(&str, &[String]); 4] = [("home", &self.home_ids), ("place", &present), ("sex", &sexes), ("age", &groups)];
        let names: [&[(&str, &[String])]; 8] = [&persons, &persons, &persons, &labour, &ranks, &blocked, &policy, &ages];
        columns::TABLES.iter().zip(names).map(|(spec, names)| Layout::new(spec, names, weight)).collect()
    }
}
