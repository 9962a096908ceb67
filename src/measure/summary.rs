//! `summary.csv`: yearly values over replicates.

use std::io;

use super::{columns, scope::Scope, year::Value};

/// Lower and upper end; none for a single run.
pub type Interval = Option<(f64, f64)>;

/// A line of the summary.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Calendar year.
    pub year: i32,
    /// Measure, one of [`columns::MEASURES`].
    pub measure: &'static str,
    /// Country code or group.
    pub origin: String,
    /// Country code or group.
    pub destination: String,
    /// Mean over replicates.
    pub mean: f64,
    /// 90 % interval of the mean; none for a single replicate.
    pub mean_interval: Interval,
    /// Quantiles 0.05 and 0.95 over replicates; none for a single replicate.
    pub quantiles: Interval,
    /// Unit.
    pub unit: &'static str,
}

/// The summary of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// By measure, origin, destination, year.
    pub lines: Vec<Line>,
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

impl Summary {
    /// Of replicates, each the values of [`super::year::Year::values`]. Values that no replicate has are left out.
    pub fn new(scope: &Scope, replicates: &[Vec<Value>]) -> Summary {
        let Some(first) = replicates.first() else { return Summary::default() };
        let mut order: Vec<usize> = (0..first.len()).collect();
        order.sort_by_key(|&i| (first[i].measure, first[i].origin, first[i].destination, first[i].year));
        let line = |index: usize| {
            let key = first[index];
            let values: Vec<f64> = replicates.iter().filter_map(|r| r.get(index)).map(|v| v.value).filter(|v| v.is_finite()).collect();
            let (measure, unit, _) = columns::MEASURES[usize::from(key.measure)];
            let (mean, mean_interval, quantiles) = spread(&values);
            (!values.is_empty()).then(|| Line {
                year: key.year,
                measure,
                origin: scope.party_names[usize::from(key.origin)].clone(),
                destination: scope.destination_names[usize::from(key.destination)].clone(),
                mean,
                mean_interval,
                quantiles,
                unit,
            })
        };
        Summary { lines: order.into_iter().filter_map(line).collect() }
    }

    /// The mean of a measure, if there is one.
    pub fn mean(&self, measure: &str, origin: &str, destination: &str, year: i32) -> Option<f64> {
        let found = |l: &&Line| l.year == year && l.measure == measure && l.origin == origin && l.destination == destination;
        self.lines.iter().find(found).map(|l| l.mean)
    }

    /// Years, in order.
    pub fn years(&self) -> Vec<i32> {
        let mut years: Vec<i32> = self.lines.iter().map(|l| l.year).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    /// Writes `summary.csv`; returns the number of rows.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, out: &mut dyn io::Write) -> io::Result<u64> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(columns::SUMMARY.columns.iter().map(|c| c.name))?;
        for line in &self.lines {
            let ((low, high), (p05, p95)) = (bounds(line.mean_interval), bounds(line.quantiles));
            let year = line.year.to_string();
            let mean = number(line.mean);
            writer.write_record([&year, line.measure, &line.origin, &line.destination, &mean, &low, &high, &p05, &p95, line.unit])?;
        }
        writer.flush()?;
        Ok(self.lines.len() as u64)
    }
}

/// The ends of an interval as text, blank where there is none.
pub fn bounds(interval: Interval) -> (String, String) {
    interval.map_or((String::new(), String::new()), |(low, high)| (number(low), number(high)))
}

/// A number with at most nine significant digits, without exponent, without trailing zeros.
pub fn number(x: f64) -> String {
    format!("{x:.8e}").parse::<f64>().map_or_else(|_| x.to_string(), |rounded| rounded.to_string())
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
    fn numbers_are_short() {
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(1_234_567.0), "1234567");
        assert_eq!(number(12_345_678_912.3), "12345678900");
        assert_eq!(number(-2.5e-7), "-0.00000025");
        assert_eq!(number(0.0), "0");
    }
}
