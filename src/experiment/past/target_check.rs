//! What makes no sense in a series of targets, and what it observes of the model. Used by [`super::targets`] alone.

use super::{
    target_file::{Folder, ObservedItem, OtherItem, Period, ReadSeries, RowItem, Use},
    targets::{KINDS, Quantity, Row, Series, Term},
};
use crate::{
    measure::{
        columns::{self, MEASURES},
        scope::Scope,
    },
    scenario::{finding::did_you_mean, tree::Value},
};

/// Checks one series.
pub struct Check<'a> {
    /// What was read, with the findings so far.
    pub folder: &'a mut Folder,
    /// The series.
    pub read: &'a ReadSeries,
    /// Places of the run, if they are known.
    pub scope: Option<&'a Scope>,
    /// Dotted path of the series.
    pub path: String,
}

impl Check<'_> {
    fn error(&mut self, key: &str, message: impl Into<String>, reason: impl Into<String>, hint: impl Into<String>) {
        let path = format!("{}.{key}", self.path);
        self.folder.ledger.error(self.read.node.locate(key), &path, message, reason, hint);
    }

    /// Whether a key stands in the series, right or wrong, or may have been lost where the text is not TOML.
    fn given(&self, key: &str) -> bool {
        self.read.node.get(key).is_some() || self.lost()
    }

    /// Whether keys of the file may be lost.
    fn lost(&self) -> bool {
        self.folder.partial.contains(&self.read.file)
    }

    /// What the series comes to; none if it cannot be told.
    pub fn series(&mut self) -> Option<Series> {
        let item = &self.read.item;
        let observes = if self.read.observes { self.term("observes", &item.observes, None) } else { None };
        // What is wrong in `observes` is wrong in what takes it over, and said once.
        let known = observes.is_some();
        let plus = item.plus.as_ref().filter(|_| known).map(|other| self.other("plus", &item.observes, other));
        let over = item.over.as_ref().filter(|_| known).map(|other| self.other("over", &item.observes, other));
        if self.read.node.get("over").is_some_and(|over| matches!(&over.value, Value::Table(entries) if entries.is_empty())) && !self.lost() {
            self.error("over", "a quantity is divided by itself", "`over` says nothing else than `observes`", "name the period, origin, destination or measure that differs");
        }
        if known {
            self.unit();
        }
        let factors = item.rows.iter().map(|r| r.factor.unwrap_or(item.factor));
        if factors.into_iter().any(|f| f != 1.0) && !self.given("factor_source") {
            self.error("factor", "a factor has no source", "a factor from the model's scope to the publisher's is a claim of its own", "add `factor_source = \"...\"`");
        }
        let all = |key: &str| self.read.node.get("rows").is_some_and(|rows| rows.items().iter().all(|row| row.get(key).is_some()));
        if !self.given("source") && !all("source") {
            self.error("source", "there are values without a source", "every value has one", "add `source = \"...\"`");
        }
        if !self.given("verified") && !all("verified") {
            self.error("verified", "it is not said whether the values were checked against the source", "", "add `verified = true` or `verified = false`");
        }
        let mut rows: Vec<Row> = Vec::new();
        for (row, place) in item.rows.iter().zip(&self.read.places) {
            let name = row.id.clone().unwrap_or_else(|| place.to_string());
            if rows.iter().any(|r| r.period == row.period) {
                self.error(
                    &format!("rows.{name}.period"),
                    format!("two rows are of {}", row.period),
                    "each date has one value and one use",
                    "drop one, or make another series of it",
                );
            }
            rows.push(self.row(row, *place, &name));
        }
        for (key, term, other) in [("observes", &observes, None), ("plus", &plus.clone().flatten(), item.plus.as_ref()), ("over", &over.clone().flatten(), item.over.as_ref())] {
            let yearly = term.as_ref().is_some_and(|t| matches!(t.quantity, Quantity::Year { .. }));
            let own = other.and_then(|o| o.period);
            let ragged = own.map_or_else(|| rows.iter().find(|r| !r.period.of_years()).map(|r| r.period), |p| (!p.of_years()).then_some(p));
            if let Some(period) = ragged.filter(|_| yearly) {
                let by_month = KINDS.map(|k| k.0);
                self.error(key, format!("a yearly measure cannot be of {period}"), "it is known for calendar years only", format!("known by months are: {}", by_month.join(", ")));
            }
        }
        rows.sort_by_key(|r| r.period);
        let names = [item.observes.measure.clone(), item.observes.origin.clone(), item.observes.destination.clone()];
        let whole = |term: Option<Option<Term>>| term.map_or(Some(None), |t| t.map(Some));
        Some(Series {
            id: item.id.clone(),
            title: item.title.clone(),
            aspect: item.aspect,
            observes: observes?,
            plus: whole(plus)?,
            over: whole(over)?,
            names,
            unit: item.unit.clone(),
            headline: item.headline,
            rows,
        })
    }

    /// Says that published values have another unit than what is observed. Counts may go by the name of what is counted (`patents`).
    fn unit(&mut self) {
        let item = &self.read.item;
        let observed = unit_of(&item.observes.measure);
        let over = item.over.as_ref().map(|over| over.measure.as_ref().map_or(observed, |measure| unit_of(measure)));
        let told = match over {
            // What was refused of it has been said.
            None if self.given("over") => return,
            None => observed,
            Some(over) if kind_of(over) == kind_of(observed) => "ratio",
            Some(_) => return,
        };
        let (written, wanted) = (kind_of(&item.unit), kind_of(told));
        if written.is_some() && wanted.is_some() && written != wanted {
            let why = "published values and predictions are held against each other as they are, rows of persons also by how many migrants are behind them";
            self.error("unit", format!("`{}` is not the unit of what is observed", item.unit), why, format!("it is `{told}`"));
        }
    }

    fn row(&mut self, row: &RowItem, place: usize, name: &str) -> Row {
        let (read, key) = (self.read, format!("rows.{name}"));
        let item = &read.item;
        let node = read.node.get("rows").and_then(|rows| rows.items().get(place));
        let (mut low, mut high) = (row.low, row.high);
        // What was refused is there, and what it might have been is not asked for.
        let refused = [("value", row.value), ("low", low), ("high", high)].into_iter().any(|(key, value)| value.is_none() && node.is_some_and(|n| n.get(key).is_some()));
        match (row.value, low, high) {
            (Some(value), Some(l), Some(h)) if !(l <= value && value <= h && l < h) => {
                self.error(&key, format!("{value} is not within {l} and {h}"), "low is below high and the value between", "");
            }
            (None, Some(l), Some(h)) if l > h => self.error(&key, format!("low {l} is above high {h}"), "low is the least credible value, high the largest", ""),
            _ if refused => {}
            (Some(value), None, None) => match item.tolerance {
                Some(t) => (low, high) = (Some(value - t * value.abs()), Some(value + t * value.abs())),
                None if self.given("tolerance") => {}
                None => self.error(&key, "it is not known how far off a value may be", "neither `low` and `high` nor the series' `tolerance` is given", ""),
            },
            _ if self.lost() => {}
            (None, None, None) => self.error(&key, "a row has no value", "neither `value` nor `low` nor `high` is given", ""),
            (Some(_), None, Some(_)) | (Some(_), Some(_), None) => {
                self.error(&key, "a value has one bound only", "it has low and high, or neither", "omit `value` if only a bound is known");
            }
            _ => {}
        }
        self.sign(row, &key);
        let cuts = self.folder.cuts;
        let others = [&item.plus, &item.over].into_iter().flatten().filter_map(|o| o.period);
        let late = cuts.until.and_then(|until| Some((others.chain([row.period]).find(|p| p.last > until.last)?, until)));
        if let Some((period, until)) = late {
            self.error(&format!("{key}.period"), format!("{period} is after {until}"), "no outcome after that is used anywhere", "");
        } else if let Some(until) = cuts.fit_until.filter(|until| row.usage == Use::Fit && row.period.last > until.last) {
            let reason = format!("rows after {until} are for testing");
            self.error(&format!("{key}.use"), format!("a row of {} is to be fitted", row.period), reason, "write use = \"test\"");
        }
        if let Some(from) = cuts.from.filter(|from| row.period.first < from.first) {
            self.error(&format!("{key}.period"), format!("{} is before {from}", row.period), "the start of the run shows until then", "");
        }
        Row {
            id: row.id.clone().unwrap_or_default(),
            period: row.period,
            value: row.value,
            low,
            high,
            factor: row.factor.unwrap_or(item.factor),
            usage: row.usage,
            verified: row.verified.or(item.provenance.verified).unwrap_or(false),
        }
    }

    /// Says that a count is below 0, or that it is 0 and tells nothing.
    fn sign(&mut self, row: &RowItem, key: &str) {
        let item = &self.read.item;
        let others = [&item.plus, &item.over].into_iter().flatten().filter_map(|o| o.measure.as_ref());
        let measures: Vec<&String> = others.chain([&item.observes.measure]).collect();
        let counted = |m: &&String| KINDS.iter().any(|k| k.0 == m.as_str()) || columns::measure(m).is_some_and(|code| columns::limits(code).0 >= 0.0);
        if let Some((which, value)) = [("value", row.value), ("high", row.high)].into_iter().find_map(|(which, v)| Some((which, v.filter(|v| *v < 0.0)?)))
            && measures.iter().all(counted)
        {
            self.error(&format!("{key}.{which}"), format!("{value} is below 0"), format!("`{}` is a count, which never is", item.observes.measure), "");
        }
        let (which, scale) = if row.value.is_some() { ("value", row.value) } else { row.low.map_or(("high", row.high), |low| ("low", Some(low))) };
        if scale == Some(0.0) {
            let (at, path) = (self.read.node.locate(&format!("{key}.{which}")), format!("{}.{key}.{which}", self.path));
            self.folder.ledger.warn(at, &path, "a row of 0 is neither fitted nor scored", "how far off a prediction is, is told relative to it", "");
        }
    }

    fn other(&mut self, key: &str, own: &ObservedItem, other: &OtherItem) -> Option<Term> {
        let or = |given: &Option<String>, own: &String| given.clone().unwrap_or_else(|| own.clone());
        let item = ObservedItem { measure: or(&other.measure, &own.measure), origin: or(&other.origin, &own.origin), destination: or(&other.destination, &own.destination) };
        self.term(key, &item, other.period)
    }

    fn term(&mut self, key: &str, item: &ObservedItem, period: Option<Period>) -> Option<Term> {
        if let Some((_, kind)) = KINDS.iter().find(|k| k.0 == item.measure) {
            let scope = self.scope?;
            let (homes, countries) = (self.homes(scope, key, &item.origin), self.countries(scope, key, &item.destination));
            return Some(Term { quantity: Quantity::Months { kind: *kind, homes: homes?, countries: countries? }, period });
        }
        let Some(measure) = columns::measure(&item.measure) else {
            let known = KINDS.iter().map(|k| k.0).chain(MEASURES.iter().map(|m| m.0));
            self.error(&format!("{key}.measure"), format!("unknown measure `{}`", item.measure), "the model does not record it", did_you_mean(&item.measure, known));
            return None;
        };
        let scope = self.scope?;
        let place = |list: &[String], name: &String| list.iter().position(|n| n == name).map(|p| p as u8);
        let (origin, destination) = (place(&scope.party_names, &item.origin), place(&scope.destination_names, &item.destination));
        for (which, found, name, list) in [("origin", origin, &item.origin, &scope.party_names), ("destination", destination, &item.destination, &scope.destination_names)] {
            if found.is_none() {
                let reason = "a yearly measure is known for these rows only";
                self.error(&format!("{key}.{which}"), format!("unknown {which} `{name}`"), reason, did_you_mean(name, list.iter().map(String::as_str)));
            }
        }
        Some(Term { quantity: Quantity::Year { measure, origin: origin?, destination: destination? }, period })
    }

    fn homes(&mut self, scope: &Scope, key: &str, names: &str) -> Option<Vec<usize>> {
        let mut homes = Vec::new();
        for name in names.split('+') {
            let before = homes.len();
            if let Some(origin) = scope.origin_names.iter().position(|n| n == name) {
                homes.extend((0..scope.homes()).filter(|&h| scope.holds_origin(origin, scope.origin_of[h])));
            } else {
                homes.extend(scope.home_ids.iter().position(|n| n == name));
            }
            if homes.len() == before {
                let known = scope.origin_names.iter().chain(&scope.home_ids).map(String::as_str);
                self.error(&format!("{key}.origin"), format!("unknown origin `{name}`"), "it is no origin and no home region of the scenario", did_you_mean(name, known));
                return None;
            }
        }
        homes.sort_unstable();
        homes.dedup();
        Some(homes)
    }

    fn countries(&mut self, scope: &Scope, key: &str, names: &str) -> Option<Vec<usize>> {
        let mut countries = Vec::new();
        // The name of a group may hold a plus itself.
        let parts = if scope.destination_names.iter().any(|n| n == names) { vec![names] } else { names.split('+').collect() };
        for name in parts {
            let Some(row) = scope.destination_names.iter().position(|n| n == name) else {
                let known = scope.destination_names.iter().map(String::as_str);
                self.error(&format!("{key}.destination"), format!("unknown destination `{name}`"), "it is no destination of the scenario", did_you_mean(name, known));
                return None;
            };
            countries.extend((0..scope.countries).filter(|&c| scope.holds_country(row, c)));
        }
        countries.sort_unstable();
        countries.dedup();
        Some(countries)
    }
}

/// Unit of a measure; none if there is no such measure.
fn unit_of(measure: &str) -> &'static str {
    let by_month = KINDS.iter().find(|k| k.0 == measure).map(|k| k.1.unit());
    by_month.or_else(|| columns::measure(measure).map(|code| MEASURES[usize::from(code)].1)).unwrap_or_default()
}

/// What a unit counts, of those that cannot be taken for each other.
fn kind_of(unit: &str) -> Option<&'static str> {
    match unit {
        "persons" => Some("persons"),
        "share" | "ratio" => Some("ratio"),
        _ => unit.starts_with("USD").then_some("USD"),
    }
}
