//! Yearly series as monthly values. May be used by everything right of `world`.

use std::collections::BTreeMap;

use crate::units::Month;

/// Names of the series that the model reads, with their units. A scenario may bring no other.
pub const SERIES: [(&str, &str); 12] = [
    ("wage_usd", "USD/month"),
    ("migrant_pay_ratio", "ratio"),
    ("unemployment", "share"),
    ("gdp_usd", "USD/year"),
    ("gdp_growth", "share/year"),
    ("cpi", "index"),
    ("exchange_rate", "local/USD"),
    ("construction_index", "index"),
    ("oil_usd", "USD/barrel"),
    ("us_cpi", "index 2015=100"),
    ("participation_men", "share"),
    ("participation_women", "share"),
];

/// Least and largest value of a series; what must be above 0 has the least positive number as its least.
pub fn domain(series: &str) -> (f64, f64) {
    let unit = SERIES.iter().find(|s| s.0 == series).map_or("", |s| s.1);
    match (series, unit) {
        ("migrant_pay_ratio", _) => (f64::MIN_POSITIVE, 100.0),
        (_, "share") => (0.0, 1.0),
        (_, "share/year") => (-0.9, 2.0),
        ("oil_usd", _) => (0.0, f64::INFINITY),
        // Beyond any pay that there is.
        ("wage_usd", _) => (f64::MIN_POSITIVE, 1e6),
        _ => (f64::MIN_POSITIVE, f64::INFINITY),
    }
}

/// Whether a series is read as one value a calendar year.
pub fn of_years(series: &str) -> bool {
    series == "gdp_growth"
}

/// Series: (series, place) to monthly values from the first month simulated on, or from that of [`Reference`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MacroSeries {
    /// (series, place) to values, one a month.
    pub values: BTreeMap<(String, String), Vec<f64>>,
}

impl MacroSeries {
    /// Monthly values of a series of a place, if the scenario has it.
    pub fn get(&self, series: &str, place: &str) -> Option<&[f64]> {
        self.values.get(&(series.to_string(), place.to_string())).map(Vec::as_slice)
    }
}

/// Series as far as the years to which tables refer, where a run does not reach one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// First month of the values.
    pub from: Month,
    /// Values before shocks.
    pub series: MacroSeries,
}

/// Yearly points `(year, value)`, in the order of years, to one value for each year from `first` to `last`: linear where years are left out,
/// flat before the first point, growing by the share `growth` a year after the last.
fn yearly(points: &[(i32, f64)], growth: f64, first: i32, last: i32) -> Vec<f64> {
    let value = |year: i32| {
        let after = points.partition_point(|p| p.0 <= year);
        if after == 0 {
            return points.first().map_or(0.0, |p| p.1);
        }
        let (from, value) = points[after - 1];
        match points.get(after) {
            Some(&(to, next)) => value + (next - value) * f64::from(year - from) / f64::from(to - from),
            None => value * (1.0 + growth).powi(year - from),
        }
    };
    (first..=last).map(value).collect()
}

/// Yearly points to monthly values, see [`spread`]. `of_years`: every month has the value of its year.
pub fn monthly(points: &[(i32, f64)], growth: f64, start: Month, months: usize, of_years: bool) -> Vec<f64> {
    let end = start.plus(months as i32).year() + 1;
    let first = points.first().map_or(start.year(), |p| p.0.min(start.year())) - 1;
    let years = yearly(points, growth, first, points.last().map_or(end, |p| end.max(p.0)));
    let all: Vec<f64> = if of_years { years.iter().flat_map(|v| [*v; 12]).collect() } else { spread(&years) };
    let from = start.since(Month::new(first, 1)).max(0) as usize;
    all[from..from + months].to_vec()
}

/// Means of years to means of months: one parabola a year that has the mean of its year and meets those of its neighbours halfway between
/// the means (piecewise parabolic reconstruction: Colella & Woodward 1984). So twelve months have the mean of their year, and a year
/// changes nothing but its own months and those of its two neighbours: what is assumed for the future leaves the past as it was. Where a
/// year whose values are above 0 would fall below half the least of it and its neighbours, its months are drawn towards their mean until they
/// do not.
pub fn spread(years: &[f64]) -> Vec<f64> {
    let mut months = Vec::with_capacity(12 * years.len());
    for (k, &mean) in years.iter().enumerate() {
        let near = &years[k.saturating_sub(1)..(k + 2).min(years.len())];
        let (low, high) = (f64::midpoint(near[0], mean), f64::midpoint(mean, near[near.len() - 1]));
        // Integral of the parabola from the beginning of the year, as a share `s` of it.
        let up_to = |s: f64| s * (low * (1.0 + s * (s - 2.0)) + high * s * (s - 1.0) + mean * s * (3.0 - 2.0 * s));
        let own: [f64; 12] = std::array::from_fn(|m| 12.0 * (up_to((m + 1) as f64 / 12.0) - up_to(m as f64 / 12.0)));
        let floor = 0.5 * near.iter().copied().fold(f64::INFINITY, f64::min);
        let least = own.iter().copied().fold(f64::INFINITY, f64::min);
        let kept = if floor > 0.0 && least < floor { (mean - floor) / (mean - least) } else { 1.0 };
        months.extend(own.map(|v| mean + kept * (v - mean)));
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn twelve_months_have_the_mean_of_their_year() {
        let years = [100.0, 130.0, 90.0, 95.0, 20.0, 21.0, 9.0, 30.0];
        let months = spread(&years);
        for (year, months) in years.iter().zip(months.chunks(12)) {
            assert!((mean(months) / year - 1.0).abs() < 1e-12, "{year}: {months:?}");
        }
        // A line stays a line, a trough reaches below the lines between the middles of years, and nothing falls below its floor.
        assert!(spread(&[1.0, 3.0, 5.0]).iter().skip(12).take(12).enumerate().all(|(m, v)| (v - (3.0 + (m as f64 - 5.5) / 6.0)).abs() < 1e-12));
        assert!(months[29..31].iter().all(|m| *m < 90.0) && months[6 * 12..7 * 12].iter().all(|m| *m >= 4.5), "{months:?}");
    }

    #[test]
    fn a_year_changes_its_own_months_and_those_of_its_neighbours_alone() {
        let before = spread(&[100.0, 104.0, 110.0, 112.0, 115.0, 117.0]);
        let after = spread(&[100.0, 104.0, 110.0, 112.0, 140.0, 117.0]);
        let differ: Vec<usize> = (0..72).filter(|&m| before[m] != after[m]).collect();
        assert_eq!(differ, (36..72).collect::<Vec<_>>());
        // Parabolas meet.
        let steps: Vec<f64> = before.windows(2).map(|w| w[1] - w[0]).collect();
        assert!(steps.iter().all(|step| (-0.3..1.2).contains(step)), "{steps:?}");
    }

    #[test]
    fn years_left_out_are_filled_and_growth_follows() {
        let v = monthly(&[(2005, 100.0), (2007, 120.0)], 0.1, Month::new(2005, 1), 72, false);
        for (k, expected) in [100.0, 110.0, 120.0, 132.0, 145.2, 159.72].into_iter().enumerate() {
            assert!((mean(&v[12 * k..12 * k + 12]) - expected).abs() < 1e-9, "year {k}");
        }
        // A run that begins or ends elsewhere reads the same values.
        assert_eq!(monthly(&[(2005, 100.0), (2007, 120.0)], 0.1, Month::new(2005, 1), 72, true)[23], 110.0);
        assert_eq!(monthly(&[(2006, 100.0)], 0.1, Month::new(2005, 1), 12, true), [100.0; 12]);
    }
}
