//! What makes no sense in a series of targets, and what it observes of the model. Used by [`super::targets`] alone.

use super::{
    target_file::{Folder, ObservedItem, OtherItem, Period, RowItem, SeriesItem, Use},
    targets::{KINDS, Quantity, Row, Series, Term},
};
use crate::{
    measure::{
        columns::{self, MEASURES},
        scope::Scope,
    },
    scenario::finding::did_you_mean,
};

/// Checks one series.
pub struct Check<'a> {
    /// What was read, with the findings so far.
    pub folder: &'a mut Folder,
    /// Its file (index into the documents).
    pub file: usize,
    /// Places of the run.
    pub scope: &'a Scope,
    /// Dotted path of the series.
    pub path: String,
}

impl Check<'_> {
    fn error(&mut self, key: &str, message: impl Into<String>, reason: impl Into<String>, hint: impl Into<String>) {
        let path = format!("{}.{key}", self.path);
        let at = self.folder.documents[self.file].tree.locate(&path);
        self.folder.ledger.error(at, &path, message, reason, hint);
    }

    /// What the series comes to; none if it cannot be told.
    pub fn series(&mut self, item: &SeriesItem) -> Option<Series> {
        let observes = self.term("observes", &item.observes, None);
        // What is wrong in `observes` is wrong in what takes it over, and said once.
        let known = observes.is_some();
        let plus = item.plus.as_ref().filter(|_| known).map(|other| self.other("plus", &item.observes, other));
        let over = item.over.as_ref().filter(|_| known).map(|other| self.other("over", &item.observes, other));
        if item.over.as_ref() == Some(&OtherItem::default()) {
            self.error("over", "a quantity is divided by itself", "`over` says nothing else than `observes`", "name the period, origin, destination or measure that differs");
        }
        let factors = item.rows.iter().map(|r| r.factor.unwrap_or(item.factor));
        if factors.into_iter().any(|f| f != 1.0) && item.factor_source.is_none() {
            self.error("factor", "a factor has no source", "a factor from the model's scope to the publisher's is a claim of its own", "add `factor_source = \"...\"`");
        }
        if item.provenance.source.is_none() && item.rows.iter().any(|r| r.source.is_none()) {
            self.error("source", "there are values without a source", "every value has one", "add `source = \"...\"`");
        }
        if item.provenance.verified.is_none() && item.rows.iter().any(|r| r.verified.is_none()) {
            self.error("verified", "it is not said whether the values were checked against the source", "", "add `verified = true` or `verified = false`");
        }
        let mut rows: Vec<Row> = Vec::new();
        for (n, row) in item.rows.iter().enumerate() {
            let name = row.id.clone().unwrap_or_else(|| n.to_string());
            if rows.iter().any(|r| r.period == row.period) {
                self.error(
                    &format!("rows.{name}.period"),
                    format!("two rows are of {}", row.period),
                    "each date has one value and one use",
                    "drop one, or make another series of it",
                );
            }
            rows.push(self.row(item, row, &name));
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

    fn row(&mut self, item: &SeriesItem, row: &RowItem, name: &str) -> Row {
        let key = format!("rows.{name}");
        let (mut low, mut high) = (row.low, row.high);
        match (row.value, low, high) {
            (None, None, None) => self.error(&key, "a row has no value", "neither `value` nor `low` nor `high` is given", ""),
            (Some(value), None, None) => match item.tolerance {
                Some(t) => (low, high) = (Some(value - t * value.abs()), Some(value + t * value.abs())),
                None => self.error(&key, "it is not known how far off a value may be", "neither `low` and `high` nor the series' `tolerance` is given", ""),
            },
            (Some(value), Some(l), Some(h)) if !(l <= value && value <= h && l < h) => {
                self.error(&key, format!("{value} is not within {l} and {h}"), "low is below high and the value between", "");
            }
            (None, Some(l), Some(h)) if l > h => self.error(&key, format!("low {l} is above high {h}"), "low is the least credible value, high the largest", ""),
            (Some(_), None, Some(_)) | (Some(_), Some(_), None) => {
                self.error(&key, "a value has one bound only", "it has low and high, or neither", "omit `value` if only a bound is known");
            }
            _ => {}
        }
        if let Some(split) = self.folder.bars.as_ref().map(|rules| rules.split) {
            let others = [&item.plus, &item.over].into_iter().flatten().filter_map(|o| o.period);
            if let Some(period) = others.chain([row.period]).find(|p| p.last > split.until.last) {
                self.error(&format!("{key}.period"), format!("{period} is after {}", split.until), "no outcome after that is used anywhere", "");
            } else if row.usage == Use::Fit && row.period.last > split.fit_until.last {
                self.error(
                    &format!("{key}.use"),
                    format!("a row of {} is to be fitted", row.period),
                    format!("rows after {} are for testing", split.fit_until),
                    "write use = \"test\"",
                );
            }
            if row.period.first < split.from.first {
                self.error(&format!("{key}.period"), format!("{} is before {}", row.period, split.from), "the start of the run shows until then", "");
            }
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

    fn other(&mut self, key: &str, own: &ObservedItem, other: &OtherItem) -> Option<Term> {
        let or = |given: &Option<String>, own: &String| given.clone().unwrap_or_else(|| own.clone());
        let item = ObservedItem { measure: or(&other.measure, &own.measure), origin: or(&other.origin, &own.origin), destination: or(&other.destination, &own.destination) };
        self.term(key, &item, other.period)
    }

    fn term(&mut self, key: &str, item: &ObservedItem, period: Option<Period>) -> Option<Term> {
        if let Some((_, kind)) = KINDS.iter().find(|k| k.0 == item.measure) {
            let (homes, countries) = (self.homes(key, &item.origin), self.countries(key, &item.destination));
            return Some(Term { quantity: Quantity::Months { kind: *kind, homes: homes?, countries: countries? }, period });
        }
        let Some(measure) = columns::measure(&item.measure) else {
            let known = KINDS.iter().map(|k| k.0).chain(MEASURES.iter().map(|m| m.0));
            self.error(&format!("{key}.measure"), format!("unknown measure `{}`", item.measure), "the model does not record it", did_you_mean(&item.measure, known));
            return None;
        };
        let scope = self.scope;
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

    fn homes(&mut self, key: &str, names: &str) -> Option<Vec<usize>> {
        let scope = self.scope;
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

    fn countries(&mut self, key: &str, names: &str) -> Option<Vec<usize>> {
        let scope = self.scope;
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
