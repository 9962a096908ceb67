//! The summary of a run as text for a terminal, at most 100 columns wide.

use std::fmt::Write;

use crate::measure::{scope::Scope, summary::Summary};

/// A number rounded to a whole one, in groups of three digits.
pub fn thousands(x: f64) -> String {
    if !x.is_finite() {
        return "-".to_string();
    }
    let digits = format!("{:.0}", x.abs());
    let mut text = String::new();
    if x < 0.0 && digits != "0" {
        text.push('-');
    }
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// At most six years: the first, the last, and years between that are multiples of five or evenly spread.
pub fn selected(years: &[i32]) -> Vec<i32> {
    const MOST: usize = 6;
    if years.len() <= MOST {
        return years.to_vec();
    }
    let last = years.len() - 1;
    let mut chosen: Vec<i32> = (0..MOST).map(|i| years[i * last / (MOST - 1)]).collect();
    for year in &mut chosen[1..MOST - 1] {
        let round = (*year + 2) / 5 * 5;
        if years.contains(&round) {
            *year = round;
        }
    }
    chosen.dedup();
    chosen
}

/// A block of the table: a title, a measure, rows (label, origin, destination), and how a value is printed.
struct Block<'a> {
    title: &'a str,
    rows: Vec<(String, Vec<Option<f64>>)>,
    print: fn(f64) -> String,
}

/// The whole table.
pub fn summary(scope: &Scope, summary: &Summary) -> String {
    let years = selected(&summary.years());
    let origins = origins(summary);
    let values = |measure: &str, origin: &str, destination: &str| -> Vec<Option<f64>> { years.iter().map(|&y| summary.mean(measure, origin, destination, y)).collect() };
    let mut text = String::new();
    let mut stocks = Vec::new();
    for origin in &origins {
        let stock = |row: usize| values("stock_mean", origin, &scope.destination_names[row]);
        let first = scope.first_countries(2);
        let unnamed: Vec<Vec<Option<f64>>> = (0..scope.countries).filter(|&c| first.iter().all(|&row| !scope.holds_country(row, c))).map(stock).collect();
        let of_year = |i: usize| unnamed.iter().filter_map(|v| v[i]).reduce(|sum, v| sum + v);
        let named = first.iter().map(|&row| (scope.destination_names[row].as_str(), stock(row)));
        for (label, values) in named.chain([("others", (0..years.len()).map(of_year).collect())]) {
            if values.iter().any(Option::is_some) {
                stocks.push((format!("{origin}  {label}"), values));
            }
        }
    }
    let by_origin = |measure: &str| origins.iter().map(|o| ((*o).to_string(), values(measure, o, "ALL"))).collect::<Vec<(String, Vec<Option<f64>>)>>();
    let blocks = [
        Block { title: "Abroad, mean of the year (foreign citizens 16-64)", rows: stocks, print: thousands },
        Block { title: "Remittances, million USD", rows: by_origin("remittances_usd"), print: |v| thousands(v / 1e6) },
        Block { title: "Remittances, % of GDP", rows: by_origin("remittances_gdp_share"), print: |v| format!("{:.1}", v * 100.0) },
        Block { title: "Departures", rows: by_origin("departures"), print: thousands },
        Block { title: "Returns", rows: by_origin("returns"), print: thousands },
        Block { title: "Naturalised", rows: by_origin("naturalised"), print: thousands },
        Block { title: "Would go, cannot (distinct persons)", rows: by_origin("would_go_cannot"), print: thousands },
    ];
    let _ = write!(text, "{:<22}", "");
    for year in &years {
        let _ = write!(text, "{year:>12}");
    }
    text.push('\n');
    for block in blocks.iter().filter(|b| b.rows.iter().any(|r| r.1.iter().any(Option::is_some))) {
        let _ = writeln!(text, "{}", block.title);
        for (label, values) in &block.rows {
            let _ = write!(text, "  {label:<20}");
            for value in values {
                let _ = write!(text, " {:>11}", value.map_or("-".to_string(), block.print));
            }
            text.push('\n');
        }
    }
    text
}

/// Origins of the summary in its order, all of them together last.
fn origins(summary: &Summary) -> Vec<&str> {
    let mut origins: Vec<&str> = Vec::new();
    for line in summary.lines.iter().filter(|l| l.measure == "departures") {
        if !origins.contains(&line.origin.as_str()) {
            origins.push(&line.origin);
        }
    }
    origins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(thousands(0.0), "0");
        assert_eq!(thousands(999.4), "999");
        assert_eq!(thousands(-1000.0), "-1,000");
        assert_eq!(thousands(1_234_567.8), "1,234,568");
        assert_eq!(thousands(-0.2), "0");
        assert_eq!(thousands(f64::NAN), "-");
    }

    #[test]
    fn selected_years_hold_first_and_last() {
        let years: Vec<i32> = (2005..=2040).collect();
        let chosen = selected(&years);
        assert_eq!(chosen, [2005, 2010, 2020, 2025, 2035, 2040]);
        assert_eq!(selected(&[2007, 2008]), [2007, 2008]);
    }
}
