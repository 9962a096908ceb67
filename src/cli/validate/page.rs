//! A validation as a page of Markdown: what fails first.

use std::fmt::Write;

use super::{Args, Assessment, Record, Targets, say};
use crate::{
    experiment::past::{
        target_file::Use,
        validate::{Fit, Scores},
    },
    measure::summary::cell,
};

/// The page.
pub fn page(args: &Args, record: &Record, targets: &Targets, assessment: &Assessment) -> String {
    let mut text = String::from("# The baseline against the published past\n\n");
    if args.scenario.file_stem().is_none_or(|s| s != "baseline") {
        text = format!("# {} against the published past\n\n", record.scenario);
    }
    head(args, record, targets, &mut text);
    bars(assessment, &mut text);
    patterns(assessment, &mut text);
    aspects(assessment, &mut text);
    series(assessment, &mut text);
    naive(assessment, &mut text);
    headline(targets, assessment, &mut text);
    warnings(record, &mut text);
    text
}

fn head(args: &Args, record: &Record, targets: &Targets, text: &mut String) {
    let split = &targets.rules.split;
    let given = |flag: &str, value: Option<String>| value.map_or_else(String::new, |value| format!(" --{flag} {value}"));
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let more = given("targets", path(&args.targets))
        + &given("until", args.running.until.map(|month| month.to_string()))
        + &given("seed", args.running.seed.map(|seed| seed.to_string()))
        + &args.reading.set.iter().map(|set| given("set", Some(set.clone()))).collect::<String>()
        + &given("ensemble", path(&args.uncertain.ensemble))
        + &given("page", path(&args.page));
    let verified = targets.rows().filter(|(_, r)| r.verified).count();
    let rows = record.targets[1];
    let fitted = targets.rows().filter(|(_, r)| r.usage == Use::Fit).count();
    let _ = writeln!(
        text,
        "Made by the command below; do not edit it by hand. Version {}, scenario hash `{}`, targets hash `{}`, seed {}, sample {}, {} replicates.\n\n```\nmusafir validate {} --sample {} --replicates {}{more}\n```\n",
        record.version,
        &record.scenario_hash[..12.min(record.scenario_hash.len())],
        &record.targets_hash[..12.min(record.targets_hash.len())],
        record.seed,
        record.sample,
        record.replicates,
        args.scenario.display(),
        record.sample,
        record.replicates
    );
    let _ = writeln!(
        text,
        "{} series, {rows} rows: {fitted} may be fitted (all up to {}), {} are held out. {verified} of {rows} values were read in a published page or data set, the others name a publisher and were not re-read. No outcome after {} is used.\n",
        record.targets[0],
        split.fit_until,
        rows - fitted,
        split.until
    );
    let intervals = if record.ensemble_hash.is_some() {
        "- Replicates are members of an ensemble: intervals hold parameters, chance, what the model itself misses and the errors of published values. Predictions of rows after the cut carry on the last misses of their series (column `adjustment` of `fit.csv`)."
    } else {
        "- Intervals hold what replicates and published values leave open. Parameter uncertainty is missing without an ensemble, so coverage is too low by construction."
    };
    let _ = write!(
        text,
        "Read this first:\n\n\
         - **Rows marked `fit` were used up**, if the scenario was calibrated: that they are met proves little ([calibration.md](calibration.md)).\n\
         - **The test is not blind.** Ranges and structure come from a mean-field fit that saw 2005-2021.\n\
         {intervals}\n\
         - Naive forecasts know the published values of their own series up to the cut; the gravity regression also knows output at both ends in the year it forecasts.\n\
         - Columns are explained in [columns.md](columns.md), targets and their sources stand in `{}`.\n\n",
        super::args::targets_of(args).display()
    );
}

fn bars(assessment: &Assessment, text: &mut String) {
    text.push_str("## Bars\n\n| bar | reached | wanted | counted | |\n| --- | --- | --- | --- | --- |\n");
    for b in &assessment.bars {
        let reached = b.reached.map_or_else(|| "-".to_string(), |r| format!("{r:.2}"));
        let _ = writeln!(text, "| `{}` | {reached} | {} | {} | {} |", b.bar, b.wanted, b.counted, if b.met { "met" } else { "**not met**" });
    }
}

fn patterns(assessment: &Assessment, text: &mut String) {
    if assessment.patterns.is_empty() {
        return;
    }
    text.push_str("\n## Patterns of the past\n\n| pattern | predicted | wanted | use | |\n| --- | --- | --- | --- | --- |\n");
    for p in &assessment.patterns {
        let of: Vec<String> = p.predicted.iter().map(|(name, _)| format!("`{name}`")).collect();
        let seen = if p.seen { "seen" } else { "**not seen**" };
        let _ = writeln!(text, "| {} ({}) | {} | {} | {} | {seen} |", cell(&p.says), of.join(", "), say::values(p), p.wanted, p.usage.name());
    }
}

fn aspects(assessment: &Assessment, text: &mut String) {
    text.push_str("\n## By aspect\n\n| aspect | rows fit, test | error fit | error test | relative difference, test | median scaled error, test | within low-high fit, test | in 50 %, 90 % | skill: persistence, mean, drift, gravity |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for s in &assessment.aspects {
        let [fit, test] = s.rows;
        let skill: Vec<String> = s.skill.iter().map(|x| say::ratio(*x)).collect();
        let _ = writeln!(
            text,
            "| {} | {fit}, {test} | {} | {} | {} | {} | {}, {} | {}, {} | {} |",
            s.id,
            say::percent(s.mape[0]),
            say::percent(s.mape[1]),
            say::ratio(s.relative[1].ratio()),
            say::ratio(s.mase[1]),
            say::percent(s.within[0]),
            say::percent(s.within[1]),
            say::percent(s.coverage[0]),
            say::percent(s.coverage[1]),
            skill.join(", ")
        );
    }
}

fn series(assessment: &Assessment, text: &mut String) {
    text.push_str("\n## Series, worst first\n\nError is the mean absolute percentage error; relative difference is the sum of absolute errors over the sum of published values, both shown.\n\n| series | rows fit, test | error fit | error test | relative difference (fitted rows if none is held out) | scaled error | in 90 % | |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for s in assessment.series.iter().filter(|s| s.badness().is_finite()) {
        let k = usize::from(s.rows[1] > 0);
        let relative = s.relative[k];
        let _ = writeln!(
            text,
            "| {} (`{}`) | {}, {} | {} | {} | {} = {} / {} | {} | {} | {} |",
            cell(&s.title),
            s.id,
            s.rows[0],
            s.rows[1],
            say::percent(s.mape[0]),
            say::percent(s.mape[1]),
            say::ratio(relative.ratio()),
            say::amount(relative.numerator),
            say::amount(relative.denominator),
            say::ratio(s.mase[k]),
            say::percent(s.coverage[1]),
            say::beaten(s)
        );
    }
    let unscored: Vec<String> = assessment.series.iter().filter(|s| !s.badness().is_finite()).map(|s| format!("`{}`", s.id)).collect();
    if !unscored.is_empty() {
        let _ = writeln!(text, "\nNot scored, because the run does not tell them or too few simulated persons stand behind them: {}.", unscored.join(", "));
    }
}

fn naive(assessment: &Assessment, text: &mut String) {
    let compared: Vec<&Scores> = assessment.series.iter().filter(|s| s.skill.iter().any(|x| x.is_finite())).collect();
    let beaten: Vec<&&Scores> = compared.iter().filter(|s| !s.beaten_by().is_empty()).collect();
    let _ = writeln!(
        text,
        "\n## Where a naive forecast wins\n\n**In {} of {} series that can be compared.** Skill is 1 less the model's error over the naive one on the same held-out rows; below 0 the naive forecast is better.\n\n| series | persistence | mean | drift | gravity |\n| --- | --- | --- | --- | --- |",
        beaten.len(),
        compared.len()
    );
    for s in beaten {
        let skill: Vec<String> = s.skill.iter().map(|x| say::ratio(*x)).collect();
        let _ = writeln!(text, "| {} | {} |", cell(&s.title), skill.join(" | "));
    }
}

fn headline(targets: &Targets, assessment: &Assessment, text: &mut String) {
    let rows: Vec<&Fit> = assessment.fits.iter().filter(|f| targets.series[f.series].headline).collect();
    if rows.is_empty() {
        return;
    }
    text.push_str("\n## Headline rows\n\n| row | series | period | use | published | low - high | predicted | |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for f in rows {
        let bound = |b: Option<f64>| b.map_or_else(|| "-".to_string(), say::amount);
        let verdict = if f.predicted.is_none() {
            "not told"
        } else if f.within {
            ""
        } else {
            "**missed**"
        };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} - {} | {} | {verdict} |",
            f.id,
            cell(&targets.series[f.series].title),
            f.period,
            f.usage.name(),
            bound(f.observed),
            bound(f.bounds.0),
            bound(f.bounds.1),
            bound(f.predicted)
        );
    }
}

fn warnings(record: &Record, text: &mut String) {
    let own: Vec<&String> = record.warnings.iter().filter(|w| !w.contains("warning:")).collect();
    if !own.is_empty() {
        text.push_str("\n## Warnings\n\n");
        for warning in own {
            let _ = writeln!(text, "- {warning}");
        }
    }
}
