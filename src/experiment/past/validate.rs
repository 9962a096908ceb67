//! How well predictions meet published values: errors, intervals and skill by series and by aspect, and whether the bars are met.
//!
//! The past of a row, from which naive forecasts are made, are the published values of its series that end before the row begins and not
//! after the cut between fitting and testing. Forecasts by gravity know the output of the row's own year beside that past.

use serde::Serialize;

use crate::measure::statistics;

use super::{
    discrepancy::Missed,
    gravity::{self, Observation},
    naive::{self, Point},
    observe::Predicted,
    patterns::{self, Pattern},
    scores::{self, Relative},
    target_file::{Aspect, Period, Use},
    targets::{Row, Series, Targets},
};
use crate::{measure::scope::Scope, units::Month, world::World};

/// Names of the naive forecasts, in the order in which they are kept.
pub const NAIVE: [&str; 4] = ["persistence", "historical mean", "drift", "gravity"];

/// A target row and what was predicted for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fit {
    /// Index of the series.
    pub series: usize,
    /// Label of the row; may be empty.
    pub id: String,
    /// When.
    pub period: Period,
    /// Published value.
    pub observed: Option<f64>,
    /// Its least and largest credible values.
    pub bounds: (Option<f64>, Option<f64>),
    /// Mean over replicates; none if no run tells it.
    pub predicted: Option<f64>,
    /// 50 % and 90 % intervals over replicates and observation error; none where either is unknown.
    pub intervals: Option<[(f64, f64); 2]>,
    /// By which the prediction carries on the last misses of its series.
    pub adjustment: f64,
    /// Error against the value, or the nearest bound; what it is relative to.
    pub error: (f64, f64),
    /// Whether it is predicted within low and high.
    pub within: bool,
    /// What it is for.
    #[serde(rename = "use")]
    pub usage: Use,
    /// Whether it counts: predicted, and by enough simulated persons.
    pub scored: bool,
    /// Whether the published value was checked against its source.
    pub verified: bool,
    /// Errors of the naive forecasts, in the order of [`NAIVE`].
    pub naive: [Option<f64>; 4],
}

/// Scores of a series, or of all series of an aspect. NaN where there is nothing to score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Id of the series, or name of the aspect.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// What it is about.
    pub aspect: Aspect,
    /// Unit; empty for an aspect.
    pub unit: String,
    /// Rows that are scored: fitted, tested.
    pub rows: [usize; 2],
    /// Mean absolute percentage error, as a share: fitted, tested.
    pub mape: [f64; 2],
    /// Average relative difference: fitted, tested.
    pub relative: [Relative; 2],
    /// Mean absolute scaled error: fitted, tested.
    pub mase: [f64; 2],
    /// Share of rows within low and high: fitted, tested.
    pub within: [f64; 2],
    /// Share of tested rows (fitted ones if none is tested) within the 50 % and the 90 % interval.
    pub coverage: [f64; 2],
    /// Mean interval score (90 %) of the same rows over their mean published value.
    pub interval_score: f64,
    /// Skill on tested rows against the naive forecasts, in the order of [`NAIVE`].
    pub skill: [f64; 4],
}

impl Scores {
    /// What the order of failures goes by: the test error, or the fit error where nothing is tested.
    pub fn badness(&self) -> f64 {
        let [fit, test] = self.mape;
        if test.is_finite() { test } else { fit }
    }

    /// Naive forecasts that are better on the tested rows.
    pub fn beaten_by(&self) -> Vec<&'static str> {
        NAIVE.iter().zip(self.skill).filter(|(_, s)| *s < 0.0).map(|(n, _)| *n).collect()
    }
}

/// A bar, and whether it is met.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
pub struct Verdict {
    /// Name of the bar.
    pub bar: String,
    /// What was reached; none if nothing counts for it.
    pub reached: Option<f64>,
    /// What it takes, for people.
    pub wanted: String,
    /// How many rows or series count for it.
    pub counted: usize,
    /// Whether it is met; a bar for which nothing counts is not met.
    pub met: bool,
}

/// Everything that a validation tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assessment {
    /// One a target row, in the order of the targets.
    pub fits: Vec<Fit>,
    /// One a series, worst first.
    pub series: Vec<Scores>,
    /// One an aspect, in the order of [`Aspect::ALL`].
    pub aspects: Vec<Scores>,
    /// The bars.
    pub bars: Vec<Verdict>,
    /// Patterns of the past.
    pub patterns: Vec<Pattern>,
}

/// Puts predictions of replicates (each those of [`super::observe::predictions`]) against the targets. `missed` is what is known of the log
/// error of each row's prediction, if anything is.
pub fn assess(targets: &Targets, world: &World, replicates: &[Vec<Predicted>], missed: Option<&[Missed]>) -> Assessment {
    let (mut fits, mut rows, scope) = (Vec::new(), 0, Scope::new(world));
    for (s, series) in targets.series.iter().enumerate() {
        for row in &series.rows {
            let predicted: Vec<Predicted> = replicates.iter().filter_map(|r| r.get(rows)).copied().collect();
            fits.push(fit(targets, (world, &scope), s, row, &predicted, missed.and_then(|m| m.get(rows).copied())));
            rows += 1;
        }
    }
    let mut series: Vec<Scores> = (0..targets.series.len()).map(|s| of_series(targets, s, &fits)).collect();
    let aspects = Aspect::ALL.into_iter().map(|aspect| of_aspect(targets, aspect, &series, &fits)).filter(|s| s.rows != [0, 0]).collect::<Vec<_>>();
    let bars = verdicts(targets, &series, &fits);
    // NaN, nothing to score, comes last.
    let key = |s: &Scores| if s.badness().is_nan() { f64::NEG_INFINITY } else { s.badness() };
    series.sort_by(|a, b| key(b).total_cmp(&key(a)));
    let patterns = patterns::seen(targets, &fits);
    Assessment { fits, series, aspects, bars, patterns }
}

fn fit(targets: &Targets, places: (&World, &Scope), s: usize, row: &Row, replicates: &[Predicted], missed: Option<Missed>) -> Fit {
    let adjustment = missed.map_or(1.0, |m| m.mean.exp());
    let values: Option<Vec<f64>> = replicates.iter().map(|p| p.value.map(|v| v * adjustment)).collect();
    let values = values.filter(|v| !v.is_empty());
    let predicted = values.as_ref().map(|v| statistics::mean(v.iter().copied()));
    let simulated = statistics::mean(replicates.iter().map(|p| p.simulated));
    let deviation = row.deviation().filter(|_| row.value.is_some());
    let intervals = values.as_ref().zip(deviation).map(|(v, d)| [0.5, 0.9].map(|level| interval(v, d, row.value, missed, level)));
    let naive = naive_errors(targets, places, &targets.series[s], row);
    Fit {
        series: s,
        id: row.id.clone(),
        period: row.period,
        observed: row.value,
        bounds: (row.low, row.high),
        predicted,
        intervals,
        adjustment,
        error: (predicted.map_or(f64::NAN, |p| row.error(p)), row.scale()),
        within: predicted.is_some_and(|p| row.holds(p)),
        usage: row.usage,
        scored: predicted.is_some() && simulated >= targets.rules.split.least_persons && row.scale() > 0.0,
        verified: row.verified,
        naive,
    }
}

/// Interval of a level over replicates and the error of the published value (deviation `d`). What the model misses is a share of what it
/// predicts, so that with it the interval is of logarithms.
fn interval(values: &[f64], d: f64, published: Option<f64>, missed: Option<Missed>, level: f64) -> (f64, f64) {
    match (missed, published) {
        (Some(missed), Some(published)) if published > 0.0 && values.iter().all(|v| *v > 0.0) => {
            let logs: Vec<f64> = values.iter().map(|v| v.ln()).collect();
            let (low, high) = scores::interval(&logs, missed.deviation.hypot((d / published).max(missed.least)), level);
            (low.exp(), high.exp())
        }
        _ => scores::interval(values, d, level),
    }
}

/// Published values from which a forecast of a row may be made.
fn past<'s>(series: &'s Series, row: &Row, cut: Month) -> impl Iterator<Item = &'s Row> {
    let (first, last) = (row.period.first, cut);
    series.rows.iter().filter(move |r| r.value.is_some() && r.period.last < first && r.period.last <= last)
}

fn naive_errors(targets: &Targets, places: (&World, &Scope), series: &Series, row: &Row) -> [Option<f64>; 4] {
    if row.usage == Use::Fit {
        return [None; 4];
    }
    let cut = targets.rules.split.fit_until.last;
    let points: Vec<Point> = past(series, row, cut).filter_map(|r| Some((r.period.middle(), r.value?))).collect();
    let forecasts = [
        naive::persistence(&points).or_else(|| unchanged(series, row)),
        naive::historical_mean(&points),
        naive::drift(&points, row.period.middle()),
        by_gravity(targets, places, series, row, cut),
    ];
    forecasts.map(|f| f.map(|f| row.error(f)))
}

/// Of a change since an earlier period of the same quantity: that there is none.
fn unchanged(series: &Series, row: &Row) -> Option<f64> {
    let over = series.over.as_ref().filter(|o| o.quantity == series.observes.quantity && series.plus.is_none())?;
    (over.period?.last < row.period.first).then_some(1.0)
}

/// Forecast by a gravity regression over all series of the same measure: each pair of places has its own level, and the log of output at
/// both ends moves it.
fn by_gravity(targets: &Targets, (world, scope): (&World, &Scope), series: &Series, row: &Row, cut: Month) -> Option<f64> {
    let level = |s: &Series| s.over.is_none() && s.plus.is_none();
    let panel: Vec<&Series> = targets.series.iter().filter(|s| level(s) && s.names[0] == series.names[0] && s.unit == series.unit).collect();
    // A pair without a past has no level; pairs are counted in the order of the targets.
    let panel: Vec<&Series> = panel.into_iter().filter(|s| past(s, row, cut).next().is_some()).collect();
    let own = panel.iter().position(|s| s.id == series.id)?;
    let regressors = |pair: usize, names: &[String; 3], period: Period| -> Option<Vec<f64>> {
        let mut x: Vec<f64> = (0..panel.len()).map(|p| f64::from(u8::from(p == pair))).collect();
        x.push(output(world, scope, &names[1], period)?.ln());
        x.push(output(world, scope, &names[2], period)?.ln());
        Some(x)
    };
    let mut observations = Vec::new();
    for (pair, s) in panel.iter().enumerate() {
        for r in past(s, row, cut) {
            observations.push(Observation { x: regressors(pair, &s.names, r.period)?, y: r.value? });
        }
    }
    let coefficients = gravity::ppml(&observations)?;
    Some(gravity::expected(&coefficients, &regressors(own, &series.names, row.period)?))
}

/// Output of places (joined by `+`) in a period, US dollars a year: the mean of what is known of its months.
fn output(world: &World, scope: &Scope, names: &str, period: Period) -> Option<f64> {
    let codes: Vec<String> = if let Some(row) = scope.destination_names.iter().position(|n| n == names) {
        (0..scope.countries).filter(|&c| scope.holds_country(row, c)).map(|c| scope.destination_names[c].clone()).collect()
    } else if names == scope.origin_names[scope.origins] {
        scope.origin_names[..scope.origins].to_vec()
    } else {
        names.split('+').map(|n| scope.home_ids.iter().position(|h| h == n).map_or_else(|| n.to_string(), |h| scope.origin_names[scope.origin_of[h]].clone())).collect()
    };
    let months = || (period.first.0..=period.last.0).filter_map(|m| usize::try_from(Month(m).since(world.start)).ok());
    let mut sum = 0.0;
    for code in codes {
        let series = world.series.get("gdp_usd", &code)?;
        sum += statistics::mean(months().filter_map(|m| series.get(m)).copied());
    }
    (sum > 0.0).then_some(sum)
}

/// Scored rows of a series with a use.
fn scored(fits: &[Fit], keep: impl Fn(&Fit) -> bool) -> Vec<&Fit> {
    fits.iter().filter(|f| f.scored && keep(f)).collect()
}

fn errors(fits: &[&Fit]) -> Vec<(f64, f64)> {
    fits.iter().map(|f| f.error).collect()
}

fn common(id: &str, title: &str, aspect: Aspect, unit: &str, fits: [&[&Fit]; 2]) -> Scores {
    let [fitted, tested] = fits;
    let judged = if tested.is_empty() { fitted } else { tested };
    let inside = |k: usize| judged.iter().filter_map(move |f| Some(f64::from(u8::from(f.intervals?[k].0 <= f.observed? && f.observed? <= f.intervals?[k].1))));
    let interval_scores = judged.iter().filter_map(|f| f.intervals.zip(f.observed).map(|([_, (low, high)], value)| (scores::interval_score(low, high, 0.9, value), value.abs())));
    let [sum, scale] = interval_scores.fold([0.0, 0.0], |[a, b], (score, value)| [a + score, b + value]);
    let skill = std::array::from_fn(|k| {
        // Relative errors, so that rows of other units can be added.
        let pairs: Vec<(f64, f64)> = tested.iter().filter_map(|f| Some((f.error.0 / f.error.1, f.naive[k]? / f.error.1))).collect();
        let (own, naive): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        scores::skill(&own, &naive)
    });
    Scores {
        id: id.to_string(),
        title: title.to_string(),
        aspect,
        unit: unit.to_string(),
        rows: fits.map(<[_]>::len),
        mape: fits.map(|f| scores::mape(&errors(f))),
        relative: fits.map(|f| Relative::of(&errors(f))),
        mase: [f64::NAN; 2],
        within: fits.map(|f| statistics::mean(f.iter().map(|f| f64::from(u8::from(f.within))))),
        coverage: [statistics::mean(inside(0)), statistics::mean(inside(1))],
        interval_score: if scale > 0.0 { sum / scale } else { f64::NAN },
        skill,
    }
}

fn of_series(targets: &Targets, s: usize, fits: &[Fit]) -> Scores {
    let series = &targets.series[s];
    let [fitted, tested] = [Use::Fit, Use::Test].map(|u| scored(fits, |f| f.series == s && f.usage == u));
    let cut = targets.rules.split.fit_until.last;
    let past: Vec<f64> = series.rows.iter().filter(|r| r.period.last <= cut).filter_map(|r| r.value).collect();
    let mase = [&fitted, &tested].map(|f| scores::mase(&f.iter().map(|f| f.error.0).collect::<Vec<_>>(), &past));
    Scores { mase, ..common(&series.id, &series.title, series.aspect, &series.unit, [&fitted, &tested]) }
}

/// All rows of an aspect together; the scaled error is the median over its series.
fn of_aspect(targets: &Targets, aspect: Aspect, series: &[Scores], fits: &[Fit]) -> Scores {
    let [fitted, tested] = [Use::Fit, Use::Test].map(|u| scored(fits, |f| targets.series[f.series].aspect == aspect && f.usage == u));
    let median = |k: usize| {
        let mut of: Vec<f64> = series.iter().filter(|s| s.aspect == aspect).map(|s| s.mase[k]).filter(|m| m.is_finite()).collect();
        of.sort_by(f64::total_cmp);
        statistics::quantile(&of, 0.5)
    };
    let mut scores = common(aspect.name(), "", aspect, "", [&fitted, &tested]);
    scores.mase = [median(0), median(1)];
    // Sums over other units would be sums of apples and dollars.
    let units: std::collections::BTreeSet<&str> = series.iter().filter(|s| s.aspect == aspect && s.rows != [0, 0]).map(|s| s.unit.as_str()).collect();
    if units.len() > 1 {
        let apart = |f: &[&Fit]| Relative::of(&f.iter().map(|f| (f.error.0 / f.error.1, 1.0)).collect::<Vec<_>>());
        scores.relative = [apart(&fitted), apart(&tested)];
        scores.interval_score = f64::NAN;
    }
    scores
}

fn verdicts(targets: &Targets, series: &[Scores], fits: &[Fit]) -> Vec<Verdict> {
    let bars = &targets.rules.bars;
    let known = |value: f64| Some(value).filter(|v| v.is_finite());
    let verdict = |bar: &str, reached: f64, counted: usize, wanted: String, met: bool| Verdict {
        bar: bar.to_string(),
        reached: known(reached),
        wanted,
        counted,
        met: met && reached.is_finite(),
    };
    let headline = scored(fits, |f| targets.series[f.series].headline && f.usage == Use::Fit);
    let within = statistics::mean(headline.iter().map(|f| f64::from(u8::from(f.within))));
    let long = series.iter().zip(&targets.series).filter(|(_, t)| t.rows.len() >= bars.least_points);
    let scaled: Vec<f64> = long.map(|(s, _)| s.mase[1]).filter(|m| m.is_finite()).collect();
    let better = statistics::mean(scaled.iter().map(|m| f64::from(u8::from(*m < 1.0))));
    let shares = scored(fits, |f| targets.series[f.series].aspect == Aspect::DestinationShares && f.usage == Use::Test);
    let difference = Relative::of(&errors(&shares)).ratio();
    let judged = scored(fits, |f| f.usage == Use::Test && f.intervals.is_some());
    let covered = statistics::mean(judged.iter().filter_map(|f| Some(f64::from(u8::from(f.intervals?[1].0 <= f.observed? && f.observed? <= f.intervals?[1].1)))));
    let all = [
        bars.headline_within.map(|bar| verdict("headline_within", within, headline.len(), format!("at least {bar}"), within >= bar)),
        bars.better_than_no_change.map(|bar| verdict("better_than_no_change", better, scaled.len(), format!("at least {bar}"), better >= bar)),
        bars.destination_shares.map(|bar| verdict("destination_shares", difference, shares.len(), format!("at most {bar}"), difference <= bar)),
        bars.coverage_90.map(|[least, most]| verdict("coverage_90", covered, judged.len(), format!("{least} to {most}"), covered >= least && covered <= most)),
    ];
    all.into_iter().flatten().collect()
}
