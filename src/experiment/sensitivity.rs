//! Which factors an outcome depends on: Sobol' indices, Morris' elementary effects, response curves and rank correlation.

use crate::{
    draw::{Purpose, Stream},
    measure::statistics::{Interval, correlation, quantile, spread},
    units::Month,
};

/// Bootstrap samples behind an interval.
pub const RESAMPLES: usize = 1000;
/// Shuffles of the outcomes behind what a swing reaches by chance.
const SHUFFLES: usize = 200;
/// Values of a factor above which they are put into groups.
const MOST_LEVELS: usize = 12;
/// Groups of equally many points.
const GROUPS: usize = 8;

/// An estimate and quantiles 0.05 and 0.95 of its bootstrap distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its interval; none where there is too little to resample.
    pub interval: Interval,
}

/// Sobol' indices of a factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sobol {
    /// Share of the variance that the factor makes alone.
    pub first: Estimate,
    /// Share of the variance that the factor has a part in.
    pub total: Estimate,
}

/// Elementary effects of a factor, in units of the outcome over the factor's whole range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Morris {
    /// Mean of the absolute effects (Campolongo, Cariboni, Saltelli 2007).
    pub mu_star: Estimate,
    /// Mean effect.
    pub mu: Estimate,
    /// Standard deviation of the effects: dependence on the other factors, or curvature.
    pub sigma: Estimate,
}

/// Which of `n` things are drawn in a bootstrap sample.
fn resample(n: usize, sample: usize) -> Vec<usize> {
    let stream = Stream::new(0, Purpose::Bootstrap, Month::new(1900, 1), sample as u32);
    (0..n as u32).map(|i| ((stream.uniform(i) * n as f64) as usize).min(n - 1)).collect()
}

/// Estimates by some statistics of things, with bootstrap intervals.
fn estimate<const N: usize>(n: usize, statistic: impl Fn(&[usize]) -> [f64; N]) -> [Estimate; N] {
    let all: Vec<usize> = (0..n).collect();
    let values = if n == 0 { [f64::NAN; N] } else { statistic(&all) };
    let samples: Vec<[f64; N]> = if n < 4 { Vec::new() } else { (0..RESAMPLES).map(|s| statistic(&resample(n, s))).collect() };
    std::array::from_fn(|k| {
        let mut of: Vec<f64> = samples.iter().map(|s| s[k]).filter(|x| x.is_finite()).collect();
        of.sort_by(f64::total_cmp);
        Estimate { value: values[k], interval: (!of.is_empty()).then(|| (quantile(&of, 0.05), quantile(&of, 0.95))) }
    })
}

/// Sobol' indices of each factor from the outcomes of a Saltelli design in its order: first order after Saltelli et al. 2010, total order
/// after Jansen 1999. Blocks with an outcome that is missing are left out.
pub fn sobol(outcomes: &[f64], factors: usize) -> Vec<Sobol> {
    let blocks: Vec<&[f64]> = outcomes.chunks_exact(factors + 2).filter(|b| b.iter().all(|y| y.is_finite())).collect();
    let index = |f: usize| {
        let statistic = |drawn: &[usize]| {
            let n = drawn.len() as f64;
            let ends = || drawn.iter().flat_map(|&i| [blocks[i][0], blocks[i][1]]);
            let mean = ends().sum::<f64>() / (2.0 * n);
            let variance = ends().map(|y| (y - mean) * (y - mean)).sum::<f64>() / (2.0 * n);
            if variance <= 0.0 {
                return [0.0; 2];
            }
            let first = drawn.iter().map(|&i| (blocks[i][1] - mean) * (blocks[i][2 + f] - blocks[i][0])).sum::<f64>() / n;
            let total = drawn.iter().map(|&i| (blocks[i][0] - blocks[i][2 + f]).powi(2)).sum::<f64>() / (2.0 * n);
            [first / variance, total / variance]
        };
        let [first, total] = estimate(blocks.len(), statistic);
        Sobol { first, total }
    };
    (0..factors).map(index).collect()
}

/// Elementary effects of each factor, over its whole range, from the points and outcomes of a Morris design in its order: coordinates run from
/// 0 to 1 over the values that were run; between alternatives without an order (`ordered` by factor) any step is a whole one, from
/// the one that stands first on. Steps with a missing outcome are left out.
pub fn morris(points: &[Vec<f64>], outcomes: &[f64], ordered: &[bool]) -> Vec<Morris> {
    let factors = ordered.len();
    let mut effects: Vec<Vec<f64>> = vec![Vec::new(); factors];
    for (trajectory, of) in points.chunks_exact(factors + 1).zip(outcomes.chunks_exact(factors + 1)) {
        for (pair, y) in trajectory.windows(2).zip(of.windows(2)) {
            let moved = (0..factors).find(|&f| pair[0][f] != pair[1][f]);
            if let Some(f) = moved.filter(|_| y[0].is_finite() && y[1].is_finite()) {
                effects[f].push((y[1] - y[0]) / if ordered[f] { pair[1][f] - pair[0][f] } else { (pair[1][f] - pair[0][f]).signum() });
            }
        }
    }
    let of_factor = |effects: &Vec<f64>| {
        let statistic = |drawn: &[usize]| {
            let n = drawn.len() as f64;
            let mu = drawn.iter().map(|&i| effects[i]).sum::<f64>() / n;
            let mu_star = drawn.iter().map(|&i| effects[i].abs()).sum::<f64>() / n;
            let variance = drawn.iter().map(|&i| (effects[i] - mu).powi(2)).sum::<f64>() / (n - 1.0);
            [mu_star, mu, variance.sqrt()]
        };
        let [mu_star, mu, sigma] = estimate(effects.len(), statistic);
        Morris { mu_star, mu, sigma }
    };
    effects.iter().map(of_factor).collect()
}

/// A point of a response curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Response {
    /// Least and greatest place of the factor in the group.
    pub places: (f64, f64),
    /// Points in it.
    pub points: usize,
    /// Mean outcome.
    pub mean: f64,
    /// Its 90 % interval; none where points of a group depend on each other.
    pub interval: Interval,
}

/// The mean outcome along a factor: by value if there are few, else by groups of equally many points. Missing outcomes are left out.
pub fn response(places: &[f64], outcomes: &[f64]) -> Vec<Response> {
    let mut pairs: Vec<(f64, f64)> = places.iter().copied().zip(outcomes.iter().copied()).filter(|(_, y)| y.is_finite()).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut distinct: Vec<f64> = pairs.iter().map(|p| p.0).collect();
    distinct.dedup();
    let groups: Vec<Vec<(f64, f64)>> = if distinct.len() <= MOST_LEVELS {
        pairs.chunk_by(|a, b| a.0 == b.0).map(<[_]>::to_vec).collect()
    } else {
        (0..GROUPS).map(|g| pairs[pairs.len() * g / GROUPS..pairs.len() * (g + 1) / GROUPS].to_vec()).filter(|g| !g.is_empty()).collect()
    };
    let of_group = |group: &Vec<(f64, f64)>| {
        let (mean, interval, _) = spread(&group.iter().map(|p| p.1).collect::<Vec<_>>());
        Response { places: (group[0].0, group[group.len() - 1].0), points: group.len(), mean, interval }
    };
    groups.iter().map(of_group).collect()
}

/// The largest mean of groups less the least.
pub fn swing(means: impl Iterator<Item = f64>) -> f64 {
    let (low, high) = means.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), mean| (low.min(mean), high.max(mean)));
    if high >= low { high - low } else { f64::NAN }
}

/// What the swing along a factor reaches by chance: the quantile 0.95 over outcomes that are shuffled among the groups of the curve. NaN where
/// it cannot be told from chance: each group holds a single point, so that however they are shuffled the swing is the same, or it is the largest
/// that there can be, and that comes up in more than a twentieth of the shuffles.
pub fn swing_by_chance(curve: &[Response], outcomes: &[f64]) -> f64 {
    let finite: Vec<f64> = outcomes.iter().copied().filter(|y| y.is_finite()).collect();
    let n = finite.len();
    if curve.iter().map(|r| r.points).sum::<usize>() != n || n < 2 || curve.len() == n {
        return f64::NAN;
    }
    let shuffled = |sample: usize| {
        let stream = Stream::new(1, Purpose::Bootstrap, Month::new(1900, 1), sample as u32);
        let mut y = finite.clone();
        for i in (1..n).rev() {
            y.swap(i, ((stream.uniform(i as u32) * (i + 1) as f64) as usize).min(i));
        }
        let mut from = 0;
        swing(curve.iter().map(|r| {
            let group = &y[from..from + r.points];
            from += r.points;
            group.iter().sum::<f64>() / group.len() as f64
        }))
    };
    let mut swings: Vec<f64> = (0..SHUFFLES).map(shuffled).collect();
    swings.sort_by(f64::total_cmp);
    let largest = swings[SHUFFLES - 1];
    let often = swings.iter().filter(|s| **s >= largest * (1.0 - 1e-9)).count() > SHUFFLES / 20;
    let found = swing(curve.iter().map(|r| r.mean));
    if often && largest > 0.0 && found >= largest * (1.0 - 1e-9) { f64::NAN } else { quantile(&swings, 0.95) }
}

/// Spearman's rank correlation, with its bootstrap interval. Missing outcomes are left out.
pub fn rank_correlation(places: &[f64], outcomes: &[f64]) -> Estimate {
    let pairs: Vec<(f64, f64)> = places.iter().copied().zip(outcomes.iter().copied()).filter(|(_, y)| y.is_finite()).collect();
    let statistic = |drawn: &[usize]| {
        let x = ranks(&drawn.iter().map(|&i| pairs[i].0).collect::<Vec<_>>());
        let y = ranks(&drawn.iter().map(|&i| pairs[i].1).collect::<Vec<_>>());
        [correlation(&x, &y)]
    };
    let [estimate] = estimate(pairs.len(), statistic);
    estimate
}

/// Ranks, equal values sharing their mean.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        for &i in tied {
            ranks[i] = from as f64 + (tied.len() - 1) as f64 / 2.0;
        }
        from += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::experiment::design::{Design, Kind};

    fn unit(kind: Kind, n: usize, factors: usize) -> Vec<Vec<f64>> {
        Design { kind, points: n, trajectories: n, levels: 8, seed: 11 }.unit(&vec![Vec::new(); factors])
    }

    /// Ishigami & Homma 1990 with a = 7, b = 0.1.
    fn ishigami(u: &[f64]) -> f64 {
        let x: Vec<f64> = u.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
        x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
    }

    #[test]
    fn sobol_indices_of_ishigami_are_the_closed_forms() {
        let y: Vec<f64> = unit(Kind::Saltelli, 4096, 3).iter().map(|p| ishigami(p)).collect();
        let (v1, v2, v13) = (0.5 * (1.0 + 0.1 * PI.powi(4) / 5.0).powi(2), 49.0 / 8.0, 0.01 * PI.powi(8) * (1.0 / 18.0 - 1.0 / 50.0));
        let v = v1 + v2 + v13;
        for (of, (first, total)) in sobol(&y, 3).iter().zip([(v1 / v, (v1 + v13) / v), (v2 / v, v2 / v), (0.0, v13 / v)]) {
            assert!((of.first.value - first).abs() < 0.02, "{of:?} against {first}");
            assert!((of.total.value - total).abs() < 0.02, "{of:?} against {total}");
            let (low, high) = of.total.interval.expect("an interval");
            assert!(low <= of.total.value && of.total.value <= high && high - low < 0.1, "{of:?}");
        }
    }

    #[test]
    fn sobol_indices_of_the_g_function_are_the_closed_forms() {
        let a = [0.0, 1.0, 4.5, 9.0, 99.0];
        let g = |u: &Vec<f64>| u.iter().zip(a).map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a)).product::<f64>();
        let y: Vec<f64> = unit(Kind::Saltelli, 4096, 5).iter().map(g).collect();
        let part = a.map(|a| 1.0 / (3.0 * (1.0 + a) * (1.0 + a)));
        let v = part.iter().map(|p| 1.0 + p).product::<f64>() - 1.0;
        for (f, of) in sobol(&y, 5).iter().enumerate() {
            let others: f64 = (0..5).filter(|&h| h != f).map(|h| 1.0 + part[h]).product();
            assert!((of.first.value - part[f] / v).abs() < 0.02, "{f}: {of:?}");
            assert!((of.total.value - part[f] * others / v).abs() < 0.02, "{f}: {of:?}");
        }
    }

    #[test]
    fn a_swing_is_more_than_chance_where_the_factor_acts() {
        let points = unit(Kind::LatinHypercube, 200, 3);
        let y: Vec<f64> = points.iter().map(|p| p[0] + 0.02 * p[1]).collect();
        let of = |f: usize| {
            let curve = response(&points.iter().map(|p| p[f]).collect::<Vec<_>>(), &y);
            (swing(curve.iter().map(|r| r.mean)), swing_by_chance(&curve, &y))
        };
        let (acts, idle) = (of(0), of(2));
        assert!(acts.0 > 2.0 * acts.1, "{acts:?}");
        assert!(idle.0 < idle.1 && idle.1 > 0.0, "{idle:?}");
        assert!(swing_by_chance(&[], &[]).is_nan());
        let (places, rising) = ([1.0, 2.0, 3.0], [5.0, 7.0, 9.0]);
        assert!(swing_by_chance(&response(&places, &rising), &rising).is_nan(), "single points cannot be told from chance by shuffling");
        let (halves, apart) = ([1.0, 1.0, 1.0, 2.0, 2.0, 2.0], [1.0, 2.0, 3.0, 11.0, 12.0, 13.0]);
        assert!(swing_by_chance(&response(&halves, &apart), &apart).is_nan(), "of twenty arrangements two have the largest swing");
        let mixed = [1.0, 12.0, 3.0, 11.0, 2.0, 13.0];
        assert!(swing_by_chance(&response(&halves, &mixed), &mixed) > 0.0, "a smaller swing is no more than chance");
        assert_eq!(swing_by_chance(&response(&halves, &[4.0; 6]), &[4.0; 6]), 0.0, "what never changes is no chance");
    }

    #[test]
    fn elementary_effects_of_a_plane_are_its_slopes() {
        let points = unit(Kind::Morris, 12, 3);
        let mut y: Vec<f64> = points.iter().map(|p| 5.0 - 3.0 * p[0] + 0.5 * p[1]).collect();
        y[0] = f64::NAN; // a run that failed
        let effects = morris(&points, &y, &[true; 3]);
        for (of, slope) in effects.iter().zip([-3.0, 0.5, 0.0f64]) {
            assert!((of.mu.value - slope).abs() < 1e-9 && (of.mu_star.value - slope.abs()).abs() < 1e-9 && of.sigma.value < 1e-9, "{of:?}");
        }
        // Curvature and interaction show in sigma: effects of x0 * x1 are uniform on the other's levels.
        let y: Vec<f64> = points.iter().map(|p| p[0] * p[1]).collect();
        let effects = morris(&points, &y, &[true; 3]);
        assert!(effects[0].sigma.value > 0.2 && effects[2].mu_star.value == 0.0);
        // Two alternatives without an order: the effect of one for the other, whatever the coordinate.
        let y: Vec<f64> = points.iter().map(|p| if p[1] < 0.5 { 2.0 } else { 9.0 }).collect();
        let of = morris(&points, &y, &[true, false, true])[1];
        assert!((of.mu_star.value - 7.0).abs() < 1e-9 && (of.mu.value - 7.0).abs() < 1e-9 && of.sigma.value < 1e-9, "{of:?}");
    }

    #[test]
    fn responses_and_ranks_follow_the_curve() {
        let x: Vec<f64> = (0..80).map(|i| f64::from((i * 37) % 80)).collect();
        let y: Vec<f64> = x.iter().map(|x| x * x).collect();
        let curve = response(&x, &y);
        assert_eq!(curve.len(), GROUPS);
        assert!(curve.windows(2).all(|w| w[0].mean < w[1].mean && w[0].places.1 < w[1].places.0));
        assert!((rank_correlation(&x, &y).value - 1.0).abs() < 1e-12);
        let levels = response(&[1.0, 2.0, 1.0, 2.0], &[1.0, 5.0, 3.0, f64::NAN]);
        assert_eq!(levels.iter().map(|l| (l.mean, l.points)).collect::<Vec<_>>(), [(2.0, 2), (5.0, 1)]);
        assert_eq!(ranks(&[3.0, 1.0, 3.0]), [1.5, 0.0, 1.5]);
    }
}
