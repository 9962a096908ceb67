//! What `musafir calibrate` prints.

use std::{fmt::Write, path::Path};

use super::Args;
use crate::{
    cli::progress::duration,
    experiment::calibration::{
        record::{Findings, Record},
        recovery::{self, Found},
    },
    measure::{record::Provenance, statistics, summary::number},
};

/// What was found.
pub fn all(args: &Args, out: &Path, record: &Record, findings: &Findings) -> String {
    if args.running.json {
        return record.json();
    }
    if args.running.quiet {
        return String::new();
    }
    let mut text = format!("{}\n\n", findings.title);
    let _ = writeln!(text, "{:<28} {:>22} {:>12} {:>24}  held", "parameter", "before", "mean", "90 %");
    for key in &findings.keys {
        let range = |low: f64, high: f64| format!("{} .. {}", three(low), three(high));
        let mark = if key.fitted { format!("{:.2}", key.held) } else { "not fitted".to_string() };
        let _ = writeln!(
            text,
            "{:<28} {:>22} {:>12} {:>24}  {mark}",
            key.id,
            range(key.prior[0], key.prior[1]),
            three(key.posterior.mean),
            range(key.posterior.p05, key.posterior.p95)
        );
    }
    let headline: Vec<_> = findings.series.iter().filter(|s| s.headline && s.usage == "fit" && s.predicted.mean.is_finite()).collect();
    let within = headline.iter().filter(|s| s.within).count();
    let _ = writeln!(text, "\nHeadline rows that may be fitted: {within} of {} have the mean within low and high.", headline.len());
    for missed in headline.iter().filter(|s| !s.within) {
        let bound = |b: Option<f64>| b.map_or_else(String::new, three);
        let _ = writeln!(text, "  missed: {} ({}): {}, wanted {} - {}", missed.target, missed.label, three(missed.predicted.mean), bound(missed.low), bound(missed.high));
    }
    if let Some(scores) = &findings.origin_scores {
        let _ = writeln!(
            text,
            "Rolling origins, {} forecasts, {} series: scaled error below 1 for {:.2} of them ({:.2} without carrying on the last misses), better than no change for {:.2} ({:.2}); destination shares {:.2}; {:.2} within 90 %.",
            scores.rows,
            scores.series,
            scores.scaled_below_one,
            scores.model_alone[0],
            scores.beats_no_change,
            scores.model_alone[1],
            scores.destination_shares,
            scores.coverage_90
        );
    }
    for bar in &findings.bars {
        let reached = bar.reached.map_or_else(|| "-".to_string(), |r| format!("{r:.2}"));
        let _ = writeln!(text, "{:<24} {reached:>6}  wanted {}{}", bar.bar, bar.wanted, if bar.met { "" } else { "  NOT MET" });
    }
    for warning in &record.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    let _ = writeln!(text, "\n{} runs, {}; the ensemble is {}", record.runs, duration(record.effort.seconds), out.join(super::ENSEMBLE).display());
    text
}

/// That it was done before.
pub fn finished(args: &Args, out: &Path, record: &Record) -> String {
    match (args.running.json, args.running.quiet) {
        (true, _) => record.json(),
        (_, true) => String::new(),
        _ => format!("{} holds this calibration already (ensemble {}).\n", out.display(), &record.ensemble_hash[..12.min(record.ensemble_hash.len())]),
    }
}

/// How often intervals hold the known values, by parameter and in all.
pub fn recovery(args: &Args, found: &[Found], sound: bool) -> String {
    if args.running.json {
        let answer = serde_json::json!({"found": found, "coverage": recovery::coverage(found), "sound_between": recovery::SOUND, "sound": sound});
        return format!("{answer:#}\n");
    }
    if args.running.quiet {
        return String::new();
    }
    let cases = found.iter().map(|f| f.case).max().unwrap_or(0);
    let mut text = format!("{cases} cases of known values\n\n{:<28} {:>14} {:>8}\n", "parameter", "inside 90 %", "held");
    let mut ids: Vec<&str> = Vec::new();
    for f in found.iter().filter(|f| f.case == 1) {
        ids.push(&f.parameter);
    }
    for id in ids {
        let own: Vec<Found> = found.iter().filter(|f| f.parameter == id).cloned().collect();
        let held = statistics::mean(own.iter().map(|f| f.held));
        let _ = writeln!(text, "{id:<28} {:>14.2} {held:>8.2}", recovery::coverage(&own));
    }
    let [low, high] = recovery::SOUND;
    let _ = writeln!(text, "\nIn all {:.3} are inside; between {low} and {high} is sound{}", recovery::coverage(found), if sound { "." } else { ": NOT MET." });
    text
}

/// Three digits.
pub fn three(x: f64) -> String {
    let rounded: f64 = format!("{x:.2e}").parse().unwrap_or(x);
    number(rounded)
}
