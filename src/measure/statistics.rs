//! Statistics of runs: means, intervals, quantiles, correlation. Arithmetic on numbers alone; used by [`super::summary`] and by experiments.

/// Lower and upper end; none for a single run.
pub type Interval = Option<(f64, f64)>;

/// Mean of values; NaN of none.
pub fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, n) = values.into_iter().fold((0.0, 0), |(sum, n), v| (sum + v, n + 1));
    if n > 0 { sum / f64::from(n) } else { f64::NAN }
}

/// Standard deviation of a sample; NaN of fewer than two.
pub fn deviation(x: &[f64]) -> f64 {
    let mean = mean(x.iter().copied());
    (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (x.len() as f64 - 1.0)).sqrt()
}

/// Correlation; 0 where one of them does not vary.
pub fn correlation(x: &[f64], y: &[f64]) -> f64 {
    let (mx, my) = (mean(x.iter().copied()), mean(y.iter().copied()));
    let sum = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(a, b)| f(a - mx, b - my)).sum::<f64>();
    let (xy, xx, yy) = (sum(&|a, b| a * b), sum(&|a, _| a * a), sum(&|_, b| b * b));
    if xx > 0.0 && yy > 0.0 { xy / (xx * yy).sqrt() } else { 0.0 }
}

/// Quantile 0.95 of Student's t by degrees of freedom 1 to 30.
const T95: [f64; 30] = [
    6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725, 1.721, 1.717, 1.714, 1.711, 1.708,
    1.706, 1.703, 1.701, 1.699, 1.697,
];

fn t95(freedom: usize) -> f64 {
    T95.get(freedom.wrapping_sub(1)).copied().unwrap_or_else(|| {
        // Cornish-Fisher to the second order, exact to four digits from 30 on (Abramowitz & Stegun 26.7.5).
        let (z, n): (f64, f64) = (1.644_853_6, freedom.max(1) as f64);
        z + (z.powi(3) + z) / (4.0 * n) + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * n * n)
    })
}

/// Replicates from which on one more lies between their quantiles 0.05 and 0.95 with probability 0.9; of fewer these are the least and the largest.
pub const ENOUGH: u32 = 19;

/// Quantile of sorted values: linear between order statistics at place `q (n + 1)`, never beyond the ends (type 6 of Hyndman & Fan 1996).
/// One more run lies between the quantiles 0.05 and 0.95 of `n` with probability 0.9 from 19 runs on, and `(n - 1) / (n + 1)` with fewer.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = (q * (sorted.len() + 1) as f64 - 1.0).clamp(0.0, last as f64);
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

/// Mean, its 90 % interval, and quantiles 0.05 and 0.95 of runs; intervals from two runs on.
pub fn spread(values: &[f64]) -> (f64, Interval, Interval) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() < 2 {
        return (mean, None, None);
    }
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    let half = t95(values.len() - 1) * (variance / n).sqrt();
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (mean, Some((mean - half, mean + half)), Some((quantile(&sorted, 0.05), quantile(&sorted, 0.95))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_are_those_of_the_textbook() {
        assert_eq!(spread(&[3.0]), (3.0, None, None));
        let (mean, interval, quantiles) = spread(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        assert!((mean - 3.0).abs() < 1e-12);
        let half = 2.132 * (2.5f64 / 5.0).sqrt();
        assert!(interval.is_some_and(|(low, high)| (low - 3.0 + half).abs() < 1e-12 && (high - 3.0 - half).abs() < 1e-12));
        assert!(quantiles.is_some_and(|ends| ends == (1.0, 5.0)));
        // Twenty-one: the second and the last but one, with a tenth of the way to the ends.
        let (_, _, quantiles) = spread(&(1..=21).map(f64::from).collect::<Vec<_>>());
        assert!(quantiles.is_some_and(|(low, high)| (low - 1.1).abs() < 1e-12 && (high - 20.9).abs() < 1e-12));
        assert!((t95(31) - 1.6955).abs() < 1e-4 && (t95(200) - 1.6525).abs() < 1e-4);
    }

    #[test]
    fn correlations_are_those_of_the_textbook() {
        let x = [1.0, 2.0, 3.0, 4.0];
        assert!((deviation(&x) - (5.0f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((correlation(&x, &[2.0, 1.0, 4.0, 3.0]) - 0.6).abs() < 1e-12);
        assert!((correlation(&x, &[8.0, 6.0, 4.0, 2.0]) + 1.0).abs() < 1e-12);
        assert_eq!(correlation(&x, &[7.0; 4]), 0.0);
        assert!(mean([]).is_nan());
    }
}
