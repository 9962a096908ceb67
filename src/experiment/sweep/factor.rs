//! Factors of a sweep: what a coordinate of the design means in the scenario, and how it is written.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    scenario::{
        Change,
        file::Date,
        finding::At,
        tree::{Node, Value},
    },
    units::Month,
};

/// A value of a factor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Level {
    /// A number.
    Number(f64),
    /// A month.
    Month(u16),
    /// Index of an alternative.
    Choice(usize),
}

/// An alternative of a factor.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Name in files.
    pub name: String,
    /// What it changes.
    pub changes: Vec<Change>,
    /// Index of the scenario; none if it is the one that the sweep names.
    pub scenario: Option<usize>,
}

/// What values a factor has.
#[derive(Clone, Debug)]
pub enum Levels {
    /// Numbers from one to another.
    Range {
        /// Least.
        low: f64,
        /// Greatest.
        high: f64,
        /// Whether equal ratios are equally likely.
        log: bool,
        /// Whether only whole numbers are.
        whole: bool,
    },
    /// Months from one to another.
    Dates {
        /// First.
        from: Month,
        /// Last.
        to: Month,
    },
    /// Alternatives.
    Choices(Vec<Choice>),
}

/// A key that a factor sets.
#[derive(Clone, Debug)]
pub struct Key {
    /// As written.
    pub name: String,
    /// Where it stands.
    pub at: At,
    /// Whether what stands there is multiplied.
    pub multiplies: bool,
}

/// Keys below a key; the key itself if no table stands there.
pub fn leaves(name: &str, node: &Node, multiplies: bool, keys: &mut Vec<Key>) {
    for (inner, node) in node.entries() {
        leaves(&format!("{name}.{inner}"), node, multiplies, keys);
    }
    if node.entries().is_empty() {
        keys.push(Key { name: name.to_string(), at: node.key, multiplies });
    }
}

/// The order of listed values from the least to the greatest, as their indices; none if they are not all numbers or all dates.
pub fn ascending(values: &[Node]) -> Option<Vec<usize>> {
    let number = |value: &Node| match value.value {
        Value::Int(n) => Some(n as f64),
        Value::Float(x) => Some(x),
        _ => None,
    };
    let date = |value: &Node| match &value.value {
        Value::Text(text) => text.parse::<Date>().ok(),
        Value::Date(date) => date.to_string().parse::<Date>().ok(),
        _ => None,
    };
    let mut order: Vec<usize> = (0..values.len()).collect();
    if let Some(numbers) = values.iter().map(number).collect::<Option<Vec<f64>>>() {
        order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    } else {
        let dates = values.iter().map(date).collect::<Option<Vec<Date>>>()?;
        order.sort_by_key(|k| dates[*k].order());
    }
    Some(order)
}

/// Ways to say what values a factor has.
pub const FORMS: [&str; 6] = ["range", "dates", "values", "alternatives", "scenarios", "ensemble"];

/// A factor.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Name of its column.
    pub id: String,
    /// Keys that it sets.
    pub keys: Vec<String>,
    /// Whether what stands there is multiplied.
    pub multiplies: bool,
    /// Its values.
    pub levels: Levels,
    /// Number of levels of a range in a grid.
    pub steps: usize,
    /// Whether each point of the design is run with every alternative.
    pub crossed: bool,
    /// Unit, for people.
    pub unit: String,
    /// The item in the file, for messages.
    pub node: Node,
}

impl Factor {
    /// Number of its levels in a grid.
    pub fn count(&self) -> usize {
        match &self.levels {
            Levels::Choices(choices) => choices.len(),
            _ => self.steps.max(1),
        }
    }

    /// Coordinates of its levels in a grid.
    pub fn grid(&self) -> Vec<f64> {
        let n = self.count();
        if let Levels::Choices(_) = &self.levels {
            return (0..n).map(|i| (i as f64 + 0.5) / n as f64).collect();
        }
        if n == 1 { vec![0.5] } else { (0..n).map(|i| i as f64 / (n - 1) as f64).collect() }
    }

    /// The value at a coordinate from 0 to 1.
    pub fn at(&self, u: f64) -> Level {
        let u = u.clamp(0.0, 1.0);
        match &self.levels {
            Levels::Range { low, high, log, whole } => {
                let x = if *log { low * (high / low).powf(u) } else { low + (high - low) * u };
                // The ends are met exactly.
                let x = if u == 1.0 { *high } else { x.clamp(*low, *high) };
                Level::Number(if *whole { x.round() } else { x })
            }
            Levels::Dates { from, to } => Level::Month(from.plus((f64::from(to.since(*from)) * u).round() as i32).0),
            Levels::Choices(choices) => Level::Choice(((u * choices.len() as f64) as usize).min(choices.len() - 1)),
        }
    }

    /// Where a value stands between the least (0) and the greatest (1); alternatives stand at equal distances in their order.
    pub fn coordinate(&self, level: Level) -> f64 {
        match (&self.levels, level) {
            (Levels::Range { low, high, log: true, .. }, Level::Number(x)) => (x / low).ln() / (high / low).ln(),
            (Levels::Range { low, high, .. }, Level::Number(x)) => (x - low) / (high - low),
            (Levels::Dates { from, to }, Level::Month(m)) => f64::from(Month(m).since(*from)) / f64::from(to.since(*from)),
            (Levels::Choices(choices), Level::Choice(i)) => i as f64 / (choices.len().max(2) - 1) as f64,
            _ => f64::NAN,
        }
    }

    /// What it changes at a value; the scenario to change, if it is not the sweep's.
    pub fn changes(&self, level: Level) -> (Vec<Change>, Option<usize>) {
        let value = match level {
            Level::Number(x) => self.number(x),
            Level::Month(m) => Value::Text(Month(m).to_string()),
            Level::Choice(i) => {
                let Levels::Choices(choices) = &self.levels else { return (Vec::new(), None) };
                return choices.get(i).map_or((Vec::new(), None), |c| (c.changes.clone(), c.scenario));
            }
        };
        let node = Node { value, at: self.place_of_levels(), key: self.node.get("key").or_else(|| self.node.get("keys")).unwrap_or(&self.node).at };
        (self.keys.iter().map(|key| Change { key: key.clone(), value: node.clone(), multiplies: self.multiplies, of: None }).collect(), None)
    }

    /// Where its values stand.
    pub fn place_of_levels(&self) -> At {
        FORMS.iter().find_map(|key| self.node.get(key)).map_or(self.node.key, |n| n.at)
    }

    /// Keys that some value of it sets, tables key by key.
    pub fn sets(&self) -> Vec<Key> {
        let changes: Vec<Change> = match &self.levels {
            Levels::Choices(choices) => choices.iter().flat_map(|c| c.changes.iter().cloned()).collect(),
            _ => self.changes(self.at(0.0)).0,
        };
        let mut keys = Vec::new();
        for change in changes {
            leaves(&change.key, &change.value, change.multiplies, &mut keys);
        }
        let mut seen = BTreeSet::new();
        keys.retain(|k| seen.insert((k.name.clone(), k.multiplies)));
        keys
    }

    fn number(&self, x: f64) -> Value {
        match self.levels {
            Levels::Range { whole: true, .. } if !self.multiplies => Value::Int(x as i64),
            _ => Value::Float(x),
        }
    }

    /// A value as text.
    pub fn text(&self, level: Level) -> String {
        match level {
            Level::Number(x) => crate::measure::summary::number(x),
            Level::Month(m) => Month(m).to_string(),
            Level::Choice(i) => self.names().get(i).cloned().unwrap_or_default(),
        }
    }

    /// Names of its alternatives; none for ranges.
    pub fn names(&self) -> Vec<String> {
        match &self.levels {
            Levels::Choices(choices) => choices.iter().map(|c| c.name.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// Place of a value on a line, for analysis: the number, the month, or the index of the alternative.
    pub fn place(level: Level) -> f64 {
        match level {
            Level::Number(x) => x,
            Level::Month(m) => f64::from(m),
            Level::Choice(i) => i as f64,
        }
    }

    /// Whether its values have an order: those of ranges and dates, and listed ones that are all numbers or all dates. What is named otherwise
    /// (alternatives, scenarios, members) has none, whatever its names look like.
    pub fn ordered(&self) -> bool {
        match &self.levels {
            Levels::Choices(_) => self.node.get("values").is_some_and(|values| ascending(values.items()).is_some()),
            _ => true,
        }
    }

    /// Values at which it is tried before anything runs: the ends of a range, all alternatives.
    pub fn trials(&self) -> Vec<Level> {
        match &self.levels {
            Levels::Choices(choices) => (0..choices.len()).map(Level::Choice).collect(),
            _ => vec![self.at(0.0), self.at(1.0)],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_dates_have_an_order() {
        let order = |values: &[Value]| ascending(&values.iter().map(|v| Node { value: v.clone(), ..Node::empty() }).collect::<Vec<_>>());
        let text = |t: &str| Value::Text(t.to_string());
        assert_eq!(order(&[Value::Int(10), Value::Float(-1.5), Value::Int(5)]), Some(vec![1, 2, 0]));
        assert_eq!(order(&[text("2028-01"), Value::Date("2026-07-20".parse().unwrap()), text("2026-08")]), Some(vec![1, 2, 0]));
        assert_eq!(order(&[Value::Int(1), text("2028-01")]), None);
        assert_eq!(order(&[text("visa"), text("quota")]), None);
    }
}
