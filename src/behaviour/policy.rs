//! What states do that watch the simulation: when a rule acts, and when it eases (docs/odd.md, submodel 13).

use crate::world::rule::{Measure, Over, Rule, Side, Watch};

/// Months over which flows are taken, and the recent part of growth.
pub const YEAR: usize = 12;
/// Months that a rule remembers: a year, and the three years before it that growth refers to.
pub const MEMORY: usize = 48;

/// Months that must have passed before a measure has a value.
pub fn months_needed(watch: &Watch) -> usize {
    match (watch.over, watch.measure) {
        (Over::Growth, _) => MEMORY,
        (Over::Value, Measure::Arrivals | Measure::RemittancesGdpShare) => YEAR,
        (Over::Value, _) => 1,
    }
}

/// The watched value from the monthly values so far, the last one last; NaN where there are too few, and for growth from nothing.
pub fn watched(watch: &Watch, months: &[f64]) -> f64 {
    let Some(first) = months.len().checked_sub(months_needed(watch)) else { return f64::NAN };
    let mean = |months: &[f64]| months.iter().sum::<f64>() / months.len() as f64;
    match watch.over {
        Over::Growth => {
            let (before, now) = months[first..].split_at(MEMORY - YEAR);
            if mean(before) > 0.0 { mean(now) / mean(before) - 1.0 } else { f64::NAN }
        }
        Over::Value if watch.measure == Measure::Arrivals => months[first..].iter().sum(),
        Over::Value => mean(&months[first..]),
    }
}

/// A probability a year as one a month: `1 - (1 - p)^(1/12)`.
pub fn monthly(probability: f64) -> f64 {
    if probability >= 1.0 { 1.0 } else { 1.0 - crate::math::exp(crate::math::ln(1.0 - probability) / 12.0) }
}

/// Whether a rule that is not in force acts on a value, given a uniform draw.
pub fn acts(rule: &Rule, value: f64, draw: f64) -> bool {
    let holds = match rule.side {
        Side::Above(act, _) => value > act,
        Side::Below(act, _) => value < act,
    };
    holds && draw < monthly(rule.probability)
}

/// Whether a rule that has been in force for some months eases on a value, given a uniform draw.
pub fn eases(rule: &Rule, months_in_force: usize, value: f64, draw: f64) -> bool {
    let holds = match rule.side {
        Side::Above(_, ease) => value <= ease,
        Side::Below(_, ease) => value >= ease,
    };
    holds && months_in_force >= rule.least_months as usize && draw < monthly(rule.eases_probability)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(measure: Measure, over: Over) -> Watch {
        Watch { measure, origins: vec![0], country: 0, over }
    }

    #[test]
    fn flows_are_of_a_year_and_growth_is_against_three_years_before() {
        let months: Vec<f64> = (0..50).map(|m| if m < 38 { 10.0 } else { 15.0 }).collect();
        assert!((watched(&watch(Measure::Arrivals, Over::Value), &months) - 180.0).abs() < 1e-9);
        assert!((watched(&watch(Measure::Arrivals, Over::Growth), &months) - 0.5).abs() < 1e-9);
        assert!((watched(&watch(Measure::RemittancesGdpShare, Over::Value), &months) - 15.0).abs() < 1e-9);
        assert!((watched(&watch(Measure::Stock, Over::Value), &[1.0, 7.0]) - 7.0).abs() < 1e-9);
        assert!(watched(&watch(Measure::Stock, Over::Growth), &months[..47]).is_nan());
        assert!(watched(&watch(Measure::Stock, Over::Value), &[]).is_nan());
        for now in [0.0, 1.0] {
            let months: Vec<f64> = (0..48).map(|m| if m < 36 { 0.0 } else { now }).collect();
            assert!(watched(&watch(Measure::Stock, Over::Growth), &months).is_nan(), "no growth from nothing");
        }
    }

    #[test]
    fn twelve_months_make_the_probability_of_a_year() {
        for p in [0.0, 0.1, 0.5, 0.99] {
            assert!((1.0 - (1.0 - monthly(p)).powi(12) - p).abs() < 1e-12);
        }
        assert!((monthly(1.0) - 1.0).abs() < 1e-15);
    }
}
