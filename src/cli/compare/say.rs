//! What a comparison prints: an answer in about ten lines for people, or JSON.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::Args;
use crate::{
    cli::{progress::duration, table::thousands},
    experiment::{
        answer::{Answer, Cause, Row},
        attribute::TOTAL,
        record::Record,
    },
    measure::summary::Interval,
};

/// A finished pair.
pub struct Said {
    /// Where its files are.
    pub folder: PathBuf,
    /// Its record.
    pub record: Record,
    /// Its answer.
    pub answer: Answer,
}

/// Text for pairs that were finished before.
pub fn finished(args: &Args, pairs: &[(&Path, &Record)]) -> String {
    if args.json {
        let list: Vec<_> = pairs.iter().map(|(folder, record)| json!({ "folder": folder.display().to_string(), "record": record })).collect();
        return format!("{:#}\n", json!({ "comparisons": list }));
    }
    if args.quiet {
        return String::new();
    }
    let say = |(folder, _): &(&Path, &Record)| format!("This comparison is finished already: {} (--force runs it again).\n", folder.display());
    pairs.iter().map(say).collect::<Vec<_>>().concat()
}

/// Text for pairs that were run.
pub fn all(args: &Args, pairs: &[Said]) -> String {
    if args.json {
        let one = |s: &Said| json!({ "folder": s.folder.display().to_string(), "record": s.record, "answer": s.answer });
        return format!("{:#}\n", json!({ "comparisons": pairs.iter().map(one).collect::<Vec<_>>() }));
    }
    if args.quiet { String::new() } else { pairs.iter().map(pair).collect() }
}

/// How numbers of a unit are printed.
fn print(unit: &str, value: f64) -> String {
    match unit {
        "persons" => thousands(value),
        "USD" if value.abs() >= 1e7 => format!("{} M USD", thousands(value / 1e6)),
        "USD" => format!("{} USD", thousands(value)),
        "share" => format!("{:.2} %", value * 100.0),
        _ => format!("{value:.4}"),
    }
}

/// With a sign, unless it is rounded to zero.
fn signed(unit: &str, value: f64) -> String {
    let text = print(unit, value);
    match text.contains(|c: char| ('1'..='9').contains(&c)) {
        true if value > 0.0 => format!("+{text}"),
        true => text,
        false => text.trim_start_matches('-').to_string(),
    }
}

/// The interval, and in a word what it says.
fn verdict(row: &Row) -> (String, &'static str) {
    let persons = row.unit == "persons";
    match row.interval {
        _ if row.difference == 0.0 && row.interval.is_none_or(|i| i == (0.0, 0.0)) => (String::new(), "the same"),
        None => (String::new(), "one replicate: no interval"),
        Some((low, high)) => {
            let word = match (low > 0.0, high < 0.0, persons) {
                (true, _, true) => "more",
                (true, _, false) => "higher",
                (_, true, true) => "fewer",
                (_, true, false) => "lower",
                _ => "cannot tell: the interval spans zero",
            };
            (interval(row.unit, row.interval), word)
        }
    }
}

fn interval(unit: &str, interval: Interval) -> String {
    interval.map_or_else(String::new, |(low, high)| format!("[{}, {}]", signed(unit, low), signed(unit, high)))
}

fn pair(said: &Said) -> String {
    let (record, answer) = (&said.record, &said.answer);
    let mut text = String::new();
    let fork = record.fork.as_ref().map_or_else(|| "their inputs are the same".to_string(), |month| format!("one run until {month}"));
    let replicates = if answer.replicates == 1 { "1 replicate".to_string() } else { format!("{} replicates, 90 % intervals of the paired difference", answer.replicates) };
    let _ = writeln!(text, "\nA  {}\nB  {}\n{}, {replicates}; {fork}\n", record.a.scenario, record.b.scenario, answer.year);
    let _ = writeln!(text, "{:<20}{:>16}{:>16}{:>16}", "", "A", "B", "B - A");
    for row in &answer.rows {
        let (bounds, word) = verdict(row);
        let [a, b] = [row.a, row.b].map(|v| print(row.unit, v));
        let _ = writeln!(text, "{:<20}{a:>16}{b:>16}{:>16}  {bounds}{}{word}", row.label, signed(row.unit, row.difference), if bounds.is_empty() { "" } else { "  " });
    }
    diverted(answer, &mut text);
    for cause in &answer.causes {
        let _ = writeln!(text, "{}", did_it(cause));
    }
    let warnings: Vec<String> = record.warnings.iter().filter(|w| !w.contains("warning:")).map(|w| format!("Warning: {w}\n")).collect();
    let files: Vec<&str> = record.files.iter().map(|f| f.name.as_str()).collect();
    let _ = writeln!(
        text,
        "\n{} simulated persons (sample {}), {} months simulated, {}\n{}Results: {}  ({}, run.json)",
        thousands(record.persons as f64),
        record.sample,
        thousands(record.months_simulated as f64),
        duration(record.seconds),
        warnings.concat(),
        said.folder.display(),
        files.join(", ")
    );
    text
}

/// Who is elsewhere, and where from.
fn diverted(answer: &Answer, text: &mut String) {
    let Some(all) = &answer.diverted else { return };
    if all.persons == 0.0 {
        let _ = writeln!(text, "In August nobody is elsewhere.");
        return;
    }
    let _ = writeln!(text, "Elsewhere in August {} persons {}", thousands(all.persons), plain(all.interval));
    let flows: Vec<String> = answer.flows.iter().map(|f| format!("{} to {} {}", f.in_a, f.in_b, thousands(f.persons))).collect();
    let _ = writeln!(text, "  where in A and B  {}", flows.join(", "));
}

fn plain(interval: Interval) -> String {
    interval.map_or_else(String::new, |(low, high)| format!("[{}, {}]", thousands(low), thousands(high)))
}

fn did_it(cause: &Cause) -> String {
    let share = |(name, value, bounds): &(String, f64, Interval)| {
        let spans = bounds.is_some_and(|(low, high)| low <= 0.0 && high >= 0.0) && *value != 0.0;
        let bounds = interval(cause.unit, *bounds);
        let unclear = if spans { " (spans zero)" } else { "" };
        format!("{name} {} {bounds}{unclear}", signed(cause.unit, *value)).trim_end().to_string()
    };
    let shares: Vec<String> = cause.shares.iter().filter(|s| s.0 != TOTAL).map(share).collect();
    format!("Why: {}\n  {}", cause.label, shares.join("\n  "))
}
