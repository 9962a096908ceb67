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
    measure::statistics::{ENOUGH, Interval},
};

/// A pair that was run.
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
    let say = |(folder, _): &(&Path, &Record)| format!("This comparison is finished already: {} (--force runs it again).\n", folder.display());
    match (args.running.json, args.running.quiet) {
        (true, _) => json(pairs),
        (_, true) => String::new(),
        _ => pairs.iter().map(say).collect(),
    }
}

/// Text for pairs that were run.
pub fn all(args: &Args, pairs: &[Said]) -> String {
    match (args.running.json, args.running.quiet) {
        (true, _) => json(&pairs.iter().map(|s| (s.folder.as_path(), &s.record)).collect::<Vec<_>>()),
        (_, true) => String::new(),
        _ => pairs.iter().map(pair).collect(),
    }
}

/// The answers, and the records without them.
fn json(pairs: &[(&Path, &Record)]) -> String {
    let one = |(folder, record): &(&Path, &Record)| {
        let without = Record { answer: serde_json::Value::Null, ..(*record).clone() };
        json!({ "folder": folder.display().to_string(), "record": without, "answer": record.answer })
    };
    format!("{:#}\n", json!({ "comparisons": pairs.iter().map(one).collect::<Vec<_>>() }))
}

/// How numbers of a unit are printed beside numbers up to `scale`.
fn print(unit: &str, value: f64, scale: f64) -> String {
    match unit {
        "persons" => thousands(value),
        "USD" if scale >= 1e9 => format!("{} M USD", thousands(value / 1e6)),
        "USD" if scale >= 1e7 => format!("{:.1} M USD", value / 1e6),
        "USD" => format!("{} USD", thousands(value)),
        "share" => format!("{:.2} %", value * 100.0),
        _ => format!("{value:.4}"),
    }
}

/// With a sign, unless it is rounded to zero.
fn signed(unit: &str, value: f64, scale: f64) -> String {
    let text = print(unit, value, scale);
    match told(unit, value, scale) {
        true if value > 0.0 => format!("+{text}"),
        true => text,
        false => text.trim_start_matches('-').to_string(),
    }
}

/// Whether anything of a value is left when it is printed.
fn told(unit: &str, value: f64, scale: f64) -> bool {
    print(unit, value, scale).contains(|c: char| ('1'..='9').contains(&c))
}

const SAME: &str = "the same";

/// In a word what an interval says.
fn verdict(row: &Row) -> &'static str {
    let persons = row.unit == "persons";
    match row.interval {
        interval if row.difference == 0.0 && interval.is_none_or(|i| i == (0.0, 0.0)) => SAME,
        None => "one replicate: no interval",
        Some((low, high)) => match (low > 0.0, high < 0.0) {
            (true, _) if persons => "more",
            (true, _) => "higher",
            (_, true) if persons => "fewer",
            (_, true) => "lower",
            _ => "cannot tell: the interval spans zero",
        },
    }
}

/// The ends of an interval; nothing where there is none.
fn bounds(unit: &str, interval: Interval, scale: f64) -> String {
    interval.map_or_else(String::new, |(low, high)| format!("[{}, {}]  ", signed(unit, low, scale), signed(unit, high, scale)))
}

fn pair(said: &Said) -> String {
    let (record, answer) = (&said.record, &said.answer);
    let mut text = String::new();
    let fork = record.fork.as_ref().map_or_else(|| "their inputs are the same".to_string(), |month| format!("one run until {month}"));
    let replicates = if answer.replicates == 1 {
        "1 replicate".to_string()
    } else {
        format!("{} replicates, {} of the paired difference", answer.replicates, if answer.replicates < ENOUGH as usize { "range" } else { "90 % intervals" })
    };
    let _ = writeln!(text, "\nA  {}\nB  {}\n{}, {replicates}; {fork}\n", record.a.scenario, record.b.scenario, answer.year);
    let _ = writeln!(text, "{:<22}{:>14}{:>14}{:>14}", "", "A", "B", "B - A");
    for row in &answer.rows {
        let scale = row.a.abs().max(row.b.abs());
        let [a, b] = [row.a, row.b].map(|v| print(row.unit, v, scale));
        let difference = signed(row.unit, row.difference, scale);
        let ends = row.interval.map_or([row.difference; 2], |(low, high)| [low, high]);
        let same = ends.iter().all(|end| !told(row.unit, *end, scale));
        let said = if same && verdict(row) != SAME { "less than can be shown" } else { verdict(row) };
        let interval = if same { String::new() } else { bounds(row.unit, row.interval, scale) };
        let _ = writeln!(text, "{:<22}{a:>14}{b:>14}{difference:>14}  {interval}{said}", row.label);
    }
    let scale = |row: &Row| row.a.abs().max(row.b.abs());
    if let Some((year, most)) = answer.peak.as_ref().filter(|(_, most)| told(most.unit, most.difference, scale(most))) {
        let scale = scale(most);
        let _ = writeln!(text, "Most in {year}: {} abroad  {}{}", signed(most.unit, most.difference, scale), bounds(most.unit, most.interval, scale), verdict(most));
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
        duration(record.effort.seconds),
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
    let scale = cause.shares.iter().fold(0.0, |m: f64, s| m.max(s.1.abs()));
    let share = |(name, value, interval): &(String, f64, Interval)| {
        let unclear = if interval.is_some_and(|(low, high)| low <= 0.0 && high >= 0.0) && *value != 0.0 { "spans zero" } else { "" };
        format!("  {name:<30}{:>14}  {}{unclear}", signed(cause.unit, *value, scale), bounds(cause.unit, *interval, scale)).trim_end().to_string()
    };
    let shares: Vec<String> = cause.shares.iter().filter(|s| s.0 != TOTAL).map(share).collect();
    format!("Why: {}\n{}", cause.label, shares.join("\n"))
}
