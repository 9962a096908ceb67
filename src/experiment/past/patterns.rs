//! Patterns of the past: whether predictions show what the published past shows at a glance, beside how near they come to each value.
//! Used by [`super::targets`] and [`super::validate`].

use serde::{Deserialize, Serialize};

use super::{
    target_file::{BARS, Folder, PatternItem, Use},
    targets::{Row, Series, Targets},
    validate::Fit,
};
use crate::{measure::statistics, scenario::finding::did_you_mean};

/// A pattern, and whether it is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pattern {
    /// The pattern in words.
    pub says: String,
    /// For testing, if any of its rows is.
    #[serde(rename = "use")]
    pub usage: Use,
    /// What it looks at, with what is predicted; none if no run tells it.
    pub predicted: Vec<(String, Option<f64>)>,
    /// What it takes, for people.
    pub wanted: String,
    /// Whether it is seen; not if something is not predicted.
    pub seen: bool,
}

/// Whether a name is that of the row or of its series.
fn names(name: &str, series: &Series, row: &Row) -> bool {
    series.id == name || (!row.id.is_empty() && row.id == name)
}

/// Says what makes no sense in patterns.
pub fn check(folder: &mut Folder) {
    let Some(bars) = folder.bar_file else { return };
    // What is wrong elsewhere in a series makes it no stranger here.
    let known = folder.names();
    let complete = folder.partial.iter().all(|file| *file == bars);
    for (n, pattern) in folder.patterns.clone() {
        let mut wrong = Vec::new();
        for name in pattern.of.iter().filter(|name| complete && !known.contains(name.as_str())) {
            let reason = "a pattern looks at labels of rows and ids of series";
            wrong.push(("of", format!("there is no row and no series `{name}`"), reason, did_you_mean(name, known.iter().map(String::as_str))));
        }
        let tree = &folder.documents[bars].tree;
        let bounded = tree.get("pattern").and_then(|p| p.items().get(n)).is_some_and(|p| p.get("low").or_else(|| p.get("high")).is_some());
        if pattern.of.len() < 2 && !bounded && !folder.partial.contains(&bars) {
            wrong.push((
                "of",
                "a pattern asks for nothing".to_string(),
                "one value has no order, and there is neither `low` nor `high`",
                "add `low`, `high`, or a second name".to_string(),
            ));
        }
        if pattern.low.zip(pattern.high).is_some_and(|(low, high)| low >= high) {
            wrong.push(("low", "low is not below high".to_string(), "nothing lies between them", "exchange them".to_string()));
        }
        for (key, message, reason, hint) in wrong {
            let path = format!("pattern.{n}.{key}");
            let at = folder.documents[bars].tree.locate(&path);
            folder.ledger.error(at, &format!("{BARS}: {path}"), message, reason, hint);
        }
    }
}

/// Looks for all patterns in what is predicted of all rows.
pub fn seen(targets: &Targets, fits: &[Fit]) -> Vec<Pattern> {
    let rows: Vec<(&Series, &Row)> = targets.rows().collect();
    let find = |item: &PatternItem| {
        let of = |name: &String| rows.iter().zip(fits).filter(|((series, row), _)| names(name, series, row)).map(|(_, fit)| fit).collect::<Vec<_>>();
        let usage = if item.of.iter().flat_map(of).any(|fit| fit.usage == Use::Test) { Use::Test } else { Use::Fit };
        let mean = |fits: &[&Fit]| fits.iter().map(|fit| fit.predicted).collect::<Option<Vec<f64>>>().map(statistics::mean);
        let predicted: Vec<(String, Option<f64>)> = item.of.iter().map(|name| (name.clone(), mean(&of(name)))).collect();
        let values: Option<Vec<f64>> = predicted.iter().map(|p| p.1).collect();
        let holds = |values: &Vec<f64>| {
            values.windows(2).all(|pair| pair[0] > pair[1]) && values.iter().all(|v| item.low.is_none_or(|low| *v > low) && item.high.is_none_or(|high| *v < high))
        };
        let mut wanted: Vec<String> = Vec::new();
        wanted.extend((item.of.len() > 1).then(|| "in this order".to_string()));
        wanted.extend(match (item.low, item.high) {
            (Some(low), Some(high)) => Some(format!("{low} to {high}")),
            (Some(low), None) => Some(format!("above {low}")),
            (None, Some(high)) => Some(format!("below {high}")),
            (None, None) => None,
        });
        Pattern { says: item.says.clone(), usage, seen: values.as_ref().is_some_and(holds), predicted, wanted: wanted.join(", ") }
    };
    targets.rules.pattern.iter().map(find).collect()
}
