//! Outcomes: what of a run's results a sweep is about, as `stock_mean of CA3 in MIDDLE-EAST in 2040 > 500_000`.

use std::fmt;

use crate::{
    measure::{
        columns::{MEASURES, measure},
        scope::{ALL_DESTINATIONS, Scope},
        summary::quantile,
        year::Value,
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
    /// Why.
    pub reason: String,
    /// The likely fix.
    pub hint: String,
}

fn wrong(reason: impl Into<String>, hint: impl Into<String>) -> Wrong {
    Wrong { reason: reason.into(), hint: hint.into() }
}

const FORM: &str = "write it as `stock_mean of CA3 in MIDDLE-EAST in 2040 > 500_000`; place and comparison may be left out";

impl Quantity {
    /// Of a text; `years` are those of the run.
    ///
    /// # Errors
    /// What is wrong in the text.
    pub fn parse(text: &str, scope: &Scope, years: (i32, i32)) -> Result<Quantity, Wrong> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (asked, condition) = match words.iter().position(|w| w.starts_with(['<', '>', '='])) {
            Some(at) => (&words[..at], Some(condition(&words[at..].concat())?)),
            None => (&words[..], None),
        };
        let (name, origin, destination, when) = match asked {
            [name, "of", origin, "in", destination, "in", when] => (*name, *origin, *destination, *when),
            [name, "of", origin, "in", when] => (*name, *origin, ALL_DESTINATIONS, *when),
            _ => return Err(wrong("this is no outcome", FORM)),
        };
        let code = measure(name).ok_or_else(|| wrong(format!("there is no measure `{name}`"), did_you_mean(name, MEASURES.iter().map(|m| m.0))))?;
        let row = |name: &str, names: &[String], what: &str| {
            let found = names.iter().position(|n| n == name).map(|p| p as u8);
            found.ok_or_else(|| wrong(format!("there is no {what} `{name}`"), did_you_mean(name, names.iter().map(String::as_str))))
        };
        let quantity = Quantity {
            measure: code,
            origin: row(origin, &scope.party_names, "origin")?,
            destination: row(destination, &scope.destination_names, "destination")?,
            years: span(when)?,
            condition,
        };
        if quantity.years.0 < years.0 || quantity.years.1 > years.1 || quantity.years.0 > quantity.years.1 {
            return Err(wrong(format!("the run is from {} to {}", years.0, years.1), "name a year of the run, or two joined by a dash"));
        }
        Ok(quantity)
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

fn condition(text: &str) -> Result<Condition, Wrong> {
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

fn span(text: &str) -> Result<(i32, i32), Wrong> {
    let year = |t: &str| t.parse::<i32>().map_err(|_| wrong(format!("`{text}` is not a year"), "write 2040, or 2036-2040 for the mean of some years"));
    match text.split_once('-') {
        Some((from, to)) => Ok((year(from)?, year(to)?)),
        None => year(text).map(|y| (y, y)),
    }
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
