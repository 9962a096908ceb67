//! Scores of predictions against published values. Arithmetic on numbers alone.

use serde::Serialize;

use crate::measure::statistics::{self, mean};

/// Mean absolute percentage error, as a share; from (error, scale) pairs.
pub fn mape(errors: &[(f64, f64)]) -> f64 {
    mean(errors.iter().map(|(error, scale)| error.abs() / scale))
}

/// Average relative difference: sum of absolute errors (numerator) over sum of published values (denominator).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Relative {
    /// Sum of absolute errors.
    pub numerator: f64,
    /// Sum of absolute published values.
    pub denominator: f64,
}

impl Relative {
    /// From (error, scale) pairs.
    pub fn of(errors: &[(f64, f64)]) -> Relative {
        errors.iter().fold(Relative { numerator: 0.0, denominator: 0.0 }, |sum, (error, scale)| Relative {
            numerator: sum.numerator + error.abs(),
            denominator: sum.denominator + scale.abs(),
        })
    }

    /// Their ratio; NaN of nothing.
    pub fn ratio(&self) -> f64 {
        if self.denominator > 0.0 { self.numerator / self.denominator } else { f64::NAN }
    }
}

/// Mean absolute scaled error (Hyndman & Koehler 2006): mean absolute error over the mean absolute change from one published value to the
/// next in the past. NaN without two past values, or if they never change.
pub fn mase(errors: &[f64], past: &[f64]) -> f64 {
    let change = mean(past.windows(2).map(|w| (w[1] - w[0]).abs()));
    if change > 0.0 { mean(errors.iter().map(|e| e.abs())) / change } else { f64::NAN }
}

/// Skill of a forecast against another one on the same points: 1 is perfect, 0 no better, below 0 worse.
pub fn skill(errors: &[f64], naive: &[f64]) -> f64 {
    let (own, other) = (mean(errors.iter().map(|e| e.abs())), mean(naive.iter().map(|e| e.abs())));
    if other > 0.0 { 1.0 - own / other } else { f64::NAN }
}

/// Interval score at a level, e.g. 0.9 (Gneiting & Raftery 2007): width, and a penalty for each miss. Smaller is better.
pub fn interval_score(low: f64, high: f64, level: f64, value: f64) -> f64 {
    let penalty = 2.0 / (1.0 - level);
    (high - low) + penalty * (low - value).max(0.0) + penalty * (value - high).max(0.0)
}

/// Distribution function of the standard normal, by the continued fraction of the error function (absolute error below 1e-9).
pub fn normal(z: f64) -> f64 {
    let x = z.abs();
    // Series near the middle, fraction in the tails.
    let tail = if x < 3.0 {
        let (mut term, mut sum, mut n) = (x, x, 1.0);
        while term > 1e-17 * sum {
            n += 2.0;
            term *= x * x / n;
            sum += term;
        }
        0.5 - sum * density(x)
    } else {
        let fraction = (1..=40).rev().fold(0.0, |f, k| f64::from(k) / (x + f));
        density(x) / (x + fraction)
    };
    if z < 0.0 { tail } else { 1.0 - tail }
}

fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// Quantile of the distribution of runs plus an observation error: an equal mixture of normals around the predictions, found by bisection.
pub fn quantile(predictions: &[f64], deviation: f64, q: f64) -> f64 {
    if predictions.is_empty() {
        return f64::NAN;
    }
    let least = predictions.iter().copied().fold(f64::INFINITY, f64::min);
    let most = predictions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if deviation <= 0.0 {
        let mut sorted = predictions.to_vec();
        sorted.sort_by(f64::total_cmp);
        return statistics::quantile(&sorted, q);
    }
    let below = |x: f64| mean(predictions.iter().map(|p| normal((x - p) / deviation)));
    let (mut low, mut high) = (least - 10.0 * deviation, most + 10.0 * deviation);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if below(middle) < q { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The central interval of a level.
pub fn interval(predictions: &[f64], deviation: f64, level: f64) -> (f64, f64) {
    (quantile(predictions, deviation, 0.5 - level / 2.0), quantile(predictions, deviation, 0.5 + level / 2.0))
}
