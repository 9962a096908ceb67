//! The design of a sweep, and the points of a list.

use super::{
    super::{
        super::design::{Design, Kind, SOBOL_DIMENSIONS},
        factor::{FORMS, Factor, Level, Levels},
        file::DesignTable,
    },
    Reader, float, part, plain,
};
use crate::scenario::{
    file::Date,
    finding::{At, did_you_mean},
    tree::{Node, Value},
};

/// Most points, and most worlds: what is known of one, the numbers of what its months read above all, takes about 2 KB, and each is resolved,
/// which takes milliseconds, before anything runs.
pub const MOST_POINTS: usize = 1_000_000;
/// Most runs: the list of them takes 16 bytes each while it is sorted and divided, and each finished one is a file.
pub const MOST_RUNS: usize = 10_000_000;
/// Most values of factors in all points: three lists of them, of 16 bytes each, are there while points are made.
const MOST_VALUES: usize = 1 << 25;

impl Reader<'_> {
    pub(super) fn design(&mut self, factors: usize) -> Option<Design> {
        let table: DesignTable = part(self.json, "design")?;
        let written = self.tree.get("design");
        let at = |key: &str| written.and_then(|d| d.get(key)).map_or(self.tree.locate("design.kind"), |n| n.key);
        let kind = table.kind;
        let sampled = matches!(kind, Kind::LatinHypercube | Kind::Sobol | Kind::Saltelli);
        let known = [("points", sampled, table.points.is_some()), ("trajectories", kind == Kind::Morris, table.trajectories.is_some())];
        for (key, wanted, right) in known {
            // A wrong one is not missing.
            if wanted && written.and_then(|d| d.get(key)).is_none() && !self.ledger.partial {
                self.ledger.error(at(key), &format!("design.{key}"), format!("`design.{key}` is missing"), "this kind of design needs it", format!("add `{key} = ...`"));
            }
            if right && !wanted {
                self.ledger.error(at(key), &format!("design.{key}"), format!("`design.{key}` has no effect"), "this kind of design does not have it", "take it out");
            }
        }
        if table.levels.is_some_and(|l| l % 2 == 1) && kind == Kind::Morris {
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
        // Of factors that could not be read it has been said why.
        let all_crossed = self.tree.get("factor").is_some_and(|f| f.items().iter().all(|n| n.get("crossed").is_some_and(|c| matches!(c.value, Value::Bool(true)))));
        if factors == 0 && all_crossed && kind != Kind::List && kind != Kind::Grid {
            self.ledger.error(at("kind"), "design.kind", "nothing is left to vary", "all factors are crossed", "use `kind = \"grid\"`");
        }
        let two = |n: Option<usize>| n.unwrap_or(2);
        Some(Design { kind, points: two(table.points), trajectories: two(table.trajectories), levels: table.levels.unwrap_or(4), seed: table.seed.unwrap_or(1) })
    }

    /// Says whether there are more points or runs than can be made, before any of them is.
    pub(super) fn size(&mut self, design: &Design, factors: &[Factor], listed: usize, members: Option<usize>) {
        let several = |crossed: bool| factors.iter().filter(move |f| f.crossed == crossed);
        let rows = if design.kind == Kind::List { listed } else { design.rows(&several(false).map(Factor::count).collect::<Vec<_>>()) };
        let points = several(true).map(Factor::count).fold(rows, usize::saturating_mul);
        let replicates: usize = self.flags.replicates.or_else(|| part(self.json, "replicates")).unwrap_or(1) as usize;
        let runs = points.saturating_mul(replicates);
        if points > MOST_POINTS || points.saturating_mul(factors.len()) > MOST_VALUES {
            let most = MOST_POINTS.min(MOST_VALUES / factors.len().max(1));
            let (at, path) = self.largest(design, factors, listed);
            let why = format!("at most {most} can be kept with {} factors", factors.len());
            self.ledger.error(at, &path, format!("the sweep has {} points", counted(points)), why, "take fewer here");
            return;
        }
        let at = if self.flags.replicates.is_some() { At::NOWHERE } else { self.tree.locate("replicates") };
        let worlds = points.saturating_mul(members.unwrap_or(1).min(replicates));
        let (what, many, most) = if runs > MOST_RUNS { ("runs", runs, MOST_RUNS) } else { ("worlds", worlds, MOST_POINTS) };
        if many > most {
            let why = format!("{points} points have {replicates} replicates each; at most {most} {what} can be kept");
            self.ledger.error(at, "replicates", format!("the sweep has {} {what}", counted(many)), why, format!("at most {} replicates, or fewer points", most / points.max(1)));
        }
    }

    /// What makes most of the points: where it stands, and its path.
    fn largest(&self, design: &Design, factors: &[Factor], listed: usize) -> (At, String) {
        let own = match design.kind {
            Kind::Grid => None,
            Kind::List => Some((listed, "point")),
            Kind::LatinHypercube | Kind::Sobol | Kind::Saltelli => Some((design.points, "design.points")),
            Kind::Morris => Some((design.trajectories, "design.trajectories")),
        };
        let own = own.map(|(n, path)| (n, self.tree.locate(path), path.to_string()));
        let of_factor = |f: &Factor| {
            let said = ["levels"].into_iter().chain(FORMS).find_map(|key| Some((key, f.node.get(key)?)));
            said.map(|(key, node)| (f.count(), node.at, format!("factor.{}.{key}", f.id)))
        };
        let multiply = factors.iter().filter(|f| f.crossed || design.kind == Kind::Grid);
        let all = own.into_iter().chain(multiply.filter_map(of_factor));
        // The first of several that are equal.
        all.reduce(|a, b| if b.0 > a.0 { b } else { a }).map_or((self.tree.locate("design.kind"), "design".to_string()), |(_, at, path)| (at, path))
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
        if items.is_empty() && !self.ledger.partial {
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
                    if self.ledger.partial {
                        continue;
                    }
                    self.ledger.error(item.key, &path, format!("`{}` is missing", factor.id), "a point gives a value for each factor", "");
                    continue;
                };
                // A factor without values is wrong, which has been said.
                if matches!(&factor.levels, Levels::Choices(choices) if choices.is_empty()) {
                    continue;
                }
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

/// A number for people.
fn counted(n: usize) -> String {
    if n == usize::MAX { "too many to count".to_string() } else { n.to_string() }
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
