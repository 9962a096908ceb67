//! The page of a calibration: what does not fit first. A field that the file does not have hides its chart.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    answer::{Answer, Number, both},
    folder::Folder,
    numbers::{LANGUAGES, Language, brief, decimal},
    strings::text,
    validation,
};
use crate::{
    experiment::past::validate::Verdict,
    measure::record::{self, FileEntry},
    store::StoreError,
};

/// Name of the file within the folder.
pub const FILE: &str = "calibration.json";

/// What a calibration found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Calibration {
    /// What it is called; the scenario's title otherwise.
    pub title: String,
    /// Parameters.
    pub keys: Vec<Key>,
    /// Misfit by iteration.
    pub iterations: Vec<Iteration>,
    /// Targets.
    pub series: Vec<Target>,
    /// Pairs of parameters that the data cannot tell apart.
    pub trade_offs: Vec<TradeOff>,
    /// Values that are not verified, by what they do.
    pub unverified: Vec<Unverified>,
    /// Forecasts from earlier origins.
    pub origins: Vec<Forecast>,
    /// The bars of the targets.
    pub bars: Vec<Verdict>,
    /// The record of the folder.
    #[serde(skip)]
    pub record: Record,
}

/// What is shown of the record `run.json`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Hash of everything that decides the results.
    pub identity: String,
    /// Hash of the scenario's values.
    pub scenario_hash: String,
    /// Hash of the targets.
    pub targets_hash: String,
    /// Hash of the ensemble.
    pub ensemble_hash: String,
    /// Seed.
    pub seed: u64,
    /// Simulated over real persons.
    pub sample: f64,
    /// Members of the ensemble.
    pub members: usize,
    /// Steps of the fit.
    pub steps: usize,
    /// Whether the rolling origins were fitted.
    pub with_origins: bool,
    /// Runs.
    pub runs: usize,
    /// Result files.
    pub files: Vec<FileEntry>,
    /// What to be wary of.
    pub warnings: Vec<String>,
}

/// A forecast from a year of the past.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Forecast {
    /// Last month of the past that was fitted.
    pub origin: String,
    /// Series.
    pub series: String,
    /// Period.
    pub period: String,
    /// What was published.
    pub observed: Option<f64>,
    /// Mean over members.
    pub model: Option<f64>,
    /// The same with the last misses of the series carried on.
    pub forecast: Option<f64>,
    /// 90 % interval.
    pub interval: Option<[f64; 2]>,
    /// The last published value.
    pub no_change: Option<f64>,
}

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// Its identifier; the key otherwise.
    pub id: String,
    /// Its key in the scenario, or several joined by commas.
    pub key: String,
    /// Unit.
    pub unit: String,
    /// Whether it was fitted; what was not keeps its prior.
    pub fitted: Option<bool>,
    /// Where the range before comes from.
    pub source: String,
    /// Least and greatest value before.
    pub prior: Option<[f64; 2]>,
    /// After.
    pub posterior: Option<Posterior>,
    /// Standard deviation after over before.
    pub held: Option<f64>,
}

/// A weighted ensemble of values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Posterior {
    /// Mean.
    pub mean: Option<f64>,
    /// Quantile 0.05.
    pub p05: Option<f64>,
    /// Median.
    pub p50: Option<f64>,
    /// Quantile 0.95.
    pub p95: Option<f64>,
}

/// A round of runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Iteration {
    /// Its number.
    pub iteration: i64,
    /// Misfit: mean over the ensemble.
    pub misfit_mean: Option<f64>,
    /// Quantile 0.05.
    pub misfit_p05: Option<f64>,
    /// Quantile 0.95.
    pub misfit_p95: Option<f64>,
    /// Runs so far.
    pub runs: Option<u64>,
}

/// A target and what the ensemble says of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Target {
    /// Its identifier.
    pub target: String,
    /// In a few words.
    pub label: String,
    /// When.
    pub period: String,
    /// `fit` or `test`.
    #[serde(rename = "use")]
    pub usage: String,
    /// Published value.
    pub observed: Option<f64>,
    /// Least credible value.
    pub low: Option<f64>,
    /// Greatest credible value.
    pub high: Option<f64>,
    /// Mean of the ensemble.
    pub mean: Option<f64>,
    /// Quantile 0.05.
    pub p05: Option<f64>,
    /// Quantile 0.95.
    pub p95: Option<f64>,
    /// Whether the mean lies within low and high.
    pub within: Option<bool>,
}

/// Two parameters that move together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TradeOff {
    /// One key.
    pub a: String,
    /// The other.
    pub b: String,
    /// Their correlation in the ensemble.
    pub correlation: Option<f64>,
}

/// A value without a verified source that matters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unverified {
    /// Its identifier.
    pub id: String,
    /// Its key.
    pub key: String,
    /// What it does to the headline numbers.
    pub effect: Option<f64>,
}

impl Key {
    fn name(&self) -> &str {
        if self.id.is_empty() { &self.key } else { &self.id }
    }
}

impl Target {
    /// What it is called, and when.
    fn name(&self) -> String {
        let name = if self.label.is_empty() { &self.target } else { &self.label };
        if self.period.is_empty() { name.clone() } else { format!("{name}, {}", self.period) }
    }

    /// How far the mean is from the published value, as a share of it; infinite steps come last.
    fn miss(&self) -> f64 {
        self.mean.zip(self.observed).map_or(0.0, |(mean, observed)| ((mean - observed) / observed).abs()).min(f64::MAX)
    }
}

impl Calibration {
    /// The calibration in a folder; none if there is none that can be read.
    pub fn read(folder: &Path) -> Option<Calibration> {
        let mut found: Calibration = serde_json::from_slice(&fs::read(folder.join(FILE)).ok()?).ok()?;
        found.record = fs::read(folder.join(record::FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Some(found)
    }

    /// Targets that are missed, furthest first; then the others likewise.
    fn worst_first(&self) -> Vec<&Target> {
        let mut list: Vec<&Target> = self.series.iter().collect();
        list.sort_by(|a, b| a.within.cmp(&b.within).then(b.miss().total_cmp(&a.miss())));
        list
    }

    /// By parameter that was fitted: spread after over spread before, narrowest first.
    fn narrowed(&self) -> Vec<(&str, f64)> {
        let width = |k: &Key| {
            let (prior, posterior) = (k.prior?, k.posterior?);
            Some((posterior.p95? - posterior.p05?) / (0.9 * (prior[1] - prior[0])))
        };
        let fitted = self.keys.iter().filter(|k| k.fitted != Some(false));
        let mut list: Vec<(&str, f64)> = fitted.filter_map(|k| Some((k.name(), k.held.or_else(|| width(k))?))).filter(|k| k.1.is_finite()).collect();
        list.sort_by(|a, b| a.1.total_cmp(&b.1));
        list
    }

    /// The answer and the data of the page; scores and fits of the mean prediction, where the folder has them, as of a validation.
    ///
    /// # Errors
    /// Tables that cannot be read.
    pub fn study(&self, folder: &Folder, targets: Option<&Path>) -> Result<(Answer, Value), StoreError> {
        let mut data = self.data();
        if folder.file("validation.csv").exists() && folder.file("fit.csv").exists() {
            data["validation"] = validation::study(folder, &self.bars, &[], targets)?.1;
        }
        Ok((self.answer(), data))
    }

    fn data(&self) -> Value {
        json!({
            "keys": self.keys, "iterations": self.iterations, "series": self.worst_first(), "trade_offs": self.trade_offs, "unverified": self.unverified, "origins": self.origins
        })
    }

    /// The answer.
    pub fn answer(&self) -> Answer {
        let mut numbers = Vec::new();
        if let Some((last, mean)) = self.iterations.last().and_then(|i| Some((i, i.misfit_mean?))) {
            let interval = |l: Language| match (last.misfit_p05, last.misfit_p95) {
                (Some(low), Some(high)) => format!("{} … {} {}", brief(low, l), brief(high, l), text("k.members", l)),
                _ => text("s.no-interval", l).to_string(),
            };
            numbers.push(Number { label: both(|l| text("k.misfit", l).to_string()), value: both(|l| brief(mean, l)), interval: both(interval), unclear: false });
        }
        for (usage, key) in [("fit", "k.fitted"), ("test", "k.tested")] {
            let told: Vec<bool> = self.series.iter().filter(|s| s.usage == usage).filter_map(|s| s.within).collect();
            let within = told.iter().filter(|w| **w).count();
            if !told.is_empty() {
                let of = |l: Language| text("s.number.holds", l).replace("{n}", &within.to_string()).replace("{all}", &told.len().to_string());
                let value = |l: Language| format!("{}\u{a0}%", decimal(100.0 * within as f64 / told.len() as f64, 0, l));
                numbers.push(Number { label: both(|l| text(key, l).to_string()), value: both(value), interval: both(of), unclear: false });
            }
        }
        let sentences = LANGUAGES.map(|l| [self.missed(l), self.course(l), self.learned(l)].into_iter().flatten().collect());
        Answer { numbers, sentences }
    }

    fn missed(&self, l: Language) -> Option<String> {
        let told = self.series.iter().filter(|s| s.within.is_some()).count();
        let missed: Vec<&Target> = self.worst_first().into_iter().filter(|s| s.within == Some(false)).collect();
        let name = |s: &&Target| format!("{} ({}\u{a0}%)", s.name(), decimal(100.0 * s.miss(), 0, l));
        let worst = missed.iter().take(3).map(name).collect::<Vec<_>>().join("; ");
        (told > 0).then(|| match (missed.len(), l) {
            (0, Language::English) => format!("All {told} targets are met within their bounds."),
            (0, Language::Russian) => format!("Все {told} целей достигнуты в своих границах."),
            (n, Language::English) => format!("{n} of {told} targets are missed; furthest off: {worst}."),
            (n, Language::Russian) => format!("Не достигнуты {n} из {told} целей; дальше всего: {worst}."),
        })
    }

    fn course(&self, l: Language) -> Option<String> {
        let (first, last) = (self.iterations.first()?, self.iterations.last()?);
        let (from, to) = (brief(first.misfit_mean?, l), brief(last.misfit_mean?, l));
        // The first is the prior.
        let (n, runs) = (self.iterations.len() - 1, last.runs.map_or_else(|| "–".to_string(), |n| decimal(n as f64, 0, l)));
        Some(match l {
            Language::English => format!("In {n} steps and {runs} runs the mean misfit went from {from} to {to}."),
            Language::Russian => format!("За {n} шагов и {runs} прогонов средняя невязка изменилась с {from} до {to}."),
        })
    }

    fn learned(&self, l: Language) -> Option<String> {
        let list = self.narrowed();
        let ((first, narrow), (last, wide)) = (list.first()?, list.last()?);
        let percent = |x: &f64| decimal(100.0 * x, 0, l);
        let pair = self.trade_offs.iter().filter_map(|t| Some((t, t.correlation?))).max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        let tied = pair.map_or_else(String::new, |(t, r)| match l {
            Language::English => format!("; {} and {} are hardest to tell apart (correlation {})", t.a, t.b, decimal(r, 2, l)),
            Language::Russian => format!("; труднее всего различить {} и {} (корреляция {})", t.a, t.b, decimal(r, 2, l)),
        });
        Some(match l {
            Language::English => format!("The data say most about {first} ({} % of its spread is left) and least about {last} ({} %){tied}.", percent(narrow), percent(wide)),
            Language::Russian => format!("Больше всего данные говорят о {first} (осталось {} % разброса), меньше всего о {last} ({} %){tied}.", percent(narrow), percent(wide)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_no_mistake() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), r#"{"keys":[{"key":"a","prior":[0,1]}],"series":[{"target":"t","within":false,"observed":2,"mean":3}],"other":1}"#).unwrap();
        let found = Calibration::read(folder.path()).unwrap();
        assert_eq!(found.answer().sentences[0], ["1 of 1 targets are missed; furthest off: t (50\u{a0}%)."]);
        assert!(found.answer().numbers.is_empty());
    }
}
