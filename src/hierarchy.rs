//! Who depends on whom: pure indices on slices (docs/odd.md, submodel 11). Policy rules watch them, `measure` records them. Uses `math`
//! only.

use crate::math::{exp, ln};

/// Dependence: `part` over `whole` (remittances over GDP, workforce abroad over workforce), 0 where there is no whole.
pub fn dependence(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Herfindahl-Hirschman index of amounts (>= 0): the sum of squared shares, from 1/n to 1; 0 if all are 0.
pub fn concentration(amounts: &[f64]) -> f64 {
    let sum: f64 = amounts.iter().sum();
    if sum > 0.0 { amounts.iter().map(|a| (a / sum) * (a / sum)).sum() } else { 0.0 }
}

/// `ln(1 + exp(v))` without overflow.
fn softplus(v: f64) -> f64 {
    if v == f64::NEG_INFINITY {
        0.0
    } else if v > 0.0 {
        v + ln(1.0 + exp(-v))
    } else {
        ln(1.0 + exp(v))
    }
}

/// Leverage: the fall of the log-sum when countries are removed, over `b_wage`, so in log earnings. For many sets of countries at once: bit `c`
/// of a mask says that country `c` is removed. The log-sum is that of staying (utility 0) against the nest *go*: `W = ln(1 + exp(V_go))`,
/// `V_go = nest_go ln sum exp(I_c / nest_go)`, over the inclusive values `I_c` of countries ([`f64::NEG_INFINITY`]: no way).
pub fn leverages(values: &[f64], nest_go: f64, b_wage: f64, masks: &[u32]) -> Vec<f64> {
    let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY || b_wage <= 0.0 {
        return vec![0.0; masks.len()];
    }
    let weights: Vec<f64> = values.iter().map(|&v| if v == f64::NEG_INFINITY { 0.0 } else { exp((v - largest) / nest_go) }).collect();
    let log_sum = |sum: f64| if sum > 0.0 { softplus(largest + nest_go * ln(sum)) } else { 0.0 };
    let whole = log_sum(weights.iter().sum());
    let kept = |mask: u32| weights.iter().enumerate().filter(|(c, _)| mask >> c & 1 == 0).map(|(_, w)| w).sum();
    masks.iter().map(|&mask| (whole - log_sum(kept(mask))).max(0.0) / b_wage).collect()
}

/// Weighted `PageRank`: `weights[i * n + j]` (>= 0) is what `i` owes to `j`. Returns `n` scores that add to 1. Damping 0.85, power iteration
/// until the scores change by less than 1e-12 in sum; who owes nothing owes everybody alike (Brin & Page 1998).
pub fn centrality(weights: &[f64], n: usize) -> Vec<f64> {
    const DAMPING: f64 = 0.85;
    if n == 0 || weights.len() != n * n {
        return vec![0.0; n];
    }
    let even = 1.0 / n as f64;
    let sums: Vec<f64> = weights.chunks(n).map(|row| row.iter().sum()).collect();
    let mut scores = vec![even; n];
    for _ in 0..1000 {
        let loose: f64 = scores.iter().zip(&sums).filter(|(_, sum)| **sum <= 0.0).map(|(score, _)| score).sum();
        let mut next = vec![(1.0 - DAMPING + DAMPING * loose) * even; n];
        for ((row, sum), score) in weights.chunks(n).zip(&sums).zip(&scores).filter(|((_, sum), _)| **sum > 0.0) {
            for (target, weight) in next.iter_mut().zip(row) {
                *target += DAMPING * score * weight / sum;
            }
        }
        let change: f64 = next.iter().zip(&scores).map(|(a, b)| (a - b).abs()).sum();
        scores = next;
        if change < 1e-12 {
            break;
        }
    }
    scores
}

/// Gini coefficient of values (>= 0) with weights: 0 all equal, towards 1 one has all; 0 where nothing is to be shared.
pub fn gini(values: &[f64], weights: &[f64]) -> f64 {
    let mut pairs: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).filter(|p| p.1 > 0.0).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let people: f64 = pairs.iter().map(|p| p.1).sum();
    let wealth: f64 = pairs.iter().map(|p| p.0 * p.1).sum();
    if people <= 0.0 || wealth <= 0.0 {
        return 0.0;
    }
    // Area under the Lorenz curve by trapezoids.
    let (mut below, mut area) = (0.0, 0.0);
    for (value, weight) in pairs {
        let above = below + value * weight / wealth;
        area += weight / people * (below + above) / 2.0;
        below = above;
    }
    1.0 - 2.0 * area
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::choose::inclusive;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-10, "{a} is not {b}");
    }

    #[test]
    fn concentration_of_equal_shares_is_one_over_n() {
        near(concentration(&[5.0; 4]), 0.25);
        near(concentration(&[3.0, 0.0]), 1.0);
        near(concentration(&[0.0, 0.0]), 0.0);
        near(concentration(&[3.0, 1.0]), 0.625);
    }

    #[test]
    fn dependence_is_a_share() {
        near(dependence(3.0, 12.0), 0.25);
        near(dependence(3.0, 0.0), 0.0);
    }

    /// One set at a time, from the definition.
    fn leverage(values: &[f64], nest_go: f64, b_wage: f64, removed: impl Fn(usize) -> bool) -> f64 {
        let kept: Vec<f64> = values.iter().enumerate().map(|(c, &v)| if removed(c) { f64::NEG_INFINITY } else { v }).collect();
        let fall = softplus(inclusive(values, nest_go)) - softplus(inclusive(&kept, nest_go));
        if b_wage > 0.0 { fall.max(0.0) / b_wage } else { 0.0 }
    }

    #[test]
    fn leverage_without_nests_is_the_logit_closed_form() {
        // nest 1: W = ln(1 + sum exp v); weights 1 (stay), 2, 1: removing the first: ln(4/2).
        let values = [2f64.ln(), 0.0];
        near(leverage(&values, 1.0, 0.5, |c| c == 0), 2.0 * 2f64.ln());
        near(leverage(&values, 1.0, 0.5, |_| false), 0.0);
        near(leverage(&values, 1.0, 1.0, |_| true), 4f64.ln());
        near(leverage(&[f64::NEG_INFINITY, 0.0], 1.0, 1.0, |c| c == 0), 0.0);
    }

    #[test]
    fn a_nest_of_twins_softens_the_loss() {
        // Two countries of value 0 and nest .5: V_go = .5 ln 2, W = ln(1 + sqrt 2); without one: ln 2.
        near(leverage(&[0.0, 0.0], 0.5, 1.0, |c| c == 1), f64::midpoint(1.0, 2f64.sqrt()).ln());
    }

    #[test]
    fn many_sets_at_once_are_each_the_same() {
        let values = [0.3, f64::NEG_INFINITY, -1.0, 2.5];
        let masks = [1, 2, 4, 8, 9, 15, 0];
        for (mask, loss) in masks.iter().zip(leverages(&values, 0.6, 0.3, &masks)) {
            near(loss, leverage(&values, 0.6, 0.3, |c| mask >> c & 1 == 1));
        }
        assert_eq!(leverages(&[f64::NEG_INFINITY], 0.5, 1.0, &[1]), [0.0]);
    }

    #[test]
    fn centrality_of_small_networks() {
        // A ring is even.
        for score in centrality(&[0.0, 1.0, 0.0, 0.0, 0.0, 5.0, 2.0, 0.0, 0.0], 3) {
            near(score, 1.0 / 3.0);
        }
        // 0 and 1 owe 2 alone, 2 owes nobody: x for each debtor, y for 2; x = a + .85 y/3, y = x + .85 * 2x, a = .05.
        let scores = centrality(&[0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], 3);
        near(scores[0], scores[1]);
        near(scores.iter().sum(), 1.0);
        near(scores[2], scores[0] * 2.7);
        near(scores[0], 1.0 / 4.7);
    }

    #[test]
    fn gini_closed_forms() {
        near(gini(&[4.0, 4.0, 4.0], &[1.0, 2.0, 3.0]), 0.0);
        near(gini(&[0.0, 1.0], &[1.0, 1.0]), 0.5);
        near(gini(&[1.0, 3.0], &[1.0, 1.0]), 0.25);
        near(gini(&[1.0, 3.0, 3.0], &[1.0, 0.5, 0.5]), 0.25);
        near(gini(&[0.0], &[1.0]), 0.0);
    }
}
