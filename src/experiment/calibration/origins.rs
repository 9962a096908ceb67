//! Rolling origins: parts of the past are fitted, the years after them forecast, and the forecasts held against what came.

use serde::{Deserialize, Serialize};

use super::{
    Calibration,
    file::OriginsTable,
    method::{self, Fitted},
    model::{End, Past, Runs, Told},
};
use crate::{
    experiment::{
        ensemble::Discrepancy,
        past::{
            discrepancy::{self, Error, Missed, log_deviation},
            naive,
            scores::{self, Relative},
            target_file::{Aspect, Use},
            targets::{Row, Series},
        },
    },
    measure::{
        record::{number_or_nan, numbers_or_nan},
        statistics,
    },
    units::Month,
};

/// A forecast of a target row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Last month of the past that was fitted.
    pub origin: String,
    /// Id of the series.
    pub series: String,
    /// Period of the row.
    pub period: String,
    /// What was published.
    pub observed: f64,
    /// Mean over members.
    #[serde(deserialize_with = "number_or_nan")]
    pub model: f64,
    /// The same with the last misses of the series carried on.
    #[serde(deserialize_with = "number_or_nan")]
    pub forecast: f64,
    /// 90 % interval: parameters, runs, what the model misses, published error.
    #[serde(deserialize_with = "numbers_or_nan")]
    pub interval: [f64; 2],
    /// The last published value of the series.
    pub no_change: Option<f64>,
    /// Mean absolute change from one published value to the next up to the origin.
    pub scale: Option<f64>,
    /// Whether the series has enough points to be judged by itself.
    pub long: bool,
    /// Whether it is of destination shares.
    pub destination_share: bool,
}

/// Scores over all origins.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Series with enough points that could be judged.
    pub series: usize,
    /// Share of them with a mean absolute scaled error below 1 (scale: changes from one value to the next in the past).
    #[serde(deserialize_with = "number_or_nan")]
    pub scaled_below_one: f64,
    /// Share of them with a smaller absolute error than no change has on the same rows.
    #[serde(deserialize_with = "number_or_nan")]
    pub beats_no_change: f64,
    /// The same two without carrying on the last misses.
    #[serde(deserialize_with = "numbers_or_nan")]
    pub model_alone: [f64; 2],
    /// Average relative difference of destination shares.
    #[serde(deserialize_with = "number_or_nan")]
    pub destination_shares: f64,
    /// Share of forecasts within the 90 % interval.
    #[serde(deserialize_with = "number_or_nan")]
    pub coverage_90: f64,
    /// Number of forecasts.
    pub rows: usize,
}

/// What origins tell.
#[derive(Clone, Debug, Default)]
pub struct Rolled {
    /// Forecasts from all origins.
    pub forecasts: Vec<Forecast>,
    /// Errors of the model alone in rows that may be fitted and that no fit had seen, by series and origin.
    pub unseen: Vec<Vec<Error>>,
}

/// Fits up to each origin and forecasts from it: from the first members of `start` on; an origin at the cut of the whole fit is that fit
/// itself. `base` are the predictions of the scenario as it is. What the model misses is estimated for
/// an origin on the rows up to it and on what earlier origins missed.
///
/// # Errors
/// What ends the runs.
pub fn forecasts(calibration: &Calibration, table: &OriginsTable, runs: &Runs<'_>, base: &Told, start: &[Vec<f64>], whole: &Fitted<Told>) -> Result<Rolled, End> {
    let cut = calibration.targets.rules.split.fit_until.last;
    let mut all = Rolled::default();
    let (targets, least) = (&calibration.targets, calibration.errors.least);
    // Earlier origins: what was predicted from each, and the months that its forecasts are of.
    let mut earlier: Vec<(Vec<Option<f64>>, Month, Month)> = Vec::new();
    let missed = |(means, after, until): &(Vec<Option<f64>>, Month, Month), known: Month| {
        discrepancy::errors(targets, means, least, |row| row.usage == Use::Fit && row.period.first > *after && row.period.last <= (*until).min(known))
    };
    for period in &table.until {
        let origin = period.last;
        let fitted = if origin == cut {
            whole.clone()
        } else {
            let Some(mut past) = Past::new(runs, base, origin) else { continue };
            let evidence = past.evidence.clone();
            let start = &start[..table.members.min(start.len())];
            method::fit(calibration.method, table.steps, start, &evidence, &calibration.free(), calibration.base.run.seed, &mut past)?
        };
        let ensemble = calibration.ensemble(&fitted.z, &fitted.weights, calibration.discrepancy(false));
        let members: Vec<&Told> = ensemble.by_weight().iter().map(|&k| &fitted.predicted[k]).collect();
        let means = means(&members);
        let seen = discrepancy::errors(targets, &means, least, |row| row.usage == Use::Fit && row.period.last <= origin);
        // Only what had happened by then.
        let before: Vec<Vec<Error>> = earlier.iter().flat_map(|e| missed(e, origin)).collect();
        let spread = discrepancy::estimate(if before.is_empty() { &seen } else { &before }, least).unwrap_or(calibration.discrepancy(false));
        all.forecasts.extend(from(calibration, table, origin, &members, spread));
        let horizon = origin.plus(12 * i32::from(table.years)).min(cut);
        earlier.push((means, origin, horizon));
        all.unseen.extend(earlier.last().into_iter().flat_map(|e| missed(e, horizon)));
    }
    Ok(all)
}

fn from(calibration: &Calibration, table: &OriginsTable, origin: Month, members: &[&Told], spread: Discrepancy) -> Vec<Forecast> {
    let (targets, least) = (&calibration.targets, calibration.errors.least);
    let means = means(members);
    let missed = discrepancy::missed(targets, &means, origin, spread);
    let horizon = origin.plus(12 * i32::from(table.years));
    let mut forecasts = Vec::new();
    for (place, (series, row)) in targets.rows().enumerate() {
        let wanted = row.period.first > origin && row.period.last <= horizon;
        let simulated = statistics::mean(members.iter().map(|m| m.simulated[place]));
        let (Some(observed), Some(model)) = (row.value.filter(|v| *v > 0.0 && wanted), means[place].filter(|m| *m > 0.0)) else { continue };
        if simulated < targets.rules.split.least_persons {
            continue;
        }
        let values: Vec<f64> = members.iter().filter_map(|m| m.values[place]).collect();
        forecasts.push(forecast(series, row, origin, [observed, model], &values, missed[place], least, targets.rules.bars.least_points));
    }
    forecasts
}

/// Mean of each row over members; none where a member does not tell it.
pub fn means(members: &[&Told]) -> Vec<Option<f64>> {
    let rows = members.first().map_or(0, |m| m.values.len());
    let mean = |row: usize| members.iter().map(|m| m.values[row]).collect::<Option<Vec<f64>>>().map(|v| statistics::mean(v.iter().copied()));
    (0..rows).map(mean).collect()
}

fn forecast(series: &Series, row: &Row, origin: Month, [observed, model]: [f64; 2], members: &[f64], missed: Missed, least: f64, least_points: usize) -> Forecast {
    let past: Vec<naive::Point> = series.rows.iter().filter(|r| r.period.last <= origin).filter_map(|r| Some((r.period.middle(), r.value?))).collect();
    let changes: Vec<f64> = past.windows(2).map(|w| (w[1].1 - w[0].1).abs()).collect();
    let deviation = missed.deviation.hypot(log_deviation(row, least));
    let logs: Vec<f64> = members.iter().filter(|m| **m > 0.0).map(|m| m.ln() + missed.mean).collect();
    let (low, high) = scores::interval(&logs, deviation, 0.9);
    Forecast {
        origin: origin.to_string(),
        series: series.id.clone(),
        period: row.period.to_string(),
        observed,
        model,
        forecast: model * missed.mean.exp(),
        interval: [low.exp(), high.exp()],
        no_change: naive::persistence(&past),
        scale: Some(statistics::mean(changes)).filter(|s| *s > 0.0),
        long: series.rows.len() >= least_points,
        destination_share: series.aspect == Aspect::DestinationShares,
    }
}

/// Scores of forecasts.
pub fn scores(forecasts: &[Forecast]) -> Scores {
    let mut ids: Vec<&str> = forecasts.iter().filter(|f| f.long).map(|f| f.series.as_str()).collect();
    ids.dedup();
    ids.sort_unstable();
    ids.dedup();
    let of = |id: &str| forecasts.iter().filter(|f| f.series == id).collect::<Vec<_>>();
    // Errors over the scale of each origin, and over those of no change.
    let judged = |value: fn(&Forecast) -> f64| {
        let scaled = |id: &&str| statistics::mean(of(id).iter().filter_map(|f| Some((value(f) - f.observed).abs() / f.scale?)));
        let against = |id: &&str| {
            let pairs: Vec<(f64, f64)> = of(id).iter().filter_map(|f| Some(((value(f) - f.observed).abs(), (f.no_change? - f.observed).abs()))).collect();
            pairs.iter().map(|p| p.0).sum::<f64>() / pairs.iter().map(|p| p.1).sum::<f64>()
        };
        let below = |all: Vec<f64>| {
            let known: Vec<f64> = all.into_iter().filter(|x| x.is_finite()).collect();
            (statistics::mean(known.iter().map(|x| f64::from(u8::from(*x < 1.0)))), known.len())
        };
        (below(ids.iter().map(scaled).collect()), below(ids.iter().map(against).collect()))
    };
    let (scaled, against) = judged(|f| f.forecast);
    let (alone, alone_against) = judged(|f| f.model);
    let shares: Vec<(f64, f64)> = forecasts.iter().filter(|f| f.destination_share).map(|f| (f.forecast - f.observed, f.observed)).collect();
    let inside = forecasts.iter().map(|f| f64::from(u8::from(f.interval[0] <= f.observed && f.observed <= f.interval[1])));
    Scores {
        series: scaled.1,
        scaled_below_one: scaled.0,
        beats_no_change: against.0,
        model_alone: [alone.0, alone_against.0],
        destination_shares: Relative::of(&shares).ratio(),
        coverage_90: statistics::mean(inside),
        rows: forecasts.len(),
    }
}
