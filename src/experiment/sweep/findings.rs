//! What a sweep says: `sensitivity.csv`, `response.csv`, `discovery.csv`, and the same for people.

use std::{collections::BTreeSet, io};

use super::{
    super::{
        design::Kind,
        discover::{self, Cases, Region, Side},
        sensitivity::{self, Estimate, Response},
    },
    Outcome, Sweep,
    factor::{Factor, Level},
    plan::Plan,
    tables::{Gathered, text},
};
use crate::measure::{statistics::mean, summary::bounds};

/// Boxes looked for.
const BOXES: usize = 3;

/// A number about a factor and an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Index of the factor.
    pub factor: usize,
    /// `first`, `total`, `mu_star`, `mu`, `sigma`, `rank`, `swing` or `chance`.
    pub name: &'static str,
    /// Its value.
    pub estimate: Estimate,
}

/// All that is said of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Index of the outcome.
    pub outcome: usize,
    /// Values of other crossed factors, as `factor=value`; empty if there are none.
    pub at: String,
    /// Numbers by factor.
    pub indices: Vec<Index>,
    /// Response curves by factor.
    pub responses: Vec<(usize, Vec<Response>)>,
    /// Boxes in which the outcome's condition holds; none if it has none.
    pub regions: Option<Vec<Region>>,
    /// Least, mean and greatest value.
    pub range: (f64, f64, f64),
    /// Points with a value, and those of them in which the condition holds.
    pub counts: (usize, usize),
    /// What the condition compares with.
    pub bound: Option<f64>,
    /// Points below and above 0.
    pub signs: (usize, usize),
}

/// A value of an outcome: of a point, or of a pair of points.
struct Case {
    levels: Vec<Level>,
    value: f64,
}

/// Everything that a sweep says.
pub fn findings(sweep: &Sweep, plan: &Plan, gathered: &Gathered) -> Vec<Finding> {
    let mut all = Vec::new();
    for (o, outcome) in sweep.outcomes.iter().enumerate() {
        // A grid is analysed over all its factors; elsewhere crossed ones stand for different questions.
        let apart: Vec<usize> =
            (0..sweep.factors.len()).filter(|&f| sweep.factors[f].crossed && sweep.design.kind != Kind::Grid && outcome.difference.is_none_or(|d| d.0 != f)).collect();
        let varied: Vec<usize> = (0..sweep.factors.len()).filter(|f| !apart.contains(f) && outcome.difference.is_none_or(|d| d.0 != *f)).collect();
        let cases = cases(plan, gathered, o, outcome);
        let key = |case: &Case| apart.iter().map(|&f| format!("{}={}", sweep.factors[f].id, sweep.factors[f].text(case.levels[f]))).collect::<Vec<_>>().join(" ");
        let groups: BTreeSet<String> = cases.iter().map(key).collect();
        for at in groups {
            let of: Vec<&Case> = cases.iter().filter(|c| key(c) == at).collect();
            all.push(finding(sweep, o, at, &of, &varied));
        }
    }
    all
}

fn cases(plan: &Plan, gathered: &Gathered, o: usize, outcome: &Outcome) -> Vec<Case> {
    let of = |p: usize| &gathered.outcomes[o][p];
    let Some((factor, from, to)) = outcome.difference else {
        return plan.points.iter().enumerate().map(|(p, point)| Case { levels: point.levels.clone(), value: mean(of(p).iter().copied()) }).collect();
    };
    let others = |p: usize| plan.points[p].levels.iter().enumerate().filter(move |(f, _)| *f != factor).map(|(_, l)| *l);
    let at = |p: &usize, choice: usize| plan.points[*p].levels[factor] == Level::Choice(choice);
    let mut list = Vec::new();
    for p in (0..plan.points.len()).filter(|p| at(p, to)) {
        let row = plan.points[p].row;
        // Points of a row stand together; a grid has one row a combination of ranges.
        let partner = (0..plan.points.len()).filter(|q| plan.points[*q].row == row).find(|q| at(q, from) && others(*q).eq(others(p)));
        let Some(q) = partner else { continue };
        let differences: Vec<f64> = of(p).iter().zip(of(q)).map(|(b, a)| b - a).collect();
        list.push(Case { levels: plan.points[p].levels.clone(), value: mean(differences) });
    }
    list
}

fn finding(sweep: &Sweep, outcome: usize, at: String, cases: &[&Case], varied: &[usize]) -> Finding {
    let outcomes: Vec<f64> = cases.iter().map(|c| c.value).collect();
    let places = |f: usize| cases.iter().map(|c| Factor::place(c.levels[f])).collect::<Vec<f64>>();
    // Points of a block or a trajectory share most of their coordinates: few of them are drawn independently.
    let independent = |case: usize| match sweep.design.kind {
        Kind::Saltelli => case % (varied.len() + 2) < 2,
        Kind::Morris => case.is_multiple_of(varied.len() + 1),
        _ => true,
    };
    let blocks = matches!(sweep.design.kind, Kind::Saltelli | Kind::Morris);
    let response = |f: usize| {
        let mut curve = sensitivity::response(&places(f), &outcomes);
        curve.iter_mut().filter(|_| blocks).for_each(|r| r.interval = None);
        curve
    };
    let responses: Vec<(usize, Vec<Response>)> = varied.iter().map(|&f| (f, response(f))).collect();
    let mut indices = Vec::new();
    let mut put = |factor: usize, name: &'static str, estimate: Estimate| indices.push(Index { factor, name, estimate });
    match sweep.design.kind {
        Kind::Saltelli => {
            for (&f, of) in varied.iter().zip(sensitivity::sobol(&outcomes, varied.len())) {
                put(f, "first", of.first);
                put(f, "total", of.total);
            }
        }
        Kind::Morris => {
            // Whole numbers and dates are rounded: what counts is the step that was run.
            let points: Vec<Vec<f64>> = cases.iter().map(|c| varied.iter().map(|&f| sweep.factors[f].coordinate(c.levels[f])).collect()).collect();
            let ordered: Vec<bool> = varied.iter().map(|&f| sweep.factors[f].ordered()).collect();
            for (&f, of) in varied.iter().zip(sensitivity::morris(&points, &outcomes, &ordered)) {
                put(f, "mu_star", of.mu_star);
                put(f, "mu", of.mu);
                put(f, "sigma", of.sigma);
            }
        }
        _ => {
            for &f in varied.iter().filter(|&&f| sweep.factors[f].ordered()) {
                put(f, "rank", sensitivity::rank_correlation(&places(f), &outcomes));
            }
        }
    }
    for (f, curve) in &responses {
        let means = || curve.iter().map(|r| r.mean);
        let (low, high) = (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max));
        put(*f, "swing", Estimate { value: sensitivity::swing(means()), interval: (high >= low).then_some((low, high)) });
        if !blocks {
            put(*f, "chance", Estimate { value: sensitivity::swing_by_chance(curve, &outcomes), interval: None });
        }
    }
    let there: Vec<usize> = (0..cases.len()).filter(|&i| outcomes[i].is_finite()).collect();
    let condition = sweep.outcomes[outcome].quantity.condition;
    let values: Vec<f64> = there.iter().map(|&i| outcomes[i]).collect();
    let bound = condition.map(|c| c.bound.among(&values));
    let interest: Vec<bool> = values.iter().map(|&x| condition.zip(bound).is_some_and(|(c, bound)| c.holds(x, bound))).collect();
    let drawn: Vec<usize> = there.iter().copied().filter(|&i| independent(i)).collect();
    let among: Vec<bool> = drawn.iter().map(|&i| condition.zip(bound).is_some_and(|(c, bound)| c.holds(outcomes[i], bound))).collect();
    let points: Vec<Vec<f64>> = drawn.iter().map(|&i| varied.iter().map(|&f| Factor::place(cases[i].levels[f])).collect()).collect();
    let ordered: Vec<bool> = varied.iter().map(|&f| sweep.factors[f].ordered()).collect();
    let regions = condition.map(|_| {
        let mut regions = discover::regions(&Cases { points: &points, ordered: &ordered, interest: &among }, BOXES);
        regions.iter_mut().flat_map(|r| &mut r.sides).for_each(|side| side.0 = varied[side.0]);
        regions
    });
    let fold = |f: fn(f64, f64) -> f64| values.iter().copied().reduce(f).unwrap_or(f64::NAN);
    let counts = (there.len(), interest.iter().filter(|x| **x).count());
    let signs = (values.iter().filter(|x| **x < 0.0).count(), values.iter().filter(|x| **x > 0.0).count());
    Finding { outcome, at, indices, responses, regions, range: (fold(f64::min), mean(values.iter().copied()), fold(f64::max)), counts, bound, signs }
}

impl Sweep {
    /// A place of a factor as text.
    pub fn place(&self, factor: usize, x: f64) -> String {
        let factor = &self.factors[factor];
        let level = match factor.at(0.0) {
            Level::Number(_) => Level::Number(x),
            Level::Month(_) => Level::Month(x as u16),
            Level::Choice(_) => Level::Choice(x as usize),
        };
        factor.text(level)
    }

    /// A side of a box as text.
    pub fn side(&self, factor: usize, side: &Side) -> String {
        match side {
            Side::Between(low, high) if low == high => self.place(factor, *low),
            Side::Between(low, high) => format!("{} to {}", self.place(factor, *low), self.place(factor, *high)),
            Side::OneOf(list) => list.iter().map(|&i| self.place(factor, i as f64)).collect::<Vec<_>>().join(" or "),
        }
    }
}

/// Writes `sensitivity.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn sensitivity(sweep: &Sweep, findings: &[Finding], out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["outcome", "at", "factor", "index", "value", "low", "high"])?;
    let mut rows = 0;
    for finding in findings {
        for index in &finding.indices {
            let (low, high) = bounds(index.estimate.interval);
            let names = [sweep.outcomes[finding.outcome].id.as_str(), &finding.at, &sweep.factors[index.factor].id, index.name];
            writer.write_record(names.into_iter().chain([text(index.estimate.value).as_str(), &low, &high]))?;
            rows += 1;
        }
    }
    writer.flush()?;
    Ok(rows)
}

/// Writes `response.csv`; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn responses(sweep: &Sweep, findings: &[Finding], out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["outcome", "at", "factor", "from", "to", "points", "mean", "low", "high"])?;
    let mut rows = 0;
    for finding in findings {
        for (f, curve) in &finding.responses {
            for r in curve {
                let (low, high) = bounds(r.interval);
                let (from, to) = (sweep.place(*f, r.places.0), sweep.place(*f, r.places.1));
                let names = [sweep.outcomes[finding.outcome].id.as_str(), &finding.at, &sweep.factors[*f].id, &from, &to, &r.points.to_string()];
                writer.write_record(names.into_iter().chain([text(r.mean).as_str(), &low, &high]))?;
                rows += 1;
            }
        }
    }
    writer.flush()?;
    Ok(rows)
}

/// Writes `discovery.csv`: a row for each side of each box; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn discovery(sweep: &Sweep, findings: &[Finding], out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["outcome", "condition", "at", "box", "factor", "from", "to", "one_of", "coverage", "density", "mass"])?;
    let mut rows = 0;
    for finding in findings {
        let outcome = &sweep.outcomes[finding.outcome];
        for (b, region) in finding.regions.iter().flatten().enumerate() {
            for (f, side) in &region.sides {
                let (from, to, one_of) = match side {
                    Side::Between(low, high) => (sweep.place(*f, *low), sweep.place(*f, *high), String::new()),
                    Side::OneOf(_) => (String::new(), String::new(), sweep.side(*f, side)),
                };
                let numbers = [region.coverage, region.density, region.mass].map(text);
                let names = [outcome.id.as_str(), &outcome.text, &finding.at, &(b + 1).to_string(), &sweep.factors[*f].id, &from, &to, &one_of];
                writer.write_record(names.into_iter().chain(numbers.iter().map(String::as_str)))?;
                rows += 1;
            }
        }
    }
    writer.flush()?;
    Ok(rows)
}
