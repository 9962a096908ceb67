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
    ("us_cpi", "index"),
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
        // Beyond any pay that there is: sums of money stay exact.
        ("wage_usd", _) => (f64::MIN_POSITIVE, 1e6),
        _ => (f64::MIN_POSITIVE, f64::INFINITY),
    }
}

/// Whether a series is read as one value a calendar year.
pub fn of_years(series: &str) -> bool {
    series == "gdp_growth"
}

/// All series of a run: (series, place) to monthly values from the first month simulated.
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

/// Yearly points `(year, value)`, in the order of years, to monthly values: linear between the middles of the years, flat before the
/// first, growing by the share `growth` a year after the last.
pub fn monthly(points: &[(i32, f64)], growth: f64, start: Month, months: usize) -> Vec<f64> {
    let middle = |year: i32| f64::from(Month::new(year, 7).0);
    (0..months)
        .map(|t| {
            let x = f64::from(start.0) + t as f64;
            let after = points.partition_point(|p| middle(p.0) <= x);
            if after == 0 {
                return points.first().map_or(0.0, |p| p.1);
            }
            let (year, value) = points[after - 1];
            match points.get(after) {
                Some(&(next_year, next)) => value + (next - value) * (x - middle(year)) / (middle(next_year) - middle(year)),
                None => value * (1.0 + growth).powf((x - middle(year)) / 12.0),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_in_the_middle_of_their_years_and_growth_follows() {
        let v = monthly(&[(2005, 100.0), (2006, 112.0)], 0.1, Month::new(2005, 1), 36);
        assert_eq!(v[0], 100.0);
        assert_eq!(v[6], 100.0);
        assert!((v[7] - 101.0).abs() < 1e-9);
        assert!((v[18] - 112.0).abs() < 1e-9);
        assert!((v[30] - 123.2).abs() < 1e-9);
    }
}
