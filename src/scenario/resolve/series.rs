//! Yearly series and the trends that follow them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ground, Parts};
use crate::{
    scenario::{
        Run,
        file::TrendItem,
        finding::{Ledger, did_you_mean, figure, per_cent},
        shapes,
        table::{Row, Table},
    },
    units::Month,
    world::macro_series::{MacroSeries, Reference, SERIES, domain, monthly, of_years},
};

/// Series that every origin must have.
const OF_ORIGINS: [&str; 6] = ["wage_usd", "unemployment", "gdp_usd", "gdp_growth", "participation_men", "participation_women"];
/// Series that every country of destination must have.
const OF_DESTINATIONS: [&str; 3] = ["wage_usd", "migrant_pay_ratio", "gdp_growth"];

type Points = BTreeMap<(String, String), BTreeMap<i32, f64>>;

/// Yearly points of all places and how they go on after the last.
pub struct Yearly {
    points: BTreeMap<(String, String), Vec<(i32, f64)>>,
    growth: BTreeMap<(String, String), f64>,
}

impl Yearly {
    /// Monthly series.
    pub fn monthly(&self, start: Month, months: usize) -> MacroSeries {
        let values = |(key, years): (&(String, String), &Vec<(i32, f64)>)| {
            let growth = self.growth.get(key).copied().unwrap_or(0.0);
            (key.clone(), monthly(years, growth, start, months, of_years(&key.0)))
        };
        MacroSeries { values: self.points.iter().map(values).collect() }
    }

    /// The series with some years, if a run of `months` from `start` on does not have them whole.
    pub fn reference(&self, start: Month, months: usize, years: &[i32]) -> Option<Reference> {
        let end = start.plus(months as i32);
        let from = years.iter().map(|year| Month::new(*year, 1)).fold(start, Month::min);
        let until = years.iter().map(|year| Month::new(*year + 1, 1)).fold(end, Month::max);
        let has_all = (from, until) == (start, end);
        (!has_all).then(|| Reference { from, series: self.monthly(from, until.since(from) as usize) })
    }
}

/// Reads and checks the yearly points of all places.
pub fn points(parts: &Parts, ground: &Ground, run: Option<&Run>, replaced: &mut BTreeSet<(&'static str, String, String)>, ledger: &mut Ledger) -> Yearly {
    let table = parts.table(&shapes::SERIES);
    let mut points = Points::new();
    let mut units = BTreeSet::new();
    for row in &table.rows {
        let (name, place) = (table.text(row, "series"), table.text(row, "place"));
        check_unit(table, row, &mut units, ledger);
        if check_row(table, row, ground, ledger)
            && let (Some(year), Some(value)) = (table.maybe(row, "year"), table.maybe(row, "value"))
        {
            let years = points.entry((name.to_string(), place.to_string())).or_default();
            if years.insert(year as i32, value).is_some() {
                table.error(ledger, row, "year", format!("`{name}` of {place} has two values for {year}"), "each year has one", "drop one of them");
            }
        }
    }
    required(table, ground, &points, ledger);
    unread(table, ground, &points, run, ledger);
    jumps(table, &points, ledger);
    let growth = trends(parts, ground, table, &points, replaced, ledger);
    stays(run, ground, table, &points, &growth, ledger);
    Yearly { points: points.into_iter().map(|(key, years)| (key, years.into_iter().collect())).collect(), growth }
}

fn check_row(table: &Table, row: &Row, ground: &Ground, ledger: &mut Ledger) -> bool {
    let (name, place) = (table.text(row, "series"), table.text(row, "place"));
    let Some((_, unit)) = SERIES.iter().find(|s| s.0 == name) else {
        let hint = did_you_mean(name, SERIES.iter().map(|s| s.0));
        table.error(ledger, row, "series", format!("unknown series `{name}`"), "the model reads no such series", hint);
        return false;
    };
    if ground.countries_known && place != "WORLD" && !ground.codes.iter().any(|c| c == place) {
        let hint = did_you_mean(place, ground.codes.iter().map(String::as_str).chain(["WORLD"]));
        table.error(ledger, row, "place", format!("unknown country `{place}`"), "the table `countries` has no such row", hint);
        return false;
    }
    let Some(value) = table.maybe(row, "value") else { return false };
    let (least, most) = domain(name);
    let positive = least > 0.0;
    if value < least || value > most {
        let why = match positive {
            true if value > most => format!("{unit} is at most {}", figure(most)),
            true => format!("{unit} is above 0"),
            false => format!("{unit} is from {least} to {}", figure(most)),
        };
        let hint = if *unit == "share" { per_cent(value, 0.0) } else { String::new() };
        table.error(ledger, row, "value", format!("`{name}` of {place} cannot be {}", figure(value)), why, hint);
    }
    true
}

/// Warns of a unit that is not the model's, once for each series that says it.
fn check_unit<'t>(table: &'t Table, row: &'t Row, said: &mut BTreeSet<(&'t str, &'t str)>, ledger: &mut Ledger) {
    let (name, unit) = (table.text(row, "series"), table.text(row, "unit"));
    if let Some((_, read)) = SERIES.iter().find(|s| s.0 == name)
        && said.insert((name, unit))
        && differ(read, &unit.to_lowercase())
    {
        ledger.warn(
            table.at(row, "unit"),
            &table.path("unit"),
            format!("`{name}` is read in {read}, whatever its unit says"),
            "nothing is converted",
            format!("give values in {read}"),
        );
    }
}

/// Whether a unit (lower case) names another scale, currency, span of time or base year than the one that is read.
fn differ(read: &str, said: &str) -> bool {
    const SCALES: [&str; 7] = ["%", "per cent", "percent", "thousand", "million", "billion", "trillion"];
    const SPANS: [(&str, &[&str]); 2] = [("/month", &["year", "annum", "annual", "quarter", "week", "day", "hour"]), ("/year", &["month", "quarter", "week", "day", "hour"])];
    let names = |words: &[&str]| words.iter().any(|word| said.contains(word));
    let currency = read.contains("USD") && !names(&["usd", "dollar", "$"]);
    let base = |unit: &str| unit.split_once("=100").and_then(|(before, _)| before.get(before.len().checked_sub(4)?..)?.parse::<u32>().ok());
    let rebased = base(read).zip(base(&said.replace(' ', ""))).is_some_and(|(read, said)| read != said);
    !said.is_empty() && (rebased || names(&SCALES) || currency || SPANS.iter().any(|(span, others)| read.ends_with(span) && names(others)))
}

fn required(table: &Table, ground: &Ground, points: &Points, ledger: &mut Ledger) {
    let has = |name: &str, place: &str| points.contains_key(&(name.to_string(), place.to_string()));
    let origins = ground.places.origins.iter().flat_map(|c| OF_ORIGINS.map(|s| (s, c.code.as_str())));
    let countries = ground.places.countries.iter().flat_map(|c| OF_DESTINATIONS.map(|s| (s, c.code.as_str())));
    for (name, place) in origins.chain(countries).chain([("us_cpi", "WORLD")]) {
        if !has(name, place) {
            table.incomplete(ledger, format!("`{name}` of {place} is missing"), "the model needs this series", format!("add rows `{name},{place},...`"));
        }
    }
}

/// Warns of values that `cells` replaces and the model does not read.
fn unread(table: &Table, ground: &Ground, points: &Points, run: Option<&Run>, ledger: &mut Ledger) {
    for row in table.rows.iter().filter(|row| ground.countries_known && table.at(row, "value").file != table.file) {
        let (series, place) = (table.text(row, "series"), table.text(row, "place"));
        let first_month = |run: &Run| table.maybe(row, "year").is_none_or(|year| beside(points, series, place, run.start.year()).contains(&(year as i32)));
        let start = series == "unemployment" && ground.places.origin(place).is_some();
        if !(read(ground, series, place) || start && run.is_none_or(first_month)) {
            let of_year = table.maybe(row, "year").filter(|_| start).map_or_else(String::new, |year| format!(" in {year}"));
            ledger.warn(table.at(row, "value"), &table.path("value"), format!("`{series}` of {place}{of_year} has no effect"), unread_because(series), "");
        }
    }
}

/// Years whose values the first month of a run leans on: those of its year and of the ones beside it, or the nearest that are given.
fn beside(points: &Points, series: &str, place: &str, start: i32) -> Vec<i32> {
    let Some(years) = points.get(&(series.to_string(), place.to_string())) else { return Vec::new() };
    let around = |year: i32| [years.range(..=year).next_back(), years.range(year..).next()];
    (start - 1..=start + 1).flat_map(around).flatten().map(|(year, _)| *year).collect()
}

/// Ratio of a level to that of the year before, or its reciprocal, beyond which a unit is likely to be mistaken; and such a growth.
const JUMP: f64 = 5.0;
const GROWTH: f64 = 0.5;

/// Warns of values far from those of the years beside them.
fn jumps(table: &Table, points: &Points, ledger: &mut Ledger) {
    let find = |series: &str, place: &str, year: i32| {
        table.rows.iter().find(|row| table.text(row, "series") == series && table.text(row, "place") == place && table.maybe(row, "year") == Some(f64::from(year)))
    };
    for ((series, place), years) in points {
        let unit = SERIES.iter().find(|s| s.0 == series).map_or("", |s| s.1);
        let mut before: Option<(i32, f64)> = None;
        let (least, most) = domain(series);
        // What is outside has been told.
        for (&year, &value) in years.iter().filter(|(_, value)| (least..=most).contains(*value)) {
            let (odd, hint) = match (unit, before) {
                ("share", _) => (None, String::new()),
                ("share/year", _) if value.abs() > GROWTH => (Some(format!("`{series}` of {place} is {} in {year}", figure(value))), per_cent(value, 0.0)),
                (_, Some((last, level))) if level > 0.0 && value > 0.0 && unit != "share/year" => {
                    let yearly = (value / level).ln().abs() / f64::from(year - last);
                    let what = || format!("`{series}` of {place} goes from {} in {last} to {} in {year}", figure(level), figure(value));
                    ((yearly > JUMP.ln()).then(what), format!("give values in {unit}"))
                }
                _ => (None, String::new()),
            };
            if let Some((what, row)) = odd.zip(find(series, place, year)) {
                let why = if unit == "share/year" {
                    format!("that is more than {GROWTH} of output in a year")
                } else {
                    format!("that is more than {JUMP} times in a year; the unit may be another")
                };
                ledger.warn(table.at(row, "value"), &table.path("value"), what, why, hint);
                break;
            }
            before = Some((year, value));
        }
    }
}

/// Warns of places whose series stays at its last value while that of others goes on.
fn stays(run: Option<&Run>, ground: &Ground, table: &Table, points: &Points, growth: &BTreeMap<(String, String), f64>, ledger: &mut Ledger) {
    let Some(run) = run else { return };
    for ((series, place), years) in points.iter().filter(|(key, _)| !growth.contains_key(*key) && ground.countries_known && read(ground, &key.0, &key.1)) {
        let last = years.last_key_value().map_or(i32::MAX, |(year, _)| *year);
        if run.end.year() > last.saturating_add(1)
            && let Some(other) = growth.keys().find(|key| key.0 == *series)
            && let Some(row) =
                table.rows.iter().find(|row| table.text(row, "series") == series && table.text(row, "place") == place && table.maybe(row, "year") == Some(f64::from(last)))
        {
            ledger.warn(
                row.at,
                &table.path("value"),
                format!("`{series}` of {place} stays as it is after {last}"),
                format!("that of {} goes on by a trend, this one has none", other.1),
                "add a `[[trend]]`, with `growth = 0.0` if that is meant",
            );
        }
    }
}

/// Growth after the last year by (series, place): the last file that says one counts.
fn trends(
    parts: &Parts,
    ground: &Ground,
    table: &Table,
    points: &Points,
    replaced: &mut BTreeSet<(&'static str, String, String)>,
    ledger: &mut Ledger,
) -> BTreeMap<(String, String), f64> {
    let mut growth: BTreeMap<(String, String), (usize, f64, String)> = BTreeMap::new();
    let mut items = parts.list::<TrendItem>("trend", ledger, |_, _, _| {});
    items.sort_by_key(|i| i.rank);
    for item in items {
        let trend = &item.value;
        if !SERIES.iter().any(|s| s.0 == trend.series) {
            let path = format!("{}.series", item.path);
            let hint = did_you_mean(&trend.series, SERIES.iter().map(|s| s.0));
            ledger.error(parts.at(&path), &path, format!("trend of an unknown series `{}`", trend.series), "the model reads no such series", hint);
            continue;
        }
        if ground.countries_known && !trend.places.iter().any(|place| read(ground, &trend.series, place)) {
            let path = format!("{}.series", item.path);
            ledger.warn(parts.at(&path), &path, format!("the trend `{}` has nothing to act on", trend.id), unread_because(&trend.series), "");
        }
        for (i, place) in trend.places.iter().enumerate() {
            let key = (trend.series.clone(), place.clone());
            let path = format!("{}.places.{i}", item.path);
            if !points.contains_key(&key) && !table.broken {
                let places = points.keys().filter(|k| k.0 == trend.series).map(|k| k.1.as_str());
                ledger.error(parts.at(&path), &path, format!("`{}` has no values for `{place}`", trend.series), "a trend goes on from the last value", did_you_mean(place, places));
            }
            if let Some((rank, _, id)) = growth.get(&key) {
                if *rank == item.rank {
                    ledger.error(
                        parts.at(&path),
                        &path,
                        format!("two trends of `{}` in {place}", trend.series),
                        format!("`{id}` says another in the same file"),
                        "keep one of them",
                    );
                } else if *id != trend.id {
                    let message = format!("`{}` takes the place of `{id}` in {place}", trend.id);
                    let hint = format!("name it in `remove`, or let this trend have the id `{id}`");
                    ledger.warn(parts.at(&path), &path, message, format!("both say how `{}` goes on there, and the later file counts", trend.series), hint);
                }
                replaced.insert(("trend", id.clone(), place.clone()));
            }
            growth.insert(key, (item.rank, trend.growth, trend.id.clone()));
        }
    }
    growth.into_iter().map(|(key, (_, growth, _))| (key, growth)).collect()
}

/// Why a series changes nothing in a place where the model does not read it.
pub(super) fn unread_because(series: &str) -> &'static str {
    match series {
        "unemployment" => "of origins the series sets the first month alone, of destinations nothing",
        "gdp_usd" => "of destinations only a naive forecast of `validate` reads it",
        _ => "the model does not read this series there",
    }
}

/// Whether the model reads a series of a place.
pub(super) fn read(ground: &Ground, series: &str, place: &str) -> bool {
    let (origin, destination) = (ground.places.origin(place).is_some(), ground.places.country(place).is_some());
    match series {
        "oil_usd" | "us_cpi" => place == "WORLD",
        "wage_usd" | "gdp_growth" => origin || destination,
        "gdp_usd" | "participation_men" | "participation_women" => origin,
        // The series sets the first month alone.
        "unemployment" => false,
        _ => destination,
    }
}

#[cfg(test)]
mod tests {
    use super::differ;

    #[test]
    fn units_differ_by_scale_currency_or_span() {
        for (read, said) in [
            ("USD/month", "usd per month"),
            ("USD/month", "us dollars a month"),
            ("share", ""),
            ("share/year", "share"),
            ("index", "index 2013=100"),
            ("index 2015=100", "index, 2015 = 100"),
            ("index 2015=100", "index"),
            ("local/USD", "units per usd"),
        ] {
            assert!(!differ(read, said), "{said} is {read}");
        }
        for (read, said) in [
            ("index 2015=100", "index 2010=100"),
            ("USD/month", "rub per month"),
            ("USD/month", "usd per year"),
            ("share", "%"),
            ("share/year", "per cent"),
            ("USD/year", "million usd"),
            ("USD/year", "usd a month"),
        ] {
            assert!(differ(read, said), "{said} is not {read}");
        }
    }
}
