//! The page of a calibration: what does not fit first. A list that is empty hides its chart.

use std::{fs, path::Path};

use serde_json::{Value, json};

use super::{
    answer::{Answer, Number, both},
    folder::Folder,
    numbers::{LANGUAGES, Language, brief, decimal},
    strings::text,
    validation,
};
use crate::{
    experiment::calibration::record::{FINDINGS, Findings, Record, Seen},
    measure::record::Provenance,
    store::StoreError,
};

/// What a calibration found, and the record of its folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// `calibration.json`.
    pub findings: Findings,
    /// `run.json`; empty if it cannot be read.
    pub record: Record,
}

/// How far the mean of a row is from the published value, as a share of it; 0 where there is none or no mean, infinite steps come last.
fn miss(row: &Seen) -> f64 {
    let share = row.observed.map_or(0.0, |observed| ((row.predicted.mean - observed) / observed).abs());
    if share.is_nan() { 0.0 } else { share.min(f64::MAX) }
}

/// Whether the mean of a row is within low and high; none if the run does not tell the row.
fn within(row: &Seen) -> Option<bool> {
    row.predicted.mean.is_finite().then_some(row.within)
}

impl Calibration {
    /// The calibration in a folder; none if there is none that can be read.
    pub fn read(folder: &Path) -> Option<Calibration> {
        let findings = serde_json::from_slice(&fs::read(folder.join(FINDINGS)).ok()?).ok()?;
        Some(Calibration { findings, record: Record::read(folder).unwrap_or_default() })
    }

    /// Rows that are missed, furthest first; then the others likewise.
    fn worst_first(&self) -> Vec<&Seen> {
        let mut list: Vec<&Seen> = self.findings.series.iter().collect();
        list.sort_by(|a, b| a.within.cmp(&b.within).then(miss(b).total_cmp(&miss(a))));
        list
    }

    /// By parameter that was fitted: spread after over spread before, narrowest first.
    fn narrowed(&self) -> Vec<(&str, f64)> {
        let fitted = self.findings.keys.iter().filter(|k| k.fitted && k.held.is_finite());
        let mut list: Vec<(&str, f64)> = fitted.map(|k| (k.id.as_str(), k.held)).collect();
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
            data["validation"] = validation::study(folder, &self.findings.bars, &[], targets)?.1;
        }
        Ok((self.answer(), data))
    }

    fn data(&self) -> Value {
        let Findings { keys, iterations, trade_offs, unverified, origins, .. } = &self.findings;
        json!({ "keys": keys, "iterations": iterations, "series": self.worst_first(), "trade_offs": trade_offs, "unverified": unverified, "origins": origins })
    }

    /// The answer.
    pub fn answer(&self) -> Answer {
        let mut numbers = Vec::new();
        if let Some(last) = self.findings.iterations.last().filter(|i| i.misfit_mean.is_finite()) {
            let interval = |l: Language| format!("{} … {} {}", brief(last.misfit_p05, l), brief(last.misfit_p95, l), text("k.members", l));
            numbers.push(Number { label: both(|l| text("k.misfit", l).to_string()), value: both(|l| brief(last.misfit_mean, l)), interval: both(interval), unclear: false });
        }
        for (usage, key) in [("fit", "k.fitted"), ("test", "k.tested")] {
            let told: Vec<bool> = self.findings.series.iter().filter(|s| s.usage == usage).filter_map(within).collect();
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
        let told = self.findings.series.iter().filter_map(within).count();
        let missed: Vec<&Seen> = self.worst_first().into_iter().filter(|s| within(s) == Some(false)).collect();
        let name = |s: &&Seen| format!("{}, {} ({}\u{a0}%)", s.label, s.period, decimal(100.0 * miss(s), 0, l));
        let worst = missed.iter().take(3).map(name).collect::<Vec<_>>().join("; ");
        (told > 0).then(|| match (missed.len(), l) {
            (0, Language::English) => format!("All {told} targets are met within their bounds."),
            (0, Language::Russian) => format!("Все {told} целей достигнуты в своих границах."),
            (n, Language::English) => format!("{n} of {told} targets are missed; furthest off: {worst}."),
            (n, Language::Russian) => format!("Не достигнуты {n} из {told} целей; дальше всего: {worst}."),
        })
    }

    fn course(&self, l: Language) -> Option<String> {
        let iterations = &self.findings.iterations;
        let (first, last) = (iterations.first()?, iterations.last()?);
        let (from, to) = (brief(first.misfit_mean, l), brief(last.misfit_mean, l));
        // The first is the prior.
        let (n, runs) = (iterations.len() - 1, decimal(last.runs as f64, 0, l));
        Some(match l {
            Language::English => format!("In {n} steps and {runs} runs the mean misfit went from {from} to {to}."),
            Language::Russian => format!("За {n} шагов и {runs} прогонов средняя невязка изменилась с {from} до {to}."),
        })
    }

    fn learned(&self, l: Language) -> Option<String> {
        let list = self.narrowed();
        let ((first, narrow), (last, wide)) = (list.first()?, list.last()?);
        let percent = |x: &f64| decimal(100.0 * x, 0, l);
        // The strongest comes first.
        let tied = self.findings.trade_offs.first().map_or_else(String::new, |t| match l {
            Language::English => format!("; {} and {} are hardest to tell apart (correlation {})", t.a, t.b, decimal(t.correlation, 2, l)),
            Language::Russian => format!("; труднее всего различить {} и {} (корреляция {})", t.a, t.b, decimal(t.correlation, 2, l)),
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
    use crate::experiment::calibration::posterior::Spread;

    #[test]
    fn what_is_no_number_is_read_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let row = |name: &str, mean: f64| Seen {
            target: name.to_string(),
            label: format!("stock of {name}"),
            period: "2014".to_string(),
            usage: "fit".to_string(),
            headline: false,
            observed: Some(2.0),
            low: None,
            high: None,
            predicted: Spread { mean, p05: mean, p50: mean, p95: mean },
            within: false,
        };
        let findings = Findings { series: vec![row("a", f64::NAN), row("b", 3.0)], ..Findings::default() };
        fs::write(folder.path().join(FINDINGS), findings.json()).unwrap();
        let found = Calibration::read(folder.path()).unwrap();
        assert!(found.findings.series[0].predicted.mean.is_nan() && found.findings.series[1] == findings.series[1]);
        assert_eq!(found.answer().sentences[0], ["1 of 1 targets are missed; furthest off: stock of b, 2014 (50\u{a0}%)."]);
        assert_eq!(found.answer().numbers.len(), 1);
    }
}
