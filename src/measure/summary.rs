//! `summary.csv`: yearly values over replicates.

use std::io;

use super::{
    columns,
    scope::Scope,
    statistics::{Interval, spread},
    year::Value,
};

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
    /// 90 % interval of the mean, within what the measure can be; none for a single replicate.
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
            let (least, most) = columns::limits(key.measure);
            let most = if measure == "rules_in_force" { scope.rules_of(key.origin.into(), key.destination.into()).count() as f64 } else { most };
            (!values.is_empty()).then(|| Line {
                year: key.year,
                measure,
                origin: scope.party_names[usize::from(key.origin)].clone(),
                destination: scope.destination_names[usize::from(key.destination)].clone(),
                mean,
                mean_interval: mean_interval.map(|(low, high)| (low.max(least), high.min(most))),
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

/// A text as a cell of a table in Markdown: on one line, and not ending the cell.
pub fn cell(text: &str) -> String {
    text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(1_234_567.0), "1234567");
        assert_eq!(number(12_345_678_912.3), "12345678900");
        assert_eq!(number(-2.5e-7), "-0.00000025");
        assert_eq!(number(0.0), "0");
    }

    #[test]
    fn intervals_end_where_a_measure_ends() {
        let of = |measure: &str| columns::MEASURES.iter().position(|m| m.0 == measure).expect("a measure") as u8;
        let value = |measure: &str, value: f64| Value { year: 2010, measure: of(measure), origin: 0, destination: 0, value };
        let run = |persons: f64, net: f64, share: f64| vec![value("removed", persons), value("net_migration", net), value("male_share", share)];
        let scope = Scope { party_names: vec!["KGZ".into()], destination_names: vec!["RUS".into()], ..Scope::default() };
        let summary = Summary::new(&scope, &[run(0.0, -9.0, 0.9), run(10.0, 1.0, 1.0)]);
        let interval = |measure: &str| summary.lines.iter().find(|l| l.measure == measure).and_then(|l| l.mean_interval).expect("an interval");
        assert!(interval("removed").0 == 0.0 && interval("removed").1 > 10.0);
        assert!(interval("net_migration").0 < -9.0);
        assert!(interval("male_share").0 < 0.9 && interval("male_share").1 == 1.0);
    }
}
