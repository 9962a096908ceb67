//! The design of a sweep, and the points of a list.

use serde_json::Value as Json;

use super::{
    super::{
        super::design::{Design, Kind, SOBOL_DIMENSIONS},
        factor::{Factor, Level, Levels},
        file::DesignTable,
    },
    Reader, float, part, plain,
};
use crate::scenario::{file::Date, finding::did_you_mean, tree::Node};

impl Reader<'_> {
    pub(super) fn design(&mut self, json: &Json, factors: usize) -> Option<Design> {
        let table: DesignTable = part(json, "design")?;
        let at = |key: &str| self.tree.get("design").and_then(|d| d.get(key)).map_or(self.tree.locate("design.kind"), |n| n.key);
        let kind = table.kind;
        let sampled = matches!(kind, Kind::LatinHypercube | Kind::Sobol | Kind::Saltelli);
        let known = [("points", sampled, table.points.is_some()), ("trajectories", kind == Kind::Morris, table.trajectories.is_some())];
        for (key, wanted, there) in known {
            if wanted && !there {
                self.ledger.error(at(key), &format!("design.{key}"), format!("`design.{key}` is missing"), "this kind of design needs it", format!("add `{key} = ...`"));
            }
            if there && !wanted {
                self.ledger.error(at(key), &format!("design.{key}"), format!("`design.{key}` has no effect"), "this kind of design does not have it", "take it out");
            }
        }
        if table.levels.is_some_and(|l| l % 2 == 1) {
            self.ledger.error(at("levels"), "design.levels", "a Morris design has an even number of levels", "so that all are hit equally often", "");
        }
        if table.levels.is_some() && kind != Kind::Morris {
            self.ledger.error(at("levels"), "design.levels", "`design.levels` has no effect", "it is of a Morris design; a grid has `levels` by factor", "take it out");
        }
        if table.seed.is_some() && matches!(kind, Kind::Grid | Kind::List) {
            self.ledger.error(at("seed"), "design.seed", "`design.seed` has no effect", "this kind of design draws nothing", "take it out");
        }
        let dimensions = if kind == Kind::Saltelli { 2 * factors } else { factors };
        if matches!(kind, Kind::Sobol | Kind::Saltelli) && dimensions > SOBOL_DIMENSIONS {
            self.ledger.error(
                at("kind"),
                "design.kind",
                "there are too many factors",
                format!("the sequence has {SOBOL_DIMENSIONS} dimensions, this needs {dimensions}"),
                "use a Latin hypercube or Morris",
            );
        }
        if factors == 0 && kind != Kind::List && kind != Kind::Grid {
            self.ledger.error(at("kind"), "design.kind", "nothing is left to vary", "all factors are crossed", "use `kind = \"grid\"`");
        }
        let two = |n: Option<usize>| n.unwrap_or(2);
        Some(Design { kind, points: two(table.points), trajectories: two(table.trajectories), levels: table.levels.unwrap_or(4), seed: table.seed.unwrap_or(1) })
    }

    /// Points of a list.
    pub(super) fn points(&mut self, kind: Option<Kind>, factors: &[Factor]) -> Vec<Vec<Level>> {
        let items = self.tree.get("point").map_or(&[][..], Node::items);
        if kind != Some(Kind::List) {
            if let Some(first) = items.first().filter(|_| kind.is_some()) {
                self.ledger.error(first.key, "point", "`[[point]]` has no effect", "only a design of the kind `list` has points", "take them out");
            }
            return Vec::new();
        }
        if items.is_empty() {
            self.ledger.error(self.tree.locate("design.kind"), "point", "the list has no points", "each point gives a value for each factor", "add `[[point]]`");
        }
        let varied: Vec<&Factor> = factors.iter().filter(|f| !f.crossed).collect();
        let mut points = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let path = format!("point.{i}");
            for (key, node) in item.entries() {
                if !varied.iter().any(|f| f.id == *key) {
                    let hint = did_you_mean(key, varied.iter().map(|f| f.id.as_str()));
                    self.ledger.error(node.key, &path, format!("no factor is named `{key}`"), "a point gives values of factors that are not crossed", hint);
                }
            }
            let mut levels = Vec::new();
            for factor in &varied {
                let Some(node) = item.get(&factor.id) else {
                    self.ledger.error(item.key, &path, format!("`{}` is missing", factor.id), "a point gives a value for each factor", "");
                    continue;
                };
                match level(factor, node) {
                    Ok(level) => levels.push(level),
                    Err((reason, hint)) => self.ledger.error(node.at, &path, format!("this is no value of `{}`", factor.id), reason, hint),
                }
            }
            points.push(levels);
        }
        points
    }
}

/// The value of a factor that a point gives; otherwise why it is none, and a hint.
fn level(factor: &Factor, node: &Node) -> Result<Level, (String, String)> {
    match &factor.levels {
        Levels::Range { whole, .. } => float(node)
            .filter(|x| !whole || x.fract() == 0.0)
            .map(Level::Number)
            .ok_or_else(|| (format!("it is {}", node.kind()), if *whole { "write a whole number" } else { "write a number" }.to_string())),
        Levels::Dates { .. } => plain(node).parse::<Date>().map(|d| Level::Month(d.acts.0)).map_err(|why| (why, "write it as 2028-01-01".to_string())),
        Levels::Choices(choices) => {
            let text = plain(node);
            let place = choices.iter().position(|c| c.name == text);
            place.map(Level::Choice).ok_or_else(|| (format!("there is no value named `{text}`"), did_you_mean(&text, choices.iter().map(|c| c.name.as_str()))))
        }
    }
}
