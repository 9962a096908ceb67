//! Forecasts that know nothing but the published past of the series itself.

/// A published value: when (years), how much.
pub type Point = (f64, f64);

/// The last value stays.
pub fn persistence(past: &[Point]) -> Option<f64> {
    past.last().map(|p| p.1)
}

/// The mean of all values.
pub fn historical_mean(past: &[Point]) -> Option<f64> {
    (!past.is_empty()).then(|| past.iter().map(|p| p.1).sum::<f64>() / past.len() as f64)
}

/// The line through the first and the last value goes on (a random walk with drift).
pub fn drift(past: &[Point], when: f64) -> Option<f64> {
    let (first, last) = (past.first()?, past.last()?);
    (last.0 > first.0).then(|| last.1 + (last.1 - first.1) / (last.0 - first.0) * (when - last.0))
}
