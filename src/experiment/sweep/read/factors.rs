//! Factors of a sweep: what varies, and what it changes in the scenario.

use std::{collections::BTreeSet, path::Path};

use serde_json::{Value as Json, json};

use super::{
    super::{
        super::design::Kind,
        factor::{Choice, FORMS, Factor, Levels, ascending},
        file::{AlternativeItem, FactorItem, Scale},
    },
    Reader, changes, plain,
};
use crate::scenario::{
    Change, check,
    finding::At,
    tree::{Node, PROSE},
};

/// Most values of a factor.
const MOST: usize = 256;
/// Columns of the results.
const RESERVED: [&str; 9] = ["point", "row", "replicate", "year", "measure", "origin", "destination", "value", "unit"];

/// An item with stand-ins for what of it is missing or wrong, which has been said: the rest of it is checked all the same.
fn item(json: &Json) -> Option<FactorItem> {
    let mut json = json.clone();
    let object = json.as_object_mut()?;
    object.entry("id").or_insert_with(|| json!(""));
    for (i, alternative) in object.get_mut("alternatives").and_then(Json::as_array_mut).into_iter().flatten().enumerate() {
        alternative.as_object_mut()?.entry("name").or_insert_with(|| json!(format!("alternative {i}")));
    }
    serde_json::from_value(json).ok()
}

/// Why a key cannot be what varies, if it cannot.
fn idle(key: &str) -> Option<&'static str> {
    let (first, last) = (key.split('.').next().unwrap_or_default(), key.rsplit('.').next().unwrap_or_default());
    match key {
        "title" | "description" => Some("no run reads it"),
        "run.replicates" => Some("replicates are the sweep's, and the same at all points"),
        _ if ["extends", "remove"].contains(&first) => Some("it says how files are read, and they have been read"),
        _ if first != last && PROSE.contains(&last) => Some("it says where values come from, and is none"),
        _ => None,
    }
}

impl Reader<'_> {
    /// The factor of an item, what of it is right in `json`. A wrong one is made as far as it can be, so that its keys are tried and nothing
    /// that names it is thought to be wrong; without any value if it cannot be told what they are.
    pub(super) fn factor(&mut self, json: &Json, node: &Node, i: usize, kind: Option<Kind>) -> Option<Factor> {
        let item = &item(json)?;
        let id = if item.id.is_empty() { i.to_string() } else { item.id.clone() };
        let path = &format!("factor.{id}");
        let at = |key: &str| node.get(key).map_or(node.key, |n| n.key);
        let forms: Vec<&str> = FORMS.into_iter().filter(|key| node.get(key).is_some()).collect();
        if forms.len() != 1 && !(forms.is_empty() && self.ledger.partial) {
            let reason = if forms.is_empty() { "it has none of them".to_string() } else { format!("it has {}", forms.join(" and ")) };
            self.ledger.error(node.key, path, "a factor has one of `range`, `dates`, `values`, `alternatives`, `scenarios`, `ensemble`", reason, "");
        }
        if node.id().is_some() {
            self.named(&item.id, at("id"), path);
        }
        let keys: Vec<String> = item.key.iter().chain(item.keys.iter().flatten()).cloned().collect();
        let &[form] = forms.as_slice() else {
            let levels = Levels::Choices(Vec::new());
            return Some(Factor { id, keys, multiplies: item.multiplies, levels, steps: 1, crossed: item.crossed, unit: String::new(), node: node.clone() });
        };
        let (keyed, ranged) = (matches!(form, "range" | "dates" | "values"), matches!(form, "range" | "dates"));
        check::twice(node.get("key").into_iter().chain(node.get("keys").map_or(&[][..], Node::items)).filter_map(|key| Some((key.text()?, key.at))), &mut self.ledger);
        if keyed && node.get("key").or(node.get("keys")).is_none() && !self.ledger.partial {
            self.ledger.error(node.key, path, format!("`{path}` has no key"), "it must say what it changes", "add `key = \"behaviour.choose.b_cost\"`, or `keys`");
        }
        if !keyed && !keys.is_empty() {
            self.ledger.error(at(if item.key.is_some() { "key" } else { "keys" }), path, "this key has no effect", format!("`{form}` say what they change"), "take it out");
        }
        if item.multiplies && form != "range" && form != "values" {
            self.ledger.error(at("multiplies"), path, "only numbers multiply", format!("this factor has {form}"), "take it out");
        }
        if item.scale.is_some() && form != "range" {
            self.ledger.error(at("scale"), path, "`scale` has no effect", "it is of a range", "take it out");
        }
        let levels = match form {
            "range" => self.range(item, node, path, &keys),
            "dates" => self.dates(item, node, path),
            "values" => self.values(item, node, path, &keys).map(Levels::Choices),
            "alternatives" => item.alternatives.as_deref().map(|items| Levels::Choices(Reader::alternatives(items, node))),
            "scenarios" => self.scenarios(item, node, path).map(Levels::Choices),
            _ => self.members(item, node, path).map(Levels::Choices),
        };
        let levels = levels.unwrap_or(Levels::Choices(Vec::new()));
        if let Levels::Choices(choices) = &levels {
            let mut seen = BTreeSet::new();
            if let Some(twice) = choices.iter().find(|c| !seen.insert(&c.name)) {
                self.ledger.error(at(form), path, format!("two values of `{path}` are named `{}`", twice.name), "results tell them apart by name", "give them other names");
            }
        }
        let grid = kind == Some(Kind::Grid);
        if ranged && item.crossed {
            self.ledger.error(at("crossed"), path, "a range cannot be crossed", "each point is run with every value of a crossed factor", "list some `values`");
        }
        if ranged && grid && node.get("levels").is_none() && !self.ledger.partial {
            self.ledger.error(node.key, path, format!("`{path}.levels` is missing"), "a grid needs to know how many values of the range to take", "add `levels = 5`");
        }
        // Of a wrong kind of design it is not known whether it is a grid.
        if item.levels.is_some() && form != "ensemble" && !(ranged && kind.is_none_or(|k| k == Kind::Grid)) {
            self.ledger.error(at("levels"), path, "`levels` has no effect", "it is of a range in a grid, or of an ensemble", "take it out");
        }
        if item.crossed && grid && !ranged {
            self.ledger.error(at("crossed"), path, "`crossed` has no effect", "a grid crosses all its factors", "take it out");
        }
        for alternative in node.get("alternatives").map_or(&[][..], Node::items) {
            self.table_of_keys(alternative, path);
        }
        let (crossed, steps) = (item.crossed || (grid && !ranged), item.levels.unwrap_or(1));
        let factor = Factor { id, keys, multiplies: item.multiplies, levels, steps, crossed, unit: item.unit.clone(), node: node.clone() };
        if ranged && grid {
            let mut values: Vec<String> = factor.grid().into_iter().map(|u| format!("{:?}", factor.at(u))).collect();
            values.dedup();
            if values.len() < steps {
                let why = format!("between its ends they fall on {} whole values", values.len());
                self.ledger.error(at("levels"), path, format!("some of the {steps} levels of `{path}` are the same"), why, format!("at most `levels = {}`", values.len()));
            }
        }
        for key in factor.sets() {
            if let Some(why) = idle(&key.name) {
                self.ledger.error(key.at, path, format!("`{}` cannot be what varies", key.name), why, "take it out");
            } else if key.name == "run.until" && (self.flags.until.is_some() || self.tree.get("until").is_some()) {
                self.ledger.error(key.at, path, "`run.until` cannot be what varies", "all points of a sweep have the same months, and `until` says which", "take it out");
            }
        }
        Some(factor)
    }

    /// Whether an id can be the name of a column.
    fn named(&mut self, id: &str, at: At, path: &str) {
        if RESERVED.contains(&id) {
            self.ledger.error(at, path, format!("a factor cannot be named `{id}`"), "that is a column of the results", "give it another id");
        }
    }

    fn range(&mut self, item: &FactorItem, node: &Node, path: &str, keys: &[String]) -> Option<Levels> {
        let &[low, high] = item.range.as_deref()? else { return None };
        let mut log = item.scale == Some(Scale::Log);
        let at = node.get("range").map_or(node.at, |n| n.at);
        if low >= high {
            let why = if low == high { "both numbers are the same" } else { "the first number is the least" };
            self.ledger.error(at, path, format!("the range of `{path}` is empty"), why, "write it as [least, greatest]");
        }
        // What is wrong about its ends is said; its key is tried at them.
        let (low, high) = (low.min(high), low.max(high));
        if log && low <= 0.0 {
            log = false;
            self.ledger.error(at, path, format!("`{path}` cannot have a log scale"), "that is of numbers above 0", "choose another least number, or `scale = \"linear\"`");
        }
        let whole = !item.multiplies && keys.iter().any(|k| check::whole(k));
        if whole && (low.fract() != 0.0 || high.fract() != 0.0) {
            let what = format!("the range of `{path}` does not end in whole numbers");
            self.ledger.error(at, path, what, "its key takes no others", format!("for example [{}, {}]", low.floor(), high.ceil()));
        }
        Some(Levels::Range { low, high, log, whole })
    }

    fn dates(&mut self, item: &FactorItem, node: &Node, path: &str) -> Option<Levels> {
        let [from, to] = item.dates.as_deref()? else { return None };
        let (from, to) = (from.acts, to.acts);
        if from >= to {
            let at = node.get("dates").map_or(node.at, |n| n.at);
            let (what, why) = if from == to { ("the same", format!("both act from {from} on")) } else { ("in no order", "the first is the earliest".to_string()) };
            self.ledger.error(at, path, format!("the dates of `{path}` are {what}"), why, "write them as [first, last]");
        }
        Some(Levels::Dates { from: from.min(to), to: from.max(to) })
    }

    /// Names of alternatives, if there are as many as there are alternatives.
    fn names(&mut self, item: &FactorItem, node: &Node, path: &str, values: usize) -> Option<Vec<String>> {
        let names = item.names.as_ref()?;
        if names.len() != values {
            let at = node.get("names").map_or(node.at, |n| n.at);
            self.ledger.error(at, path, format!("`{path}` has {} names for {values} values", names.len()), "each value has one", "");
        }
        (names.len() == values).then(|| names.clone())
    }

    fn values(&mut self, item: &FactorItem, node: &Node, path: &str, keys: &[String]) -> Option<Vec<Choice>> {
        let values = node.get("values")?.items();
        let names = self.names(item, node, path, values.len());
        let choice = |(i, value): (usize, &Node)| {
            let name = names.as_ref().map_or_else(|| plain(value), |n| n[i].clone());
            let key = node.get("key").or_else(|| node.get("keys")).map_or(value.key, |n| n.at);
            let value = Node { key, ..value.clone() };
            let changes = keys.iter().map(|key| Change { key: key.clone(), value: value.clone(), multiplies: item.multiplies, of: None }).collect();
            Choice { name, changes, scenario: None }
        };
        // What has an order stands in it, so that places along the factor are places in it.
        let order = ascending(values).unwrap_or_else(|| (0..values.len()).collect());
        Some(order.into_iter().map(|i| choice((i, &values[i]))).collect())
    }

    fn alternatives(items: &[AlternativeItem], node: &Node) -> Vec<Choice> {
        let nodes = node.get("alternatives").map_or(&[][..], Node::items);
        let choice = |(item, node): (&AlternativeItem, &Node)| Choice { name: item.name.clone(), changes: node.get("set").map_or_else(Vec::new, changes), scenario: None };
        items.iter().zip(nodes).map(choice).collect()
    }

    fn scenarios(&mut self, item: &FactorItem, node: &Node, path: &str) -> Option<Vec<Choice>> {
        let files = item.scenarios.as_ref()?;
        let names = self.names(item, node, path, files.len());
        let nodes = node.get("scenarios").map_or(&[][..], Node::items);
        let mut choices = Vec::new();
        for (i, (file, node)) in files.iter().zip(nodes).enumerate() {
            let stem = Path::new(file).file_stem().map_or_else(|| file.clone(), |s| s.to_string_lossy().into_owned());
            let scenario = self.template(file, node.at, path);
            choices.push(Choice { name: names.as_ref().map_or(stem, |n| n[i].clone()), changes: Vec::new(), scenario });
        }
        Some(choices)
    }

    /// Members of equal weight, named by their number.
    fn members(&mut self, item: &FactorItem, node: &Node, path: &str) -> Option<Vec<Choice>> {
        let at = node.get("ensemble")?.at;
        let members = self.ensemble(item.ensemble.as_ref()?, at, path)?;
        let there = members.of.members.len();
        let wanted = item.levels.unwrap_or(there.min(MOST));
        if wanted > there.min(MOST) {
            let what = format!("`{path}` has more levels than members");
            self.ledger.error(node.get("levels").map_or(node.at, |n| n.at), path, what, format!("there are {there}, of which at most {MOST} can be used"), "");
            return None;
        }
        Some((1..=wanted as u32).map(|k| Choice { name: k.to_string(), changes: members.changes(k), scenario: None }).collect())
    }
}
