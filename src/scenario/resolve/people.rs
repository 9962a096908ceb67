//! Cohorts, life tables, margins of synthesis, migrants at the start.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Range, RangeInclusive},
};

use super::{
    Ground, Parts,
    places::{TOLERANCE, repeated},
};
use crate::{
    behaviour::traits::{EDUCATIONS, MOTIVES, SEXES},
    scenario::{
        Run,
        finding::{Ledger, did_you_mean},
        shapes,
        table::Table,
    },
    world::{
        demography::{Demography, HomeMargins, InitialPair},
        place::Sector,
    },
};

/// Factor on the population of the tables, or its reciprocal, beyond which a unit is likely to be mistaken.
const UNLIKELY: f64 = 100.0;

/// Ages on 1 January of the first year of those who are of working age in it.
const AGES: RangeInclusive<i32> = 16..=64;

/// The demography of all origins.
pub fn demography(parts: &Parts, ground: &Ground, run: Option<&Run>, ledger: &mut Ledger) -> Option<Demography> {
    for shape in [&shapes::POPULATION, &shapes::ENTRANTS, &shapes::MORTALITY] {
        codes(parts.table(shape), "country", ground, ledger);
    }
    let (first_birth_year, mut cohorts) = cohorts(parts, ground, run, ledger);
    let (mortality, margins, mut initial) = (mortality(parts, ground, ledger), margins(parts, ground, ledger), initial(parts, ground, ledger));
    if let Some(factor) = scale(parts, ledger) {
        cohorts.iter_mut().flatten().flatten().for_each(|persons| *persons *= factor);
        initial.iter_mut().flatten().for_each(|pair| pair.abroad *= factor);
    }
    too_many_abroad(parts, ground, &cohorts, &initial, ledger);
    let households = parts.section("households", ledger);
    let start = parts.section("start", ledger);
    Some(Demography { households: households?, start: start?, cohorts, first_birth_year, mortality, margins, initial })
}

/// Warns where more are abroad at the start than there are people.
fn too_many_abroad(parts: &Parts, ground: &Ground, cohorts: &[[Vec<f64>; 2]], initial: &[Vec<InitialPair>], ledger: &mut Ledger) {
    let table = parts.table(&shapes::INITIAL);
    let ages = AGES.count();
    for ((origin, cohorts), pairs) in ground.places.origins.iter().zip(cohorts).zip(initial) {
        let people: f64 = cohorts.iter().flat_map(|of_sex| of_sex.iter().take(ages)).sum();
        let abroad: f64 = pairs.iter().map(|pair| pair.abroad).sum();
        let row = table.rows.iter().find(|row| table.text(row, "origin") == origin.code);
        if let Some(row) = row.filter(|_| abroad > people) {
            let why = format!("{people:.0} are aged 16 to 64 in all");
            ledger.warn(table.at(row, "abroad"), &table.path("abroad"), format!("{abroad:.0} of {} are abroad at the start", origin.code), why, "no more leave than there are");
        }
    }
}

/// Factor by which the key `population` scales the tables; none if they are taken as they are.
fn scale(parts: &Parts, ledger: &mut Ledger) -> Option<f64> {
    let wanted = parts.json.get("population")?.as_f64()?;
    let table = parts.table(&shapes::POPULATION);
    let mut persons = 0.0;
    for row in &table.rows {
        let (from, to) = (table.number(row, "age_from"), table.number(row, "age_to"));
        let inside = (to.min(f64::from(*AGES.end())) - from.max(f64::from(*AGES.start())) + 1.0).max(0.0);
        persons += table.number(row, "persons") * inside / (to - from + 1.0).max(1.0);
    }
    if persons <= 0.0 {
        let why = "the table `population` has nobody aged 16 to 64";
        ledger.error(parts.at("population"), "population", "there is no population to scale", why, "fill the table, or leave the key out");
        return None;
    }
    let factor = wanted / persons;
    if !(1.0 / UNLIKELY..=UNLIKELY).contains(&factor) {
        let why = format!("the tables have {persons:.0} aged 16 to 64: all are scaled by {factor:.3e}, jobs and quotas are not");
        ledger.warn(parts.at("population"), "population", "`population` is far from what the tables have", why, "it is in persons, not in thousands or millions");
    }
    Some(factor)
}

fn codes(table: &Table, column: &str, ground: &Ground, ledger: &mut Ledger) {
    if !ground.countries_known {
        return;
    }
    for row in &table.rows {
        let code = table.text(row, column);
        if ground.places.origin(code).is_none() {
            let hint = did_you_mean(code, ground.places.origins.iter().map(|c| c.code.as_str()));
            table.error(ledger, row, column, format!("`{code}` is not a country of origin"), "persons come from the origins of the table `countries`", hint);
        }
    }
}

/// The last year from `base` on up to which those who turn 16 are known of every origin and sex.
fn known(ground: &Ground, entrants: &Table, base: i32) -> i32 {
    let years: BTreeSet<(&str, &str, i32)> = entrants.rows.iter().map(|r| (entrants.text(r, "country"), entrants.text(r, "sex"), entrants.number(r, "year") as i32)).collect();
    let all = |year: &i32| ground.places.origins.iter().all(|origin| SEXES.iter().all(|sex| years.contains(&(origin.code.as_str(), *sex, *year))));
    (base..base + 300).take_while(all).last().unwrap_or(base)
}

/// First birth year, and persons by origin, sex and year of birth, for all who are 16-64 at some time of the run.
fn cohorts(parts: &Parts, ground: &Ground, run: Option<&Run>, ledger: &mut Ledger) -> (i32, Vec<[Vec<f64>; 2]>) {
    let (population, entrants) = (parts.table(&shapes::POPULATION), parts.table(&shapes::ENTRANTS));
    repeated(population, &["country", "sex", "age_from"], ledger);
    repeated(entrants, &["country", "sex", "year"], ledger);
    // The population stands at the beginning of the first year of entrants.
    let base = entrants.rows.iter().filter_map(|r| entrants.maybe(r, "year")).fold(f64::INFINITY, f64::min);
    let base = if base.is_finite() { base as i32 } else { 2005 };
    let (start, end) = run.map_or((base, base), |r| (r.start.year(), r.end.year()));
    // Households hold all cohorts that are known, so that it does not change them when a run ends.
    let last = end.max(known(ground, entrants, base));
    if start < base {
        entrants.incomplete(
            ledger,
            format!("the run starts in {start}, persons are known from {base}"),
            "population.csv stands at the beginning of the first year of entrants.csv",
            "start the run later, or bring other tables",
        );
    } else if start > base {
        ledger.warn(
            parts.at("run.start"),
            "run.start",
            format!("the run starts in {start}, the population is that of {base}"),
            "deaths between the two are left out, and migrants at the start are those of the table `initial`",
            "",
        );
    }
    if let Some(run) = run.filter(|run| run.start.of_year() > 0) {
        ledger.warn(
            parts.at("run.start"),
            "run.start",
            format!("the run starts in {}, tables tell of 1 January", run.start),
            "migrants at the start and the seasonal ones among them (`start.seasonal_present`) are those of a January",
            "",
        );
    }
    if let Some(row) = entrants.rows.iter().find(|row| entrants.maybe(row, "year").is_some_and(|year| year as i32 > last)).filter(|_| !entrants.broken) {
        let what = format!("those who turn 16 after {last} are not used");
        ledger.warn(
            entrants.at(row, "year"),
            &entrants.path("year"),
            what,
            format!("{} is missing for an origin and sex, and cohorts have no gaps", last + 1),
            "add the rows that are missing",
        );
    }
    // Who is 64 on 1 January of the first year of the run is born 65 years before it.
    let first = start - 1 - AGES.end();
    let births = first..first + (last - 16 - first + 1).clamp(0, 400);
    let of = |code: &str, ledger: &mut Ledger| SEXES.map(|sex| of_sex([population, entrants], [code, sex], base..=last.min(base + 300), births.clone(), ledger));
    (first, ground.places.origins.iter().map(|origin| of(&origin.code, ledger)).collect())
}

/// Persons by year of birth, of a country and sex: those of 16-64 in the first year that is known, and those who turn 16 in it and later.
fn of_sex([population, entrants]: [&Table; 2], [code, sex]: [&str; 2], known: RangeInclusive<i32>, births: Range<i32>, ledger: &mut Ledger) -> Vec<f64> {
    let mut persons = vec![0.0; births.len()];
    let mut put = |birth: i32, number: f64| {
        if let Some(cell) = usize::try_from(birth - births.start).ok().and_then(|i| persons.get_mut(i)) {
            *cell += number;
        }
    };
    let mine = |t: &Table, r| t.text(r, "country") == code && t.text(r, "sex") == sex;
    let mut covered = [false; 121];
    for row in population.rows.iter().filter(|r| mine(population, r)) {
        let (from, to) = (population.number(row, "age_from") as i32, population.number(row, "age_to") as i32);
        if to < from {
            population.error(ledger, row, "age_to", "the group ends before it begins", format!("it begins at age {from}"), "");
            continue;
        }
        for age in from..=to {
            if std::mem::replace(&mut covered[age as usize], true) && !population.broken {
                population.error(ledger, row, "age_from", format!("two groups hold the age {age}"), "ages are counted once", "");
                break;
            }
            if AGES.contains(&age) {
                put(known.start() - 1 - age, population.number(row, "persons") / f64::from(to - from + 1));
            }
        }
    }
    if let Some(age) = AGES.clone().find(|&a| !covered[a as usize]) {
        population.incomplete(ledger, format!("{sex} of {code} aged {age} are missing"), "the table covers the ages 16 to 64", "the file may be cut off");
    }
    let years: BTreeMap<i32, f64> = entrants.rows.iter().filter(|r| mine(entrants, r)).map(|r| (entrants.number(r, "year") as i32, entrants.number(r, "persons"))).collect();
    for year in known.clone() {
        let Some(&number) = years.get(&year) else {
            let why = format!("the run needs the years {} to {}", known.start(), known.end());
            entrants.incomplete(ledger, format!("{sex} of {code} turning 16 in {year} are missing"), why, "the file may be cut off, or end the run earlier");
            break;
        };
        put(year - 16, number);
    }
    persons
}

/// Periods of death rates by sex: (first year, rates by five-year age).
type Periods = [Vec<(i32, [f64; 10])>; 2];

fn mortality(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Vec<Periods> {
    let table = parts.table(&shapes::MORTALITY);
    repeated(table, &["country", "sex", "year_from", "age_from"], ledger);
    let mut rates: BTreeMap<(&str, &str, i32), [Option<f64>; 10]> = BTreeMap::new();
    for row in &table.rows {
        let age = table.number(row, "age_from") as i32;
        if age % 5 != 0 || !(15..=60).contains(&age) {
            table.error(ledger, row, "age_from", format!("no group begins at age {age}"), "death rates stand for five years each, from 15 to 60", "");
            continue;
        }
        let key = (table.text(row, "country"), table.text(row, "sex"), table.number(row, "year_from") as i32);
        rates.entry(key).or_default()[(age / 5 - 3) as usize] = table.maybe(row, "deaths_per_year");
    }
    let mut all = Vec::new();
    for origin in &ground.places.origins {
        all.push(SEXES.map(|sex| {
            let periods: Vec<(i32, [f64; 10])> = rates
                .iter()
                .filter(|(k, _)| k.0 == origin.code && k.1 == sex)
                .map(|(k, ages)| {
                    if let Some(i) = ages.iter().position(Option::is_none) {
                        let what = format!("the death rate of {sex} of {} from age {} in {} is missing", origin.code, 15 + 5 * i, k.2);
                        table.incomplete(ledger, what, "each period has ten groups of age", "the file may be cut off");
                    }
                    (k.2, ages.map(|a| a.unwrap_or(0.0)))
                })
                .collect();
            if periods.is_empty() {
                table.incomplete(ledger, format!("{sex} of {} have no death rates", origin.code), "every origin needs them", "the file may be cut off");
            }
            periods
        }));
    }
    all
}

/// Shares by (margin, place, sex), in the order of categories.
type Shares<'t> = BTreeMap<(&'t str, &'t str, &'t str), Vec<f64>>;

fn margins(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Vec<HomeMargins> {
    let table = parts.table(&shapes::MARGINS);
    repeated(table, &["margin", "place", "sex", "category"], ledger);
    let shares = shares(table, ground, ledger);
    for ((margin, place, sex), shares) in &shares {
        let sum: f64 = shares.iter().sum();
        if (sum - 1.0).abs() > TOLERANCE {
            let row = table.rows.iter().rfind(|r| table.text(r, "margin") == *margin && table.text(r, "place") == *place && table.text(r, "sex") == *sex);
            if let Some(row) = row.filter(|_| !table.broken) {
                table.error(ledger, row, "share", format!("the shares of `{margin}` of {sex} in {place} add to {sum:.4}"), "they add to 1", "a row may be missing");
            }
        }
    }
    let mut find = |margin: &str, home: usize, sex: &str| -> Vec<f64> {
        let home = &ground.places.homes[home];
        let origin = &ground.places.origins[home.origin].code;
        let tries = [(home.id.as_str(), sex), (home.id.as_str(), "all"), (origin.as_str(), sex), (origin.as_str(), "all")];
        let Some(found) = tries.iter().find_map(|(place, sex)| shares.get(&(margin, place, sex))) else {
            table.incomplete(ledger, format!("`{margin}` of {sex} in {} is missing", home.id), "each home region or its country needs it", "the file may be cut off");
            return Vec::new();
        };
        let sum: f64 = found.iter().sum();
        found.iter().map(|s| s / sum.max(f64::MIN_POSITIVE)).collect()
    };
    (0..ground.places.homes.len())
        .map(|home| HomeMargins {
            education: SEXES.map(|sex| fixed(&find("education", home, sex))),
            sector: SEXES.map(|sex| fixed(&find("sector", home, sex))),
            motive: SEXES.map(|sex| fixed(&find("motive", home, sex))),
            household_size: find("household_size", home, "all"),
        })
        .collect()
}

/// The first `N` shares, 0 where there are fewer.
fn fixed<const N: usize>(shares: &[f64]) -> [f64; N] {
    std::array::from_fn(|i| shares.get(i).copied().unwrap_or(0.0))
}

fn shares<'t>(table: &'t Table, ground: &Ground, ledger: &mut Ledger) -> Shares<'t> {
    let mut all = Shares::new();
    let places: Vec<&str> = ground.places.homes.iter().map(|h| h.id.as_str()).chain(ground.places.origins.iter().map(|o| o.code.as_str())).collect();
    for row in &table.rows {
        let (margin, place, category) = (table.text(row, "margin"), table.text(row, "place"), table.text(row, "category"));
        if ground.regions_known && ground.countries_known && !places.contains(&place) {
            let hint = did_you_mean(place, places.iter().copied());
            table.error(ledger, row, "place", format!("unknown place `{place}`"), "margins are of home regions and countries of origin", hint);
        }
        let sectors = Sector::ALL.map(Sector::name);
        let names: &[&str] = match margin {
            "education" => &EDUCATIONS,
            "motive" => &MOTIVES,
            "sector" => &sectors,
            _ => &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"],
        };
        match names.iter().position(|n| *n == category) {
            Some(i) => {
                let shares = all.entry((margin, place, table.text(row, "sex"))).or_default();
                if shares.len() <= i {
                    shares.resize(i + 1, 0.0);
                }
                shares[i] = table.number(row, "share");
            }
            None if !margin.is_empty() => {
                table.error(
                    ledger,
                    row,
                    "category",
                    format!("`{category}` is not a category of `{margin}`"),
                    format!("it is one of {}", names.join(", ")),
                    did_you_mean(category, names.iter().copied()),
                );
            }
            None => {}
        }
    }
    all
}

fn initial(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Vec<Vec<InitialPair>> {
    let table = parts.table(&shapes::INITIAL);
    repeated(table, &["origin", "destination"], ledger);
    codes(table, "origin", ground, ledger);
    for row in &table.rows {
        let code = table.text(row, "destination");
        if ground.countries_known && ground.places.country(code).is_none() {
            let hint = did_you_mean(code, ground.places.countries.iter().map(|c| c.code.as_str()));
            table.error(ledger, row, "destination", format!("`{code}` is not a country of destination"), "migrants are in countries of destination", hint);
        }
    }
    let mut all = Vec::new();
    for origin in &ground.places.origins {
        let mut pairs = Vec::new();
        for country in &ground.places.countries {
            let row = table.rows.iter().find(|r| table.text(r, "origin") == origin.code && table.text(r, "destination") == country.code);
            if row.is_none() {
                table.incomplete(
                    ledger,
                    format!("migrants from {} in {} are missing", origin.code, country.code),
                    "each pair needs a row, be it with 0 persons: its seasonal share is used later too",
                    format!("add a row `{},{},...`, or the file may be cut off", origin.code, country.code),
                );
            }
            let get = |column: &str| row.map_or(0.0, |r| table.number(r, column));
            pairs.push(InitialPair {
                abroad: get("abroad"),
                seasonal_share: get("seasonal_share"),
                settled_share: get("settled_share"),
                undocumented_share: get("undocumented_share"),
            });
        }
        all.push(pairs);
    }
    all
}
