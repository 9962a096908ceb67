//! The page of a validation: what is wrong first.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};

use super::{
    answer::{Answer, Number, both},
    folder::Folder,
    numbers::{LANGUAGES, Language, decimal},
    observed,
    strings::text,
    values,
};
use crate::{
    experiment::past::{
        patterns::Pattern,
        target_file::Period,
        validate::{NAIVE, Verdict},
    },
    measure::statistics::quantile,
    store::StoreError,
};

type Row = BTreeMap<String, String>;

/// Names of the naive forecasts in the columns of the tables.
const FORECASTS: [&str; 4] = ["persistence", "mean", "drift", "gravity"];

fn number(row: &Row, column: &str) -> Option<f64> {
    row.get(column)?.parse().ok()
}

fn get<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

/// The answer and the data of the page.
///
/// # Errors
/// Tables that are missing or cannot be read.
pub fn study(folder: &Folder, bars: &[Verdict], patterns: &[Pattern], targets: Option<&Path>) -> Result<(Answer, Value), StoreError> {
    let (scores, fits) = (values::rows(&folder.file("validation.csv"))?, values::rows(&folder.file("fit.csv"))?);
    let stated = targets.map(observed::stated).transpose()?.unwrap_or_default();
    let (aspects, series): (Vec<&Row>, Vec<&Row>) = scores.iter().partition(|r| get(r, "series") == "ALL");
    let answer = Answer { numbers: numbers(bars, &series), sentences: LANGUAGES.map(|l| vec![said(bars, l), worst(&series, l), naive(&series, l)]) };
    let place: BTreeMap<&str, usize> = series.iter().enumerate().map(|(i, r)| (get(r, "series"), i)).collect();
    let score = |r: &&Row| {
        let both = |name: &str| [number(r, &format!("fit_{name}")), number(r, &format!("test_{name}"))];
        let [named, scope, source] = stated.get(get(r, "series")).map_or(["", "", ""], |s| [&s[0], &s[1], &s[2]]);
        let title = [get(r, "title"), named, get(r, "series")].into_iter().find(|t| !t.is_empty()).unwrap_or_default();
        json!({
            "id": get(r, "series"), "title": title, "aspect": get(r, "aspect"), "unit": get(r, "unit"), "rows": both("rows"), "error": both("mape"),
            "relative": both("relative"), "scaled": both("mase"), "within": both("within"), "coverage": [number(r, "coverage_50"), number(r, "coverage_90")],
            "interval": number(r, "interval_score"), "skill": FORECASTS.map(|f| number(r, &format!("skill_{f}"))), "scope": scope, "source": source,
        })
    };
    let fit = |r: &Row| {
        let period: Option<Period> = get(r, "period").parse().ok();
        // In years; the whole last month counts.
        let ends = period.map(|p| [f64::from(p.first.0) / 12.0 + 1900.0, f64::from(p.last.0 + 1) / 12.0 + 1900.0]);
        let span = ["predicted_low", "predicted_p25", "predicted_p75", "predicted_high"].map(|c| number(r, c));
        let naive = FORECASTS.map(|f| number(r, &format!("error_{f}")));
        json!([
            place.get(get(r, "series")),
            get(r, "row"),
            get(r, "period"),
            ends,
            get(r, "use"),
            number(r, "observed"),
            number(r, "low"),
            number(r, "high"),
            number(r, "predicted"),
            span,
            get(r, "within") == "yes",
            get(r, "scored") == "yes",
            get(r, "verified") == "yes",
            naive
        ])
    };
    let data = json!({
        "bars": bars, "patterns": patterns, "forecasts": FORECASTS, "series": series.iter().map(score).collect::<Vec<_>>(),
        "aspects": aspects.iter().map(score).collect::<Vec<_>>(), "fits": fits.iter().map(fit).collect::<Vec<_>>(),
    });
    Ok((answer, data))
}

/// Error of the held-out rows, of the fitted ones where none is held out.
fn badness(row: &Row) -> Option<f64> {
    number(row, "test_mape").or_else(|| number(row, "fit_mape"))
}

fn percent(x: f64, language: Language) -> String {
    format!("{}\u{a0}%", decimal(100.0 * x, 0, language))
}

/// Series that can be compared with a naive forecast, and for each whether the k-th one is better.
fn compared<'r>(series: &[&'r Row]) -> Vec<(&'r Row, [bool; 4])> {
    let skill = |r: &Row| FORECASTS.map(|f| number(r, &format!("skill_{f}")));
    series.iter().filter(|r| skill(r).iter().any(Option::is_some)).map(|r| (*r, skill(r).map(|s| s.is_some_and(|s| s < 0.0)))).collect()
}

fn numbers(bars: &[Verdict], series: &[&Row]) -> Vec<Number> {
    let mut list = Vec::new();
    let mut add = |key: &str, value: [String; 2], interval: [String; 2]| list.push(Number { label: both(|l| text(key, l).to_string()), value, interval, unclear: false });
    if let Some((reached, bar)) = bars.iter().find(|b| b.bar == "coverage_90").and_then(|b| Some((b.reached?, b))) {
        let rows = |l| text("v.number.coverage", l).replace("{wanted}", &wanted(&bar.wanted, l)).replace("{n}", &decimal(bar.counted as f64, 0, l));
        add("v.coverage", both(|l| percent(reached, l)), both(rows));
    }
    let mut errors: Vec<f64> = series.iter().filter_map(|r| number(r, "test_mape")).collect();
    errors.sort_by(f64::total_cmp);
    if !errors.is_empty() {
        let [low, middle, high] = [0.25, 0.5, 0.75].map(|p| quantile(&errors, p));
        let half = |l| text("v.number.error", l).replace("{low}", &percent(low, l)).replace("{high}", &percent(high, l)).replace("{n}", &errors.len().to_string());
        add("v.error", both(|l| percent(middle, l)), both(half));
    }
    let compared = compared(series);
    let beaten = compared.iter().filter(|c| c.1.contains(&true)).count();
    if !compared.is_empty() {
        let of = |l| text("v.number.naive", l).replace("{n}", &beaten.to_string()).replace("{all}", &compared.len().to_string());
        add("v.naive", both(|l| percent(beaten as f64 / compared.len() as f64, l)), both(of));
    }
    list
}

/// A bar as the record words it, in the language.
fn wanted(bar: &str, l: Language) -> String {
    match l {
        Language::English => bar.to_string(),
        Language::Russian => bar.replace("at least", "не менее").replace("at most", "не более").replace(" to ", "\u{a0}–\u{a0}").replace('.', ","),
    }
}

fn said(bars: &[Verdict], l: Language) -> String {
    let missed: Vec<String> = bars
        .iter()
        .filter(|b| !b.met)
        .map(|b| {
            let name = text(&format!("bar.{}", b.bar), l).to_string();
            let reached = b.reached.map_or_else(|| "–".to_string(), |r| decimal(r, 2, l));
            match l {
                Language::English => format!("{name} ({reached}; wanted {})", b.wanted),
                Language::Russian => format!("{name} ({reached}; нужно {})", wanted(&b.wanted, l)),
            }
        })
        .collect();
    let (met, all) = (bars.len() - missed.len(), bars.len());
    match (missed.is_empty(), l) {
        (true, Language::English) => format!("All {all} bars set before the run are met."),
        (true, Language::Russian) => format!("Все заданные заранее требования ({all}) выполнены."),
        (false, Language::English) => format!("{} of {all} bars set before the run are not met: {}.", all - met, missed.join(", ")),
        (false, Language::Russian) => format!("Не выполнены {} из {all} заданных заранее требований: {}.", all - met, missed.join(", ")),
    }
}

fn worst(series: &[&Row], l: Language) -> String {
    let named = |r: &&&Row| {
        let title = Some(get(r, "title")).filter(|t| !t.is_empty()).unwrap_or(get(r, "series"));
        badness(r).map(|error| format!("{title} ({})", percent(error, l)))
    };
    let list: Vec<String> = series.iter().filter(|r| badness(r).is_some()).take(3).filter_map(|r| named(&r)).collect();
    match (list.is_empty(), l) {
        (true, Language::English) => "No series could be scored.".to_string(),
        (true, Language::Russian) => "Ни один ряд не удалось оценить.".to_string(),
        (false, Language::English) => format!("Furthest from what was published: {}.", list.join("; ")),
        (false, Language::Russian) => format!("Дальше всего от опубликованного: {}.", list.join("; ")),
    }
}

fn naive(series: &[&Row], l: Language) -> String {
    let compared = compared(series);
    let (beaten, all) = (compared.iter().filter(|c| c.1.contains(&true)).count(), compared.len());
    if all == 0 {
        return l.pick("No series is long enough to be held against a naive forecast.", "Ни один ряд не достаточно длинен для сравнения с наивным прогнозом.").to_string();
    }
    let wins: Vec<String> = (0..NAIVE.len())
        .map(|k| {
            let (won, told) = (compared.iter().filter(|c| c.1[k]).count(), compared.iter().filter(|c| number(c.0, &format!("skill_{}", FORECASTS[k])).is_some()).count());
            match l {
                Language::English => format!("{} in {won} of {told}", text(&format!("naive.{}", FORECASTS[k]), l)),
                Language::Russian => format!("{} в {won} из {told}", text(&format!("naive.{}", FORECASTS[k]), l)),
            }
        })
        .collect();
    match l {
        Language::English => format!("A naive forecast is better in {beaten} of the {all} series that can be compared: {}.", wins.join(", ")),
        Language::Russian => format!("Наивный прогноз лучше в {beaten} из {all} рядов, которые можно сравнить: {}.", wins.join(", ")),
    }
}
