//! What a sweep says, for a terminal.

use std::{fmt::Write, path::Path};

use crate::{
    cli::table::thousands,
    experiment::sweep::{
        Sweep,
        findings::Finding,
        outcome::{Bound, Condition},
        record::Record,
    },
};

/// Factors named for an outcome.
const MOST: usize = 8;
const BAR: usize = 24;

/// The summary.
pub fn summary(sweep: &Sweep, findings: &[Finding], record: &Record, folder: &Path) -> String {
    let mut text = format!("{}\n{} points, {} worlds, {} replicates: {} runs", record.title, record.points, record.worlds, record.replicates, record.runs);
    if record.failed > 0 {
        let _ = write!(text, ", {} failed (see runs.csv)", record.failed);
    }
    text.push('\n');
    for finding in findings {
        outcome(sweep, finding, &mut text);
    }
    let _ = writeln!(text, "\nResults are in {}", folder.display());
    text
}

fn outcome(sweep: &Sweep, finding: &Finding, text: &mut String) {
    let outcome = &sweep.outcomes[finding.outcome];
    let difference = outcome.difference.map_or_else(String::new, |(f, from, to)| {
        let names = sweep.factors[f].names();
        format!(", {} less {}", names[to], names[from])
    });
    let at = if finding.at.is_empty() { String::new() } else { format!(" [{}]", finding.at) };
    let _ = writeln!(text, "\n{}{at}: {}{difference}", outcome.id, outcome.text);
    let (low, mean, high) = finding.range;
    let _ = writeln!(text, "  from {} over {} (mean) to {} {}, {} points", short(low), short(mean), short(high), outcome.quantity.unit(), finding.counts.0);
    if outcome.difference.is_some() {
        let _ = writeln!(text, "  below 0 in {} points, above 0 in {}", finding.signs.0, finding.signs.1);
    }
    tornado(sweep, finding, text);
    let (Some(regions), Some(bound)) = (&finding.regions, finding.bound) else { return };
    let bound = if matches!(outcome.quantity.condition, Some(Condition { bound: Bound::Percentile(_), .. })) { format!(" (at {})", short(bound)) } else { String::new() };
    let _ = writeln!(
        text,
        "  the condition{bound} holds in {} of {} points{}",
        finding.counts.1,
        finding.counts.0,
        if regions.is_empty() && finding.counts.1 > 0 { "; no box is denser by more than chance explains" } else { "" }
    );
    for (b, region) in regions.iter().enumerate() {
        let sides: Vec<String> = region.sides.iter().map(|(f, side)| format!("{} {}", sweep.factors[*f].id, sweep.side(*f, side))).collect();
        let [coverage, density, mass] = [region.coverage, region.density, region.mass].map(|x| 100.0 * x);
        let _ = writeln!(text, "  box {}: {}\n         coverage {coverage:.0} %, density {density:.0} %, {mass:.0} % of all points", b + 1, sides.join(", "));
    }
}

/// Factors by what they do: the total index, the mean absolute effect, or the swing.
fn tornado(sweep: &Sweep, finding: &Finding, text: &mut String) {
    let by = ["total", "mu_star", "swing"].into_iter().find(|name| finding.indices.iter().any(|i| i.name == *name)).unwrap_or("swing");
    let mut list: Vec<_> = finding.indices.iter().filter(|i| i.name == by && i.estimate.value.is_finite()).collect();
    list.sort_by(|a, b| b.estimate.value.total_cmp(&a.estimate.value));
    let all = list.len();
    let chance = |factor: usize| finding.indices.iter().find(|i| i.factor == factor && i.name == "chance").map_or(0.0, |i| i.estimate.value);
    let untold = by == "swing" && list.iter().any(|i| chance(i.factor).is_nan());
    if by == "swing" {
        // Where nothing tells what chance does, the swing is shown as it is.
        list.retain(|i| chance(i.factor).is_nan() || i.estimate.value > chance(i.factor));
        if list.is_empty() && all > 0 {
            let _ = writeln!(text, "  along no factor does the mean swing more than it would by chance");
        }
    }
    let most = list.first().map_or(0.0, |i| i.estimate.value);
    if most <= 0.0 {
        return;
    }
    let title = match by {
        "total" => "total Sobol' index",
        "mu_star" => "mean absolute effect over the range (mu*)",
        _ => "swing of the mean along the factor",
    };
    let _ = writeln!(text, "  {title}");
    let width = list.iter().map(|i| sweep.factors[i.factor].id.chars().count()).max().unwrap_or(0);
    for index in list.iter().take(MOST) {
        let e = index.estimate;
        let bar = "#".repeat(((e.value / most * BAR as f64).round() as usize).clamp(1, BAR));
        let interval = e.interval.map_or_else(String::new, |(low, high)| format!("  ({} to {})", short(low), short(high)));
        let _ = writeln!(text, "    {:<width$}  {bar:<BAR$}  {}{interval}", sweep.factors[index.factor].id, short(e.value));
    }
    if untold {
        let _ = writeln!(text, "    (too few points a value to tell the swing from chance)");
    }
    if list.len() > MOST {
        let _ = writeln!(text, "    and {} more in sensitivity.csv", list.len() - MOST);
    }
    if list.len() < all {
        let (others, noun) = (all - list.len(), if all - list.len() == 1 { "factor" } else { "factors" });
        let _ = writeln!(text, "    along {others} other {noun} it swings no more than it would by chance");
    }
}

fn short(x: f64) -> String {
    if !x.is_finite() {
        "-".to_string()
    } else if x.abs() >= 1000.0 {
        thousands(x)
    } else {
        format!("{x:.3}")
    }
}
