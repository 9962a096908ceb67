//! Outcomes: what of a run's results a sweep is about, as `stock_mean of CA3 in MIDDLE-EAST in 2040 > 500_000`.

use std::{fmt, ops::Range};

use crate::{
    measure::{
        columns::{MEASURES, measure},
        scope::{ALL_DESTINATIONS, Scope},
        statistics::quantile,
        year::{Value, told},
    },
    scenario::finding::did_you_mean,
};

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// A number.
    Number(f64),
    /// A percentile of the sweep's own values, from 0 to 100.
    Percentile(f64),
}

impl Bound {
    /// The number, among the values of a sweep.
    pub fn among(self, values: &[f64]) -> f64 {
        match self {
            Bound::Number(x) => x,
            Bound::Percentile(p) => {
                let mut sorted = values.to_vec();
                sorted.sort_by(f64::total_cmp);
                quantile(&sorted, p / 100.0)
            }
        }
    }
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Condition {
    /// Whether the value is to be above the number.
    above: bool,
    /// Whether the number itself counts.
    or_equal: bool,
    /// What with.
    pub bound: Bound,
}

impl Condition {
    /// Whether a value fulfils it with a bound.
    pub fn holds(&self, x: f64, bound: f64) -> bool {
        (self.or_equal && x == bound) || if self.above { x > bound } else { x < bound }
    }
}

/// A value of a run: a measure of an origin in a destination, the mean over some years.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// Index into [`MEASURES`].
    pub measure: u8,
    /// Row of parties.
    pub origin: u8,
    /// Row of destinations.
    pub destination: u8,
    /// First and last year.
    pub years: (i32, i32),
    /// What is asked of it, if anything is.
    pub condition: Option<Condition>,
}

/// What is wrong with an outcome, and a hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Bytes of the text that are meant.
    pub span: Range<usize>,
    /// Why.
    pub reason: String,
    /// The likely fix.
    pub hint: String,
}

fn wrong(reason: impl Into<String>, hint: impl Into<String>) -> (String, String) {
    (reason.into(), hint.into())
}

const FORM: &str = "write it as `stock_mean of CA3 in MIDDLE-EAST in 2040 > 500_000`; place and comparison may be left out";

impl Quantity {
    /// Of a text. Without the scope and the years of the run, only what needs neither is checked, and there is no quantity.
    ///
    /// # Errors
    /// All that is wrong in the text.
    pub fn parse(text: &str, run: Option<(&Scope, (i32, i32))>) -> Result<Quantity, Vec<Wrong>> {
        let mut all = Vec::new();
        let span = |word: &str| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            start..start + word.len()
        };
        let mut say = |span: Range<usize>, (reason, hint): (String, String)| all.push(Wrong { span, reason, hint });
        let words: Vec<&str> = text.split_whitespace().collect();
        let (asked, compared) = words.split_at(words.iter().position(|w| w.starts_with(['<', '>', '='])).unwrap_or(words.len()));
        let condition = match compared {
            [] => None,
            [first, ..] => condition(&compared.concat()).map_err(|why| say(span(first).start..text.trim_end().len(), why)).ok(),
        };
        let (name, origin, destination, when) = match *asked {
            [name, "of", origin, "in", destination, "in", when] => (name, origin, Some(destination), when),
            [name, "of", origin, "in", when] => (name, origin, None, when),
            _ => {
                say(0..text.len(), wrong("this is no outcome", FORM));
                return Err(all);
            }
        };
        let code = measure(name);
        if code.is_none() {
            say(span(name), wrong(format!("there is no measure `{name}`"), did_you_mean(name, MEASURES.iter().map(|m| m.0))));
        }
        let years = years(when).map_err(|why| say(span(when), why)).ok();
        let (mut rows, mut within) = ((None, None), true);
        if let Some((scope, run)) = run {
            let mut row = |name: &str, names: &[String], what: &str, word: Option<&str>| {
                let found = names.iter().position(|n| n == name).map(|p| p as u8);
                if let Some(word) = word.filter(|_| found.is_none()) {
                    say(span(word), wrong(format!("there is no {what} `{name}`"), did_you_mean(name, names.iter().map(String::as_str))));
                }
                found
            };
            let origin_word = origin;
            let origin = row(origin, &scope.party_names, "origin", Some(origin));
            rows = (origin, row(destination.unwrap_or(ALL_DESTINATIONS), &scope.destination_names, "destination", destination));
            if let (Some(code), (Some(o), Some(d))) = (code, rows)
                && !told(scope).any(|row| row == (code, o, d))
            {
                within = false;
                let (of, place) = (origin_word, destination.unwrap_or(ALL_DESTINATIONS));
                let example = told(scope).find(|row| row.0 == code).map(|row| (&scope.party_names[usize::from(row.1)], &scope.destination_names[usize::from(row.2)]));
                let hint = example.map_or_else(String::new, |(of, place)| format!("for example `{name} of {of} in {place} in {when}`"));
                say(span(name), wrong(format!("no run tells `{name}` of {of} in {place}"), hint));
            }
            if years.is_some_and(|y| y.0 < run.0 || y.1 > run.1) {
                within = false;
                say(span(when), wrong(format!("the run is from {} to {}", run.0, run.1), "name a year of the run, or two joined by a dash"));
            }
        }
        match (code, rows, years) {
            (Some(measure), (Some(origin), Some(destination)), Some(years)) if within && condition.is_some() != compared.is_empty() => {
                Ok(Quantity { measure, origin, destination, years, condition })
            }
            _ => {
                all.sort_by_key(|w| w.span.start);
                Err(all)
            }
        }
    }

    /// Whether a value of a run is part of it.
    pub fn holds(&self, v: &Value) -> bool {
        (v.measure, v.origin, v.destination) == (self.measure, self.origin, self.destination) && (self.years.0..=self.years.1).contains(&v.year)
    }

    /// The quantity in a run; NaN where a year has none.
    pub fn of(&self, values: &[Value]) -> f64 {
        let (mut sum, mut count) = (0.0, 0);
        for v in values.iter().filter(|v| self.holds(v)) {
            sum += v.value;
            count += 1;
        }
        if count == self.years.1 - self.years.0 + 1 { sum / f64::from(count) } else { f64::NAN }
    }

    /// Its unit.
    pub fn unit(&self) -> &'static str {
        MEASURES[usize::from(self.measure)].1
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = format!("{}{}", if self.above { ">" } else { "<" }, if self.or_equal { "=" } else { "" });
        match self.bound {
            Bound::Number(x) => write!(f, "{sign} {x}"),
            Bound::Percentile(p) => write!(f, "{sign} p{p}"),
        }
    }
}

fn condition(text: &str) -> Result<Condition, (String, String)> {
    let (above, rest) = match text.split_at_checked(1) {
        Some((">", rest)) => (true, rest),
        Some(("<", rest)) => (false, rest),
        _ => return Err(wrong("values are compared by `<`, `<=`, `>` or `>=`", FORM)),
    };
    let (or_equal, number) = rest.strip_prefix('=').map_or((false, rest), |rest| (true, rest));
    let parse = |text: &str| text.replace('_', "").parse::<f64>().ok().filter(|x| x.is_finite());
    let bound = match number.strip_prefix('p') {
        Some(percentile) => parse(percentile).filter(|p| (0.0..=100.0).contains(p)).map(Bound::Percentile),
        None => parse(number).map(Bound::Number),
    };
    bound.map(|bound| Condition { above, or_equal, bound }).ok_or_else(|| wrong(format!("`{number}` is neither a number nor a percentile such as `p75`"), FORM))
}

/// First and last year.
fn years(text: &str) -> Result<(i32, i32), (String, String)> {
    let year = |t: &str| t.parse::<i32>().map_err(|_| wrong(format!("`{t}` is not a year"), "write 2040, or 2036-2040 for the mean of some years"));
    let (from, to) = match text.split_once('-') {
        Some((from, to)) => (year(from)?, year(to)?),
        None => (year(text)?, year(text)?),
    };
    if from > to { Err(wrong(format!("{from} is after {to}"), "the earlier year stands first")) } else { Ok((from, to)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_compare_with_numbers_and_percentiles() {
        let over = condition(">1_500").expect("a condition");
        assert_eq!((over.bound, over.to_string().as_str()), (Bound::Number(1500.0), "> 1500"));
        let upper = condition(">=p75").expect("a condition");
        assert_eq!(upper.to_string(), ">= p75");
        let values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
        let bound = upper.bound.among(&values);
        assert_eq!((bound, values.iter().filter(|x| upper.holds(**x, bound)).count()), (75.5, 25));
        for wrong in [">p101", ">p", "=3", ">many", ">inf"] {
            assert!(condition(wrong).is_err(), "{wrong}");
        }
    }
}
