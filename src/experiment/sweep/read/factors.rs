//! Factors of a sweep: what varies, and what it changes in the scenario.

use std::{collections::BTreeSet, path::Path};

use super::{
    super::{
        super::design::Kind,
        factor::{Choice, Factor, Levels},
        file::{AlternativeItem, FactorItem, Scale},
    },
    Reader, changes, float, plain,
};
use crate::scenario::{Change, check, tree::Node};

/// Most values of a factor.
const MOST: usize = 256;
/// Columns of the results.
const RESERVED: [&str; 9] = ["point", "row", "replicate", "year", "measure", "origin", "destination", "value", "unit"];

impl Reader<'_> {
    pub(super) fn factor(&mut self, item: &FactorItem, node: &Node, path: &str, kind: Option<Kind>) -> Option<Factor> {
        let at = |key: &str| node.get(key).map_or(node.key, |n| n.key);
        let named = |key: &&str| node.get(key).is_some();
        let forms: Vec<&str> = ["range", "dates", "values", "alternatives", "scenarios", "ensemble"].into_iter().filter(named).collect();
        if forms.len() != 1 {
            let reason = if forms.is_empty() { "it has none of them".to_string() } else { format!("it has {}", forms.join(" and ")) };
            self.ledger.error(node.key, path, "a factor has one of `range`, `dates`, `values`, `alternatives`, `scenarios`, `ensemble`", reason, "");
            return None;
        }
        if RESERVED.contains(&item.id.as_str()) || item.id.is_empty() {
            self.ledger.error(at("id"), path, format!("a factor cannot be named `{}`", item.id), "that is a column of the results", "give it another id");
        }
        let keyed = matches!(forms[0], "range" | "dates" | "values");
        let keys: Vec<String> = item.key.iter().chain(item.keys.iter().flatten()).cloned().collect();
        if keyed && keys.is_empty() {
            self.ledger.error(node.key, path, format!("`{path}` has no key"), "it must say what it changes", "add `key = \"behaviour.choose.b_cost\"`, or `keys`");
            return None;
        }
        if !keyed && !keys.is_empty() {
            self.ledger.error(at(if item.key.is_some() { "key" } else { "keys" }), path, "this key has no effect", format!("`{}` say what they change", forms[0]), "take it out");
        }
        if item.multiplies && forms[0] != "range" && forms[0] != "values" {
            self.ledger.error(at("multiplies"), path, "only numbers multiply", format!("this factor has {}", forms[0]), "take it out");
        }
        if item.scale.is_some() && forms[0] != "range" {
            self.ledger.error(at("scale"), path, "`scale` has no effect", "it is of a range", "take it out");
        }
        let levels = match forms[0] {
            "range" => self.range(item, node, path, &keys)?,
            "dates" => self.dates(item, node, path)?,
            "values" => Levels::Choices(self.values(item, node, path, &keys)?),
            "alternatives" => Levels::Choices(Reader::alternatives(item.alternatives.as_deref()?, node)),
            "scenarios" => Levels::Choices(self.scenarios(item, node, path)?),
            _ => Levels::Choices(self.members(item, node, path)?),
        };
        if let Levels::Choices(choices) = &levels {
            let mut seen = BTreeSet::new();
            if let Some(twice) = choices.iter().find(|c| !seen.insert(&c.name)) {
                self.ledger.error(at(forms[0]), path, format!("two values of `{path}` are named `{}`", twice.name), "results tell them apart by name", "give them other names");
            }
        } else {
            if item.crossed {
                self.ledger.error(at("crossed"), path, "a range cannot be crossed", "each point is run with every value of a crossed factor", "list some `values`");
            }
            if kind == Some(Kind::Grid) && item.levels.is_none() {
                self.ledger.error(node.key, path, format!("`{path}.levels` is missing"), "a grid needs to know how many values of the range to take", "add `levels = 5`");
            }
        }
        let ranged = kind == Some(Kind::Grid) && !matches!(levels, Levels::Choices(_));
        if item.levels.is_some() && !ranged && item.ensemble.is_none() {
            self.ledger.error(at("levels"), path, "`levels` has no effect", "it is of a range in a grid, or of an ensemble", "take it out");
        }
        if item.crossed && kind == Some(Kind::Grid) {
            self.ledger.error(at("crossed"), path, "`crossed` has no effect", "a grid crosses all its factors", "take it out");
        }
        let crossed = item.crossed || (kind == Some(Kind::Grid) && matches!(levels, Levels::Choices(_)));
        let steps = item.levels.unwrap_or(1);
        Some(Factor { id: item.id.clone(), keys, multiplies: item.multiplies, levels, steps, crossed, unit: item.unit.clone(), node: node.clone() })
    }

    fn range(&mut self, item: &FactorItem, node: &Node, path: &str, keys: &[String]) -> Option<Levels> {
        let [low, high] = item.range.as_deref()? else { return None };
        let log = item.scale == Some(Scale::Log);
        let at = node.get("range").map_or(node.at, |n| n.at);
        if low >= high {
            self.ledger.error(at, path, format!("the range of `{path}` is empty"), "the first number is the least", "write it as [least, greatest]");
            return None;
        }
        if log && *low <= 0.0 {
            self.ledger.error(at, path, format!("`{path}` cannot have a log scale"), "that is of numbers above 0", "choose another least number, or `scale = \"linear\"`");
            return None;
        }
        let whole = !item.multiplies && keys.iter().any(|k| check::whole(k));
        Some(Levels::Range { low: *low, high: *high, log, whole })
    }

    fn dates(&mut self, item: &FactorItem, node: &Node, path: &str) -> Option<Levels> {
        let [from, to] = item.dates.as_deref()? else { return None };
        if from.acts >= to.acts {
            self.ledger.error(
                node.get("dates").map_or(node.at, |n| n.at),
                path,
                format!("the dates of `{path}` are in no order"),
                "the first is the earliest",
                "write them as [first, last]",
            );
            return None;
        }
        Some(Levels::Dates { from: from.acts, to: to.acts })
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
            let changes = keys.iter().map(|key| Change { key: key.clone(), value: value.clone(), multiplies: item.multiplies }).collect();
            Choice { name, changes, scenario: None }
        };
        Some(values.iter().enumerate().map(choice).collect())
    }

    fn alternatives(items: &[AlternativeItem], node: &Node) -> Vec<Choice> {
        let nodes = node.get("alternatives").map_or(&[][..], Node::items);
        let choice = |(item, node): (&AlternativeItem, &Node)| Choice { name: item.name.clone(), changes: node.get("set").map_or_else(Vec::new, changes), scenario: None };
        items.iter().zip(nodes).map(choice).collect()
    }

    fn scenarios(&mut self, item: &FactorItem, node: &Node, path: &str) -> Option<Vec<Choice>> {
        let files = item.scenarios.as_ref()?;
        let names = self.names(item, node, path, files.len());
        let sweep = serde_json::json!({"sample": self.tree.get("sample").and_then(float), "seed": self.tree.get("seed").and_then(float).map(|s| s as u64),
            "until": self.tree.get("until").map(plain)});
        let nodes = node.get("scenarios").map_or(&[][..], Node::items);
        let mut choices = Vec::new();
        for (i, (file, node)) in files.iter().zip(nodes).enumerate() {
            let stem = Path::new(file).file_stem().map_or_else(|| file.clone(), |s| s.to_string_lossy().into_owned());
            let scenario = self.template(&sweep, file, node.at, path);
            choices.push(Choice { name: names.as_ref().map_or(stem, |n| n[i].clone()), changes: Vec::new(), scenario });
        }
        choices.iter().all(|c| c.scenario.is_some()).then_some(choices)
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
