//! What a model misses of published series, as a process of its own (Kennedy & O'Hagan 2001): log errors of mean 0 whose correlation within a
//! series falls with time, `cov(b_s, b_t) = d^2 exp(-|s - t| / m)`. It says how far the published values of a series together may lie from a
//! right model, and how much of its last misses a forecast carries on. Series are taken as independent of each other.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::targets::{Row, Series, Targets};
use crate::experiment::ensemble::Discrepancy;
use crate::units::Month;

impl Discrepancy {
    /// Covariance of what is missed at two times (years).
    pub fn covariance(&self, a: f64, b: f64) -> f64 {
        self.deviation.powi(2) * (-(a - b).abs() / self.memory_years.max(1e-9)).exp()
    }
}

/// Standard deviation of a published value, in logarithms: what its low and high say, but never less than `least`.
pub fn log_deviation(row: &Row, least: f64) -> f64 {
    match (row.value, row.deviation()) {
        (Some(value), Some(deviation)) if value > 0.0 => (deviation / value).max(least),
        _ => least,
    }
}

/// What is known of the log error of a prediction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Missed {
    /// Its expected value: what to add to the logarithm of a prediction.
    pub mean: f64,
    /// Its standard deviation, without that of the published value.
    pub deviation: f64,
    /// The least standard deviation that a published value has, in logarithms.
    pub least: f64,
}

/// What is missed of every row, given how the published values up to `cut` lie against the predictions. Rows that end later are forecasts, in
/// which the last misses of the series are carried on; of all others nothing but the spread is known.
pub fn missed(targets: &Targets, predicted: &[Option<f64>], cut: Month, discrepancy: Discrepancy) -> Vec<Missed> {
    let mut all = Vec::with_capacity(predicted.len());
    for series in &targets.series {
        let own = &predicted[all.len()..all.len() + series.rows.len()];
        let known: Vec<(f64, f64, f64)> =
            residuals(series, own, discrepancy.least).filter(|(row, ..)| row.period.last <= cut).map(|(row, r, s)| (row.period.middle(), r, s)).collect();
        let solved = Cholesky::new(covariance(&known, discrepancy)).filter(|_| !known.is_empty());
        let errors = DVector::from_iterator(known.len(), known.iter().map(|k| k.1));
        for row in &series.rows {
            let Some(solved) = solved.as_ref().filter(|_| row.period.first > cut) else {
                all.push(Missed { mean: 0.0, deviation: discrepancy.deviation, least: discrepancy.least });
                continue;
            };
            let when = row.period.middle();
            let cross = DVector::from_iterator(known.len(), known.iter().map(|k| discrepancy.covariance(k.0, when)));
            let weights = solved.solve(&cross);
            let variance = (discrepancy.covariance(when, when) - weights.dot(&cross)).max(0.0);
            all.push(Missed { mean: weights.dot(&errors), deviation: variance.sqrt(), least: discrepancy.least });
        }
    }
    all
}

/// Rows of a series with their log errors and the standard deviations of their published values.
fn residuals<'s>(series: &'s Series, predicted: &'s [Option<f64>], least: f64) -> impl Iterator<Item = (&'s Row, f64, f64)> {
    series.rows.iter().zip(predicted).filter_map(move |(row, predicted)| {
        let (value, predicted) = (row.value.filter(|v| *v > 0.0)?, predicted.filter(|p| *p > 0.0)?);
        Some((row, (value / predicted).ln(), log_deviation(row, least)))
    })
}

fn covariance(known: &[(f64, f64, f64)], discrepancy: Discrepancy) -> DMatrix<f64> {
    DMatrix::from_fn(known.len(), known.len(), |i, j| {
        let own = if i == j { known[i].2.powi(2) } else { 0.0 };
        own + discrepancy.covariance(known[i].0, known[j].0)
    })
}

/// A log error at a time (years), with the standard deviation of the published value.
pub type Error = (f64, f64, f64);

/// Log errors of the rows that `take` takes, by series.
pub fn errors(targets: &Targets, predicted: &[Option<f64>], least: f64, take: impl Fn(&Row) -> bool) -> Vec<Vec<Error>> {
    let mut at = 0;
    let mut all = Vec::new();
    for series in &targets.series {
        let own = &predicted[at..at + series.rows.len()];
        at += series.rows.len();
        let known: Vec<Error> = residuals(series, own, least).filter(|(row, ..)| take(row)).map(|(row, r, d)| (row.period.middle(), r, d)).collect();
        if !known.is_empty() {
            all.push(known);
        }
    }
    all
}

/// Deviations and memories that are tried.
const DEVIATIONS: [f64; 16] = [0.02, 0.03, 0.045, 0.06, 0.08, 0.1, 0.125, 0.15, 0.18, 0.22, 0.26, 0.32, 0.4, 0.5, 0.65, 0.8];
const MEMORIES: [f64; 8] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

/// Whether a memory is the longest that is tried: then the errors do not tell how long it is.
pub fn longest(memory_years: f64) -> bool {
    memory_years >= MEMORIES[MEMORIES.len() - 1]
}

/// The discrepancy under which some errors, by series, are most likely, of a grid of values; none if there are no errors.
pub fn estimate(errors: &[Vec<Error>], least: f64) -> Option<Discrepancy> {
    let likelihood = |d: Discrepancy| -> f64 {
        let of = |known: &Vec<Error>| {
            let Some(solved) = Cholesky::new(covariance(known, d)) else { return f64::NEG_INFINITY };
            let errors = DVector::from_iterator(known.len(), known.iter().map(|k| k.1));
            let log_root: f64 = solved.l().diagonal().iter().map(|x| x.ln()).sum();
            -log_root - 0.5 * errors.dot(&solved.solve(&errors))
        };
        errors.iter().map(of).sum()
    };
    let tried = DEVIATIONS.into_iter().flat_map(|deviation| MEMORIES.map(|memory_years| Discrepancy { deviation, memory_years, least }));
    let likely = tried.filter(|_| !errors.is_empty()).map(|d| (likelihood(d), d)).filter(|(likelihood, _)| likelihood.is_finite());
    // Of several as likely the first.
    likely.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|best| best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_missed_tells_nothing() {
        assert_eq!(estimate(&[], 0.04), None);
        let once = estimate(&[vec![(2014.5, 0.3, 0.05), (2015.5, 0.3, 0.05)]], 0.04);
        assert!(once.is_some_and(|d| d.deviation > 0.1 && d.least == 0.04), "{once:?}");
    }
}
