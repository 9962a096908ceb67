//! Countries, regions, migrant jobs and the calendar.

use std::collections::BTreeMap;

use super::Parts;
use crate::{
    scenario::{
        finding::{Ledger, did_you_mean},
        shapes,
        table::{Row, Table},
    },
    world::{
        labour::{CountryJobs, Markets, Params as Labour},
        macro_series::MacroSeries,
        network::Node,
        place::{ALL_DESTINATIONS, ALL_ORIGINS, Country, Destination, Home, MacroArea, Places, SECTORS, Sector},
    },
};

/// Shares may miss their sum by this much.
pub const TOLERANCE: f64 = 0.005;

/// Places and what names are known.
pub struct Ground {
    /// The places.
    pub places: Places,
    /// Nodes of the network.
    pub nodes: Vec<Node>,
    /// All codes of countries.
    pub codes: Vec<String>,
    /// Whether the table of countries is whole, so that a code it lacks is wrong.
    pub countries_known: bool,
    /// Whether the table of nodes is whole.
    pub nodes_known: bool,
    /// Whether the table of regions is whole.
    pub regions_known: bool,
    node_index: BTreeMap<String, usize>,
}

impl Ground {
    /// Index of a node.
    pub fn node(&self, id: &str) -> Option<usize> {
        self.node_index.get(id).copied()
    }

    /// Hint for an unknown node.
    pub fn like_node(&self, id: &str) -> String {
        did_you_mean(id, self.nodes.iter().map(|n| n.id.as_str()))
    }

    /// Index of a home region.
    pub fn home(&self, id: &str) -> Option<usize> {
        self.places.homes.iter().position(|h| h.id == id)
    }

    /// Index of a region of destination.
    pub fn destination(&self, id: &str) -> Option<usize> {
        self.places.destinations.iter().position(|d| d.id == id)
    }
}

fn area(name: &str) -> MacroArea {
    MacroArea::ALL.into_iter().find(|a| a.name() == name).unwrap_or(MacroArea::Western)
}

/// Reports rows whose key stands twice.
pub fn repeated(table: &Table, columns: &[&str], ledger: &mut Ledger) {
    let mut first: BTreeMap<Vec<&str>, &Row> = BTreeMap::new();
    for row in &table.rows {
        let key: Vec<&str> = columns.iter().map(|c| table.text(row, c)).collect();
        if let Some(earlier) = first.get(&key) {
            let line = ledger.line(earlier.at);
            let last = columns.last().copied().unwrap_or_default();
            table.error(ledger, row, last, format!("two rows of `{}` are about {}", table.shape.name, key.join(", ")), format!("the other stands at {line}"), "drop one of them");
        }
        first.entry(key).or_insert(row);
    }
}

/// Names of other places in results.
const RESERVED: [&str; 3] = [ALL_ORIGINS, ALL_DESTINATIONS, "HOME"];

/// Groups of a country: names that nothing else has.
fn groups(countries: &Table, row: &Row, ledger: &mut Ledger) -> Vec<String> {
    let names = countries.text(row, "groups");
    if !names.is_empty() && countries.text(row, "role") != "destination" {
        let (what, why) = (format!("{} is no country of destination", countries.text(row, "country")), "groups are of countries that people go to");
        countries.error(ledger, row, "groups", what, why, "leave it empty");
    }
    let taken = |name: &str| RESERVED.contains(&name) || countries.rows.iter().any(|r| countries.text(r, "country") == name);
    if let Some(mark) = [',', ';', '|'].into_iter().find(|mark| names.contains(*mark)) {
        countries.error(ledger, row, "groups", format!("`{mark}` divides no groups"), "names of groups have spaces between", names.replace([',', ';', '|'], " "));
    }
    for name in names.split_whitespace().filter(|name| taken(name)) {
        countries.error(ledger, row, "groups", format!("a group cannot be called `{name}`"), "results have another place of this name", "");
    }
    names.split_whitespace().map(str::to_string).collect()
}

/// Reads countries, nodes and regions.
pub fn ground(parts: &Parts, ledger: &mut Ledger) -> Ground {
    let countries = parts.table(&shapes::COUNTRIES);
    repeated(countries, &["country"], ledger);
    let mut places = Places::default();
    for row in &countries.rows {
        let code = countries.text(row, "country");
        if RESERVED.contains(&code) {
            countries.error(ledger, row, "country", format!("a country cannot be called `{code}`"), "results have another place of this name", "");
        }
        let country = Country {
            code: code.to_string(),
            name: countries.text(row, "name").to_string(),
            area: area(countries.text(row, "macro_area")),
            groups: groups(countries, row, ledger),
        };
        match countries.text(row, "role") {
            "origin" => places.origins.push(country),
            "destination" => places.countries.push(country),
            _ => places.transit.push(country),
        }
    }
    for (role, number, most) in [("origin", places.origins.len(), 4), ("destination", places.countries.len(), 16), ("transit", places.transit.len(), 64)] {
        if number > most {
            countries.incomplete(ledger, format!("there are {number} countries of {role}"), format!("at most {most} fit"), "pool some of them");
        } else if number == 0 && role != "transit" {
            countries.incomplete(ledger, format!("there is no country of {role}"), "somebody must come from and go somewhere", "");
        }
    }
    let codes: Vec<String> = countries.rows.iter().map(|r| countries.text(r, "country").to_string()).collect();
    let (nodes, node_index) = nodes(parts, &codes, ledger);
    let mut ground = Ground {
        places,
        nodes,
        codes,
        countries_known: !countries.broken,
        nodes_known: !parts.table(&shapes::NODES).broken,
        regions_known: !parts.table(&shapes::REGIONS).broken,
        node_index,
    };
    regions(parts, &mut ground, ledger);
    ground
}

fn nodes(parts: &Parts, codes: &[String], ledger: &mut Ledger) -> (Vec<Node>, BTreeMap<String, usize>) {
    let table = parts.table(&shapes::NODES);
    repeated(table, &["node"], ledger);
    let (mut nodes, mut index) = (Vec::new(), BTreeMap::new());
    for row in &table.rows {
        let (id, country) = (table.text(row, "node").to_string(), table.text(row, "country").to_string());
        if !parts.table(&shapes::COUNTRIES).broken && !codes.contains(&country) {
            let hint = did_you_mean(&country, codes.iter().map(String::as_str));
            table.error(ledger, row, "country", format!("unknown country `{country}`"), "the table `countries` has no such row", hint);
        }
        index.entry(id.clone()).or_insert(nodes.len());
        nodes.push(Node { id, country, lat: table.number(row, "lat"), lon: table.number(row, "lon") });
    }
    (nodes, index)
}

fn regions(parts: &Parts, ground: &mut Ground, ledger: &mut Ledger) {
    let table = parts.table(&shapes::REGIONS);
    repeated(table, &["region"], ledger);
    for row in &table.rows {
        let code = table.text(row, "country");
        let home = table.text(row, "kind") == "home";
        let index = if home { ground.places.origin(code) } else { ground.places.country(code) };
        let node = ground.node(table.text(row, "node"));
        if index.is_none() && ground.countries_known {
            let (role, list) = if home { ("origin", &ground.places.origins) } else { ("destination", &ground.places.countries) };
            let hint = did_you_mean(code, list.iter().map(|c| c.code.as_str()));
            table.error(ledger, row, "country", format!("`{code}` is not a country of {role}"), "regions lie in countries of their kind", hint);
        }
        if node.is_none() && ground.nodes_known {
            let name = table.text(row, "node");
            table.error(ledger, row, "node", format!("unknown node `{name}`"), "the table `nodes` has no such row", ground.like_node(name));
        }
        if let Some(other) = node.map(|n| ground.nodes[n].country.as_str()).filter(|other| *other != code && index.is_some()) {
            let (name, at) = (table.text(row, "region"), table.text(row, "node"));
            let what = format!("`{name}` lies in {code}, and its node `{at}` in {other}");
            table.warn(ledger, row, "node", what, "journeys to it end at that node", "name a node of its country");
        }
        let needed: &[&str] = if home { &["population_2010", "population_2020", "unemployment_ratio", "migrant_share"] } else { &["jobs_share"] };
        for &column in needed {
            if table.maybe(row, column).is_none() && !table.broken {
                let kind = table.text(row, "kind");
                table.error(ledger, row, column, format!("`{column}` is empty"), format!("every {kind} region needs it"), "");
            }
        }
        let (Some(index), Some(node)) = (index, node) else {
            // Nothing is said of a region that there is, but not where.
            ground.regions_known = false;
            continue;
        };
        let (id, name) = (table.text(row, "region").to_string(), table.text(row, "name").to_string());
        let (lat, lon, wage_ratio) = (table.number(row, "lat"), table.number(row, "lon"), table.number(row, "wage_ratio"));
        if home {
            ground.places.homes.push(Home {
                id,
                name,
                origin: index,
                node,
                lat,
                lon,
                population: table.number(row, "population_2010"),
                share_of_adults: table.number(row, "population_2010"),
                share_of_entrants: table.number(row, "population_2020"),
                wage_ratio,
                unemployment_ratio: table.number(row, "unemployment_ratio"),
                migrant_share: table.number(row, "migrant_share"),
            });
        } else {
            let jobs_share = table.number(row, "jobs_share");
            let population = table.number(row, "population_2010");
            let (sector_jobs, sector_pay) = ([0.0; SECTORS], [1.0; SECTORS]);
            ground.places.destinations.push(Destination { id, name, country: index, node, lat, lon, population, wage_ratio, jobs_share, sector_jobs, sector_pay });
        }
    }
    ground.places.homes.sort_by_key(|h| h.origin);
    ground.places.destinations.sort_by_key(|d| d.country);
    shares_of_regions(table, ground, ledger);
    for (what, number, most) in [("home regions", ground.places.homes.len(), 64), ("regions of destination", ground.places.destinations.len(), 48)] {
        if number > most {
            table.incomplete(ledger, format!("there are {number} {what}"), format!("at most {most} fit"), "pool some of them");
        }
    }
}

/// Checks that shares add to one within each country, and makes them do so exactly.
fn shares_of_regions(table: &Table, ground: &mut Ground, ledger: &mut Ledger) {
    let whole = ground.regions_known && ground.countries_known;
    let mut incomplete = |message: String, reason: &str| {
        if whole {
            table.incomplete(ledger, message, reason, "");
        }
    };
    let places = &mut ground.places;
    for (o, origin) in places.origins.clone().iter().enumerate() {
        let range = places.homes_of(o);
        let homes = &mut places.homes[range];
        if homes.is_empty() {
            incomplete(format!("`{}` has no home region", origin.code), "every origin needs one");
            continue;
        }
        let sum = |f: fn(&Home) -> f64| homes.iter().map(f).sum::<f64>();
        let (adults, entrants, migrants) = (sum(|h| h.share_of_adults), sum(|h| h.share_of_entrants), sum(|h| h.migrant_share));
        if (migrants - 1.0).abs() > TOLERANCE {
            incomplete(format!("`migrant_share` of {} adds to {migrants:.4}", origin.code), "shares add to 1 in each origin");
        }
        if adults <= 0.0 || entrants <= 0.0 {
            incomplete(format!("{} has no population", origin.code), "its regions' populations add to 0");
        }
        for home in homes {
            home.share_of_adults /= adults.max(f64::MIN_POSITIVE);
            home.share_of_entrants /= entrants.max(f64::MIN_POSITIVE);
            home.migrant_share /= migrants.max(f64::MIN_POSITIVE);
        }
    }
    for (c, country) in places.countries.clone().iter().enumerate() {
        let range = places.regions_of(c);
        let regions = &mut places.destinations[range];
        if regions.is_empty() {
            incomplete(format!("`{}` has no region of destination", country.code), "every country of destination needs one");
            continue;
        }
        let sum: f64 = regions.iter().map(|d| d.jobs_share).sum();
        if (sum - 1.0).abs() > TOLERANCE {
            incomplete(format!("`jobs_share` of {} adds to {sum:.4}", country.code), "shares add to 1 in each country");
        }
        for region in regions {
            region.jobs_share /= sum.max(f64::MIN_POSITIVE);
        }
    }
}

/// Fills the sectors of the regions; reads the jobs by country and the calendar.
pub fn markets(parts: &Parts, ground: &mut Ground, ledger: &mut Ledger) -> (Markets, [f64; 12], [f64; 12]) {
    sectors(parts, ground, ledger);
    let table = parts.table(&shapes::JOBS);
    repeated(table, &["country"], ledger);
    for row in &table.rows {
        let code = table.text(row, "country");
        if ground.countries_known && ground.places.country(code).is_none() {
            let hint = did_you_mean(code, ground.places.countries.iter().map(|c| c.code.as_str()));
            table.error(ledger, row, "country", format!("`{code}` is not a country of destination"), "jobs for migrants are in countries of destination", hint);
        }
    }
    let mut countries = Vec::new();
    for country in &ground.places.countries {
        let row = table.rows.iter().find(|r| table.text(r, "country") == country.code);
        if row.is_none() {
            table.incomplete(ledger, format!("`{}` has no row in `jobs`", country.code), "finite jobs bound every destination", "");
        }
        let get = |column: &str| row.map_or(0.0, |r| table.number(r, column));
        countries.push(CountryJobs {
            jobs_2013: get("jobs_2013"),
            demand_elasticity: get("demand_elasticity"),
            demand_trend: get("demand_trend"),
            oil_elasticity: get("oil_elasticity"),
        });
    }
    let table = parts.table(&shapes::CALENDAR);
    (Markets { countries }, calendar(table, "departures", ledger), calendar(table, "returns", ledger))
}

fn sectors(parts: &Parts, ground: &mut Ground, ledger: &mut Ledger) {
    let table = parts.table(&shapes::MARKETS);
    repeated(table, &["region", "sector"], ledger);
    let ids: Vec<String> = ground.places.destinations.iter().map(|d| d.id.clone()).collect();
    for row in &table.rows {
        let region = table.text(row, "region");
        let sector = Sector::ALL.iter().find(|s| s.name() == table.text(row, "sector")).copied();
        match (ids.iter().position(|id| id == region), sector) {
            (Some(d), Some(sector)) => {
                let destination = &mut ground.places.destinations[d];
                destination.sector_jobs[sector as usize] = table.number(row, "jobs_share");
                destination.sector_pay[sector as usize] = table.number(row, "wage_ratio");
            }
            (None, _) if ground.regions_known => {
                let hint = did_you_mean(region, ids.iter().map(String::as_str));
                table.error(ledger, row, "region", format!("unknown region of destination `{region}`"), "the table `regions` has no such row", hint);
            }
            _ => {}
        }
    }
    for destination in &mut ground.places.destinations {
        let sum: f64 = destination.sector_jobs.iter().sum();
        if (sum - 1.0).abs() > TOLERANCE {
            table.incomplete(ledger, format!("`jobs_share` of {} adds to {sum:.4}", destination.id), "the sectors of a region add to 1", "");
        }
        destination.sector_jobs.iter_mut().for_each(|s| *s /= sum.max(f64::MIN_POSITIVE));
    }
}

/// Weights of the twelve months, mean 1.
fn calendar(table: &Table, name: &str, ledger: &mut Ledger) -> [f64; 12] {
    let mut weights = [0.0; 12];
    let mut seen = [false; 12];
    for row in table.rows.iter().filter(|r| table.text(r, "calendar") == name) {
        if let Some(month) = table.maybe(row, "month") {
            let i = (month as usize - 1).min(11);
            if seen[i] {
                table.error(ledger, row, "month", format!("month {month} of `{name}` stands twice"), "each month has one weight", "");
            }
            seen[i] = true;
            weights[i] = table.number(row, "weight");
        }
    }
    let sum: f64 = weights.iter().sum();
    if !seen.iter().all(|s| *s) {
        table.incomplete(ledger, format!("`{name}` has no weights for all twelve months"), "each month needs one", "the file may be cut off");
    } else if (sum - 1.0).abs() > TOLERANCE {
        table.incomplete(ledger, format!("the weights of `{name}` add to {sum:.4}"), "the weights of the twelve months add to 1", "");
    }
    weights.map(|w| 12.0 * w / sum.max(f64::MIN_POSITIVE))
}

/// Formal jobs and the unemployed of the first month, who may not be more than the labour force.
pub fn jobs_at_start(parts: &Parts, ground: &Ground, series: &MacroSeries, labour: &Labour, ledger: &mut Ledger) {
    let [least, largest] = labour.unemployment_range;
    let rate = |home: &Home| {
        let national = series.get("unemployment", &ground.places.origins[home.origin].code).and_then(|values| values.first());
        (national.unwrap_or(&0.0) * home.unemployment_ratio).max(least).min(largest)
    };
    let worst = ground.places.homes.iter().max_by(|a, b| rate(a).total_cmp(&rate(b)));
    if let Some(home) = worst.filter(|home| labour.feedback && labour.formal_share_start + rate(home) >= 1.0) {
        let path = "behaviour.labour.formal_share_start";
        let why = format!("unemployment of {} is {:.3} in the first month", home.id, rate(home));
        ledger.error(parts.at(path), path, "formal jobs and the unemployed are more than the labour force", why, "a smaller share leaves room for informal work");
    }
}
