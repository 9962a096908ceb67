//! `docs/calibration.md`: what the data told of the parameters, for people.

use std::fmt::Write;

use super::say::three;
use crate::{
    experiment::{
        calibration::{
            Calibration,
            record::{Findings, Record},
        },
        past::discrepancy,
    },
    measure::summary::cell,
};

/// The page, as Markdown.
pub fn page(calibration: &Calibration, record: &Record, findings: &Findings) -> String {
    let mut text = format!(
        "# What the past tells of the parameters\n\nMade by the command below; do not edit it by hand. Version {}, scenario {}, targets {}, ensemble {}.\n\n```\nmusafir calibrate {} --page docs/calibration.md\n```\n\n",
        record.version,
        &record.scenario_hash[..12],
        &record.targets_hash[..12],
        &record.ensemble_hash[..12],
        calibration.path.display()
    );
    summary(&mut text, record, findings);
    parameters(&mut text, findings);
    trade_offs(&mut text, findings);
    inputs(&mut text, findings);
    misses(&mut text, findings);
    origins(&mut text, findings);
    text
}

fn summary(text: &mut String, record: &Record, findings: &Findings) {
    let _ = writeln!(text, "{} by {}: {} members, {} runs at sample {}, seed {}.\n", findings.title, findings.method, record.members, record.runs, record.sample, record.seed);
    text.push_str("| step | runs | misfit, mean | 90 % of members |\n| --- | --- | --- | --- |\n");
    for p in &findings.iterations {
        let _ = writeln!(text, "| {} | {} | {:.2} | {:.2} - {:.2} |", p.iteration, p.runs, p.misfit_mean, p.misfit_p05, p.misfit_p95);
    }
    let d = findings.discrepancy;
    let rows = if findings.origins.is_empty() { "the fitted rows" } else { "rows that no fit had seen, those after each origin" };
    let memory = if discrepancy::longest(d.memory_years) { ", the longest that is tried: series tell no end of it" } else { "" };
    let _ = writeln!(
        text,
        "\nMisfit is the mean squared error of the fitted rows in units of the errors that the calibration allows for. Estimated on {rows}, what the model itself misses of a series has a standard deviation of {:.0} % and a memory of {} years{memory}.\n",
        100.0 * d.deviation,
        d.memory_years
    );
}

fn parameters(text: &mut String, findings: &Findings) {
    let groups: [(&str, &dyn Fn(f64, bool) -> bool); 4] = [
        ("Moved by the data (held below 0.5)", &|held, fitted| fitted && held < 0.5),
        ("Partly told (0.5 to 0.8)", &|held, fitted| fitted && (0.5..0.8).contains(&held)),
        ("Not told: the prior decides (0.8 and above)", &|held, fitted| fitted && held >= 0.8),
        ("Not fitted: drawn from the prior in every member", &|_, fitted| !fitted),
    ];
    text.push_str("## Prior against posterior\n\n*held* is the standard deviation after over before.\n");
    for (title, of) in groups {
        let keys: Vec<_> = findings.keys.iter().filter(|k| of(k.held, k.fitted)).collect();
        let _ = writeln!(text, "\n### {title}: {}\n", keys.len());
        if keys.is_empty() {
            continue;
        }
        text.push_str("| parameter | key | before | mean | 90 % | held | range from |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        for k in keys {
            let p = k.posterior;
            let _ = writeln!(
                text,
                "| {} | `{}` | {} - {} | {} | {} - {} | {:.2} | {} |",
                k.id,
                k.key,
                three(k.prior[0]),
                three(k.prior[1]),
                three(p.mean),
                three(p.p05),
                three(p.p95),
                k.held,
                cell(&k.source)
            );
        }
    }
}

fn trade_offs(text: &mut String, findings: &Findings) {
    text.push_str("\n## What trades off\n\nPairs of which the data know a combination better than each (correlation among members, 0.4 or more).\n\n");
    if findings.trade_offs.is_empty() {
        text.push_str("None.\n");
        return;
    }
    text.push_str("| parameter | parameter | correlation |\n| --- | --- | --- |\n");
    for t in &findings.trade_offs {
        let _ = writeln!(text, "| {} | {} | {:.2} |", t.a, t.b, t.correlation);
    }
}

fn inputs(text: &mut String, findings: &Findings) {
    text.push_str("\n## What the headline numbers hang on\n\nAll of these inputs are unverified. Effect: change of a headline number for one prior standard deviation of the input, in log points (root mean square over headline rows, from the prior ensemble). The five most influential are:\n\n| input | key | effect |\n| --- | --- | --- |\n");
    for i in findings.unverified.iter().take(5) {
        let _ = writeln!(text, "| {} | `{}` | {:.3} |", i.id, i.key, i.effect);
    }
}

fn misses(text: &mut String, findings: &Findings) {
    text.push_str("\n## Headline rows\n\n| row | what | period | use | published | low - high | mean | 90 % | |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    let bound = |b: Option<f64>| b.map_or_else(|| "-".to_string(), three);
    for s in findings.series.iter().filter(|s| s.headline) {
        let p = s.predicted;
        let verdict = if s.within { "" } else { "**missed**" };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} - {} | {} | {} - {} | {verdict} |",
            s.target,
            cell(&s.label),
            s.period,
            s.usage,
            bound(s.observed),
            bound(s.low),
            bound(s.high),
            three(p.mean),
            three(p.p05),
            three(p.p95)
        );
    }
}

fn origins(text: &mut String, findings: &Findings) {
    let Some(scores) = &findings.origin_scores else { return };
    let _ = writeln!(
        text,
        "\n## Rolling origins\n\nFitted anew to the rows up to each origin, then forecast. A forecast carries on the last misses of its series as far as the discrepancy remembers; `model` does not.\n\n| score | reached | model alone |\n| --- | --- | --- |\n| series with a mean absolute scaled error below 1, of {} | {:.2} | {:.2} |\n| series better than no change on the same rows | {:.2} | {:.2} |\n| average relative difference of destination shares | {:.2} | |\n| within the 90 % interval, of {} forecasts | {:.2} | |\n",
        scores.series, scores.scaled_below_one, scores.model_alone[0], scores.beats_no_change, scores.model_alone[1], scores.destination_shares, scores.rows, scores.coverage_90
    );
    text.push_str("| origin | series | period | published | forecast | 90 % | model alone | no change |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for f in findings.origins.iter().filter(|f| f.long) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} - {} | {} | {} |",
            f.origin,
            f.series,
            f.period,
            three(f.observed),
            three(f.forecast),
            three(f.interval[0]),
            three(f.interval[1]),
            three(f.model),
            f.no_change.map_or_else(|| "-".to_string(), three)
        );
    }
}
