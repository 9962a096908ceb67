//! What the data told about the parameters: prior against posterior, which trade off, and which inputs the headline numbers hang on.

use serde::{Deserialize, Serialize};

use super::{Calibration, model::Told};
use crate::measure::{
    record::number_or_nan,
    statistics::{correlation, deviation, quantile},
};

/// A distribution in four numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Mean.
    #[serde(deserialize_with = "number_or_nan")]
    pub mean: f64,
    /// Quantile 0.05.
    #[serde(deserialize_with = "number_or_nan")]
    pub p05: f64,
    /// Median.
    #[serde(deserialize_with = "number_or_nan")]
    pub p50: f64,
    /// Quantile 0.95.
    #[serde(deserialize_with = "number_or_nan")]
    pub p95: f64,
}

impl Spread {
    /// Of values of equal weight.
    pub fn of(values: &[f64]) -> Spread {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        Spread { mean, p05: quantile(&sorted, 0.05), p50: quantile(&sorted, 0.5), p95: quantile(&sorted, 0.95) }
    }
}

/// A parameter before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// Identifier.
    pub id: String,
    /// Keys, joined by commas.
    pub key: String,
    /// Unit.
    pub unit: String,
    /// Least and greatest value a priori; flat between them.
    pub prior: [f64; 2],
    /// After the fit.
    pub posterior: Spread,
    /// Standard deviation after over before: below 0.5 the data decide, above 0.8 the prior does.
    #[serde(deserialize_with = "number_or_nan")]
    pub held: f64,
    /// Whether it was fitted.
    pub fitted: bool,
    /// Where the range comes from.
    pub source: String,
}

/// Two parameters of which the data know a combination better than each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TradeOff {
    /// A parameter.
    pub a: String,
    /// Another one.
    pub b: String,
    /// Correlation among members.
    #[serde(deserialize_with = "number_or_nan")]
    pub correlation: f64,
}

/// How much headline numbers hang on an input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Influence {
    /// Parameter.
    pub id: String,
    /// Its key.
    pub key: String,
    /// Change of a headline number for one prior standard deviation of the input, log points, root mean square over headline numbers.
    #[serde(deserialize_with = "number_or_nan")]
    pub effect: f64,
}

/// Trade-offs that are told: correlations of at least so much.
const TOLD: f64 = 0.4;
/// Trade-offs that are told at most.
const MOST: usize = 15;

fn column(z: &[Vec<f64>], p: usize) -> Vec<f64> {
    z.iter().map(|z| z[p]).collect()
}

/// All parameters, from members of equal weight.
pub fn held(calibration: &Calibration, z: &[Vec<f64>]) -> Vec<Held> {
    let of = |(p, uncertain): (usize, &super::Uncertain)| {
        let values: Vec<f64> = z.iter().map(|z| uncertain.value(z[p])).collect();
        Held {
            id: uncertain.parameter.id.clone(),
            key: uncertain.parameter.keys.join(", "),
            unit: uncertain.parameter.unit.clone(),
            prior: [uncertain.low, uncertain.high],
            posterior: Spread::of(&values),
            held: deviation(&column(z, p)),
            fitted: uncertain.fitted,
            source: uncertain.source.clone(),
        }
    };
    calibration.uncertain.iter().enumerate().map(of).collect()
}

/// Pairs of fitted parameters that trade off, strongest first.
pub fn trade_offs(calibration: &Calibration, z: &[Vec<f64>]) -> Vec<TradeOff> {
    let free: Vec<usize> = (0..calibration.uncertain.len()).filter(|&p| calibration.uncertain[p].fitted).collect();
    let id = |p: usize| calibration.uncertain[p].parameter.id.clone();
    let mut pairs = Vec::new();
    for (i, &a) in free.iter().enumerate() {
        for &b in &free[i + 1..] {
            let correlation = correlation(&column(z, a), &column(z, b));
            if correlation.abs() >= TOLD {
                pairs.push(TradeOff { a: id(a), b: id(b), correlation });
            }
        }
    }
    pairs.sort_by(|x, y| y.correlation.abs().total_cmp(&x.correlation.abs()));
    pairs.truncate(MOST);
    pairs
}

/// How much headline numbers hang on each parameter, most first: squared correlations over draws from the prior, less what chance gives.
pub fn influences(calibration: &Calibration, prior: &[Vec<f64>], told: &[Told]) -> Vec<Influence> {
    let headline: Vec<usize> = calibration.targets.rows().enumerate().filter(|(_, (series, _))| series.headline).map(|(i, _)| i).collect();
    let logs: Vec<Vec<f64>> = headline.into_iter().filter_map(|row| told.iter().map(|t| t.values[row].filter(|v| *v > 0.0).map(f64::ln)).collect::<Option<Vec<f64>>>()).collect();
    let chance = 1.0 / (prior.len() as f64 - 1.0);
    let mut all: Vec<Influence> = (0..calibration.uncertain.len())
        .map(|p| {
            let z = column(prior, p);
            let squared = logs.iter().map(|y| (correlation(&z, y).powi(2) - chance).max(0.0) * deviation(y).powi(2)).sum::<f64>();
            let parameter = &calibration.uncertain[p].parameter;
            Influence { id: parameter.id.clone(), key: parameter.keys.join(", "), effect: (squared / logs.len().max(1) as f64).sqrt() }
        })
        .collect();
    all.sort_by(|a, b| b.effect.total_cmp(&a.effect));
    all
}
