//! The page of a sweep: what the outcomes depend on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    answer::{Answer, Number, both},
    folder::Folder,
    numbers::{LANGUAGES, Language, amount, brief, decimal, short},
    strings::text,
    values,
};
use crate::{
    experiment::sweep::{about::Asked, record::Record},
    store::StoreError,
};

type Row = BTreeMap<String, String>;

/// What is read of the folder.
struct Tables {
    sensitivity: Vec<Row>,
    response: Vec<Row>,
    discovery: Vec<Row>,
}

/// Points above which they are not drawn one by one.
const MOST_POINTS: usize = 2000;

fn number(row: &Row, column: &str) -> Option<f64> {
    row.get(column)?.parse().ok()
}

fn get<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

fn of<'r>(rows: &'r [Row], asked: &'r Asked) -> impl Iterator<Item = &'r Row> {
    rows.iter().filter(|r| get(r, "outcome") == asked.outcome && get(r, "at") == asked.at)
}

/// The answer and the data of the page.
///
/// # Errors
/// Tables that cannot be read.
pub fn study(folder: &Folder, record: &Record) -> Result<(Answer, Value), StoreError> {
    let optional = |name: &str| {
        let path = folder.file(name);
        if path.exists() { values::rows(&path) } else { Ok(Vec::new()) }
    };
    let tables = Tables { sensitivity: optional("sensitivity.csv")?, response: optional("response.csv")?, discovery: optional("discovery.csv")? };
    let points = if record.points <= MOST_POINTS { optional("points.csv")? } else { Vec::new() };
    let asked = if record.outcomes.is_empty() { named(&tables) } else { record.outcomes.clone() };
    let columns: Vec<String> = points.first().map_or_else(Vec::new, |r| r.keys().cloned().collect());
    let data = json!({
        "design": record.design, "points": record.points, "factors": record.factors, "asked": asked,
        "sensitivity": tables.sensitivity.iter().map(|r| json!([get(r, "outcome"), get(r, "at"), get(r, "factor"), get(r, "index"), number(r, "value"), number(r, "low"), number(r, "high")])).collect::<Vec<_>>(),
        "response": tables.response.iter().map(|r| json!([get(r, "outcome"), get(r, "at"), get(r, "factor"), get(r, "from"), get(r, "to"), number(r, "points"), number(r, "mean"), number(r, "low"), number(r, "high")])).collect::<Vec<_>>(),
        "discovery": tables.discovery.iter().map(|r| json!([get(r, "outcome"), get(r, "at"), get(r, "box"), get(r, "factor"), get(r, "from"), get(r, "to"), get(r, "one_of"), number(r, "coverage"), number(r, "density"), number(r, "mass")])).collect::<Vec<_>>(),
        "columns": columns, "rows": points.iter().map(|r| columns.iter().map(|c| get(r, c)).collect::<Vec<_>>()).collect::<Vec<_>>(),
    });
    Ok((answer(record, &asked, &tables), data))
}

/// Outcomes of a record that does not describe them.
fn named(tables: &Tables) -> Vec<Asked> {
    let mut list: Vec<Asked> = Vec::new();
    for row in &tables.response {
        let (outcome, at) = (get(row, "outcome"), get(row, "at"));
        if list.iter().all(|a| (a.outcome.as_str(), a.at.as_str()) != (outcome, at)) {
            list.push(Asked { outcome: outcome.to_string(), at: at.to_string(), text: outcome.to_string(), ..Asked::default() });
        }
    }
    list
}

/// The index that factors are ordered by: name, and what it is called.
fn leading(rows: &[&Row]) -> Option<&'static str> {
    ["total", "mu_star", "swing"].into_iter().find(|name| rows.iter().any(|r| get(r, "index") == *name))
}

/// Factors by their leading index, strongest first: factor, value, low, high. A swing counts if it is more than chance explains.
fn strongest<'r>(tables: &'r Tables, asked: &'r Asked) -> Option<(&'static str, Vec<(&'r str, f64, Option<f64>, Option<f64>)>)> {
    let rows: Vec<&Row> = of(&tables.sensitivity, asked).collect();
    let index = leading(&rows)?;
    let mut list: Vec<_> =
        rows.iter().filter(|r| get(r, "index") == index).filter_map(|r| Some((get(r, "factor"), number(r, "value")?, number(r, "low"), number(r, "high")))).collect();
    let chance = |factor: &str| rows.iter().find(|r| get(r, "index") == "chance" && get(r, "factor") == factor).and_then(|r| number(r, "value"));
    list.retain(|(factor, value, ..)| index != "swing" || chance(factor).is_none_or(|chance| *value > chance));
    list.sort_by(|a, b| b.1.total_cmp(&a.1));
    (!list.is_empty()).then_some((index, list))
}

fn answer(record: &Record, asked: &[Asked], tables: &Tables) -> Answer {
    // What was asked with a condition is the question; else the first.
    let Some(first) = asked.iter().find(|a| a.holds.is_some()).or(asked.first()) else {
        let none = |l: Language| {
            vec![match l {
                Language::English => format!("{} points, {} runs; the sweep asks no outcome, its data are in results.parquet.", record.points, record.runs),
                Language::Russian => format!("Точек – {}, прогонов – {}; вопросов не задано, данные – в results.parquet.", record.points, record.runs),
            }]
        };
        return Answer { numbers: Vec::new(), sentences: LANGUAGES.map(none) };
    };
    let mut numbers = Vec::new();
    if let (Some(least), Some(mean), Some(greatest)) = (first.least, first.mean, first.greatest) {
        let size = least.abs().max(greatest.abs());
        let spans = first.difference.is_some() && least <= 0.0 && greatest >= 0.0;
        let interval = |l: Language| {
            text("s.number.range", l)
                .replace("{low}", &amount(least, size, &first.unit, l))
                .replace("{high}", &amount(greatest, size, &first.unit, l))
                .replace("{n}", &decimal(first.points as f64, 0, l))
        };
        numbers.push(Number {
            label: both(|l| format!("{}{}{}", first.outcome, text("s.number.mean", l), counted(&first.unit, l))),
            value: both(|l| amount(mean, size, &first.unit, l)),
            interval: both(interval),
            unclear: spans,
        });
    }
    if let Some((index, list)) = strongest(tables, first) {
        let (factor, value, low, high) = list[0];
        let unit = if index == "total" { "" } else { first.unit.as_str() };
        let interval = |l: Language| match (low, high) {
            (Some(low), Some(high)) if index == "swing" => text("s.number.swing", l).replace("{low}", &amount(low, low, unit, l)).replace("{high}", &amount(high, high, unit, l)),
            (Some(low), Some(high)) => format!("{} … {}", amount(low, value, unit, l), amount(high, value, unit, l)),
            _ => text("s.no-interval", l).to_string(),
        };
        numbers.push(Number {
            label: both(|l| format!("{factor}: {}{}", text(&format!("s.index.{index}"), l), counted(unit, l))),
            value: both(|l| amount(value, value, unit, l)),
            interval: both(interval),
            unclear: false,
        });
    }
    if let Some((holds, all)) = first.holds.map(|n| (n as f64, first.points as f64)).filter(|(_, all)| *all > 0.0) {
        let of = |l: Language| text("s.number.holds", l).replace("{n}", &decimal(holds, 0, l)).replace("{all}", &decimal(all, 0, l));
        numbers.push(Number {
            label: both(|l| format!("{}{}", text("s.holds", l), first.text)),
            value: both(|l| format!("{}\u{a0}%", decimal(100.0 * holds / all, 0, l))),
            interval: both(of),
            unclear: false,
        });
    }
    Answer { numbers, sentences: LANGUAGES.map(|l| vec![range(first, l), depends(tables, first, l), condition(tables, first, l)]) }
}

/// The unit of counted things, which their numbers do not bear.
fn counted(unit: &str, l: Language) -> String {
    if unit == "persons" { format!(", {}", text("u.persons", l)) } else { String::new() }
}

/// The question with its difference.
fn question(asked: &Asked, l: Language) -> String {
    let at = if asked.at.is_empty() { String::new() } else { format!(" [{}]", asked.at) };
    let difference = asked.difference.as_ref().map_or_else(String::new, |(from, to)| match l {
        Language::English => format!(", {to} less {from}"),
        Language::Russian => format!(", {to} минус {from}"),
    });
    // The condition is the third sentence's.
    let what = asked.text.split(['<', '>']).next().unwrap_or_default().trim();
    format!("{what}{difference}{at}")
}

fn range(asked: &Asked, l: Language) -> String {
    let (Some(least), Some(mean), Some(greatest)) = (asked.least, asked.mean, asked.greatest) else {
        return match l {
            Language::English => format!("{}: no point has a value.", question(asked, l)),
            Language::Russian => format!("{}: ни в одной точке нет значения.", question(asked, l)),
        };
    };
    let size = least.abs().max(greatest.abs());
    let [least, mean, greatest] = [least, mean, greatest].map(|x| amount(x, size, &asked.unit, l));
    let spans = asked.difference.is_some() && asked.least.is_some_and(|x| x < 0.0) && asked.greatest.is_some_and(|x| x > 0.0);
    let sign = if spans { l.pick(" The sign depends on what is assumed.", " Знак зависит от предположений.") } else { "" };
    match l {
        Language::English => format!("Over {} points, {} is {mean} in the mean, from {least} to {greatest}.{sign}", decimal(asked.points as f64, 0, l), question(asked, l)),
        Language::Russian => format!("По {} точкам {} – в среднем {mean}, от {least} до {greatest}.{sign}", decimal(asked.points as f64, 0, l), question(asked, l)),
    }
}

fn depends(tables: &Tables, asked: &Asked, l: Language) -> String {
    let Some((index, list)) = strongest(tables, asked) else {
        return l.pick("Along no factor does it move more than it would by chance.", "Ни вдоль одного фактора это не меняется сильнее, чем случайно.").to_string();
    };
    let unit = if index == "total" { "" } else { asked.unit.as_str() };
    let named: Vec<String> =
        list.iter().take(3).map(|(factor, value, ..)| format!("{factor} ({})", if unit.is_empty() { short(*value, l) } else { amount(*value, *value, unit, l) })).collect();
    // The first stands out only if its interval lies above the second's value.
    let apart = list.len() < 2 || index == "swing" || list[0].2.is_some_and(|low| low > list[1].1);
    let name = text(&format!("s.index.{index}"), l).to_string();
    let doubt = if apart { "" } else { l.pick("; the intervals of the first two overlap", "; интервалы первых двух перекрываются") };
    match l {
        Language::English => format!("It depends most on {} ({name}){doubt}.", named.join(", ")),
        Language::Russian => format!("Сильнее всего это зависит от {} ({name}){doubt}.", named.join(", ")),
    }
}

fn condition(tables: &Tables, asked: &Asked, l: Language) -> String {
    let Some(holds) = asked.holds else {
        return l.pick("No condition was asked, so no region of assumptions was looked for.", "Условие не задано, поэтому область предположений не искалась.").to_string();
    };
    let sides: Vec<&Row> = of(&tables.discovery, asked).filter(|r| get(r, "box") == "1").collect();
    let (n, all) = (decimal(holds as f64, 0, l), decimal(asked.points as f64, 0, l));
    let within = |r: &&Row| match (get(r, "one_of"), get(r, "from"), get(r, "to")) {
        ("", from, to) => format!("{} {}…{}", get(r, "factor"), written(from, l), written(to, l)),
        (one, ..) => format!("{} = {one}", get(r, "factor")),
    };
    let Some((first, density, coverage)) = sides.first().and_then(|r| Some((r, number(r, "density")?, number(r, "coverage")?))).filter(|_| holds > 0) else {
        return match l {
            Language::English => format!("The condition ({}) holds in {n} of {all} points, and in no box of assumptions more often than elsewhere.", asked.text),
            Language::Russian => format!("Условие ({}) выполняется в {n} из {all} точек, и ни в одной области предположений не чаще, чем в других.", asked.text),
        };
    };
    let _ = first;
    let (density, coverage) = (decimal(100.0 * density, 0, l), decimal(100.0 * coverage, 0, l));
    let sides = sides.iter().map(within).collect::<Vec<_>>().join(", ");
    match l {
        Language::English => {
            format!("The condition ({}) holds in {n} of {all} points; where {sides}, in {density} % of the points, which are {coverage} % of all such points.", asked.text)
        }
        Language::Russian => format!("Условие ({}) выполняется в {n} из {all} точек; при {sides} – в {density} % точек, это {coverage} % всех таких точек.", asked.text),
    }
}

/// A place of a table: a number for people, or as it stands.
fn written(place: &str, l: Language) -> String {
    place.parse().map_or_else(|_| place.to_string(), |x| brief(x, l))
}
