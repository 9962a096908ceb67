//! What a validation prints: aspects, bars and the worst series for people, or JSON.

use std::{fmt::Write, path::Path};

use serde_json::{Value, json};

use super::{Args, Assessment, Record, SCORES, Targets};
use crate::{
    cli::{progress::duration, table::thousands},
    experiment::past::{
        patterns::Pattern,
        validate::{NAIVE, Scores, Verdict},
    },
};

/// Series that are printed; the rest stands in the file.
const PRINTED: usize = 15;

/// A share as whole per cent.
pub fn percent(x: f64) -> String {
    if !x.is_finite() {
        "-".to_string()
    } else if x >= 10.0 {
        "> 999 %".to_string()
    } else {
        format!("{:.0} %", 100.0 * x)
    }
}

/// A ratio with two digits.
pub fn ratio(x: f64) -> String {
    if !x.is_finite() {
        "-".to_string()
    } else if x.abs() >= 100.0 {
        format!("{}100", if x > 0.0 { "> " } else { "< -" })
    } else {
        format!("{x:.2}")
    }
}

/// A sum for people: five digits, in thousands, millions or milliards where it is large.
pub fn amount(x: f64) -> String {
    let size = x.abs();
    if !x.is_finite() {
        "-".to_string()
    } else if size >= 1e9 {
        format!("{:.2} bn", x / 1e9)
    } else if size >= 1e6 {
        format!("{:.2} m", x / 1e6)
    } else if size >= 1e3 {
        thousands(x)
    } else {
        format!("{x:.3}")
    }
}

/// What naive forecasts do to a series, for people; empty if none wins.
pub fn beaten(scores: &Scores) -> String {
    let by = scores.beaten_by();
    if by.is_empty() { String::new() } else { format!("BEATEN BY {}", by.join(", ").to_uppercase().replace("HISTORICAL ", "")) }
}

/// A bar as a line.
pub fn bar(verdict: &Verdict) -> String {
    let reached = verdict.reached.map_or_else(|| "-".to_string(), |r| format!("{r:.2}"));
    let met = if verdict.met { "met" } else { "NOT MET" };
    format!("{:<24}{reached:>8}   {:<16}{met:<10}({} count)", verdict.bar, verdict.wanted, verdict.counted)
}

/// When the folder holds this validation already.
pub fn finished(args: &Args, out: &Path, record: &Record) -> String {
    if args.running.json {
        let scores = std::fs::read(out.join(SCORES)).ok().and_then(|text| serde_json::from_slice(&text).ok());
        return with_record(scores.unwrap_or_else(|| json!({})), record);
    }
    if args.running.quiet {
        return String::new();
    }
    let bars: Vec<String> = record.bars.iter().map(|b| format!("  {}\n", bar(b))).collect();
    format!("This validation is finished already: {} (--force runs it again).\n{}", out.display(), bars.concat())
}

/// All scores as JSON.
pub fn scores(assessment: &Assessment) -> Value {
    json!({"aspects": assessment.aspects, "series": assessment.series, "bars": assessment.bars, "patterns": assessment.patterns})
}

fn with_record(mut scores: Value, record: &Record) -> String {
    scores["record"] = json!(record);
    format!("{scores:#}\n")
}

/// The whole text.
pub fn all(args: &Args, out: &Path, record: &Record, targets: &Targets, assessment: &Assessment) -> String {
    if args.running.json {
        return with_record(scores(assessment), record);
    }
    if args.running.quiet {
        return String::new();
    }
    let mut text = format!("\n{} against the published past: {} series, {} rows\n\n", record.scenario, record.targets[0], record.targets[1]);
    let _ = writeln!(text, "{:<19}{:>8}{:>8}{:>8}{:>9}{:>13}   skill of held-out rows against", "", "rows", "error", "error", "relative", "intervals");
    let _ = writeln!(text, "{:<19}{:>8}{:>8}{:>8}{:>9}{:>13}{:>9}{:>7}{:>7}{:>8}", "", "fit test", "fit", "test", "test", "50 % 90 %", "persist.", "mean", "drift", "gravity");
    for s in &assessment.aspects {
        let [fit, test] = s.mape.map(percent);
        let rows = format!("{} {:>4}", s.rows[0], s.rows[1]);
        let [half, most] = s.coverage.map(percent);
        let [persistence, mean, drift, gravity] = s.skill.map(ratio);
        let relative = ratio(s.relative[1].ratio());
        let _ = writeln!(text, "{:<19}{rows:>8}{fit:>8}{test:>8}{relative:>9}{half:>7}{most:>6}{persistence:>9}{mean:>7}{drift:>7}{gravity:>8}", s.id);
    }
    let beaten_series: Vec<&Scores> = assessment.series.iter().filter(|s| !s.beaten_by().is_empty()).collect();
    let compared = assessment.series.iter().filter(|s| s.skill.iter().any(|x| x.is_finite())).count();
    let _ = writeln!(text, "\nA NAIVE FORECAST WINS in {} of {compared} series that can be compared:", beaten_series.len());
    for (k, name) in NAIVE.iter().enumerate() {
        let wins = assessment.series.iter().filter(|s| s.skill[k] < 0.0).count();
        let of = assessment.series.iter().filter(|s| s.skill[k].is_finite()).count();
        let _ = writeln!(text, "  {name:<18} {wins} of {of}");
    }
    let _ = writeln!(text, "\nWorst first (error of held-out rows, of fitted rows where none is held out)");
    for s in assessment.series.iter().filter(|s| s.badness().is_finite()).take(PRINTED) {
        let _ = writeln!(text, "  {:>7}  {:<40} {}", percent(s.badness()), shortened(&s.title), beaten(s));
    }
    let more = assessment.series.len().saturating_sub(PRINTED);
    if more > 0 {
        let _ = writeln!(text, "  {more} more in validation.csv");
    }
    let _ = writeln!(text, "\nBars");
    for verdict in &assessment.bars {
        let _ = writeln!(text, "  {}", bar(verdict));
    }
    if !assessment.patterns.is_empty() {
        let _ = writeln!(text, "\nPatterns of the past");
    }
    for pattern in &assessment.patterns {
        let seen = if pattern.seen { "seen" } else { "NOT SEEN" };
        let _ = writeln!(text, "  {seen:<9} {}: {} ({}, {})", pattern.says, values(pattern), pattern.wanted, pattern.usage.name());
    }
    let warnings: Vec<String> = record.warnings.iter().filter(|w| !w.contains("warning:")).map(|w| format!("Warning: {w}\n")).collect();
    let _ = writeln!(
        text,
        "\n{} simulated persons (sample {}), {} replicates, {}; rows up to {} may be fitted\nIntervals hold {}.\n{}Results: {}  (validation.csv, fit.csv, scores.json, scenario.toml, run.json)",
        thousands(record.persons as f64),
        record.sample,
        record.replicates,
        duration(record.effort.seconds),
        targets.rules.split.fit_until,
        if record.ensemble_hash.is_some() {
            "parameters, chance, what the model itself misses and published errors"
        } else {
            "replicates and what published values leave open, not parameter uncertainty"
        },
        warnings.concat(),
        out.display()
    );
    text
}

/// What is predicted where a pattern looks.
pub fn values(pattern: &Pattern) -> String {
    let values: Vec<String> = pattern.predicted.iter().map(|(_, value)| value.map_or_else(|| "-".to_string(), amount)).collect();
    values.join(", ")
}

fn shortened(title: &str) -> String {
    const MOST: usize = 40;
    if title.chars().count() <= MOST { title.to_string() } else { title.chars().take(MOST - 3).chain("...".chars()).collect() }
}
