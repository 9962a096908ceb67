//! Claims held against runs. A book of claims (`scenarios/claims.toml`) says for each claim which quantities of which scenarios would bear it
//! out; runs of those scenarios on the same persons and draws give the quantities, replicate by replicate; [`verdict`] says what follows,
//! [`page`] writes it down. [`read`] tells all that is wrong with a book. No verdict stands in the book.

pub mod page;
pub mod read;
pub mod verdict;

use std::collections::HashMap;

use serde::Deserialize;

use crate::{
    measure::{columns, scope::Scope, year::Value},
    scenario::finding::did_you_mean,
};

/// A book of claims.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
#[schemars(extend("called" = "a book of claims"))]
pub struct Book {
    /// Whose claims they are, and what to mind when reading the verdicts; the beginning of the page.
    #[serde(default)]
    pub about: String,
    /// The claims.
    pub claim: Vec<Claim>,
}

/// A claim.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct Claim {
    /// Number.
    pub number: u32,
    /// What is claimed, in few words.
    pub says: String,
    /// Whether it is a published figure of the past: where runs refute it, the model is what misses.
    #[serde(default)]
    pub past: bool,
    /// Why no run can tell; then there are no tests.
    pub not_tested: Option<String>,
    /// What to mind when reading the verdict.
    pub note: Option<String>,
    /// Tests, all of which must hold.
    #[serde(default)]
    pub test: Vec<Test>,
}

/// A test: a quantity and the bounds between which it must lie.
#[derive(Clone, Debug, Deserialize, schemars::JsonSchema)]
pub struct Test {
    /// What is looked at, in few words.
    pub what: String,
    /// The quantity, or its numerator.
    pub of: Term,
    /// The denominator; what it does not say is as in `of`.
    pub over: Option<Term>,
    /// It must lie above this.
    pub above: Option<f64>,
    /// It must lie below this.
    pub below: Option<f64>,
}

/// A measure of `summary.csv` in a scenario, or its paired difference to another scenario.
#[derive(Clone, Debug, Default, Deserialize, schemars::JsonSchema)]
pub struct Term {
    /// Name of the scenario's file without extension.
    pub scenario: Option<String>,
    /// Scenario whose value is taken off, replicate by replicate.
    pub against: Option<String>,
    /// Measure.
    pub measure: Option<String>,
    /// Column `origin`.
    pub origin: Option<String>,
    /// Column `destination`.
    pub destination: Option<String>,
    /// Calendar year.
    pub year: Option<i32>,
    /// Last year, if the mean of several is meant.
    pub last_year: Option<i32>,
}

/// A value of a run, in the codes of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Index of the scenario in [`Trial::scenarios`].
    pub scenario: usize,
    measure: u8,
    origin: u8,
    destination: u8,
    years: (i32, i32),
}

/// A quantity made of values: `(of - against) / (over - against)`.
#[derive(Clone, Debug, PartialEq)]
struct Quantity {
    of: (Key, Option<Key>),
    over: Option<(Key, Option<Key>)>,
}

impl Quantity {
    fn value(&self, of_key: &dyn Fn(&Key) -> f64) -> f64 {
        let term = |(value, against): &(Key, Option<Key>)| of_key(value) - against.as_ref().map_or(0.0, of_key);
        term(&self.of) / self.over.as_ref().map_or(1.0, term)
    }
}

impl Term {
    /// Whether it says a key itself.
    fn says(&self, key: &str) -> bool {
        match key {
            "scenario" => self.scenario.is_some(),
            "measure" => self.measure.is_some(),
            "origin" => self.origin.is_some(),
            "destination" => self.destination.is_some(),
            "year" => self.year.is_some(),
            _ => self.last_year.is_some(),
        }
    }

    /// This term, with what it does not say as in another.
    fn or(&self, other: &Term) -> Term {
        Term {
            scenario: self.scenario.clone().or_else(|| other.scenario.clone()),
            against: if self.scenario.is_some() { self.against.clone() } else { self.against.clone().or_else(|| other.against.clone()) },
            measure: self.measure.clone().or_else(|| other.measure.clone()),
            origin: self.origin.clone().or_else(|| other.origin.clone()),
            destination: self.destination.clone().or_else(|| other.destination.clone()),
            year: self.year.or(other.year),
            last_year: if self.year.is_some() { self.last_year } else { self.last_year.or(other.last_year) },
        }
    }
}

impl Test {
    /// The denominator with all that it takes from the numerator.
    fn whole_over(&self) -> Option<Term> {
        self.over.as_ref().map(|over| over.or(&self.of))
    }
}

/// Something wrong with a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Index of the claim.
    pub claim: usize,
    /// Dotted path within it; empty: the whole.
    pub at: String,
    /// What is wrong.
    pub what: String,
    /// Why that is wrong.
    pub why: String,
    /// The likely fix; may be empty.
    pub hint: String,
}

impl Book {
    /// All terms as they are written: index of the claim and of the test, `of` or `over`.
    fn terms(&self) -> impl Iterator<Item = (usize, usize, &'static str, &Term)> {
        let tests = self.claim.iter().enumerate().flat_map(|(c, claim)| claim.test.iter().enumerate().map(move |(t, test)| (c, t, test)));
        tests.flat_map(|(c, t, test)| [("of", Some(&test.of)), ("over", test.over.as_ref())].into_iter().filter_map(move |(key, term)| Some((c, t, key, term?))))
    }

    /// Names of all scenarios, in order of appearance.
    pub fn scenarios(&self) -> Vec<String> {
        let mut names = Vec::new();
        for test in self.claim.iter().flat_map(|c| &c.test) {
            for term in [Some(test.of.clone()), test.whole_over()].into_iter().flatten() {
                for name in [term.scenario, term.against].into_iter().flatten() {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
        names
    }
}

impl Claim {
    /// What is wrong with it by itself, the claim of an index.
    fn mistakes(&self, claim: usize) -> Vec<Mistake> {
        let mistake = |at: String, what: String, why: &str, hint: &str| Mistake { claim, at, what, why: why.to_string(), hint: hint.to_string() };
        if self.says.trim().is_empty() {
            return vec![mistake("says".to_string(), format!("claim {} says nothing", self.number), "readers want to know what is claimed", "")];
        }
        if self.not_tested.as_ref().is_some_and(|why| why.trim().is_empty()) {
            return vec![mistake("not_tested".to_string(), format!("claim {} does not say why it is not tested", self.number), "readers want to know", "")];
        }
        if self.test.is_empty() == self.not_tested.is_none() {
            let what = format!("claim {} has {}", self.number, if self.test.is_empty() { "no test" } else { "tests and a reason why not" });
            return vec![mistake(String::new(), what, "it is tested, or `not_tested` says why not", "")];
        }
        let why = "a test says between which values the claim holds";
        let of_test = |(t, test): (usize, &Test)| match (test.above, test.below) {
            (None, None) => Some(mistake(format!("test.{t}"), format!("`{}` has no bound", test.what), why, "add `above` or `below`")),
            (Some(above), Some(below)) if above >= below => Some(mistake(format!("test.{t}.below"), format!("`{}` can never hold", test.what), why, "`above` is the lesser")),
            _ => None,
        };
        self.test.iter().enumerate().filter_map(of_test).collect()
    }
}

/// The tests of a book on runs of one scope, and their results so far.
#[derive(Debug)]
pub struct Trial {
    /// Names of scenarios.
    pub scenarios: Vec<String>,
    quantities: Vec<Vec<Quantity>>,
    /// By claim and test, one value a replicate.
    values: Vec<Vec<Vec<f64>>>,
}

impl Trial {
    /// Finds the values that the tests need.
    ///
    /// # Errors
    /// Names that do not exist and years that are not run, all of them.
    pub fn new(book: &Book, scope: &Scope, years: (i32, i32)) -> Result<Trial, Vec<Mistake>> {
        let scenarios = book.scenarios();
        let mut wrong = Vec::new();
        let mut quantities = Vec::new();
        for (c, claim) in book.claim.iter().enumerate() {
            let mut of_claim = Vec::new();
            for (t, test) in claim.test.iter().enumerate() {
                let mut term = |name: &str, term: &Term| match keys(term, &scenarios, scope, years) {
                    Ok(keys) => Some(keys),
                    Err(mistakes) => {
                        for Wrong { key, what, hint } in mistakes {
                            // What the denominator does not say stands in the numerator.
                            let own = name == "of" || test.over.as_ref().is_some_and(|over| over.says(key));
                            let at = format!("test.{t}.{}.{key}", if own { name } else { "of" });
                            wrong.push(Mistake { claim: c, at, what, why: format!("claim {}: {}", claim.number, test.what), hint });
                        }
                        None
                    }
                };
                let (of, over) = (term("of", &test.of), test.whole_over().map(|over| term("over", &over)));
                if let (Some(of), Some(over)) = (of, over.map_or(Some(None), |o| o.map(Some))) {
                    of_claim.push(Quantity { of, over });
                }
            }
            quantities.push(of_claim);
        }
        let values = quantities.iter().map(|q| vec![Vec::new(); q.len()]).collect();
        if wrong.is_empty() { Ok(Trial { scenarios, quantities, values }) } else { Err(wrong) }
    }

    /// Takes the yearly values of one replicate, by scenario.
    pub fn replicate(&mut self, runs: &[&[Value]]) {
        let index: Vec<HashMap<(u8, u8, u8, i32), f64>> = runs.iter().map(|run| run.iter().map(|v| ((v.measure, v.origin, v.destination, v.year), v.value)).collect()).collect();
        let of_key = |key: &Key| {
            let years = key.years.0..=key.years.1;
            let n = f64::from(key.years.1 - key.years.0 + 1);
            let value = |year| index[key.scenario].get(&(key.measure, key.origin, key.destination, year)).copied().unwrap_or(f64::NAN);
            years.map(value).sum::<f64>() / n
        };
        for (quantities, values) in self.quantities.iter().zip(&mut self.values) {
            for (quantity, values) in quantities.iter().zip(values) {
                values.push(quantity.value(&of_key));
            }
        }
    }

    /// Values of a test, one a replicate.
    pub fn values(&self, claim: usize, test: usize) -> &[f64] {
        &self.values[claim][test]
    }
}

/// What is wrong with a key of a term.
struct Wrong {
    key: &'static str,
    what: String,
    hint: String,
}

/// The values that a term is made of, or all that is wrong with it.
fn keys(term: &Term, scenarios: &[String], scope: &Scope, years: (i32, i32)) -> Result<(Key, Option<Key>), Vec<Wrong>> {
    fn list(names: &[String]) -> Vec<&str> {
        names.iter().map(String::as_str).collect()
    }
    let mut wrong = Vec::new();
    let missing = |key: &'static str| Wrong { key, what: format!("`{key}` is missing"), hint: format!("add `{key} = ...`") };
    let mut named = |names: &[&str], name: &Option<String>, key: &'static str| {
        let place = name.as_deref().ok_or_else(|| missing(key)).and_then(|name| {
            let unknown = || Wrong { key, what: format!("there is no {key} `{name}`"), hint: did_you_mean(name, names.iter().copied()) };
            names.iter().position(|n| *n == name).map(|p| p as u8).ok_or_else(unknown)
        });
        place.unwrap_or_else(|mistake| {
            wrong.push(mistake);
            0
        })
    };
    let measure = named(&columns::MEASURES.map(|m| m.0), &term.measure, "measure");
    let origin = named(&list(&scope.party_names), &term.origin, "origin");
    let destination = named(&list(&scope.destination_names), &term.destination, "destination");
    let first = term.year.unwrap_or(years.0);
    let last = term.last_year.unwrap_or(first);
    if term.year.is_none() {
        wrong.push(missing("year"));
    } else if first < years.0 || last > years.1 || last < first {
        let what = format!("the years {first} to {last} are not within {} to {}", years.0, years.1);
        wrong.push(Wrong { key: if first < years.0 || first > years.1 { "year" } else { "last_year" }, what, hint: String::new() });
    }
    if term.scenario.is_none() {
        wrong.push(missing("scenario"));
    } else if term.scenario == term.against {
        wrong.push(Wrong { key: "against", what: "a scenario is held against itself".to_string(), hint: "name another one".to_string() });
    }
    let of = |name: &String| {
        let scenario = scenarios.iter().position(|s| s == name).unwrap_or(0);
        Key { scenario, measure, origin, destination, years: (first, last) }
    };
    match term.scenario.as_ref().filter(|_| wrong.is_empty()) {
        Some(scenario) => Ok((of(scenario), term.against.as_ref().map(of))),
        None => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(test: &str) -> Book {
        toml::from_str(&format!("[[claim]]\nnumber = 1\nsays = \"x\"\n[[claim.test]]\nwhat = \"y\"\n{test}")).expect("right")
    }

    fn scope() -> Scope {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        Scope {
            origins: 1,
            countries: 2,
            origin_of: vec![0],
            country_of: vec![0, 1],
            origin_names: names(&["UZB", "CA3"]),
            destination_names: names(&["RUS", "KAZ", "ALL"]),
            members: vec![1, 2, 3],
            transit: 0,
            party_names: names(&["UZB", "CA3", "RUS", "KAZ"]),
            home_ids: Vec::new(),
            destination_ids: Vec::new(),
            rules: Vec::new(),
        }
    }

    fn values(of_rus: [f64; 2], of_kaz: [f64; 2]) -> Vec<Value> {
        let measure = columns::measure("departures").expect("is there");
        let value = |destination, year, value| Value { year, measure, origin: 0, destination, value };
        vec![value(0, 2010, of_rus[0]), value(0, 2011, of_rus[1]), value(1, 2010, of_kaz[0]), value(1, 2011, of_kaz[1])]
    }

    fn result(test: &str, runs: &[Vec<Value>]) -> f64 {
        let mut trial = Trial::new(&book(test), &scope(), (2010, 2011)).expect("right");
        trial.replicate(&runs.iter().map(Vec::as_slice).collect::<Vec<_>>());
        trial.values(0, 0)[0]
    }

    #[test]
    fn quantities_are_values_means_ratios_and_paired_differences() {
        let (a, b) = (values([10.0, 30.0], [4.0, 5.0]), values([16.0, 33.0], [1.0, 5.0]));
        let runs = [a, b];
        let of = "scenario = \"a\", measure = \"departures\", origin = \"UZB\", destination = \"RUS\", year = 2010";
        let close = |test: String, expected: f64| assert!((result(&format!("{test}\nabove = 0"), &runs) - expected).abs() < 1e-12, "{test}");
        close(format!("of = {{ {of} }}"), 10.0);
        close(format!("of = {{ {of}, last_year = 2011 }}"), 20.0);
        close(format!("of = {{ {of} }}\nover = {{ destination = \"KAZ\" }}"), 2.5);
        close(format!("of = {{ {of} }}\nover = {{ year = 2011 }}"), 1.0 / 3.0);
    }

    #[test]
    fn differences_are_taken_within_a_replicate() {
        let of = "scenario = \"b\", against = \"a\", measure = \"departures\", origin = \"UZB\", destination = \"RUS\", year = 2010";
        // Scenarios stand in the order in which the book names them: b, then a.
        let runs = [values([16.0, 33.0], [1.0, 5.0]), values([10.0, 30.0], [4.0, 5.0])];
        assert!((result(&format!("of = {{ {of} }}\nabove = 0"), &runs) - 6.0).abs() < 1e-12);
        let share = format!("of = {{ {of} }}\nover = {{ destination = \"KAZ\" }}\nabove = 0");
        assert!((result(&share, &runs) + 2.0).abs() < 1e-12, "the denominator is a difference too, unless it names a scenario");
    }

    #[test]
    fn everything_wrong_is_said_where_it_stands() {
        let of = "scenario = \"a\", measure = \"departure\", origin = \"UZB\", destination = \"RUS\", year = 2010";
        let why = |test: String| {
            let mistakes = Trial::new(&book(&test), &scope(), (2010, 2011)).expect_err("wrong");
            mistakes.into_iter().map(|m| format!("{}: {} {}", m.at, m.what, m.hint)).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(why(format!("of = {{ {of} }}\nabove = 0")), "test.0.of.measure: there is no measure `departure` did you mean `departures`?");
        let of = of.replace("departure", "departures");
        assert!(why(format!("of = {{ {of} }}\nover = {{ year = 2012 }}\nabove = 0")).starts_with("test.0.over.year: the years 2012 to 2012"));
        let moon = of.replace("RUS", "MOON");
        let twice = why(format!("of = {{ {moon} }}\nover = {{ year = 2011 }}\nabove = 0"));
        assert_eq!(twice.matches("test.0.of.destination: there is no destination `MOON`").count(), 2, "the denominator has it from the numerator: {twice}");
        let mistake = |text: &str| toml::from_str::<Claim>(text).expect("parses").mistakes(0).remove(0);
        assert!(mistake("number = 7\nsays = \"x\"").what.contains("claim 7"));
        assert_eq!(mistake(&format!("number = 7\nsays = \"x\"\n[[test]]\nwhat = \"y\"\nof = {{ {of} }}")).at, "test.0");
    }
}
